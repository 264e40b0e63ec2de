"""An operator's own tasks, each asked in one epoch at most."""

from sqlalchemy import Column, Double, Index, Integer, Table, Text
from sqlalchemy.types import BigInteger

from reasonforge.adapters.sqlalchemy.tables import metadata

pool_tasks = Table(
    "pool_tasks",
    metadata,
    Column("position", Integer, primary_key=True, comment="in the order of import"),
    Column("task_id", Text, nullable=False, unique=True),
    Column("statement", Text, nullable=False, unique=True, comment="SHA-256 in hex of what is asked"),
    Column("format", Integer, nullable=False),
    Column("task", Text, nullable=False, comment="JSON: the task with its ground truth"),
    Column("imported_at", Double(), nullable=False),
    Column("taken_by", Text, comment="the validator's hotkey; null while nobody took it"),
    Column("taken_epoch", BigInteger),
    Index(None, "taken_by", "taken_epoch"),
    sqlite_autoincrement=True,
)

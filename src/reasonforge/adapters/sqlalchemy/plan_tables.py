"""What an epoch is bound to before it is asked, and what each miner was asked of its own. For the seeds' proof."""

from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from reasonforge.adapters.sqlalchemy.tables import metadata

epoch_plans = Table(
    "epoch_plans",
    metadata,
    Column("epoch_id", ForeignKey("epochs.id", ondelete="CASCADE"), primary_key=True),
    Column("commitment", Text, nullable=False, comment="SHA-256 in hex of the epoch's seed"),
    Column("seed", LargeBinary, comment="null until it is revealed"),
    Column("tasks", Integer, nullable=False),
    Column("traps", Integer, nullable=False),
    Column("families", Text, nullable=False, comment="JSON: name/version of each"),
    Column("timeout_seconds", Double(), nullable=False),
    Column("history_epochs", Integer, nullable=False, comment="in which no instance is asked again"),
    Column("user_tasks", Text, nullable=False, comment="JSON: ids of the users' tasks in the epoch"),
    Column(
        "pool_tasks",
        Text,
        nullable=False,
        server_default="[]",
        comment="JSON: ids of the operator's own tasks in the epoch",
    ),
    Column("committed_at", Double(), nullable=False),
    Column("revealed_at", Double()),
)

asked_instances = Table(
    "asked_instances",
    metadata,
    Column("epoch_id", ForeignKey("epochs.id", ondelete="CASCADE"), primary_key=True),
    Column("instance", Text, primary_key=True),
    Index(None, "instance"),
)

reply_variants = Table(
    "reply_variants",
    metadata,
    Column("epoch_id", Integer, primary_key=True),
    Column("task_index", Integer, primary_key=True),
    Column("position", Integer, primary_key=True, comment="the miner's place in the plan of the task"),
    Column("seed", Text, nullable=False),
    Column("instance", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("truth", Text, nullable=False),
    ForeignKeyConstraint(
        ["epoch_id", "task_index"], ["task_results.epoch_id", "task_results.task_index"], ondelete="CASCADE"
    ),
)

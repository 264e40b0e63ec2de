"""What the gateway keeps beside the validators' records: keys, users' tasks, what is to be sent, what happened."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from reasonforge.adapters.sqlalchemy.tables import metadata

access_keys = Table(
    "access_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="HMAC-SHA256 of the key under the gateway's pepper"),
    Column("generation", Integer, nullable=False, comment="how often it was rotated, from 1"),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double, comment="null while it may be used"),
    CheckConstraint("tier IN ('free', 'pro', 'enterprise')", name="tier"),
)

key_usage = Table(
    "key_usage",
    metadata,
    Column("key_id", ForeignKey("access_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("month", Text, primary_key=True, comment="YYYY-MM, UTC"),
    Column("used", Integer, nullable=False),
)

user_tasks = Table(
    "user_tasks",
    metadata,
    Column("position", Integer, primary_key=True, comment="in the order of submission"),
    Column("task_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("key_id", ForeignKey("access_keys.id"), nullable=False),
    Column("problem", Text, nullable=False),
    Column("discipline", Text, nullable=False),
    Column("difficulty", Integer, nullable=False),
    Column("timeout_seconds", Double, nullable=False),
    Column("callback_url", Text),
    Column("idempotency_key", Text),
    Column("fingerprint", Text, nullable=False, comment="SHA-256 of the request's fields"),
    Column("submitted_at", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("taken_by", Text, comment="the validator's hotkey; null while queued"),
    Column("taken_epoch", BigInteger),
    Column("taken_place", Integer, comment="its place among what the validator took for the epoch"),
    Column("settled_at", Double),
    Column("outcome", Text, comment="JSON; null until it has one"),
    Column("format", Integer, nullable=False),
    UniqueConstraint("task_id"),
    UniqueConstraint("key_id", "idempotency_key"),
    Index(None, "state", "owner"),
    Index(None, "owner", "position"),
    Index(None, "taken_by", "taken_epoch"),
    CheckConstraint("state IN ('queued', 'processing', 'completed', 'failed', 'cancelled')", name="state"),
    sqlite_autoincrement=True,
)

webhook_outbox = Table(
    "webhook_outbox",
    metadata,
    Column("id", Text, primary_key=True, comment="webhook-id: the same for every attempt"),
    Column("task_id", ForeignKey("user_tasks.task_id", ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Double, nullable=False, comment="not before; while it is sent, when its lease is over"),
    Column("why", Text, comment="what became of the last attempt"),
    Index(None, "state", "due_at"),
    CheckConstraint("state IN ('pending', 'delivered', 'abandoned')", name="state"),
)

public_events = Table(
    "public_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("figures", Text, nullable=False, comment="JSON"),
    sqlite_autoincrement=True,
)

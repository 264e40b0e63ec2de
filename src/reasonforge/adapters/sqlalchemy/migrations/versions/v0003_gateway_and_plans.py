"""What an epoch is bound to, weights on their way, and what the gateway keeps."""

import sqlalchemy as sa
from alembic import op

from reasonforge.adapters.sqlalchemy.migrations.columns import double

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: D103 - the module says it
    # SQLite makes the table anew; what its columns of doubles are called cannot be read back.
    doubles = (sa.Column("opened_at", double(), nullable=False), sa.Column("ended_at", double(), nullable=True))
    with op.batch_alter_table("epochs", reflect_args=doubles) as epochs:
        epochs.drop_constraint(op.f("ck_epochs_state"), type_="check")
        epochs.create_check_constraint(
            op.f("ck_epochs_state"), "state IN ('open', 'closed', 'publishing', 'published', 'failed')"
        )
    op.add_column(
        "weights",
        sa.Column(
            "sent_after",
            sa.BigInteger(),
            nullable=True,
            comment="the block of our last weights when these were sent; null before",
        ),
    )
    op.create_table(
        "access_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="HMAC-SHA256 of the key under the gateway's pepper"
        ),
        sa.Column("generation", sa.Integer(), nullable=False, comment="how often it was rotated, from 1"),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True, comment="null while it may be used"),
        sa.CheckConstraint("tier IN ('free', 'pro', 'enterprise')", name=op.f("ck_access_keys_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_keys")),
    )
    op.create_table(
        "public_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_events")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "asked_instances",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_asked_instances_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", "instance", name=op.f("pk_asked_instances")),
    )
    op.create_index(op.f("ix_asked_instances_instance"), "asked_instances", ["instance"], unique=False)
    op.create_table(
        "epoch_plans",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False, comment="SHA-256 in hex of the epoch's seed"),
        sa.Column("seed", sa.LargeBinary(), nullable=True, comment="null until it is revealed"),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("traps", sa.Integer(), nullable=False),
        sa.Column("families", sa.Text(), nullable=False, comment="JSON: name/version of each"),
        sa.Column("timeout_seconds", sa.Double(), nullable=False),
        sa.Column("history_epochs", sa.Integer(), nullable=False, comment="in which no instance is asked again"),
        sa.Column("user_tasks", sa.Text(), nullable=False, comment="JSON: ids of the users' tasks in the epoch"),
        sa.Column("committed_at", sa.Double(), nullable=False),
        sa.Column("revealed_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_epoch_plans_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", name=op.f("pk_epoch_plans")),
    )
    op.create_table(
        "key_usage",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False, comment="YYYY-MM, UTC"),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["access_keys.id"], name=op.f("fk_key_usage_key_id_access_keys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", "month", name=op.f("pk_key_usage")),
    )
    op.create_table(
        "user_tasks",
        sa.Column("position", sa.Integer(), nullable=False, comment="in the order of submission"),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("timeout_seconds", sa.Double(), nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="SHA-256 of the request's fields"),
        sa.Column("submitted_at", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True, comment="the validator's hotkey; null while queued"),
        sa.Column("taken_epoch", sa.BigInteger(), nullable=True),
        sa.Column(
            "taken_place", sa.Integer(), nullable=True, comment="its place among what the validator took for the epoch"
        ),
        sa.Column("settled_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="JSON; null until it has one"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'processing', 'completed', 'failed', 'cancelled')", name=op.f("ck_user_tasks_state")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["access_keys.id"], name=op.f("fk_user_tasks_key_id_access_keys")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_user_tasks")),
        sa.UniqueConstraint("key_id", "idempotency_key", name=op.f("uq_user_tasks_key_id_idempotency_key")),
        sa.UniqueConstraint("task_id", name=op.f("uq_user_tasks_task_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_user_tasks_owner_position"), "user_tasks", ["owner", "position"], unique=False)
    op.create_index(op.f("ix_user_tasks_state_owner"), "user_tasks", ["state", "owner"], unique=False)
    op.create_index(op.f("ix_user_tasks_taken_by_taken_epoch"), "user_tasks", ["taken_by", "taken_epoch"], unique=False)
    op.create_table(
        "reply_variants",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("task_index", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="the miner's place in the plan of the task"),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("truth", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["epoch_id", "task_index"],
            ["task_results.epoch_id", "task_results.task_index"],
            name=op.f("fk_reply_variants_epoch_id_task_index_task_results"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("epoch_id", "task_index", "position", name=op.f("pk_reply_variants")),
    )
    op.create_table(
        "webhook_outbox",
        sa.Column("id", sa.Text(), nullable=False, comment="webhook-id: the same for every attempt"),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "due_at", sa.Double(), nullable=False, comment="not before; while it is sent, when its lease is over"
        ),
        sa.Column("why", sa.Text(), nullable=True, comment="what became of the last attempt"),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'abandoned')", name=op.f("ck_webhook_outbox_state")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["user_tasks.task_id"], name=op.f("fk_webhook_outbox_task_id_user_tasks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_outbox")),
    )
    op.create_index(op.f("ix_webhook_outbox_state_due_at"), "webhook_outbox", ["state", "due_at"], unique=False)

"""An operator's own tasks, and which of them an epoch is bound to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: D103 - the module says it
    op.add_column(
        "epoch_plans",
        sa.Column(
            "pool_tasks",
            sa.Text(),
            nullable=False,
            server_default="[]",
            comment="JSON: ids of the operator's own tasks in the epoch",
        ),
    )
    op.create_table(
        "pool_tasks",
        sa.Column("position", sa.Integer(), nullable=False, comment="in the order of import"),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False, comment="SHA-256 in hex of what is asked"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False, comment="JSON: the task with its ground truth"),
        sa.Column("imported_at", sa.Double(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True, comment="the validator's hotkey; null while nobody took it"),
        sa.Column("taken_epoch", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_pool_tasks")),
        sa.UniqueConstraint("statement", name=op.f("uq_pool_tasks_statement")),
        sa.UniqueConstraint("task_id", name=op.f("uq_pool_tasks_task_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pool_tasks_taken_by_taken_epoch"), "pool_tasks", ["taken_by", "taken_epoch"], unique=False)

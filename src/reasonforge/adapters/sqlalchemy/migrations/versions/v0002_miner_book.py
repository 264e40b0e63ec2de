"""A miner's book: whose it is, what it was told, what it was asked."""

import sqlalchemy as sa
from alembic import op

from reasonforge.adapters.sqlalchemy.migrations.columns import double

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: D103 - the module says it
    op.create_table(
        "asked_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("validator", sa.Text(), nullable=False),
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("timeout_seconds", double(), nullable=False),
        sa.Column("asked_at", double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seconds", double(), nullable=True, comment="null while open"),
        sa.CheckConstraint("state IN ('open', 'answered', 'declined')", name=op.f("ck_asked_questions_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_questions")),
        sa.UniqueConstraint("validator", "query_id", name=op.f("uq_asked_questions_validator_query_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "book_owner",
        sa.Column("only", sa.Integer(), nullable=False, comment="1: there is one at most"),
        sa.Column("hotkey", sa.Text(), nullable=False),
        sa.Column("netuid", sa.Integer(), nullable=False),
        sa.CheckConstraint('"only" = 1', name=op.f("ck_book_owner_only")),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_book_owner")),
    )
    op.create_table(
        "told_scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("validator", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("s_epoch", double(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("total_tao", double(), nullable=False),
        sa.Column("incentive", double(), nullable=False),
        sa.Column("emission", sa.BigInteger(), nullable=False, comment="rao"),
        sa.Column("told_at", double(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False, comment="JSON: a task each, in the order told"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_scores")),
        sa.UniqueConstraint("validator", "epoch", name=op.f("uq_told_scores_validator_epoch")),
        sqlite_autoincrement=True,
    )

"""A validator's records: epochs, tasks, submissions, history, results, weights, standings."""

import sqlalchemy as sa
from alembic import op

from reasonforge.adapters.sqlalchemy.migrations.columns import double

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: D103 - the module says it
    op.create_table(
        "epochs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("validator", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("first_block", sa.BigInteger(), nullable=False),
        sa.Column("last_block", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True, comment="why it was given up; null unless failed"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=True, comment="JSON: the report's flags; null until closed"),
        sa.Column("opened_at", double(), nullable=False),
        sa.Column("ended_at", double(), nullable=True, comment="when it was closed or given up"),
        sa.CheckConstraint("state IN ('open', 'closed', 'published', 'failed')", name=op.f("ck_epochs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epochs")),
        sa.UniqueConstraint("validator", "number", name=op.f("uq_epochs_validator_number")),
    )
    op.create_table(
        "miner_epochs",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("hotkey", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="its place in the report"),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("void", sa.Integer(), nullable=False),
        sa.Column("right_answers", sa.Integer(), nullable=False),
        sa.Column("quality", double(), nullable=False),
        sa.Column("accuracy", double(), nullable=False),
        sa.Column("novelty", double(), nullable=False),
        sa.Column("efficiency", double(), nullable=False),
        sa.Column("trap_score", double(), nullable=True),
        sa.Column("trap_penalty", double(), nullable=False),
        sa.Column("s_epoch", double(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("peb", double(), nullable=False),
        sa.Column("share", double(), nullable=False),
        sa.Column("breakthroughs", sa.Integer(), nullable=False),
        sa.Column("plagiarised", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_miner_epochs_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", "hotkey", name=op.f("pk_miner_epochs")),
    )
    op.create_index(op.f("ix_miner_epochs_hotkey_epoch_id"), "miner_epochs", ["hotkey", "epoch_id"], unique=False)
    op.create_table(
        "miner_standings",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("hotkey", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="its place in the standing"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("s_epoch", double(), nullable=False),
        sa.Column("peb", double(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("task_count", sa.BigInteger(), nullable=False),
        sa.Column("breakthroughs", sa.BigInteger(), nullable=False),
        sa.Column("total_earned", sa.BigInteger(), nullable=False, comment="rao"),
        sa.Column("recent_cms", sa.Text(), nullable=False, comment="JSON, oldest first"),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_miner_standings_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", "hotkey", name=op.f("pk_miner_standings")),
    )
    op.create_table(
        "task_results",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("task_index", sa.Integer(), nullable=False, comment="the task's place in the epoch's plan"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("is_trap", sa.Boolean(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False, comment="JSON: the task with its ground truth"),
        sa.Column("recorded_at", double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_task_results_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", "task_index", name=op.f("pk_task_results")),
    )
    op.create_table(
        "validator_epochs",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("hotkey", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="its place in the report"),
        sa.Column("stake", double(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("vas", double(), nullable=True),
        sa.Column("reputation", double(), nullable=False),
        sa.Column("would_be_slashed", double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_validator_epochs_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", "hotkey", name=op.f("pk_validator_epochs")),
    )
    op.create_table(
        "validator_standings",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("hotkey", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="its place in the standing"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("readings", sa.Text(), nullable=False, comment="JSON: [block, vas] each, oldest first"),
        sa.Column("reputation", double(), nullable=False),
        sa.Column("would_be_slashed", double(), nullable=False, comment="TAO"),
        sa.Column("total_earned", sa.BigInteger(), nullable=False, comment="rao"),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_validator_standings_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", "hotkey", name=op.f("pk_validator_standings")),
    )
    op.create_table(
        "weights",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("uids", sa.Text(), nullable=True, comment="JSON; null when the epoch gave no row"),
        sa.Column("u16_values", sa.Text(), nullable=True, comment="JSON; null when the epoch gave no row"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="the chain's last answer; null before there was one"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("block", sa.BigInteger(), nullable=True),
        sa.Column("reveals_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", double(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('set', 'committed', 'refused', 'unreachable')", name=op.f("ck_weights_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["epoch_id"], ["epochs.id"], name=op.f("fk_weights_epoch_id_epochs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("epoch_id", name=op.f("pk_weights")),
    )
    op.create_table(
        "embedding_history",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("task_index", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="its place among what the task added"),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("hotkey", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False, comment="as the entry itself says"),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("embedder", sa.Text(), nullable=False, comment="which model made the vectors; empty without any"),
        sa.Column("embedding", sa.LargeBinary(), nullable=True, comment="null when it was not embedded"),
        sa.ForeignKeyConstraint(
            ["epoch_id", "task_index"],
            ["task_results.epoch_id", "task_results.task_index"],
            name=op.f("fk_embedding_history_epoch_id_task_index_task_results"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("epoch_id", "task_index", "position", name=op.f("pk_embedding_history")),
    )
    op.create_index(
        op.f("ix_embedding_history_family_epoch_id_task_index_position"),
        "embedding_history",
        ["family", "epoch_id", "task_index", "position"],
        unique=False,
    )
    op.create_table(
        "submissions",
        sa.Column("epoch_id", sa.Integer(), nullable=False),
        sa.Column("task_index", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="the miner's place in the plan of the task"),
        sa.Column("hotkey", sa.Text(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("elapsed_seconds", double(), nullable=False),
        sa.Column("quality", double(), nullable=False),
        sa.Column("accuracy", double(), nullable=False),
        sa.Column("novelty", double(), nullable=False),
        sa.Column("efficiency", double(), nullable=False),
        sa.Column("own_cms", double(), nullable=False),
        sa.Column("cms", double(), nullable=False),
        sa.Column("correctness", double(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("breakthrough", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False, comment="JSON: the anomalies' names"),
        sa.Column("checks", sa.Text(), nullable=False, comment="JSON: a verdict for each check by name"),
        sa.Column("likeness", sa.Text(), nullable=True, comment="JSON; null when like nothing seen before"),
        sa.Column("consensus", sa.Text(), nullable=True, comment="JSON; null without a jury"),
        sa.Column("silence", sa.Text(), nullable=True, comment="JSON; null when there was an answer"),
        sa.Column("submission", sa.Text(), nullable=True, comment="JSON: what the miner handed in; null on silence"),
        sa.Column("proof_artifact", sa.LargeBinary(), nullable=True),
        sa.Column("code_artifact", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["epoch_id", "task_index"],
            ["task_results.epoch_id", "task_results.task_index"],
            name=op.f("fk_submissions_epoch_id_task_index_task_results"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("epoch_id", "task_index", "position", name=op.f("pk_submissions")),
    )

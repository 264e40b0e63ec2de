"""The tables. A later migration may add to them; what is here keeps its names.

One file may hold several validators (those of the in-process subnet), so an epoch is (validator, number), and
everything else hangs on its surrogate `epoch_id`. Figures a query may want are columns; what is only ever read back
whole is one JSON document, versioned by its row's `format`. `*_at` are UTC seconds since 1970 by the operator's
clock: for people, never read back into a value.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import BigInteger, TypeEngine, UserDefinedType

SCHEMA_VERSION = 4
"""The newest migration's number (`schema.py`).

1: a validator's records. 2: and a miner's (`book_owner`, `told_scores`, `asked_questions`). 3: and what an epoch is
bound to (`plan_tables`), what the gateway keeps (`gateway_tables`), and weights that are on their way. 4: and an
operator's own tasks (`pool_tables`).
"""

APPLICATION_ID = 0x52465331
"""`PRAGMA application_id` (“RFS1”): tells our file from another program's."""


class AsGiven(UserDefinedType[float]):
    """SQLite's REAL columns store 2.0 as an integer and so lose the sign of -0.0; BLOB affinity keeps each double.

    The name decides the affinity (https://www.sqlite.org/datatype3.html §3.1); the values are doubles all the same,
    to SQL's comparisons and sums too.
    """

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BLOB_OR_DOUBLE"


def _double() -> TypeEngine[float]:
    """An IEEE double that comes back bit for bit. To SQLite NaN is NULL, which most columns refuse."""
    return Double().with_variant(AsGiven(), "sqlite")


def _epoch_id() -> Column[int]:
    return Column("epoch_id", ForeignKey("epochs.id", ondelete="CASCADE"), primary_key=True)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

epochs = Table(
    "epochs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("validator", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("first_block", BigInteger, nullable=False),
    Column("last_block", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("failure", Text, comment="why it was given up; null unless failed"),
    Column("format", Integer, nullable=False),
    Column("flags", Text, comment="JSON: the report's flags; null until closed"),
    Column("opened_at", _double(), nullable=False),
    Column("ended_at", _double(), comment="when it was closed or given up"),
    UniqueConstraint("validator", "number"),
    CheckConstraint("state IN ('open', 'closed', 'publishing', 'published', 'failed')", name="state"),
)

task_results = Table(
    "task_results",
    metadata,
    _epoch_id(),
    Column("task_index", Integer, primary_key=True, comment="the task's place in the epoch's plan"),
    Column("format", Integer, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("discipline", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("difficulty", Integer, nullable=False),
    Column("is_trap", Boolean, nullable=False),
    Column("source", Text, nullable=False, server_default="generated", comment="generated, database or api"),
    Column("task", Text, nullable=False, comment="JSON: the task with its ground truth"),
    Column("recorded_at", _double(), nullable=False),
)

submissions = Table(
    "submissions",
    metadata,
    Column("epoch_id", Integer, primary_key=True),
    Column("task_index", Integer, primary_key=True),
    Column("position", Integer, primary_key=True, comment="the miner's place in the plan of the task"),
    Column("hotkey", Text, nullable=False),
    Column("uid", Integer, nullable=False),
    Column("query_id", Text, nullable=False),
    Column("elapsed_seconds", _double(), nullable=False),
    Column("quality", _double(), nullable=False),
    Column("accuracy", _double(), nullable=False),
    Column("novelty", _double(), nullable=False),
    Column("efficiency", _double(), nullable=False),
    Column("own_cms", _double(), nullable=False),
    Column("cms", _double(), nullable=False),
    Column("correctness", _double()),
    Column("void", Boolean, nullable=False),
    Column("breakthrough", Boolean, nullable=False),
    Column("flags", Text, nullable=False, comment="JSON: the anomalies' names"),
    Column("checks", Text, nullable=False, comment="JSON: a verdict for each check by name"),
    Column("likeness", Text, comment="JSON; null when like nothing seen before"),
    Column("consensus", Text, comment="JSON; null without a jury"),
    Column("silence", Text, comment="JSON; null when there was an answer"),
    Column("submission", Text, comment="JSON: what the miner handed in; null on silence"),
    Column("proof_artifact", LargeBinary),
    Column("code_artifact", LargeBinary),
    ForeignKeyConstraint(
        ["epoch_id", "task_index"], ["task_results.epoch_id", "task_results.task_index"], ondelete="CASCADE"
    ),
)

embedding_history = Table(
    "embedding_history",
    metadata,
    Column("epoch_id", Integer, primary_key=True),
    Column("task_index", Integer, primary_key=True),
    Column("position", Integer, primary_key=True, comment="its place among what the task added"),
    Column("format", Integer, nullable=False),
    Column("family", Text, nullable=False),
    Column("hotkey", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False, comment="as the entry itself says"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("embedder", Text, nullable=False, comment="which model made the vectors; empty without any"),
    Column("embedding", LargeBinary, comment="null when it was not embedded"),
    ForeignKeyConstraint(
        ["epoch_id", "task_index"], ["task_results.epoch_id", "task_results.task_index"], ondelete="CASCADE"
    ),
    Index(None, "family", "epoch_id", "task_index", "position"),
)

miner_epochs = Table(
    "miner_epochs",
    metadata,
    _epoch_id(),
    Column("hotkey", Text, primary_key=True),
    Column("position", Integer, nullable=False, comment="its place in the report"),
    Column("uid", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("void", Integer, nullable=False),
    Column("right_answers", Integer, nullable=False),
    Column("quality", _double(), nullable=False),
    Column("accuracy", _double(), nullable=False),
    Column("novelty", _double(), nullable=False),
    Column("efficiency", _double(), nullable=False),
    Column("trap_score", _double()),
    Column("trap_penalty", _double(), nullable=False),
    Column("s_epoch", _double(), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("peb", _double(), nullable=False),
    Column("share", _double(), nullable=False),
    Column("breakthroughs", Integer, nullable=False),
    Column("plagiarised", Integer, nullable=False),
    Index(None, "hotkey", "epoch_id"),
)

validator_epochs = Table(
    "validator_epochs",
    metadata,
    _epoch_id(),
    Column("hotkey", Text, primary_key=True),
    Column("position", Integer, nullable=False, comment="its place in the report"),
    Column("stake", _double(), nullable=False),
    Column("judged", Integer, nullable=False),
    Column("vas", _double()),
    Column("reputation", _double(), nullable=False),
    Column("would_be_slashed", _double(), nullable=False),
)

weights = Table(
    "weights",
    metadata,
    _epoch_id(),
    Column("format", Integer, nullable=False),
    Column("uids", Text, comment="JSON; null when the epoch gave no row"),
    Column("u16_values", Text, comment="JSON; null when the epoch gave no row"),
    Column("sent_after", BigInteger, comment="the block of our last weights when these were sent; null before"),
    Column("outcome", Text, comment="the chain's last answer; null before there was one"),
    Column("reason", Text),
    Column("detail", Text),
    Column("block", BigInteger),
    Column("reveals_at", BigInteger),
    Column("answered_at", _double()),
    CheckConstraint("outcome IN ('set', 'committed', 'refused', 'unreachable')", name="outcome"),
)

miner_standings = Table(
    "miner_standings",
    metadata,
    _epoch_id(),
    Column("hotkey", Text, primary_key=True),
    Column("position", Integer, nullable=False, comment="its place in the standing"),
    Column("format", Integer, nullable=False),
    Column("s_epoch", _double(), nullable=False),
    Column("peb", _double(), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("task_count", BigInteger, nullable=False),
    Column("breakthroughs", BigInteger, nullable=False),
    Column("total_earned", BigInteger, nullable=False, comment="rao"),
    Column("recent_cms", Text, nullable=False, comment="JSON, oldest first"),
)

validator_standings = Table(
    "validator_standings",
    metadata,
    _epoch_id(),
    Column("hotkey", Text, primary_key=True),
    Column("position", Integer, nullable=False, comment="its place in the standing"),
    Column("format", Integer, nullable=False),
    Column("readings", Text, nullable=False, comment="JSON: [block, vas] each, oldest first"),
    Column("reputation", _double(), nullable=False),
    Column("would_be_slashed", _double(), nullable=False, comment="TAO"),
    Column("total_earned", BigInteger, nullable=False, comment="rao"),
)

book_owner = Table(
    "book_owner",
    metadata,
    Column("only", Integer, primary_key=True, comment="1: there is one at most"),
    Column("hotkey", Text, nullable=False),
    Column("netuid", Integer, nullable=False),
    CheckConstraint('"only" = 1', name="only"),  # a word of SQL to PostgreSQL
)

told_scores = Table(
    "told_scores",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("validator", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("format", Integer, nullable=False),
    Column("uid", Integer, nullable=False),
    Column("s_epoch", _double(), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("total_tao", _double(), nullable=False),
    Column("incentive", _double(), nullable=False),
    Column("emission", BigInteger, nullable=False, comment="rao"),
    Column("told_at", _double(), nullable=False),
    Column("scores", Text, nullable=False, comment="JSON: a task each, in the order told"),
    UniqueConstraint("validator", "epoch"),
    sqlite_autoincrement=True,
)

asked_questions = Table(
    "asked_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("validator", Text, nullable=False),
    Column("query_id", Text, nullable=False),
    Column("discipline", Text, nullable=False),
    Column("difficulty", Integer, nullable=False),
    Column("timeout_seconds", _double(), nullable=False),
    Column("asked_at", _double(), nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("seconds", _double(), comment="null while open"),
    UniqueConstraint("validator", "query_id"),
    CheckConstraint("state IN ('open', 'answered', 'declined')", name="state"),
    sqlite_autoincrement=True,
)

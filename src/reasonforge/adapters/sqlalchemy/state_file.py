"""A neuron's state file as an onlooker sees it: read only, also while the neuron writes, and never made or changed."""

import fcntl
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from attrs import frozen
from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from reasonforge.adapters.sqlalchemy import schema
from reasonforge.adapters.sqlalchemy.codec.documents import Fields
from reasonforge.adapters.sqlalchemy.codec.findings import read_checks
from reasonforge.adapters.sqlalchemy.codec.results import read_miner
from reasonforge.adapters.sqlalchemy.database import path_of, url_of
from reasonforge.adapters.sqlalchemy.faults import as_operator_error
from reasonforge.adapters.sqlalchemy.postgres import is_held, postgres_medium
from reasonforge.adapters.sqlalchemy.score_book import read_asked_questions, read_told_scores
from reasonforge.adapters.sqlalchemy.sqlite_file import BUSY_TIMEOUT_MS, claim_file
from reasonforge.adapters.sqlalchemy.tables import (
    book_owner,
    epochs,
    miner_epochs,
    submissions,
    task_results,
    weights,
)
from reasonforge.application.ports.score_book import AskedQuestion, BookOwner, ToldScores
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, NetUid
from reasonforge.domain.report import EpochState, MinerResult
from reasonforge.domain.verdict import Unavailable

_PRIMARY_CODE = 0xFF
_NO_LOG_POSSIBLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""What SQLite says of a database in WAL whose folder cannot take the log's files."""


@frozen
class MinerFile:
    """What a miner's file holds: whose it is, what it was told (newest first), what it was asked."""

    owner: BookOwner
    told: tuple[ToldScores, ...]
    asked: tuple[AskedQuestion, ...]


@frozen
class MissingCheck:
    """A check that could not be made, how often, and why the first time."""

    check: str
    count: int
    reason: str


@frozen
class EpochRecord:
    """One epoch of a validator.

    Attributes:
        failure: why it was given up; empty unless failed.
        opened_at, ended_at: UTC seconds by its clock.
        tasks: recorded so far; `replies` of these, `answered` of those.
        outcome: the chain's last word on its weights (set, committed, refused, unreachable); None before there was one.
        why: the chain's reason, where it gave one. `block`: where the weights were set or committed.
        miners: by rank; empty unless closed.
        missing: by check.
    """

    epoch: Epoch
    state: EpochState
    failure: str
    opened_at: float
    ended_at: float | None
    tasks: int
    replies: int
    answered: int
    outcome: str | None
    why: str
    block: BlockNumber | None
    miners: tuple[MinerResult, ...]
    missing: tuple[MissingCheck, ...]


@frozen
class ValidatorFile:
    """One validator's newest epochs, newest first; `total` counts all it has."""

    hotkey: Hotkey
    total: int
    epochs: tuple[EpochRecord, ...]


@frozen
class StateFile:
    """What is in a database. It usually has one neuron's; the demo's has several validators'.

    Attributes:
        named: for people: its path, or its URL without the password.
        version: of its schema; 0 where it is empty.
    """

    named: str
    version: int
    miner: MinerFile | None
    validators: tuple[ValidatorFile, ...]


def look_at(where: str | Path, most_epochs: int) -> StateFile:
    """The newest `most_epochs` ≥ 1 epochs of the neuron whose database this is, in one snapshot.

    Raises:
        OperatorError: there is no such database, or it is none of ours, damaged, locked for long, or written by another
            version.
    """
    url = url_of(where)
    path = path_of(url)
    named = str(path or url.render_as_string(hide_password=True))
    looking = _reading(existing_file(path)) if path is not None else _reading_server(url)
    with as_operator_error(named), looking as connection:
        if schema.recognise(connection, named):
            return StateFile(named, 0, None, ())
        schema.require_current(connection, named)
        version = schema.version_of(connection)
        return StateFile(named, version, _miner(connection, most_epochs), _validators(connection, most_epochs))


def existing_file(path: Path) -> Path:
    """The path of a state file that is there; `OperatorError` when none is."""
    with as_operator_error(str(path)):
        if path.is_dir():
            raise OperatorError(f"the database {path} is a folder; name the file in it")
        if not path.is_file():
            raise OperatorError(f"there is no state file {path}: start the neuron once, or name its file by --state.db")
    return path


@contextmanager
def _reading_server(url: URL) -> Iterator[Connection]:
    """A snapshot of a database that lies on a server."""
    medium = postgres_medium(url, None)
    try:
        with medium.engine.execution_options(**medium.reads).begin() as connection:
            yield connection
    finally:
        medium.engine.dispose()


@contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    """A snapshot. Without a write-ahead log nobody writes, and a folder that may not be written is read all the same
    (https://www.sqlite.org/wal.html#read_only_databases).
    """
    settled = not path.with_name(f"{path.name}-wal").exists()

    def connect() -> sqlite3.Connection:
        place = f"file:{quote(str(path.resolve()))}?mode=ro"
        connection = sqlite3.connect(place, uri=True, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if not settled or error.sqlite_errorcode & _PRIMARY_CODE not in _NO_LOG_POSSIBLE:
                raise
            return sqlite3.connect(f"{place}&immutable=1", uri=True, isolation_level=None)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
    finally:
        engine.dispose()


def _miner(connection: Connection, most_epochs: int) -> MinerFile | None:
    owner = connection.execute(select(book_owner.c.hotkey, book_owner.c.netuid)).first()
    if owner is None:
        return None
    return MinerFile(
        owner=BookOwner(Hotkey(owner.hotkey), NetUid(owner.netuid)),
        told=tuple(read_told_scores(connection, most_epochs)),
        asked=tuple(read_asked_questions(connection)),
    )


def _validators(connection: Connection, most_epochs: int) -> tuple[ValidatorFile, ...]:
    counted = select(epochs.c.validator, func.count()).group_by(epochs.c.validator).order_by(epochs.c.validator)
    return tuple(
        ValidatorFile(Hotkey(hotkey), total, _epochs_of(connection, hotkey, most_epochs))
        for hotkey, total in connection.execute(counted)
    )


def _epochs_of(connection: Connection, hotkey: str, most_epochs: int) -> tuple[EpochRecord, ...]:
    newest = (
        select(epochs, weights.c.outcome, weights.c.reason, weights.c.detail, weights.c.block)
        .join(weights, weights.c.epoch_id == epochs.c.id, isouter=True)
        .where(epochs.c.validator == hotkey)
        .order_by(epochs.c.number.desc())
        .limit(most_epochs)
    )
    return tuple(_record(connection, Fields(row)) for row in connection.execute(newest).mappings().all())


def _record(connection: Connection, row: Fields) -> EpochRecord:
    found = row.integer("id")
    tasks = connection.execute(select(func.count()).where(task_results.c.epoch_id == found)).scalar_one()
    replies, answered, missing = _replies(connection, found)
    results = select(miner_epochs).where(miner_epochs.c.epoch_id == found).order_by(miner_epochs.c.position)
    miners = [read_miner(Fields(one)) for one in connection.execute(results).mappings()]
    block, ended = row.any("block"), row.number_or_none("ended_at")
    return EpochRecord(
        epoch=Epoch(
            EpochNumber(row.integer("number")),
            BlockNumber(row.integer("first_block")),
            BlockNumber(row.integer("last_block")),
        ),
        state=EpochState(row.text("state")),
        failure=row.any("failure") or "",
        opened_at=row.number("opened_at"),
        ended_at=ended,
        tasks=tasks,
        replies=replies,
        answered=answered,
        outcome=row.any("outcome"),
        why=": ".join(one for one in (row.any("reason"), row.any("detail")) if one),
        block=None if block is None else BlockNumber(block),
        miners=tuple(sorted(miners, key=lambda one: one.rank or len(miners) + 1)),
        missing=missing,
    )


def _replies(connection: Connection, epoch_id: int) -> tuple[int, int, tuple[MissingCheck, ...]]:
    """How many replies an epoch has, how many of them are answers, and which checks could not be made on them."""
    at = submissions.c
    replies, answered = 0, 0
    count: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    in_order = select(at.silence, at.checks).where(at.epoch_id == epoch_id).order_by(at.task_index, at.position)
    for silence, document in connection.execute(in_order):
        replies += 1
        answered += silence is None
        for name, verdict in read_checks(document).items():
            if isinstance(verdict.outcome, Unavailable):
                count[name] += 1
                reasons.setdefault(name, verdict.outcome.reason)
    missing = tuple(MissingCheck(name, count[name], reasons[name]) for name in sorted(count))
    return replies, answered, missing


def is_claimed(where: str | Path) -> bool:
    """Whether a neuron holds the database now (`open_database`); `OperatorError` when that cannot be seen."""
    url = url_of(where)
    path = path_of(url)
    if path is None:
        with as_operator_error(url.render_as_string(hide_password=True)), _reading_server(url) as connection:
            return is_held(connection)
    with as_operator_error(str(path)):
        beside = claim_file(path)
        if not beside.exists():
            return False
        with beside.open("rb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False

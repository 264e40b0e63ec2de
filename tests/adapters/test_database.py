"""One SQLite file: opening it, what it survives, and what is said when it cannot be had."""

import asyncio
import math
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection, text

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy import sqlite_file
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.tables import APPLICATION_ID, SCHEMA_VERSION
from reasonforge.domain.errors import OperatorError, StoreFault
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, Rao
from reasonforge.domain.report import EpochState, PendingWeights, Publication
from reasonforge.domain.standing import MinerStanding, Standing
from reasonforge.domain.weights import WeightsCommitted, WeightsSet, WeightsUnreachable
from tests.contracts.store import (
    ALICE,
    ANSWERED,
    BOB,
    NO_ROW,
    OWNER,
    PAST,
    ROW,
    SETTLING,
    SILENT,
    STANDING,
    report_of,
    result,
    scored,
)
from tests.strategies import epoch_of

ZERO = EpochNumber(0)
FAMILY = "mathematics/derivative"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def with_store(path: Path, scenario: Callable[[SqlAlchemyStore], Awaitable[None]], owner: Hotkey = OWNER) -> None:
    async def run() -> None:
        await scenario(SqlAlchemyStore(database, owner, MemoryClock()))

    with open_database(path) as database:
        asyncio.run(run())


async def one_closed_epoch(store: SqlAlchemyStore) -> None:
    await store.open_epoch(epoch_of(0))
    await store.record(epoch_of(0), scored(0, replies=[ANSWERED, SILENT]), PAST)
    await store.close(evolve(report_of(epoch_of(0)), validator=store.owner), STANDING)


async def one_open_epoch(store: SqlAlchemyStore) -> None:
    await store.open_epoch(epoch_of(0))
    await store.record(epoch_of(0), scored(0, replies=[ANSWERED, SILENT]), PAST)


def by_hand(path: Path, *statements: str) -> list[Any]:
    """What the last of some statements finds, by another program."""
    connection = sqlite3.connect(path)
    rows: list[Any] = []
    for statement in statements:
        rows = connection.execute(statement).fetchall()
    connection.commit()
    connection.close()
    return rows


def refusal(path: Path | str) -> str:
    with pytest.raises(OperatorError) as refused:
        open_database(path)
    return str(refused.value)


def test_everything_is_there_after_reopening(path: Path) -> None:
    """A store that was closed and opened again knows all it knew."""

    async def look(store: SqlAlchemyStore) -> None:
        assert await store.state_of(ZERO) is EpochState.CLOSED
        assert dict(await store.recorded(ZERO)) == {0: scored(0, replies=[ANSWERED, SILENT])}
        assert list(await store.history(FAMILY, ZERO, 9)) == list(PAST)
        assert list(await store.unpublished()) == [PendingWeights(epoch_of(0), ROW)]
        assert await store.standing_before(EpochNumber(1)) == STANDING

    with_store(path, one_closed_epoch)
    with_store(path, look)


def test_two_validators_in_one_file_do_not_see_each_other(path: Path) -> None:
    """Epochs of one number by two owners are two epochs, for every question and for pruning."""

    async def empty(store: SqlAlchemyStore) -> None:
        assert await store.state_of(ZERO) is None
        assert dict(await store.recorded(ZERO)) == {}
        assert list(await store.history(FAMILY, ZERO, 9)) == []
        assert list(await store.unpublished()) == []
        assert await store.standing_before(EpochNumber(1)) == Standing()
        assert list(await store.miner_results(ZERO)) == []
        assert list(await store.validator_results(ZERO)) == []
        assert list(await store.results_of(BOB, 9)) == []
        assert await store.prune(0) == 0

    async def open_another(store: SqlAlchemyStore) -> None:
        assert await store.open_epoch(epoch_of(0)) is EpochState.OPEN
        with pytest.raises(StoreFault, match="epoch 0 is open"):
            await store.publish(Publication(epoch_of(0), SETTLING[0]))
        await store.fail(ZERO, "why")

    async def untouched(store: SqlAlchemyStore) -> None:
        assert await store.state_of(ZERO) is EpochState.CLOSED
        assert len(await store.recorded(ZERO)) == 1
        assert list(await store.results_of(BOB, 9)) == [(0, result(BOB, 1))]

    with_store(path, one_closed_epoch)
    with_store(path, empty, ALICE)
    with_store(path, open_another, ALICE)
    with_store(path, untouched)


CRASH = """
import asyncio, os, sys
from pathlib import Path
from attrs import evolve
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from tests.contracts.store import ANSWERED, OWNER, STANDING, report_of, scored
from tests.strategies import epoch_of

class Deadly(dict):
    '''Ends the process when the store comes to it, which is after it has written what stands before it.'''
    def items(self):
        os._exit(7)
    def __iter__(self):
        os._exit(7)

async def main():
    store = SqlAlchemyStore(open_database(Path(sys.argv[1])), OWNER, MemoryClock())
    if sys.argv[2] == "record":
        await store.record(epoch_of(0), scored(1, replies=[ANSWERED]), Deadly())
    else:
        await store.close(report_of(epoch_of(0)), evolve(STANDING, validators=Deadly()))

asyncio.run(main())
"""


@pytest.mark.parametrize("moment", ["record", "close"])
def test_a_crash_between_statements_leaves_the_state_before(path: Path, moment: str) -> None:
    """A process that dies half-way through recording or closing leaves nothing of it, and all that was before."""

    async def look(store: SqlAlchemyStore) -> None:
        assert await store.state_of(ZERO) is EpochState.OPEN
        assert dict(await store.recorded(ZERO)) == {0: scored(0, replies=[ANSWERED, SILENT])}
        assert list(await store.history(FAMILY, ZERO, 9)) == list(PAST)
        assert list(await store.miner_results(ZERO)) == []
        await store.record(epoch_of(0), scored(1, replies=[ANSWERED]), PAST)
        await store.close(report_of(epoch_of(0)), STANDING)
        assert await store.standing_before(EpochNumber(1)) == STANDING

    with_store(path, one_open_epoch)
    root = Path(__file__).parents[2]
    died = subprocess.run([sys.executable, "-c", CRASH, str(path), moment], cwd=root, check=False)
    assert died.returncode == 7
    with_store(path, look)


@pytest.mark.parametrize("odd", [MinerStanding(ALICE, total_earned=Rao(2**63)), MinerStanding(ALICE, peb=math.nan)])
def test_a_number_that_no_column_holds_is_refused_whole(path: Path, odd: MinerStanding) -> None:
    """An int of more than 64 bits, or a NaN, is a fault with one sentence, and the epoch stays open without results."""

    async def scenario(store: SqlAlchemyStore) -> None:
        await one_open_epoch(store)
        with pytest.raises(StoreFault, match=r"the database .*store\.db refuses a value"):
            await store.close(report_of(epoch_of(0)), Standing({BOB: MinerStanding(BOB), ALICE: odd}))
        assert await store.state_of(ZERO) is EpochState.OPEN
        assert list(await store.miner_results(ZERO)) == []

    with_store(path, scenario)


def test_what_is_no_json_is_refused_whole(path: Path) -> None:
    """An artefact that no parser could have given is a fault, and nothing of its task is recorded."""
    assert ANSWERED.submission is not None
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    odd = [evolve(ANSWERED, submission=evolve(ANSWERED.submission, artifact=artifact)) for artifact in ({1}, deep)]

    async def scenario(store: SqlAlchemyStore) -> None:
        await store.open_epoch(epoch_of(0))
        for reply in odd:
            with pytest.raises(StoreFault, match="refuses a value: a value is no JSON"):
                await store.record(epoch_of(0), scored(0, replies=[SILENT, reply]), PAST)
        assert dict(await store.recorded(ZERO)) == {}

    with_store(path, scenario)


def test_half_a_surrogate_pair_in_a_name_is_refused(path: Path) -> None:
    """A hotkey or an id that is no Unicode text is a fault; only documents escape such halves."""

    async def scenario(store: SqlAlchemyStore) -> None:
        await store.open_epoch(epoch_of(0))
        with pytest.raises(StoreFault, match="refuses a value"):
            await store.record(epoch_of(0), scored(0, replies=[evolve(SILENT, hotkey=Hotkey("\ud800"))]), [])
        assert dict(await store.recorded(ZERO)) == {}

    with_store(path, scenario)


def test_a_full_disk_loses_nothing_recorded(path: Path) -> None:
    """When the file cannot grow that is a fault with one sentence, and what was recorded before stays."""

    async def scenario(store: SqlAlchemyStore) -> None:
        await one_open_epoch(store)
        assert ANSWERED.submission is not None
        big = evolve(ANSWERED, submission=evolve(ANSWERED.submission, proof_artifact=bytes(1_000_000)))
        await store._database.read(lambda connection: connection.execute(text("PRAGMA max_page_count = 60")).all())
        with pytest.raises(StoreFault, match="the disk is full; free some space"):
            await store.record(epoch_of(0), scored(1, replies=[SILENT, big]), PAST)
        assert dict(await store.recorded(ZERO)) == {0: scored(0, replies=[ANSWERED, SILENT])}
        assert list(await store.history(FAMILY, ZERO, 9)) == list(PAST)

    with_store(path, scenario)


def test_another_programs_lock_is_a_fault_that_passes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds the file, writing is a fault; when it lets go, writing works again."""
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_MS", 20)

    async def scenario(store: SqlAlchemyStore) -> None:
        await one_open_epoch(store)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFault, match="is locked by another program"):
            await store.record(epoch_of(0), scored(1), [])
        assert len(await store.recorded(ZERO)) == 1
        other.execute("ROLLBACK")
        other.close()
        await store.record(epoch_of(0), scored(1), [])
        assert len(await store.recorded(ZERO)) == 2

    with_store(path, scenario)


@pytest.mark.parametrize(
    ("tampering", "complaint"),
    [
        ("UPDATE task_results SET format = 2", "format 2, and this program reads format 1"),
        ("UPDATE task_results SET task = '{'", "no JSON"),
        ("UPDATE task_results SET task = json_remove(task, '$.seed')", "the field seed is missing"),
        ("UPDATE task_results SET task = json_set(task, '$.difficulty', 11)", "difficulty goes from 1 to 10"),
        ("UPDATE task_results SET task = json_set(task, '$.answer.format', 'guess')", "guess"),
        ("UPDATE submissions SET checks = '[]'", "an object is missing"),
        ("UPDATE submissions SET uid = 'seven'", "the field uid is str, not int"),
        ("UPDATE submissions SET submission = json_set(submission, '$.notes', json('[1]'))", "other than str"),
        ("UPDATE submissions SET quality = 1.5", r"must lie in \[0, 1\]"),
        ("UPDATE submissions SET silence = json_set(silence, '$.reason', 'tired')", "tired"),
    ],
)
def test_what_this_program_did_not_write_is_not_believed(path: Path, tampering: str, complaint: str) -> None:
    """A row in an unknown format, or with a field missing, of another type or out of range, is a fault."""

    async def look(store: SqlAlchemyStore) -> None:
        with pytest.raises(StoreFault, match=complaint):
            await store.recorded(ZERO)

    with_store(path, one_open_epoch)
    by_hand(path, tampering)
    with_store(path, look)


def test_history_that_is_no_fingerprint_is_not_believed(path: Path) -> None:
    """A blob of the wrong length is a fault."""

    async def look(store: SqlAlchemyStore) -> None:
        with pytest.raises(StoreFault, match="fingerprint"):
            await store.history(FAMILY, ZERO, 9)

    with_store(path, one_open_epoch)
    by_hand(path, "UPDATE embedding_history SET fingerprint = x'0102'")
    with_store(path, look)


def test_a_file_damaged_from_the_start_is_refused(path: Path) -> None:
    """A file whose tables cannot be made out is refused when it is opened."""
    with_store(path, one_open_epoch)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    assert refusal(path) == f"the database {path} is damaged; restore it from a backup"


def test_a_damaged_page_is_a_fault(path: Path) -> None:
    """Damage that is met later is a fault of whoever reads it, and of nobody else."""

    async def look(store: SqlAlchemyStore) -> None:
        with pytest.raises(StoreFault, match="is damaged; restore it from a backup"):
            await store.recorded(ZERO)
        assert list(await store.history(FAMILY, ZERO, 9)) == list(PAST)

    with_store(path, one_open_epoch)
    ((page,),) = by_hand(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'submissions'")
    ((size,),) = by_hand(path, "PRAGMA page_size")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    with_store(path, look)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """Another kind of file is refused, and left as it was."""
    path.write_text("Dear diary, …" * 999)
    before = path.read_bytes()
    assert refusal(path) == f"the database {path} is not an SQLite database; name another file"
    assert path.read_bytes() == before


def test_another_programs_database_is_refused(path: Path) -> None:
    """A database with somebody else's tables is refused, and left as it was."""
    by_hand(path, "CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    assert refusal(path) == f"the database {path} belongs to another program; name another one"
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused(path: Path) -> None:
    """A file written by a newer version is refused before anything is read of it, and left as it was."""
    open_database(path).close()
    newer = f"{SCHEMA_VERSION + 1:04d}"
    by_hand(path, f"UPDATE alembic_version SET version_num = '{newer}'")
    assert refusal(path) == (
        f"the database {path} was written by a newer ReasonForge (schema {SCHEMA_VERSION + 1}, this one reads up to "
        f"{SCHEMA_VERSION}); upgrade ReasonForge, or name another database"
    )
    assert by_hand(path, "SELECT version_num FROM alembic_version") == [(newer,)]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder is not a file."""
    expected = f"the database {tmp_path} is a folder; name a file in it, as in {tmp_path / 'reasonforge.db'}"
    assert refusal(tmp_path) == expected


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    """Where a folder cannot be made, that is said."""
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file" / "a.db") in refusal(tmp_path / "file" / "a.db")


@pytest.mark.parametrize("where", ["", ":memory:", "sqlite://", "sqlite:///:memory:", "."])
def test_a_database_must_be_a_file(where: str) -> None:
    """What would be forgotten at the end is refused: that is what `MemoryStore` is for."""
    assert refusal(where) == "the database must be a file; name one, as in sqlite:///path/to/file.db"


@pytest.mark.parametrize("name", ["\0.db", "x" * 300 + ".db"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    """Names that the operating system does not take are told like every other path that is wrong."""
    assert refusal(tmp_path / name).startswith("the database ")


@pytest.mark.parametrize("where", ["mysql://me:secret@host/db", "sqlite:///a.db?mode=ro", "://", "x://me:secret@["])
def test_other_urls_are_refused_without_their_passwords(where: str) -> None:
    """Only URLs of SQLite and PostgreSQL are taken, and a password is not repeated."""
    assert "sqlite:///path/to/file.db" in refusal(where)
    assert "secret" not in refusal(where)


def test_a_url_names_the_same_file_as_its_path(path: Path) -> None:
    """`sqlite:///` and the path open one database; missing folders are made."""
    below = path.parent / "a" / "b" / "store.db"
    open_database(f"sqlite:///{below}").close()
    assert by_hand(below, "PRAGMA application_id") == [(APPLICATION_ID,)]
    with_store(below, one_open_epoch)


READ_ONLY = """
import os, sys
from pathlib import Path
import sqlalchemy.dialects.sqlite.pysqlite
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.domain.errors import OperatorError
if os.geteuid() == 0:
    os.setuid(65534)  # root may write anything
try:
    open_database(Path(sys.argv[1]))
except OperatorError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "complaint"),
    [
        (0o444, 0o777, "cannot be written: the file or its folder is read-only; change its permissions"),
        (0o000, 0o777, "cannot be opened: the file or its folder may not be read and written by this user"),
        (0o666, 0o555, "cannot be written: the file or its folder is read-only; change its permissions"),
        (None, 0o555, "cannot be opened: the file or its folder may not be read and written by this user"),
    ],
)
def test_what_may_not_be_written_is_refused(file_mode: int | None, folder_mode: int, complaint: str) -> None:
    """A read-only file or folder is refused when it is opened, not when the first task is recorded."""
    with TemporaryDirectory(dir="/tmp") as folder:  # pytest's own folders are closed to other users
        path = Path(folder) / "store.db"
        if file_mode is not None:
            open_database(path).close()
            (Path(folder) / "store.db-claim").chmod(0o666)
            path.chmod(file_mode)
        Path(folder).chmod(folder_mode)
        told = subprocess.run([sys.executable, "-c", READ_ONLY, str(path)], capture_output=True, text=True, check=True)
        Path(folder).chmod(0o700)
        assert told.stdout == f"the database {path} {complaint}\n"


def test_a_second_validator_process_is_refused(path: Path) -> None:
    """A claimed file is refused to another claimant, open to onlookers, and free again after closing."""
    with open_database(path):
        assert refusal(path) == (
            f"the database {path} is in use by another validator; stop that one, or give this one its own file"
        )
        open_database(path, claim=False).close()
        link = path.with_name("alias.db")
        link.symlink_to(path)
        assert "is in use by another validator" in refusal(link)
    open_database(path).close()


def test_a_closed_database_says_so(path: Path) -> None:
    """A call after closing is a fault; closing twice is none."""
    database = open_database(path)
    store = SqlAlchemyStore(database, OWNER, MemoryClock())
    database.close()
    database.close()
    with pytest.raises(StoreFault, match="is closed already"):
        asyncio.run(store.state_of(ZERO))


def test_every_commit_reaches_the_disk(path: Path) -> None:
    """The file is in WAL, every commit is synced in full, and foreign keys are enforced."""

    async def pragmas(database: Database) -> list[object]:
        def ask(connection: Connection) -> list[object]:
            names = ("journal_mode", "synchronous", "foreign_keys")
            return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

        return await database.read(ask)

    with open_database(path) as database:
        assert asyncio.run(pragmas(database)) == ["wal", 2, 1]


def test_calls_that_overlap_are_served_in_order(path: Path) -> None:
    """Calls made together run one after another, in the order in which they were made."""

    async def scenario(store: SqlAlchemyStore) -> None:
        await store.open_epoch(epoch_of(0))
        calls = [store.record(epoch_of(0), scored(index), []) for index in range(20)]
        closing = store.close(report_of(epoch_of(0)), STANDING)
        await asyncio.gather(*calls, closing)
        assert len(await store.recorded(ZERO)) == 20

    with_store(path, scenario)


def test_a_cancelled_call_is_whole_or_nothing(path: Path) -> None:
    """Whoever stops waiting for a record finds all of it later, or nothing."""

    async def scenario(store: SqlAlchemyStore) -> None:
        await store.open_epoch(epoch_of(0))
        whole = scored(0, replies=[ANSWERED, SILENT])
        for yields in range(4):
            call = asyncio.create_task(store.record(epoch_of(0), evolve(whole, index=yields), PAST))
            for _ in range(yields):
                await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        found = await store.recorded(ZERO)
        assert dict(found) == {index: evolve(whole, index=index) for index in found}
        assert len(await store.history(FAMILY, ZERO, 99)) == len(PAST) * len(found)

    with_store(path, scenario)


def test_rows_are_dated_by_the_clock_that_was_given(path: Path) -> None:
    """Dates are the operator's clock's; no other clock is read."""
    with_store(path, one_closed_epoch)
    dates = by_hand(path, "SELECT opened_at, recorded_at, ended_at FROM epochs JOIN task_results ON epoch_id = id")
    assert dates == [(MemoryClock().now(),) * 3]


def test_the_reason_of_a_failure_is_kept(path: Path) -> None:
    """Why an epoch was given up stands in its row, with what no database takes escaped."""

    async def give_up(store: SqlAlchemyStore) -> None:
        await one_open_epoch(store)
        await store.fail(ZERO, "no answer: \ud800\0")

    with_store(path, give_up)
    assert by_hand(path, "SELECT failure FROM epochs") == [("no answer: \\ud800\\x00",)]


def test_what_the_chain_answered_is_kept(path: Path) -> None:
    """The row says what the chain answered last; the first answer that settles stays; a missing row says why."""

    async def publish(store: SqlAlchemyStore) -> None:
        await one_closed_epoch(store)
        await store.publish(Publication(epoch_of(0), WeightsUnreachable("no answer in 12 s")))
        assert by_hand(path, "SELECT outcome, detail FROM weights") == [("unreachable", "no answer in 12 s")]
        await store.publish(Publication(epoch_of(0), WeightsCommitted(BlockNumber(400), BlockNumber(760))))
        await store.publish(Publication(epoch_of(0), WeightsSet(BlockNumber(500))))
        await store.open_epoch(epoch_of(1))
        await store.close(report_of(epoch_of(1), NO_ROW), STANDING)

    with_store(path, publish)
    assert by_hand(path, "SELECT uids, u16_values, outcome, reason, detail, block, reveals_at FROM weights") == [
        ("[7,8]", "[65535,1]", "committed", None, None, 400, 760),
        (None, None, "refused", "nobody_earned", "nobody earned anything", None, None),
    ]


def test_the_same_epoch_leaves_the_same_bytes(tmp_path: Path) -> None:
    """Two files of the same epoch, dated alike, hold the same rows."""
    dumps = []
    for name in ("a.db", "b.db"):
        with_store(tmp_path / name, one_closed_epoch)
        connection = sqlite3.connect(tmp_path / name)
        dumps.append(list(connection.iterdump()))
        connection.close()
    assert dumps[0] == dumps[1]

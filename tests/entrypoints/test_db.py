"""`reasonforge db` as an operator types it."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.entrypoints.cli import main
from tests.contracts.store import OWNER, PAST, SILENT, STANDING, report_of, scored
from tests.postgres import Cluster, postgres
from tests.schemas import made_by
from tests.strategies import epoch_of

__all__ = ["postgres"]


async def one_epoch(database: Database) -> None:
    store = SqlAlchemyStore(database, OWNER, MemoryClock())
    await store.open_epoch(epoch_of(0))
    await store.record(epoch_of(0), scored(0, replies=[SILENT]), PAST)
    await store.close(report_of(epoch_of(0)), STANDING)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with open_database(path) as database:
        asyncio.run(one_epoch(database))
    return path


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["db", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_backup_of_a_running_validator_s_file_can_take_its_place(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    """While a neuron holds the file, a copy is made that has all that was committed, and opens as a store."""
    copy = tmp_path / "copy.db"
    with open_database(state):
        code, out, _ = ran(capsys, "backup", str(copy), "--state.db", str(state))
    assert (code, out.startswith(f"{copy}: ")) == (0, True)
    with open_database(copy) as database:
        assert asyncio.run(SqlAlchemyStore(database, OWNER, MemoryClock()).recorded(epoch_of(0).number))
    assert copy.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("target", "said"), [("state.db", "is there already"), ("nowhere/copy.db", "its folder is not there")]
)
def test_a_backup_overwrites_nothing(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path, target: str, said: str
) -> None:
    """A name that is taken or has no folder is refused, and nothing is left."""
    before = sorted(tmp_path.iterdir())
    code, _, err = ran(capsys, "backup", str(tmp_path / target), "--state.db", str(state))
    assert (code, said in err, err.count("\n")) == (2, True, 1)
    assert sorted(tmp_path.iterdir()) == before


def test_a_whole_database_is_said_to_be_whole(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    """`check` counts the rows and finds nothing; as JSON too."""
    code, out, _ = ran(capsys, "check", "--state.db", str(state), "--json")
    found = json.loads(out)
    assert (code, found["schema"], found["rows"]["epochs"], found["complaints"]) == (0, SCHEMA_VERSION, 1, [])
    assert f"whole, schema {SCHEMA_VERSION}" in ran(capsys, "check", "--state.db", str(state))[1]


def test_a_damaged_database_is_found_out(capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path) -> None:
    """Pages that were overwritten, and a row that refers to nothing, are complaints with exit code 1 or 2."""
    torn = tmp_path / "torn.db"
    with closing(sqlite3.connect(state)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(state, torn)
    content = bytearray(torn.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\x5a" * 8192
    torn.write_bytes(content)
    code, out, err = ran(capsys, "check", "--state.db", str(torn))
    assert code in {1, 2}
    assert "restore it from a backup" in out + err
    with closing(sqlite3.connect(state)) as raw, raw:
        raw.execute("DELETE FROM epochs")  # with foreign keys off, as another program has them
    code, out, _ = ran(capsys, "check", "--state.db", str(state))
    assert (code, "refers to nothing in" in out) == (1, True)


def test_an_older_file_is_told_of_and_upgraded(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`current` names the version, `check` complains, `upgrade` mends; a second time there is nothing to do."""
    path = str(tmp_path / "old.db")
    made_by(Path(path), 1)
    assert ran(capsys, "current", "--state.db", path)[1] == (
        f"schema 1: run `reasonforge db upgrade` for {SCHEMA_VERSION}\n"
    )
    assert ran(capsys, "check", "--state.db", path)[0] == 1
    assert ran(capsys, "upgrade", "--state.db", path)[:2] == (0, f"schema 1 → {SCHEMA_VERSION}\n")
    assert ran(capsys, "upgrade", "--state.db", path)[:2] == (0, f"schema {SCHEMA_VERSION}: nothing to do\n")
    assert ran(capsys, "current", "--state.db", path)[1] == f"schema {SCHEMA_VERSION}: the newest\n"


def test_what_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file that is not there is neither made nor shown in a traceback."""
    for words in (("current",), ("check",), ("backup", str(tmp_path / "b.db"))):
        code, _, err = ran(capsys, *words, "--state.db", str(tmp_path / "none.db"))
        assert (code, err.startswith("reasonforge: there is no database"), err.count("\n")) == (2, True, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
def test_a_server_s_database_is_looked_over_and_dumped(
    capsys: pytest.CaptureFixture[str],
    postgres: Cluster,
    tmp_path: Path,
) -> None:
    """`upgrade` makes the tables, `check` counts them, `backup` writes what pg_restore takes."""
    url = postgres.database()
    assert ran(capsys, "upgrade", "--state.db", url)[1] == f"made, with schema {SCHEMA_VERSION}\n"
    assert ran(capsys, "current", "--state.db", url)[1] == f"schema {SCHEMA_VERSION}: the newest\n"
    assert ran(capsys, "check", "--state.db", url)[0] == 0
    assert ran(capsys, "backup", str(tmp_path / "dump"), "--state.db", url)[0] == 0
    assert (tmp_path / "dump").read_bytes().startswith(b"PGDMP")


def test_of_two_variables_the_url_is_meant(
    capsys: pytest.CaptureFixture[str], state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for the neurons: a unit's own STATE_DB_PATH does not hide the STATE_DB_URL of its operator."""
    monkeypatch.setenv("STATE_DB_PATH", "elsewhere.db")
    monkeypatch.setenv("STATE_DB_URL", f"sqlite:///{state}")
    code, out, _ = ran(capsys, "current")
    assert (code, out) == (0, f"schema {SCHEMA_VERSION}: the newest\n")

"""What `reasonforge status` tells: out of real files, of a network of processes and of validators of our own."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.score_book import SqlAlchemyScoreBook
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.score_book import AnswerState, AskedQuestion, BookOwner, ToldScores
from reasonforge.application.ports.transport import TaskScore
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, Hotkey, NetUid, QueryId, Rao, Uid
from reasonforge.domain.report import ScoredReply
from reasonforge.domain.score import NO_SCORE, DimensionScores
from reasonforge.domain.verdict import Unavailable, Verdict
from reasonforge.entrypoints.cli import main
from reasonforge.entrypoints.settings import MinerSettings, ValidatorSettings, rows
from reasonforge.entrypoints.subnet import InProcessSubnet
from tests.contracts.store import scored
from tests.strategies import epoch_of

ME, ALICE, BOB = Hotkey("5Me"), Hotkey("5Alice"), Hotkey("5Bob")
GOOD = DimensionScores(1.0, 1.0, 1.0, 0.5)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the machine's environment nor its .env reaches a test."""
    monkeypatch.chdir(tmp_path)
    for model in (MinerSettings, ValidatorSettings):
        for _, variables, _ in rows(model):
            for variable in variables:
                monkeypatch.delenv(variable, raising=False)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(["status", "--subtensor.chain_endpoint", "memory://127.0.0.1:9", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["status", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("reasonforge: ")
    assert said.count("\n") == 1
    return said


def question(number: int, validator: Hotkey, state: AnswerState, detail: str = "") -> AskedQuestion:
    query = QueryId(f"{validator}-{number}")
    seconds = None if state is AnswerState.OPEN else 1.5
    return AskedQuestion(validator, query, Discipline.CAUSAL, 4, 30.0, 0.0, state, detail, seconds)


def score(number: int, validator: Hotkey, dimensions: DimensionScores, **checks: str) -> TaskScore:
    cms = 0.925 if dimensions is GOOD else 0.0
    return TaskScore(QueryId(f"{validator}-{number}"), cms, 1, dimensions, checks)


def told(epoch: int, validator: Hotkey, *scores: TaskScore) -> ToldScores:
    return ToldScores(
        validator, EpochNumber(epoch), Uid(5), 0.5, 3, 2.25, 0.125, Rao(500_000_000), 1_700_000_000.0, scores
    )


def miner_file(path: Path, questions: Sequence[AskedQuestion], epochs: Sequence[ToldScores]) -> None:
    async def write(book: SqlAlchemyScoreBook) -> None:
        await book.own(BookOwner(ME, NetUid(1)))
        for one in questions:
            await book.ask(one)
        for epoch in epochs:
            await book.learn(epoch)

    with open_database(path, claimant="miner") as database:
        asyncio.run(write(SqlAlchemyScoreBook(database)))


@pytest.fixture
def miner_db(tmp_path: Path) -> Path:
    """Two validators: Alice told two epochs, one task late, one copied; Bob asked and told nothing."""
    path = tmp_path / "m.db"
    questions = [
        question(1, ALICE, AnswerState.ANSWERED),
        question(2, ALICE, AnswerState.OPEN),
        question(3, ALICE, AnswerState.DECLINED, "we do not serve causal"),
        question(1, BOB, AnswerState.ANSWERED),
    ]
    epochs = [
        told(7, ALICE, score(9, ALICE, GOOD, docalculus="1")),
        told(
            8,
            ALICE,
            score(1, ALICE, NO_SCORE, docalculus="1", steps="not checked", flags="plagiarism, too_fast"),
            score(2, ALICE, NO_SCORE, silence="timeout: nothing within 30 s"),
            score(3, ALICE, NO_SCORE, silence="refused: we do not serve causal"),
        ),
    ]
    miner_file(path, questions, epochs)
    return path


def test_a_miner_sees_each_task_and_why(capsys: pytest.CaptureFixture[str], miner_db: Path) -> None:
    """Which validator, which task, how hard, what was checked, what was flagged, what it did itself."""
    said = shown(capsys, "--state.db", str(miner_db))
    lines = said.splitlines()
    assert lines[0] == "Miner 5Me on subnet 1"
    (why,) = (line for line in lines if line.startswith("Why it earns"))
    for cause in ("answers that came too late", "reasoning taken for a copy", "of disciplines it does not serve"):
        assert cause in why
    (copied,) = (line for line in lines if "plagiarism" in line)
    assert copied.split(" | ")[0] == "  causal       d4  cms 0.000 rank 1"
    assert "docalculus 1, steps not checked | flags: plagiarism, too_fast | took 1.5 of 30 s" in copied
    (late,) = (line for line in lines if "timeout" in line)
    assert "no answer there: timeout: nothing within 30 s | we: cut off before we were done" in late
    (no,) = (line for line in lines if "| we: declined" in line)
    assert no.endswith("we: declined, we do not serve causal | took 1.5 of 30 s")
    assert any(line.startswith("validator 5Alice, epoch 8: S_epoch 0.5000, rank 3;") for line in lines)
    assert "  5Bob asked, and told no scores" in lines
    assert "  it declined 1 × because: we do not serve causal" in lines
    assert "unknown task" in said, "a score of a question that the book does not have"
    assert lines[-1].startswith("The chain was not reached")


def test_epochs_limits_what_is_shown_and_weighed(capsys: pytest.CaptureFixture[str], miner_db: Path) -> None:
    """--epochs 1 is the newest of each validator."""
    said = shown(capsys, "--state.db", str(miner_db), "--epochs", "1")
    assert "epoch 8" in said
    assert "epoch 7" not in said
    assert "Over 1 told epoch " in said


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(capsys, "--json", *arguments))
    return found


def test_json_says_the_same(capsys: pytest.CaptureFixture[str], miner_db: Path) -> None:
    """One document with the losses, the epochs and each task."""
    found = document(capsys, "--state.db", f"sqlite:///{miner_db}")
    assert (found["schema"], found["validators"]) == (SCHEMA_VERSION, [])
    miner = found["miner"]
    assert (miner["asked"], miner["declined"], miner["unfinished"]) == (4, 1, 1)
    assert {loss["cause"] for loss in miner["losses"]} >= {"timeout", "copied", "not_served"}
    assert [(one["validator"], one["epoch"]) for one in miner["epochs"]] == [("5Alice", 8), ("5Alice", 7)]
    first = miner["epochs"][0]["tasks"][0]
    assert (first["domain"], first["difficulty"], first["flags"]) == ("causal", 4, ["plagiarism", "too_fast"])
    assert first["checks"] == {"docalculus": "1", "steps": "not checked"}


def test_a_running_neurons_file_is_read_and_not_touched(capsys: pytest.CaptureFixture[str], miner_db: Path) -> None:
    """While the miner holds and writes its file, status reads the newest; nothing in the folder changes."""
    with open_database(miner_db, claimant="miner") as database:
        book = SqlAlchemyScoreBook(database)
        asyncio.run(book.learn(told(9, BOB, score(1, BOB, GOOD, docalculus="1"))))
        before = {path.name: path.read_bytes() for path in miner_db.parent.iterdir() if not path.name.endswith("-shm")}
        assert "validator 5Bob, epoch 9" in shown(capsys, "--state.db", str(miner_db))
        after = {path.name: path.read_bytes() for path in miner_db.parent.iterdir() if not path.name.endswith("-shm")}
        assert after == before
        asyncio.run(book.learn(told(10, BOB, score(1, BOB, GOOD))))
    assert "epoch 10" in shown(capsys, "--state.db", str(miner_db))


READ_ONLY = """
import os, sys
import sqlalchemy.dialects.sqlite.pysqlite
from reasonforge.domain.verdict import Unavailable, Verdict
from reasonforge.entrypoints.cli import main
os.chdir("/")
if os.geteuid() == 0:
    os.setuid(65534)  # root may write anything
sys.exit(main(["status", "--subtensor.chain_endpoint", "memory://127.0.0.1:9", "--state.db", sys.argv[1]]))
"""


def test_a_folder_that_may_not_be_written_is_enough(miner_db: Path) -> None:
    """An onlooker without the right to write, and nobody running, reads the file all the same."""
    with TemporaryDirectory(dir="/tmp") as folder:  # pytest's own folders are closed to other users
        copy = Path(folder) / "m.db"
        copy.write_bytes(miner_db.read_bytes())
        copy.chmod(0o444)
        Path(folder).chmod(0o555)
        told = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(copy)], capture_output=True, text=True, check=False, timeout=60
        )
        Path(folder).chmod(0o700)
    assert (told.returncode, told.stderr) == (0, "")
    assert "validator 5Alice, epoch 8" in told.stdout


def test_a_broken_sdk_is_told_and_no_matter(
    capsys: pytest.CaptureFixture[str], miner_db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the chain's SDK the file is shown all the same, and what is missing is said."""
    monkeypatch.setitem(sys.modules, "reasonforge.adapters.bittensor.onlooker", None)
    assert main(["status", "--state.db", str(miner_db), "--subtensor.chain_endpoint", "ws://127.0.0.1:9"]) == 0
    said = capsys.readouterr().out
    assert "validator 5Alice, epoch 8" in said
    assert "the chain's SDK cannot be imported" in said


def test_no_file_is_a_sentence_and_makes_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Neither a named file nor one of the defaults is there: code 2, and no file or folder comes to be."""
    assert "there is no state file gone/a.db" in refused(capsys, "--state.db", "gone/a.db")
    said = refused(capsys)
    assert "state/miner.db" in said
    assert "state/reasonforge.db" in said
    assert list(tmp_path.iterdir()) == []


def test_of_the_default_files_the_one_that_is_there(
    capsys: pytest.CaptureFixture[str], miner_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --state.db a lone default file, or the variable's, is meant; two must be told apart."""
    (tmp_path / "state").mkdir()
    miner_db.rename(tmp_path / "state" / "miner.db")
    assert "Miner 5Me" in shown(capsys)
    open_database(tmp_path / "state" / "reasonforge.db").close()
    assert "say which by --state.db" in refused(capsys)
    monkeypatch.setenv("STATE_DB_PATH", "state/miner.db")
    assert "Miner 5Me" in shown(capsys)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE alembic_version SET version_num = '{SCHEMA_VERSION + 1:04d}'", "was written by a newer ReasonForge"),
        ("UPDATE alembic_version SET version_num = '0001'", "run `reasonforge db upgrade --state.db"),
        ("PRAGMA application_id = 7", "belongs to another program"),
    ],
)
def test_another_versions_file_is_one_sentence(
    capsys: pytest.CaptureFixture[str], miner_db: Path, statement: str, said: str
) -> None:
    """A newer or too old schema, and another program's file."""
    with closing(sqlite3.connect(miner_db)) as connection, connection:
        connection.execute(statement)
    assert said in refused(capsys, "--state.db", str(miner_db))


def test_no_database_at_all_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Another kind of file, a folder, half a database; an empty file holds nothing yet."""
    (tmp_path / "a.db").write_text("Dear diary, …" * 999)
    assert "is not an SQLite database" in refused(capsys, "--state.db", "a.db")
    assert "is a folder" in refused(capsys, "--state.db", str(tmp_path))
    (tmp_path / "empty.db").touch()
    assert "holds nothing yet" in shown(capsys, "--state.db", "empty.db")


def test_a_row_nobody_wrote_is_one_sentence(capsys: pytest.CaptureFixture[str], miner_db: Path) -> None:
    """A document that was changed by hand is refused, and not shown half."""
    with closing(sqlite3.connect(miner_db)) as connection, connection:
        connection.execute('UPDATE told_scores SET scores = \'[{"cms": "much"}]\' WHERE epoch = 7')
    assert "holds what this program did not write" in refused(capsys, "--state.db", str(miner_db))


def test_validators_of_a_whole_subnet(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The demo's file: each validator's epochs, their weights, and every miner's score, as the report had them."""
    path = tmp_path / "subnet.db"

    async def run() -> dict[str, float]:
        async with InProcessSubnet(validators=2, miners=7, seed=3, database=path) as subnet:
            run = await subnet.run_epochs(2)
            report = run.epochs[-1].reports[0]
            return {one.hotkey: one.s_epoch for one in report.miners}

    scores = asyncio.run(run())
    found = document(capsys, "--state.db", str(path))
    assert [one["hotkey"] for one in found["validators"]] == ["validator-01", "validator-02"]
    first = found["validators"][0]
    assert (first["epochs_in_all"], [one["state"] for one in first["epochs"]]) == (2, ["published", "published"])
    assert {one["hotkey"]: one["s_epoch"] for one in first["epochs"][0]["miners"]} == scores
    said = shown(capsys, "--state.db", str(path), "--epochs", "1")
    assert "Validator validator-01: 2 epochs" in said
    assert "epoch 1 (blocks " in said
    assert "epoch 0 (blocks " not in said
    assert "weights: last set in block" in said
    best = max(scores, key=lambda hotkey: scores[hotkey])
    assert (
        f"rank 1   uid 2 {best}: S_epoch {scores[best]:.4f}" in said or f" {best}: S_epoch {scores[best]:.4f}" in said
    )


@pytest.mark.slow
def test_a_network_of_processes_tells_its_miners_why(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Over real Axons, while all of them run: a good miner, one that is always wrong, one of two disciplines only."""
    pytest.importorskip("bittensor", reason="the extra bittensor is not installed")
    from tests.entrypoints.processes import network, wallet  # noqa: PLC0415 - needs the extra

    validator = wallet(tmp_path / "w", "v0")
    miners = {name: wallet(tmp_path / "w", name) for name in ("good", "wrong", "narrow")}
    own = {"good": (), "wrong": ("--miner.skill", "0"), "narrow": ("--miner.domains", "mathematics,causal")}
    with network(tmp_path, f"{validator}:1000", *miners.values()) as subnet:
        for name, flags in own.items():
            common = ("--miner.backend", "solver", "--miner.pace", "0.05", "--miner.port", "0")
            subnet.neuron(name, "miner", *common, *flags)
        for name in miners:
            subnet.wait_for(name, "served")
        asking = ("--validator.tasks_per_epoch", "6", "--validator.timeout", "30")
        subnet.neuron("v0", "validator", *asking, "--validator.embedding_model", "hashing")
        subnet.wait_for("v0", r"(?s)(outcome\W+set.*){2}")
        where = ("--subtensor.chain_endpoint", subnet.url, "--state.db")
        found = {name: document(capsys, *where, str(tmp_path / f"{name}.db")) for name in miners}
        lines = shown(capsys, *where, str(tmp_path / "wrong.db"))
        judge = document(capsys, "--netuid", "1", *where, str(tmp_path / "v0.db"))["validators"][0]
        assert subnet.stop() == dict.fromkeys(subnet.running, 0)
    for name, hotkey in miners.items():
        mine = found[name]["miner"]
        assert mine["hotkey"] == hotkey
        assert mine["on_chain"]["uid"] > 0
        epoch = mine["epochs"][0]
        assert epoch["validator"] == validator
        assert len(epoch["tasks"]) == 6
        judged = next(one for one in judge["epochs"] if one["epoch"] == epoch["epoch"])
        result = next(one for one in judged["miners"] if one["hotkey"] == hotkey)
        assert (epoch["s_epoch"], epoch["rank"]) == (result["s_epoch"], result["rank"])
    cause = {name: one["miner"]["losses"][0]["cause"] for name, one in found.items()}
    assert (cause["wrong"], cause["narrow"]) == ("wrong", "not_served")
    tasks = found["good"]["miner"]["epochs"][0]["tasks"]
    assert {task["own"]["state"] for task in tasks} == {"answered"}
    assert len({task["domain"] for task in tasks}) > 2
    assert all(task["checks"] for task in tasks)
    assert "wrong answers (" in lines
    assert judge["weights_age_blocks"] >= 0


def test_failures_and_open_epochs_of_a_validator(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A failed epoch says why; one that is under way says how far it is."""
    path = tmp_path / "v.db"

    async def write(store: SqlAlchemyStore) -> None:
        await store.open_epoch(epoch_of(4))
        await store.fail(EpochNumber(4), "the chain\nwas away")
        await store.open_epoch(epoch_of(5))
        with pytest.raises(StoreFault):
            await store.fail(EpochNumber(6), "never begun")

    with open_database(path) as database:
        asyncio.run(write(SqlAlchemyStore(database, ALICE, SystemClock())))
    said = shown(capsys, "--state.db", str(path))
    assert "failed: 0 tasks" in said
    assert "given up: the chain was away" in said
    assert "epoch 5 " in said
    assert "open: 0 tasks" in said
    assert "weights: none in these epochs" in said


def test_checks_that_could_not_be_made_are_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """By name, with how often and the reason."""
    path = tmp_path / "v.db"
    missing = Verdict(Unavailable("no sandbox here"), "no sandbox here", "none")

    async def write(store: SqlAlchemyStore) -> None:
        epoch = epoch_of(0)
        await store.open_epoch(epoch)
        replies = [
            ScoredReply(QueryId(name), Uid(number), Hotkey(name), 1.0, checks={"tests": missing})
            for number, name in enumerate(("a", "b"))
        ]
        await store.record(epoch, scored(0, replies=replies), ())

    with open_database(path) as database:
        asyncio.run(write(SqlAlchemyStore(database, ALICE, SystemClock())))
    found = document(capsys, "--state.db", str(path))["validators"][0]["epochs"][0]
    assert found["not_checked"] == [{"check": "tests", "count": 2, "reason": "no sandbox here"}]
    assert (found["asked"], found["answered"]) == (2, 2)

"""`reasonforge tasks replay` on a file that whole epochs were recorded in, as it is and tampered with."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest
from attrs import evolve

from reasonforge import InProcessSubnet
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.entrypoints.cli import main

FEW_TASKS = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=6))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two epochs of two validators."""
    path = tmp_path_factory.mktemp("replay") / "validators.db"

    async def go() -> None:
        async with InProcessSubnet(2, 4, 5, rules=FEW_TASKS, database=path) as subnet:
            await subnet.run_epochs(2)

    asyncio.run(go())
    return path


@pytest.fixture
def file(recorded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(recorded, tmp_path / "validators.db"))


def replay(file: Path, *more: str, epoch: int = 1) -> int:
    return main(["tasks", "replay", "--epoch", str(epoch), "--state.db", str(file), *more])


def tamper(file: Path, statement: str) -> None:
    """`?` stands for the second epoch of the first validator."""
    with sqlite3.connect(file) as connection:
        ours = "SELECT id FROM epochs WHERE validator = 'validator-01' AND number = 1"
        assert connection.execute(statement, connection.execute(ours).fetchone()).rowcount >= 1
    connection.close()


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize("validator", ["validator-01", "validator-02"])
def test_what_was_recorded_is_proved(
    file: Path, epoch: int, validator: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line a task, each the same as the seed gives; the seed is the one committed to; exit code 0."""
    assert replay(file, "--validator", validator, epoch=epoch) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"epoch {epoch} of {validator}"
    assert lines[2].endswith("it is the one committed to")
    assert [line.split()[0] for line in lines[3:-1]] == [str(number) for number in range(1, 7)]
    assert all(line.endswith(": the same") for line in lines[3:-1])
    assert sum("(trap" in line for line in lines) == 1
    assert lines[-1] == "6 tasks: all of it is what the seed says"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            (
                """UPDATE task_results SET task = replace(task, '"problem":"', '"problem":"Now ') """
                "WHERE task_index = 2 AND epoch_id = ?"
            ),
            "its problem is not what the seed gives",
        ),
        (
            """UPDATE task_results SET task = replace(replace(replace(task, '"is_trap":true', '"is_trap":0'),
            '"is_trap":false', '"is_trap":true'), '"is_trap":0', '"is_trap":false')
            WHERE task_index = 2 AND epoch_id = ?""",
            "its is_trap is not what the seed gives",
        ),
        (
            "UPDATE submissions SET query_id = 'easy' WHERE task_index = 2 AND position = 1 AND epoch_id = ?",
            "was asked under another query id than the seed gives it",
        ),
    ],
)
def test_a_task_that_was_tampered_with_is_named(
    file: Path, statement: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another statement, another trap, another query id: exit code 1, the task's line says what differs."""
    tamper(file, statement)
    assert replay(file, "--validator", "validator-01") == 1
    lines = capsys.readouterr().out.splitlines()
    differing = [line for line in lines if "DIFFERS" in line]
    assert len(differing) == 1
    assert differing[0].startswith("  3 ")
    assert said in differing[0]
    assert lines[-1] == "6 tasks: 1 of them differ"


def test_a_miner_that_was_favoured_is_named(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who was asked another instance than its own is named with the task."""
    tamper(file, "UPDATE reply_variants SET truth = '7' WHERE position = 2 AND epoch_id = ?")
    assert replay(file, "--validator", "validator-01") == 1
    assert "miner-03 was asked another instance than the seed gives it" in capsys.readouterr().out


def test_another_seed_is_not_the_one_committed_to(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A seed put in afterwards proves nothing: exit code 1, one sentence."""
    tamper(file, "UPDATE epoch_plans SET seed = zeroblob(32) WHERE epoch_id = ?")
    assert replay(file, "--validator", "validator-01") == 1
    assert "the seed revealed of epoch 1 is not the one committed to" in " ".join(capsys.readouterr().err.split())


def test_what_was_noted_before_asking_must_be_what_was_asked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Instances missing from those noted with the commitment are told."""
    tamper(file, "DELETE FROM asked_instances WHERE epoch_id = ?")
    assert replay(file, "--validator", "validator-01") == 1
    assert "instances that the seed gives are not among those noted before asking" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "epoch", "said"),
    [
        ((), 1, "has epochs of validator-01, validator-02: say whose by --validator"),
        (("--validator", "nobody"), 1, "has no epochs of a validator nobody; it has validator-01, validator-02"),
        (("--validator", "validator-01"), 9, "epoch 9 has no commitment in this file"),
    ],
)
def test_what_cannot_be_replayed_is_said(
    file: Path, more: tuple[str, ...], epoch: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and exit code 2."""
    assert replay(file, *more, epoch=epoch) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_seed_that_is_still_secret_is_not_shown(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While the epoch is open there is nothing to prove."""
    tamper(file, "UPDATE epoch_plans SET seed = NULL WHERE epoch_id = ?")
    assert replay(file, "--validator", "validator-01") == 2
    assert "the seed of epoch 1 is not revealed yet" in " ".join(capsys.readouterr().err.split())


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not made."""
    assert replay(tmp_path / "none.db") == 2
    assert "there is no state file" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()

"""An operator's own tasks in whole epochs, imported as an operator does, asked once, judged and replayed."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from reasonforge import InProcessSubnet
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.tasks.database import document_at
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import BlockNumber, EpochNumber
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochReport, EpochState
from reasonforge.entrypoints.cli import main

RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=8), pool_share=0.25)
Document = dict[str, Any]


def by_hand(number: int, **others: Any) -> Document:
    return {
        "task_id": f"own-{number}",
        "problem": f"What is {number} plus {number}? Answer with an integer.",
        "domain": "mathematics",
        "difficulty": 2,
        "timeout_seconds": 17.0,
        "ground_truth": str(2 * number),
        "ground_truth_score": 1.0,
        "is_trap": False,
        "previously_unsolved": False,
        "tags": [],
        "source": "database",
        "author": "me",
        "created_at": "2026-11-30T00:00:00Z",
        "family": "",
        "version": 0,
        "seed": "",
        "answer": {"format": "integer", "value": str(2 * number)},
        **others,
    }


def of_a_family(seed: str) -> Document:
    return {**document_at(BY_NAME["congruences"], seed, 4), "task_id": f"own-{seed}"}


def import_lines(folder: Path, *documents: Document | str, more: tuple[str, ...] = ()) -> int:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in documents]
    (folder / "mine.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return main(["tasks", "import", str(folder / "mine.jsonl"), "--state.db", str(folder / "state.db"), *JOBS, *more])


JOBS = ("--jobs", "1", "--sandbox", "none")


def listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert main(["tasks", "list", "--state.db", str(folder / "state.db"), "--json"]) == 0
    return {row["task_id"]: row["state"] for row in json.loads(capsys.readouterr().out)}


def run(folder: Path, epochs: int, rules: ValidatorRules = RULES) -> list[EpochReport]:
    async def go() -> list[EpochReport]:
        async with InProcessSubnet(1, 4, 6, rules=rules, database=folder / "state.db") as subnet:
            return [report for epoch in (await subnet.run_epochs(epochs)).epochs for report in epoch.reports]

    return asyncio.run(go())


def own(report: EpochReport) -> list[str]:
    return sorted(one.task.task_id for one in report.tasks if one.task.task_id.startswith("own-"))


def test_imported_tasks_are_asked_once_judged_and_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of eight an epoch, oldest first, everybody's deadline, a family's in variants; the replay proves all."""
    assert import_lines(tmp_path, by_hand(1), of_a_family("a1"), by_hand(2)) == 0
    assert capsys.readouterr().out == "3 tasks imported; 3 in the pool wait to be asked\n"
    reports = run(tmp_path, 3)
    assert [own(one) for one in reports] == [["own-1", "own-a1"], ["own-2"], []]
    assert [len(one.tasks) for one in reports] == [8, 8, 8]
    assert {one.task.timeout_seconds for report in reports for one in report.tasks} == {300.0}
    (family,) = (one for one in reports[0].tasks if one.task.task_id == "own-a1")
    assert len({reply.variant.problem for reply in family.replies if reply.variant}) == len(family.replies) > 1
    (hand,) = (one for one in reports[0].tasks if one.task.task_id == "own-1")
    assert all(reply.variant is None for reply in hand.replies)
    assert any(reply.correctness is not None for one in (family, hand) for reply in one.replies)
    assert listed(tmp_path, capsys) == {
        "own-1": "used in epoch 0 by validator-01",
        "own-a1": "used in epoch 0 by validator-01",
        "own-2": "used in epoch 1 by validator-01",
    }
    for epoch in range(3):
        assert main(["tasks", "replay", "--epoch", str(epoch), "--state.db", str(tmp_path / "state.db")]) == 0
    assert import_lines(tmp_path, by_hand(1)) == 1
    assert "already (asked in epoch 0)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("""UPDATE task_results SET task = replace(task, 'What is 1 plus', 'What is 9 plus')""", "its problem is not"),
        ("""UPDATE epoch_plans SET pool_tasks = '["own-2"]'""", "did not give it"),
        ("""UPDATE epoch_plans SET pool_tasks = '[]', tasks = 8""", "DIFFERS"),
    ],
)
def test_a_replay_tells_what_was_changed(
    tmp_path: Path, statement: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A task that is not as imported, one in another's place, and one the epoch was not bound to."""
    import_lines(tmp_path, by_hand(1))
    run(tmp_path, 1)
    import_lines(tmp_path, by_hand(2))
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute(statement)
    connection.close()
    assert main(["tasks", "replay", "--epoch", "0", "--state.db", str(tmp_path / "state.db")]) != 0
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_an_empty_pool_changes_nothing(tmp_path: Path) -> None:
    """Whatever its share, an epoch is the same to the last figure."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert run(tmp_path / "a", 1) == run(tmp_path / "b", 1, evolve(RULES, pool_share=0.0))


class _CrashError(BaseException):
    """The process ends here."""


def crash_at(monkeypatch: pytest.MonkeyPatch, method: str, *, after: bool) -> None:
    """End the run in a method of the store, before it did anything or when all of it is on the disk."""
    real: Callable[..., Any] = getattr(SqlAlchemyStore, method)

    async def dies(*arguments: Any) -> None:
        if after:
            await real(*arguments)
        raise _CrashError

    monkeypatch.setattr(SqlAlchemyStore, method, dies)


@pytest.mark.parametrize(
    ("method", "after"), [("commit", False), ("commit", True), ("record", False), ("record", True)]
)
def test_a_crash_neither_loses_nor_repeats_one(
    tmp_path: Path, method: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run again, the epoch has the same two tasks, and the next one others."""
    import_lines(tmp_path, *(by_hand(number) for number in range(1, 5)))
    with monkeypatch.context() as patched:
        crash_at(patched, method, after=after)
        with pytest.raises(_CrashError):
            run(tmp_path, 1)
    assert [own(one) for one in run(tmp_path, 2)] == [["own-1", "own-2"], ["own-3", "own-4"]]


@pytest.mark.parametrize(("bound", "next_ones"), [(False, ["own-1", "own-2"]), (True, ["own-3", "own-4"])])
def test_an_epoch_that_is_given_up_uses_only_what_it_was_bound_to(
    tmp_path: Path, bound: bool, next_ones: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it was bound nobody can have been asked; after, anybody may have been."""
    import_lines(tmp_path, *(by_hand(number) for number in range(1, 5)))

    async def go() -> list[str]:
        async with InProcessSubnet(1, 4, 6, rules=RULES, database=tmp_path / "state.db") as subnet:
            with monkeypatch.context() as patched:
                crash_at(patched, "commit", after=bound)
                with pytest.raises(_CrashError):
                    await subnet.run_epochs(1)
            subnet._advance_to(BlockNumber(subnet.ledger.tempo.epoch_at(subnet.ledger.block).last_block + 1))
            (epoch,) = (await subnet.run_epochs(1)).epochs
            assert await subnet.store_of(subnet.validators[0].hotkey).state_of(EpochNumber(0)) is EpochState.FAILED
            return own(epoch.reports[0])

    assert asyncio.run(go()) == next_ones


def test_a_pool_that_lost_a_bound_task_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An epoch that began with a task is not continued without it."""
    import_lines(tmp_path, by_hand(1))
    with monkeypatch.context() as patched:
        crash_at(patched, "commit", after=True)
        with pytest.raises(_CrashError):
            run(tmp_path, 1)
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("DELETE FROM pool_tasks")
    connection.close()
    with pytest.raises(StoreFault, match="began with the task own-1, which the pool has no more"):
        run(tmp_path, 1)


WRONG = (
    by_hand(1),
    "{not json",
    by_hand(3, difficulty=11),
    by_hand(4, ground_truth="9"),
    by_hand(1, problem="Another?"),
    {**by_hand(6), "problem": f"  {by_hand(1)['problem']}"},
    {**of_a_family("b2"), "ground_truth": "1", "answer": {"format": "integer", "value": "1"}},
)


def test_every_mistake_is_told_by_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is imported, unless the others are asked for."""
    assert import_lines(tmp_path, *WRONG) == 1
    told = capsys.readouterr()
    assert told.out == "nothing is imported: 6 of 7 tasks are wrong (--skip-wrong leaves them out)\n"
    lines = told.err.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{tmp_path / 'mine.jsonl'}:{number}" for number in range(2, 8)]
    for line, says in zip(
        lines, ("no JSON", "difficulty", "is not the answer", "this task_id", "states", "family"), strict=False
    ):
        assert says in line or "answer" in line, line
    assert import_lines(tmp_path, *WRONG, more=("--skip-wrong",)) == 1
    assert capsys.readouterr().out == "1 tasks imported, 6 left out; 1 in the pool wait to be asked\n"
    assert listed(tmp_path, capsys) == {"own-1": "left"}


def test_an_array_s_tasks_have_lines_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line on which each begins, however the file is laid out."""
    file = tmp_path / "mine.json"
    file.write_text(json.dumps([by_hand(1, difficulty=0), by_hand(2, domain="cooking")], indent=1), encoding="utf-8")
    assert main(["tasks", "import", str(file), "--state.db", str(tmp_path / "state.db"), *JOBS]) == 1
    starts = [at for at, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1) if line == " {"]
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in told] == [f"{file}:{at}" for at in starts]


def test_what_cannot_be_proved_here_is_not_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program, where there is no sandbox for it."""
    family = next(one for one in BY_NAME.values() if one.discipline == "code" and _asks_for_code(one))
    assert import_lines(tmp_path, document_at(family, "c3", family.difficulties[0])) == 1
    assert "cannot be proved on this machine: no sandbox for programs" in capsys.readouterr().err


def _asks_for_code(family: Any) -> bool:
    return bool(document_at(family, "c3", family.difficulties[0])["answer"]["format"] == "code")

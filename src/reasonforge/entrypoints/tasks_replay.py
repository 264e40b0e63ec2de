"""`reasonforge tasks replay`: draw an epoch's tasks again and see that they are what its revealed seed says."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.state_file import look_at
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.task_pool import SqlAlchemyTaskPool
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.registry import FAMILIES
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.application.validator.replay_epoch import Replay, ReplayedTask, ReplayEpoch
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import EpochNumber, Hotkey

DIFFERS = 1


def replay(
    *,
    epoch: Annotated[int, typer.Option(min=0, help="The number of an epoch that is over.")],
    state_db: Annotated[
        str,
        typer.Option("--state.db", "--db", metavar="PATH", help="The validator's file or URL; it may be running."),
    ],
    validator: Annotated[
        str, typer.Option(metavar="HOTKEY", help="Whose epoch, where the file has several validators.")
    ] = "",
) -> None:
    """Prove an epoch's seed: the commitment made before it, the tasks, traps, variants and query ids that follow.

    Prints a line a task. Exit code 1 when anything recorded is not what the seed says, with the task named.
    """
    seen = look_at(state_db, 1)
    owner = _owner(validator, [one.hotkey for one in seen.validators], seen.named)
    found = asyncio.run(_replay(state_db, owner, EpochNumber(epoch)))
    for line in _lines(found, owner):
        typer.echo(line)
    if not found.proved:
        raise typer.Exit(DIFFERS)


async def _replay(where: str, owner: Hotkey, epoch: EpochNumber) -> Replay:
    with open_database(where, claim=False) as database:
        clock = SystemClock()
        store, pool = SqlAlchemyStore(database, owner, clock), SqlAlchemyTaskPool(database, clock)
        return await ReplayEpoch(store, GeneratedTasks(FAMILIES), pool)(epoch)


def _owner(named: str, there: list[Hotkey], where: str) -> Hotkey:
    if named:
        if named not in there:
            raise OperatorError(f"{where} has no epochs of a validator {named}; it has {', '.join(there) or 'none'}")
        return Hotkey(named)
    if len(there) != 1:
        raise OperatorError(f"{where} has epochs of {', '.join(there) or 'no validator'}: say whose by --validator")
    return there[0]


def _lines(found: Replay, owner: Hotkey) -> Iterator[str]:
    committed, seed = found.record.committed, found.record.revealed
    yield f"epoch {committed.epoch.number} of {owner}"
    yield f"commitment {committed.commitment}"
    if seed is not None:
        yield f"seed       {seed.secret.hex()}: it is the one committed to"
    for task in found.tasks:
        yield _line(task)
    for difference in found.differences:
        yield f"DIFFERS: {difference}"
    differ = sum(bool(task.differences) for task in found.tasks)
    missing = sum(not task.recorded for task in found.tasks)
    rest = f"; {missing} were never recorded" if missing else ""
    verdict = "all of it is what the seed says" if found.proved else f"{differ} of them differ"
    yield f"{len(found.tasks)} tasks: {verdict}{rest}"


def _line(task: ReplayedTask) -> str:
    what = "trap" if task.task.is_trap else task.task.source
    whom = f", {task.variants} variants" if task.variants else ""
    outcome = "the same" if task.recorded else "not recorded"
    if task.differences:
        outcome = f"DIFFERS: {'; '.join(task.differences[:5])}"
    return f"{task.index + 1:>3} {task.task.task_id} ({what}{whom}): {outcome}"

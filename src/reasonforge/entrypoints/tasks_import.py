"""`reasonforge tasks import`: an operator's own tasks, proved one by one, into the pool of a validator's database."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.task_pool import SqlAlchemyTaskPool
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.adapters.tasks.source import task_of
from reasonforge.adapters.tasks.topics import is_public
from reasonforge.application.ports.task_pool import PooledTask
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.pooled_task import pooled, statement_digest
from reasonforge.domain.task import Task
from reasonforge.entrypoints.task_files import FiledTask, found_in
from reasonforge.entrypoints.task_proof import prove_all
from reasonforge.entrypoints.verification import BUBBLEWRAP, ToolSettings

IMPORTED, WRONG = 0, 1
Mistake = tuple[FiledTask, str]


def import_tasks(
    *,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES…", help="Files (*.json, *.jsonl) or folders of tasks, as in §7.5.")
    ],
    state_db: Annotated[
        str,
        typer.Option("--state.db", "--db", metavar="PATH", help="The validator's file or URL; it may be running."),
    ],
    skip_wrong: Annotated[
        bool, typer.Option("--skip-wrong", help="Import what is right, although something is wrong.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that work at once.", show_default="processors")
    ] = os.cpu_count() or 1,
    sandbox: Annotated[
        str, typer.Option(help="What runs programs and proofs: a runner's socket, 'bubblewrap' (weaker), or 'none'.")
    ] = BUBBLEWRAP,
) -> int:
    """Import tasks of your own: each is asked in one epoch at most, judged by its answer like any other.

    Every one is proved first, as `reasonforge tasks check` does; what cannot be proved on this machine is not imported.
    Exit code 0: all are imported; 1: something is wrong, by file and line, and nothing is imported, or with
    --skip-wrong the others are; 2: the files or the database cannot be read.
    """
    found = found_in(files)
    right, mistakes, had = asyncio.run(_import(found.tasks, state_db, ToolSettings(sandbox, workers=jobs), skip_wrong))
    for one, says in sorted(mistakes, key=lambda mistake: (str(mistake[0].path), mistake[0].line)):
        typer.echo(f"{one.path}:{one.line}: {one.name}: {says}", err=True)
    public = sum(is_public(task.seed) for task in right)
    if public:
        typer.echo(f"{public} of them are of the shipped database: everybody can know their answers", err=True)
    wrong = len({id(one) for one, _ in mistakes})
    if mistakes and not skip_wrong:
        typer.echo(f"nothing is imported: {wrong} of {len(found.tasks)} tasks are wrong (--skip-wrong leaves them out)")
        return WRONG
    left_out = f", {wrong} left out" if wrong else ""
    typer.echo(f"{len(right)} tasks imported{left_out}; {had + len(right)} in the pool wait to be asked")
    return WRONG if mistakes else IMPORTED


async def _import(
    filed: Sequence[FiledTask], where: str, settings: ToolSettings, skip_wrong: bool
) -> tuple[list[Task], list[Mistake], int]:
    """What was right, what was wrong, and how many waited before."""
    mistakes = [(one, one.wrong) for one in filed if one.wrong]
    with open_database(where, claim=False) as database:
        pool = SqlAlchemyTaskPool(database, SystemClock())
        there = await pool.listed()
        known = _Known(there)
        repeated = {id(one): known.repeats(one.task) for one in filed if one.task is not None}
        mistakes += [(one, says) for one in filed if (says := repeated.get(id(one)))]
        fresh = [one for one in filed if repeated.get(id(one)) == ""]
        right = []
        for proof in await prove_all(fresh, settings.workers, settings):
            complaints = [*proof.wrong, *(f"it cannot be proved on this machine: {why}" for why in proof.unchecked)]
            mistakes += [(proof.task, sentence) for sentence in complaints]
            if not complaints:
                try:
                    right.append(_pooled(proof.task))
                except ValueError as error:
                    mistakes.append((proof.task, str(error)))
        if right and (skip_wrong or not mistakes):
            await pool.add(right)
    return right, mistakes, sum(one.taken_by is None for one in there)


class _Known:
    """What the pool has, and what it is about to get."""

    def __init__(self, there: Sequence[PooledTask]) -> None:
        self._ids = {one.task.task_id: _use(one) for one in there}
        self._statements = {statement_digest(one.task): f"{one.task.task_id}{_use(one)}" for one in there}

    def repeats(self, task: Task) -> str:
        """Why the pool cannot take it as well; empty when it can, and from then on it counts."""
        digest = statement_digest(task)
        if task.task_id in self._ids:
            return f"the pool has a task with this task_id already{self._ids[task.task_id]}"
        if digest in self._statements:
            return f"it states what {self._statements[digest]} states, and is there already"
        self._ids[task.task_id] = ""
        self._statements[digest] = task.task_id
        return ""


def _use(one: PooledTask) -> str:
    return "" if one.taken_by is None else f" (asked in epoch {one.taken_epoch})"


def _pooled(one: FiledTask) -> Task:
    """Named by its family, where it has one, so that no draw asks the same instance in other words."""
    if one.task is None:
        raise OperatorError(one.wrong)
    task = one.task
    if not task.family:
        return pooled(task)
    return pooled(task, task_of(BY_NAME[task.family], task.seed, task.difficulty).instance)

"""`reasonforge tasks list`: the families there are, or the tasks of files."""

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.state_file import look_at
from reasonforge.adapters.sqlalchemy.task_pool import SqlAlchemyTaskPool
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily
from reasonforge.adapters.tasks.registry import BY_NAME, FAMILIES
from reasonforge.application.ports.task_pool import PooledTask
from reasonforge.domain.discipline import Discipline, answer_check
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.task_files import found_in


def list_tasks(
    *,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILES…]", help="Files or folders of tasks; none: the families.")
    ] = None,
    discipline: Annotated[Discipline | None, typer.Option(help="Only those of one discipline.")] = None,
    family: Annotated[str, typer.Option(help="Only this family, or its tasks.")] = "",
    state_db: Annotated[
        str,
        typer.Option("--state.db", "--db", metavar="PATH", help="A validator's file or URL: the tasks of its pool."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the task families with their difficulties, version, checks and answer format; or the tasks of files,
    or those of a validator's pool and which of them are used.
    """
    if files and state_db:
        raise OperatorError("name files, or a validator's database by --state.db, not both")
    if family and not state_db and family not in BY_NAME:
        raise OperatorError(f"there is no family {family[:60]!r}: `reasonforge tasks list` shows those there are")
    if state_db:
        rows = asyncio.run(_of_the_pool(state_db))
    else:
        rows = [_of_family(one) for one in FAMILIES] if not files else _of_files(files)
    kept = [
        row
        for row in rows
        if (discipline is None or row["discipline"] == discipline) and (not family or row["family"] == family)
    ]
    if as_json:
        typer.echo(json.dumps(kept, ensure_ascii=False, indent=2))
        return
    for row in kept:
        typer.echo("  ".join(f"{_short(value):<{width}}" for value, width in zip(row.values(), _WIDTHS, strict=False)))
    if state_db:
        left = sum(row["state"] == "left" for row in kept)
        typer.echo(f"{len(kept)} tasks in the pool: {left} left, {len(kept) - left} used")


_WIDTHS = (24, 24, 12, 8, 10, 40)


def _of_family(family: AnyFamily) -> dict[str, Any]:
    """Checks and format are those of an instance: a family's tasks have them in common."""
    instance = family.generate(Random(0), family.difficulties[0])
    form = family.answer(instance).format
    own = answer_check(family.discipline, form)
    plain = (own, "steps") if own == "numerical" else (own,)
    return {
        "family": family.name,
        "discipline": family.discipline.value,
        "difficulties": f"{family.difficulties[0]}-{family.difficulties[-1]}",
        "version": family.version,
        "format": form,
        "checks": list(family.checks(instance) if isinstance(family, ArtefactFamily) else plain),
    }


def _of_files(files: list[Path]) -> list[dict[str, Any]]:
    """The tasks that are tasks; `reasonforge tasks check` says what is wrong with the others."""
    return [
        {
            "task_id": one.task.task_id,
            "family": one.task.family,
            "discipline": one.task.discipline.value,
            "difficulty": one.task.difficulty,
            "format": one.task.answer.format,
            "problem": one.task.problem,
        }
        for one in found_in(files).tasks
        if one.task is not None
    ]


async def _of_the_pool(where: str) -> list[dict[str, Any]]:
    """Every task that was ever imported, in the order of the pool."""
    look_at(where, 1)  # it is there, and ours
    with open_database(where, claim=False) as database:
        return [_of_pooled(one) for one in await SqlAlchemyTaskPool(database, SystemClock()).listed()]


def _of_pooled(one: PooledTask) -> dict[str, Any]:
    used = "left" if one.taken_by is None else f"used in epoch {one.taken_epoch} by {one.taken_by}"
    return {
        "task_id": one.task.task_id,
        "family": one.task.family,
        "discipline": one.task.discipline.value,
        "difficulty": one.task.difficulty,
        "format": one.task.answer.format,
        "state": used,
    }


def _short(value: Any) -> str:
    text = " ".join((", ".join(value) if isinstance(value, list) else str(value)).split())
    return text if len(text) <= 60 else f"{text[:59]}…"

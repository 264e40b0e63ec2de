"""`reasonforge tasks list`: the families there are, or the tasks of files."""

import json
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily
from reasonforge.adapters.tasks.registry import BY_NAME, FAMILIES
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
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the task families with their difficulties, version, checks and answer format; or the tasks of files."""
    if family and family not in BY_NAME:
        raise OperatorError(f"there is no family {family[:60]!r}: `reasonforge tasks list` shows those there are")
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


def _short(value: Any) -> str:
    text = " ".join((", ".join(value) if isinstance(value, list) else str(value)).split())
    return text if len(text) <= 60 else f"{text[:59]}…"

"""`reasonforge tasks report`: what each family gives, so that a weak one is seen before miners see it."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.adapters.tasks.registry import BY_NAME, FAMILIES
from reasonforge.adapters.workers.pool import ProcessWorkers
from reasonforge.application.ports.workers import Exceeded, Workers
from reasonforge.domain.errors import OperatorError, ValidatorFault

SURVEY = "reasonforge.adapters.tasks.survey:survey_json"
FULL = 10_000
_SECONDS_A_DRAW = 1.0
_HEAD = (
    f"{'family':<24}{'level':>6}{'drawn':>7}{'repeated':>10}{'answers':>9}"
    f"{'guess':>7}{'slip':>6}{'size':>11}{'make ms':>9}{'solve ms':>10}"
)


def report(
    *,
    family: Annotated[list[str] | None, typer.Option(help="Only these families. Repeatable.")] = None,
    draws: Annotated[int, typer.Option(min=1, max=FULL, help="Instances of each difficulty that are looked at.")] = 100,
    full: Annotated[bool, typer.Option("--full", help=f"{FULL} instances of each difficulty; takes long.")] = False,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that work at once.", show_default="processors")
    ] = os.cpu_count() or 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Draw many instances of each family and say, by difficulty: how many repeat, how many different answers there
    are, how often the commonest answer is right (guess), how often the shortcut is (slip: never), the size, and the
    milliseconds to make and to solve one.

    Exit code 1: a shortcut was right.
    """
    found = asyncio.run(_surveyed(_chosen(family or []), FULL if full else draws, jobs))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        typer.echo("\n".join(_lines(found)))
    return int(any(level["slips_right"] for levels in found.values() for level in levels))


def _chosen(names: Sequence[str]) -> list[AnyFamily]:
    for name in names:
        if name not in BY_NAME:
            raise OperatorError(f"there is no family {name[:60]!r}: `reasonforge tasks list` shows those there are")
    return [family for family in FAMILIES if not names or family.name in names]


async def _surveyed(families: Sequence[AnyFamily], draws: int, jobs: int) -> dict[str, list[dict[str, Any]]]:
    async with ProcessWorkers(jobs, preload=("reasonforge.adapters.tasks.survey",)) as workers:

        async def levels(family: AnyFamily) -> list[dict[str, Any]]:
            return [await _level(workers, family.name, difficulty, draws) for difficulty in family.difficulties]

        found = await asyncio.gather(*(levels(family) for family in families))
    return {family.name: levels for family, levels in zip(families, found, strict=True)}


async def _level(workers: Workers, name: str, difficulty: int, draws: int) -> dict[str, Any]:
    asked = {"family": name, "difficulty": difficulty, "draws": draws}
    found = await workers.call(SURVEY, asked, 10 + draws * _SECONDS_A_DRAW)
    if isinstance(found, Exceeded):
        raise ValidatorFault(f"{name} at difficulty {difficulty} passed the {found.reason}")
    level: dict[str, Any] = found
    return level


def _lines(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    lines = [_HEAD]
    for name, levels in found.items():
        lines += [
            f"{name:<24}{one['difficulty']:>6}{one['drawn']:>7}{one['drawn'] - one['instances']:>10}{one['answers']:>9}"
            f"{one['most_common']:>7.0%}{one['slips_right']:>6.0%}{'-'.join(map(str, one['sizes'])):>11}"
            f"{one['generate_ms']:>9.1f}{one['solve_ms']:>10.2f}"
            for one in levels
        ]
    return lines

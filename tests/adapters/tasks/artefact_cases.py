"""Posed instances of families that ask for artefacts, and what a discipline's checks find in an artefact."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from reasonforge.adapters.tasks.family import AnyFamily, Posed, WorkedSolution, pose
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.finding import Finding

Check = Callable[[Mapping[str, Any], Any, str], Finding]
SEEDS = tuple(f"artefact {number}" for number in range(3))
GREATEST = 2**53 - 1


@cache
def posed(family: AnyFamily) -> tuple[Posed, ...]:
    """Three instances of each difficulty."""
    return tuple(pose(family, seed, difficulty) for difficulty in family.difficulties for seed in SEEDS)


def travelled(value: Any) -> Any:
    """What is left of a value after it was written as JSON and read."""
    return json.loads(json.dumps(value, allow_nan=False))


def graded(
    checks: Mapping[str, Check], specifications: tuple[ArtefactSpecification, ...], worked: WorkedSolution
) -> dict[str, Finding]:
    """Each check's finding about a solution's artefact, both after a journey as JSON."""
    artefact = travelled(dict(worked.artifact))
    return {
        each.check: checks[each.check](travelled(each.against), artefact[each.check], worked.final_answer)
        for each in specifications
    }


def integers_in(value: Any) -> list[int]:
    """Every whole number in a JSON value."""
    if isinstance(value, Mapping):
        return [number for item in value.values() for number in integers_in(item)]
    if isinstance(value, list | tuple):
        return [number for item in value for number in integers_in(item)]
    return [value] if type(value) is int else []

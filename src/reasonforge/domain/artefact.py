"""The structured artefact that a task may ask for beside its final answer, one part a check (4-verification §4.5)."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen


@frozen
class ArtefactSpecification:
    """What one check needs from the miner, and what the validator holds it against.

    A submission's `artifact` is a JSON object; what belongs to this check is its member named `check`.

    Attributes:
        check: a check of the discipline's table (Eq. 11).
        asks: travels to the miner, as JSON: `{"describe": one or two sentences, "schema": a JSON Schema}`.
        against: plain JSON; the task's own data and the reference. Never travels.
    """

    check: str
    asks: Mapping[str, Any]
    against: Mapping[str, Any]


def part_of(artifact: Any, check: str) -> Any:
    """The part of a submission's artefact that belongs to a check; None when there is none."""
    return artifact.get(check) if isinstance(artifact, Mapping) else None

"""Rationales about what a decision turns on, from both sides, as the `coverage` check asks for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.coverage import CHECK, STANCES, coverage_artefact


@frozen
class BothSides:
    """A consideration, and what can be said for letting it decide and against that.

    Attributes:
        words: one of them, at least, is in whatever is said about it; in `pro` and `con` too.
    """

    name: str
    words: tuple[str, ...]
    pro: str
    con: str


def both_sides_specification(considerations: Sequence[BothSides], statements: Sequence[str]) -> ArtefactSpecification:
    """Asks for a rationale for and one against each; `statements` are the problem's, which must not be copied."""
    asked = [{"id": one.name, "sides": list(STANCES), "words": list(one.words)} for one in considerations]
    return coverage_artefact(asked, "\n".join(statements))


def told(considerations: Sequence[BothSides]) -> Mapping[str, Any]:
    """The artefact that says all of it."""
    sides = (
        (one, stance, said) for one in considerations for stance, said in zip(STANCES, (one.pro, one.con), strict=True)
    )
    return {CHECK: [{"id": one.name, "stance": stance, "rationale": said} for one, stance, said in sides]}


def waved_through(considerations: Sequence[BothSides]) -> Mapping[str, Any]:
    """The artefact that names every consideration and says nothing about any."""
    entries = ((one.name, stance) for one in considerations for stance in STANCES)
    return {CHECK: [{"id": name, "stance": s, "rationale": f"{name.capitalize()} matters."} for name, s in entries]}

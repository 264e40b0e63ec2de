"""What the `coverage` check asks: the considerations that a judgement must address, each once and from the sides asked.

Structural: it sees that something of substance is said about each, never whether it is true or wise.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from attrs import field, frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import (
    identifier,
    identifiers,
    items,
    known_members,
    mapping,
    refuse,
    text,
    whole,
)

CHECK = "coverage"
STANCES = ("for", "against")
MOST_CONSIDERATIONS = 30
MOST_CHARACTERS = 2_000
_MEMBERS = ("considerations", "problem", "least_characters", "least_words")


@frozen
class Consideration:
    """Something that has to be addressed.

    Attributes:
        sides: the stances it must be seen from, each in an entry of its own; empty when one of either will do.
        words: one of them, at least, must occur in a rationale about it; empty when any words will do.
    """

    name: str
    sides: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@frozen
class CoverageQuery:
    """The considerations, and what counts as a rationale.

    Attributes:
        problem: the text that a rationale must not be copied from.
        least_characters: of a rationale.
        least_words: different words in it.
    """

    considerations: tuple[Consideration, ...]
    problem: str
    least_characters: int = field(default=40)
    least_words: int = field(default=6)

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        given = items(against.get("considerations"), "considerations", 1, MOST_CONSIDERATIONS)
        considerations = tuple(map(_consideration, given))
        if len({one.name for one in considerations}) < len(considerations):
            raise refuse("the considerations must have different ids")
        return cls(
            considerations,
            text(against.get("problem"), "the problem", 50_000),
            whole(against.get("least_characters", 40), "least_characters", 20, 1_000),
            whole(against.get("least_words", 6), "least_words", 3, 100),
        )


def _consideration(given: Any) -> Consideration:
    one = mapping(given, "a consideration")
    known_members(one, ("id", "sides", "words"), "a consideration")
    sides = identifiers(one.get("sides", []), "sides", 0, len(STANCES))
    if not set(sides) <= set(STANCES):
        raise refuse(f"sides are {' and '.join(STANCES)}")
    words = items(one.get("words", []), "words", 0, 40)
    if not all(isinstance(word, str) and word.isalnum() and len(word) <= 40 for word in words):
        raise refuse("words are single words")
    return Consideration(identifier(one.get("id"), "an id"), sides, tuple(word.casefold() for word in words))


def coverage_artefact(
    considerations: Sequence[Mapping[str, Any]],
    problem: str,
    *,
    least_characters: int = 40,
    least_words: int = 6,
) -> ArtefactSpecification:
    """Asks for a rationale for each consideration `{"id", "sides"?, "words"?}`.

    Raises:
        ValueError: malformed data.
    """
    against = {
        "considerations": [dict(one) for one in considerations],
        "problem": problem,
        "least_characters": least_characters,
        "least_words": least_words,
    }
    query = CoverageQuery.read(against)
    asked = "; ".join(
        f"{one.name} ({' and '.join(one.sides) if one.sides else 'for or against'})" for one in query.considerations
    )
    describe = (
        f"One entry for each of these considerations and each side asked of it: {asked}. Each rationale is your own, "
        f"at least {least_characters} characters and {least_words} different words long, and not used twice."
    )
    entry = {
        "type": "object",
        "required": ["id", "stance", "rationale"],
        "properties": {
            "id": {"enum": [one.name for one in query.considerations]},
            "stance": {"enum": list(STANCES)},
            "rationale": {"type": "string", "minLength": least_characters, "maxLength": MOST_CHARACTERS},
        },
    }
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": {"type": "array", "items": entry}}, against)

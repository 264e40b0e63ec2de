"""What the `logic` check asks: which premises an argument rests on, what it assumes beside them, what follows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import flag, identifier, items, known_members, mapping, refuse, whole
from reasonforge.domain.artefacts.proposition import Proposition, Vocabulary, read_proposition

CHECK = "logic"
MOST_PREMISES, MOST_OPTIONS, MOST_ASSUMPTIONS = 30, 30, 5
_MEMBERS = ("vocabulary", "premises", "options", "answer", "assumptions", "assumable", "final_answer_is_option")


@frozen
class ArgumentQuery:
    """The premises a task offers, and the conclusions there are to choose from.

    Attributes:
        premises, options: by name, in the author's order.
        answer: the right option; None where any option that follows will do.
        assumptions: how many the miner may add, each flagged as such; none of its own making when `assumable` is
            given, but some of those.
        final_answer_is_option: the final answer must name the option concluded.
    """

    vocabulary: Vocabulary
    premises: Mapping[str, Proposition]
    options: Mapping[str, Proposition]
    answer: str | None
    assumptions: int
    assumable: tuple[Proposition, ...] | None
    final_answer_is_option: bool

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        vocabulary = Vocabulary.read(against.get("vocabulary"))
        premises, options = (
            _named(against.get(what), vocabulary, what, most)
            for what, most in (("premises", MOST_PREMISES), ("options", MOST_OPTIONS))
        )
        answer = against.get("answer")
        if answer is not None and answer not in options:
            raise refuse("the answer must be one of the options")
        assumable = against.get("assumable")
        count = whole(against.get("assumptions", 0), "assumptions", 0, MOST_ASSUMPTIONS)
        if count and answer is None and assumable is None:
            raise refuse(
                "whoever may assume anything can conclude anything: say which answer is right, or what is assumable"
            )
        return cls(
            vocabulary,
            premises,
            options,
            answer,
            count,
            None
            if assumable is None
            else tuple(
                read_proposition(one, vocabulary, "an assumable") for one in items(assumable, "assumable", 1, 30)
            ),
            flag(against.get("final_answer_is_option", False), "final_answer_is_option"),
        )


def _named(given: Any, vocabulary: Vocabulary, what: str, most: int) -> Mapping[str, Proposition]:
    formulas = mapping(given, what)
    if not 1 <= len(formulas) <= most:
        raise refuse(f"there are 1 to {most} {what}")
    return {
        identifier(name, f"a name in {what}"): read_proposition(formula, vocabulary, f"{name} in {what}")
        for name, formula in formulas.items()
    }


def logic_artefact(
    vocabulary: Mapping[str, Any],
    premises: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    answer: str | None = None,
    assumptions: int = 0,
    assumable: Sequence[Any] | None = None,
    final_answer_is_option: bool = False,
) -> ArtefactSpecification:
    """Asks for an argument; formulas are the JSON of proposition.py. What the names mean, the problem's text says.

    Raises:
        ValueError: malformed data, or assumptions of any kind where any option would do.
    """
    against: dict[str, Any] = {
        "vocabulary": dict(vocabulary),
        "premises": dict(premises),
        "options": dict(options),
        "answer": answer,
        "assumptions": assumptions,
        "final_answer_is_option": final_answer_is_option,
    }
    if assumable is not None:
        against["assumable"] = list(assumable)
    query = ArgumentQuery.read(against)
    describe = (
        f"premises: the names of those the argument needs, no more ({', '.join(query.premises)}). conclusion: the "
        f"option that follows from them ({', '.join(query.options)})."
    )
    properties: dict[str, Any] = {
        "premises": {"type": "array", "items": {"enum": list(query.premises)}, "uniqueItems": True, "minItems": 1},
        "conclusion": {"enum": list(query.options)},
    }
    if assumptions:
        properties["assumptions"] = {"type": "array", "items": {"type": ["array", "string"]}, "maxItems": assumptions}
        describe += (
            f" assumptions: at most {assumptions} formulas that the argument needs beside the premises, consistent "
            'with all premises: an atom, ["is", predicate, individual …], ["not", f], ["and", f …], ["or", f …], '
            '["implies", f, g], ["iff", f, g], ["forall", x, f], ["exists", x, f]. '
            f"Vocabulary: {json.dumps(vocabulary)}."
        )
        if assumable is not None:
            describe += f" It can only be some of these: {json.dumps(list(assumable))}."
    schema = {"type": "object", "required": ["premises", "conclusion"], "properties": properties}
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": schema}, against)

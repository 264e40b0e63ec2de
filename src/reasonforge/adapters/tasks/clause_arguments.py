"""Arguments from duties to the breach of one of them, as the `logic` check asks for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reasonforge.adapters.tasks.clauses import Clause, acts_of, keepers
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.logic import CHECK, logic_artefact


def breach_specification(
    duties: Mapping[str, Clause], options: Mapping[str, str], answer: str | None = None
) -> ArtefactSpecification:
    """Asks for duties from which it follows that another one is broken.

    `options` says which duty each conclusion calls broken; `answer` is the one that is asked for, None for any.
    """
    return logic_artefact(
        {"atoms": list(acts_of(list(duties.values())))},
        {name: formula(clause) for name, clause in duties.items()},
        {option: ["not", formula(duties[name])] for option, name in options.items()},
        answer=answer,
    )


def argued(premises: Iterable[str], conclusion: str) -> Mapping[str, Any]:
    """The artefact with this argument."""
    return {CHECK: {"premises": list(premises), "conclusion": conclusion}}


def formula(clause: Clause) -> Any:
    """The clause as the JSON of a proposition.

    >>> formula((("p", True), ("q", False)))
    ['or', 'p', ['not', 'q']]
    """
    literals: list[Any] = [act if wanted else ["not", act] for act, wanted in clause]
    return ["or", *literals] if len(literals) > 1 else literals[0]


def conflict(clauses: Sequence[Clause]) -> list[int]:
    """Where the duties of one conflict stand: they cannot all be kept, but any of them left out, the others can.

    Raises:
        ValueError: all of them can be kept.
    """
    acts = acts_of(clauses)
    masks = [keepers(clause, acts) for clause in clauses]
    left = list(range(len(clauses)))
    if can_be_kept(masks[at] for at in left):
        raise ValueError("duties that can all be kept are in no conflict")
    for at in range(len(clauses)):
        if not can_be_kept(masks[other] for other in left if other != at):
            left.remove(at)
    return left


def can_be_kept(masks: Iterable[int]) -> bool:
    """Whether some course of action is in all of these sets (`clauses.keepers`); in none of them is in all."""
    common = -1
    for mask in masks:
        common &= mask
    return common != 0

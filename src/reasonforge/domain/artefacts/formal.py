"""What a program is held against beyond its tests: cases of the reference, and relations between its own outputs.

A case is an argument list and the value that the task's reference gives for it. A relation is a law that every right
program obeys, checked on outputs alone, by a closed vocabulary. Every relation has `relation`, `inputs` (argument
lists), and:

| relation | further members | f(…) is the program's value, x the argument `argument` |
| --- | --- | --- |
| invariant | transform | f(T x) = f(x) |
| equivariant | transform, result (default: the same transform) | f(T x) = U f(x) |
| monotone | transform | f(T x) ≥ f(x), numbers, or lists element by element |
| concatenation | argument, combine: append, add, max or min; inputs in pairs | f(x + y) = f(x) ⊕ f(y) |
| idempotent | argument | f(f(x)) = f(x) |
| inverse | argument, turn {argument, to} | f(to, f(from, x)) = x |

A transform is {name, argument, by}: `reverse`, `sort`, `rotate` (by places to the left) and `double` (the list twice)
of a list; `add` and `scale` of a number, or of each number of a list. A result's `name` and `by` are the same, without
`argument`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reasonforge.domain.artefact import ArtefactSpecification

CHECK: Final = "formal"
RELATIONS: Final = ("invariant", "equivariant", "monotone", "concatenation", "idempotent", "inverse")
OF_LISTS: Final = ("reverse", "sort", "rotate", "double")
OF_NUMBERS: Final = ("add", "scale")
COMBINATIONS: Final = ("append", "add", "max", "min")


def formal_artefact(
    cases: Sequence[tuple[Sequence[Any], Any]], relations: Sequence[Mapping[str, Any]] = ()
) -> ArtefactSpecification:
    """Nothing is asked of the miner but its program; (arguments, value) a case, at least one.

    Raises:
        ValueError: there is no case, or a relation is outside the vocabulary.
    """
    if not cases:
        raise ValueError("a differential check needs at least one case")
    for relation in relations:
        check_relation(relation)
    return ArtefactSpecification(
        check=CHECK,
        asks={},
        against={
            "cases": [{"input": list(arguments), "output": value} for arguments, value in cases],
            "relations": [dict(relation) for relation in relations],
        },
    )


def check_relation(relation: Mapping[str, Any]) -> None:
    """Refuses a relation that is not in the vocabulary.

    Raises:
        ValueError: which it says.
    """
    name, inputs = relation.get("relation"), relation.get("inputs")
    if name not in RELATIONS:
        message = f"a relation is one of {', '.join(RELATIONS)}, not {name!r}"
        raise ValueError(message)
    if not isinstance(inputs, list) or not inputs or not all(isinstance(one, list) and one for one in inputs):
        message = f"{name} needs a list of inputs, each a list of arguments"
        raise ValueError(message)
    fewest = min(map(len, inputs))
    if name in ("invariant", "equivariant", "monotone"):
        _check_transform(relation.get("transform"), fewest)
    else:
        _check_argument(relation.get("argument"), fewest)
    if name == "equivariant" and "result" in relation:
        _check_name(relation["result"])
    if name == "concatenation" and (relation.get("combine") not in COMBINATIONS or len(inputs) % 2):
        message = f"concatenation needs pairs of inputs and to combine by one of {', '.join(COMBINATIONS)}"
        raise ValueError(message)
    if name == "inverse":
        turn = relation.get("turn")
        if not isinstance(turn, Mapping) or "to" not in turn:
            raise ValueError("inverse needs a turn: which argument becomes what")
        _check_argument(turn.get("argument"), fewest)


def _check_transform(transform: Any, fewest: int) -> None:
    _check_name(transform)
    _check_argument(transform.get("argument"), fewest)


def _check_name(transform: Any) -> None:
    if not isinstance(transform, Mapping) or transform.get("name") not in (*OF_LISTS, *OF_NUMBERS):
        message = f"a transform is one of {', '.join((*OF_LISTS, *OF_NUMBERS))}"
        raise ValueError(message)
    if transform["name"] in (*OF_NUMBERS, "rotate") and type(transform.get("by")) is not int:
        message = f"{transform['name']} needs an integer `by`"
        raise ValueError(message)


def _check_argument(argument: Any, fewest: int) -> None:
    if type(argument) is not int or not 0 <= argument < fewest:
        raise ValueError("an argument is the number of one, from 0")

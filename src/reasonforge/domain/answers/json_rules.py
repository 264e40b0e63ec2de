"""Named rules that a JSON answer can be checked by where more than one is right. Each is a property of integers in
lists, which is decided exactly and in linear time; a small closed list on purpose.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.json_text import same_json

_MAX_ITEMS = 10_000


def _integers(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MAX_ITEMS and all(type(item) is int for item in value)


def _pairs(value: Any) -> bool:
    return isinstance(value, list) and all(_integers(pair) and len(pair) == 2 for pair in value)


def _subset_sum(given: Any, rule: Mapping[str, Any]) -> bool:
    """Some of `numbers`, each as often as it stands there at most, which sum to `target`."""
    return _integers(given) and not Counter(given) - Counter(rule["numbers"]) and sum(given) == rule["target"]


def _unordered(given: Any, rule: Mapping[str, Any]) -> bool:
    """The items of `items`, each as often as it stands there, in any order."""
    if not isinstance(given, list) or len(given) != len(rule["items"]):
        return False
    left = list(rule["items"])
    for item in given:
        at = next((at for at, other in enumerate(left) if same_json(item, other)), None)
        if at is None:
            return False
        del left[at]
    return True


def _path(given: Any, rule: Mapping[str, Any]) -> bool:
    """Nodes from `start` to `end`, each joined to the next by an edge of `edges` (directed), `steps` edges at most."""
    if not _integers(given) or not given or given[0] != rule["start"] or given[-1] != rule["end"]:
        return False
    edges = {tuple(edge) for edge in rule["edges"]}
    return len(given) - 1 <= rule["steps"] and all(step in edges for step in pairwise(given))


def _colouring(given: Any, rule: Mapping[str, Any]) -> bool:
    """A colour from 0 to `colours` − 1 for every node 0 … `nodes` − 1, different at the ends of every edge."""
    return (
        _integers(given)
        and len(given) == rule["nodes"]
        and all(0 <= colour < rule["colours"] for colour in given)
        and all(given[first] != given[second] for first, second in rule["edges"])
    )


def _satisfies(given: Any, rule: Mapping[str, Any]) -> bool:
    """Literals ±1 … ±`variables`, one for every variable, of which every clause holds one."""
    if not _integers(given) or sorted(map(abs, given)) != list(range(1, rule["variables"] + 1)):
        return False
    true = set(given)
    return all(any(literal in true for literal in clause) for clause in rule["clauses"])


_Field = Callable[[Any], bool]


def _natural(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MAX_ITEMS


def _whole(value: Any) -> bool:
    return type(value) is int


_RULES: Mapping[str, tuple[Callable[[Any, Mapping[str, Any]], bool], Mapping[str, _Field]]] = {
    "subset_sum": (_subset_sum, {"numbers": _integers, "target": _whole}),
    "unordered": (_unordered, {"items": lambda value: isinstance(value, list) and len(value) <= 200}),
    "path": (_path, {"edges": _pairs, "start": _whole, "end": _whole, "steps": _natural}),
    "colouring": (_colouring, {"nodes": _natural, "colours": _natural, "edges": _pairs}),
    "satisfies": (
        _satisfies,
        {"variables": _natural, "clauses": lambda value: isinstance(value, list) and all(map(_integers, value))},
    ),
}


def refuse_odd_rule(rule: Any) -> None:
    """Nothing, of `{"name": a rule's name, its fields …}`.

    Raises:
        ValueError: there is no such rule, or its fields are not those it has.
    """
    name = rule.get("name") if isinstance(rule, Mapping) else None
    if not isinstance(name, str) or name not in _RULES:
        message = f"a checker's name must be one of {', '.join(_RULES)}, not {quoted(str(name))}"
        raise ValueError(message)
    fields = _RULES[name][1]
    if set(rule) != {"name", *fields} or not all(fits(rule[field]) for field, fits in fields.items()):
        message = f"the checker {name} needs exactly {', '.join(fields)}, of the right kind"
        raise ValueError(message)
    if name == "colouring" and any(not 0 <= node < rule["nodes"] for edge in rule["edges"] for node in edge):
        raise ValueError("the checker colouring has an edge to a node that there is not")


def obeys(given: Any, rule: Mapping[str, Any]) -> bool:
    """Whether a JSON value, of whatever shape, is as the rule wants it. Never raises, of a rule that is in order."""
    return _RULES[rule["name"]][0](given, rule)

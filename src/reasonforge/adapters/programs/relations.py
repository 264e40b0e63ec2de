"""Metamorphic relations (domain/artefacts/formal.py), as calls to make and laws for what comes back.

A relation asks in two rounds: first its inputs and what they are transformed to; then, for laws that put an output back
in, those. Outputs are hostile: any JSON value within the caps of a run, of which nothing is assumed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reasonforge.adapters.programs.comparison import Outcome, Returned, same
from reasonforge.domain.artefacts.formal import OF_LISTS

Arguments = list[Any]
_LARGEST_BITS = 20_000


def first_calls(relation: Mapping[str, Any]) -> list[Arguments]:
    """For each input itself, then each transformed one; for a concatenation, each pair's joined one.

    Raises:
        ValueError, TypeError: an input is not what the transform works on.
    """
    inputs: list[Arguments] = [list(one) for one in relation["inputs"]]
    match relation["relation"]:
        case "invariant" | "equivariant" | "monotone":
            transform = relation["transform"]
            at = transform["argument"]
            return [*inputs, *(_with(one, at, transformed(transform, one[at])) for one in inputs)]
        case "concatenation":
            at = relation["argument"]
            pairs = zip(inputs[::2], inputs[1::2], strict=True)
            return [*inputs, *(_with(left, at, left[at] + right[at]) for left, right in pairs)]
        case _:
            return inputs


def second_calls(relation: Mapping[str, Any], values: Sequence[Any]) -> list[Arguments]:
    """Calls with outputs of the first round in them."""
    inputs, name = relation["inputs"], relation["relation"]
    if name not in ("idempotent", "inverse"):
        return []
    again = [_with(list(one), relation["argument"], value) for one, value in zip(inputs, values, strict=True)]
    if name == "inverse":
        turn = relation["turn"]
        again = [_with(one, turn["argument"], turn["to"]) for one in again]
    return again


def holds(relation: Mapping[str, Any], first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Whether outputs obey the law. Total over JSON values of the first and second calls."""
    inputs = relation["inputs"]
    count = len(inputs)
    before, after = first[:count], first[count:]
    match relation["relation"]:
        case "invariant":
            return _all_same(after, before)
        case "equivariant":
            try:
                wanted = [transformed(relation.get("result", relation["transform"]), value) for value in before]
            except (TypeError, ValueError):
                return False
            return _all_same(after, wanted)
        case "monotone":
            return all(_at_most(low, high) for low, high in zip(before, after, strict=True))
        case "concatenation":
            try:
                pairs = zip(before[::2], before[1::2], strict=True)
                wanted = [_combined(relation["combine"], left, right) for left, right in pairs]
            except (TypeError, ValueError):
                return False
            return _all_same(after, wanted)
        case "idempotent":
            return _all_same(second, before)
        case _:
            return _all_same(second, [one[relation["argument"]] for one in inputs])


def transformed(transform: Mapping[str, Any], value: Any) -> Any:
    """T of a value.

    Raises:
        TypeError, ValueError: the value is nothing that T works on, or too large.
    """
    name = transform["name"]
    if name in OF_LISTS:
        return _rearranged(name, transform, value)
    if isinstance(value, list):
        return [_moved(name, transform["by"], item) for item in value]
    return _moved(name, transform["by"], value)


def returned(outcomes: Sequence[Outcome]) -> list[Any] | None:
    """All values; None when there is one missing."""
    values = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
    return values if len(values) == len(outcomes) else None


def _rearranged(name: str, transform: Mapping[str, Any], value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("no list")
    if name == "reverse":
        return value[::-1]
    if name == "double":
        return value + value
    if name == "sort":
        if any(type(item) is not int for item in value):
            raise TypeError("only integers are sorted")
        return sorted(value)
    places = transform["by"] % len(value) if value else 0
    return value[places:] + value[:places]


def _moved(name: str, by: int, value: Any) -> int | float:
    if type(value) is int and value.bit_length() <= _LARGEST_BITS:
        return value + by if name == "add" else value * by
    if type(value) is float:
        return value + by if name == "add" else value * by
    raise TypeError("no number")


def _combined(how: str, left: Any, right: Any) -> Any:
    if how == "append":
        if isinstance(left, list) and isinstance(right, list):
            return left + right
        raise TypeError("no lists")
    if type(left) is not int or type(right) is not int:
        raise TypeError("no integers")
    return left + right if how == "add" else max(left, right) if how == "max" else min(left, right)


def _at_most(low: Any, high: Any) -> bool:
    if isinstance(low, list) and isinstance(high, list):
        return len(low) == len(high) and all(_at_most_number(one, two) for one, two in zip(low, high, strict=True))
    return _at_most_number(low, high)


def _at_most_number(low: Any, high: Any) -> bool:
    return type(low) in (int, float) and type(low) is type(high) and low <= high


def _all_same(given: Sequence[Any], wanted: Sequence[Any]) -> bool:
    return len(given) == len(wanted) and all(same(one, two) for one, two in zip(given, wanted, strict=True))


def _with(arguments: Arguments, at: int, value: Any) -> Arguments:
    return [*arguments[:at], value, *arguments[at + 1 :]]

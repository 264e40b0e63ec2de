"""How a file of tasks is written: a field a line, long values opened up; the same bytes everywhere."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 120
_STEP = "  "


def laid_out(value: Any) -> str:
    """JSON in which whatever fits into a line stands on one.

    >>> print(laid_out({"a": [1, 2], "b": {"c": "x"}}))
    {"a": [1, 2], "b": {"c": "x"}}
    """
    return _laid_out(value, "", 0)


def file_of(documents: Sequence[Mapping[str, Any]]) -> str:
    """A file of tasks: an array, a task's every field on lines of its own."""
    tasks = [_opened(document, _STEP) for document in documents]
    return "[\n" + ",\n".join(f"{_STEP}{task}" for task in tasks) + "\n]\n" if tasks else "[]\n"


def _laid_out(value: Any, indent: str, before: int) -> str:
    """`before`: how many characters of the line are taken, the indent among them."""
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if before + len(flat) <= WIDTH or not value or not isinstance(value, Mapping | list | tuple):
        return flat
    if isinstance(value, Mapping):
        return _opened(value, indent)
    inner = indent + _STEP
    parts = [inner + _laid_out(one, inner, len(inner)) for one in value]
    return "[\n" + ",\n".join(parts) + f"\n{indent}]"


def _opened(value: Mapping[str, Any], indent: str) -> str:
    inner = indent + _STEP
    parts = []
    for name, one in value.items():
        start = f"{inner}{json.dumps(name, ensure_ascii=False)}: "
        parts.append(start + _laid_out(one, inner, len(start)))
    return "{\n" + ",\n".join(parts) + f"\n{indent}}}"

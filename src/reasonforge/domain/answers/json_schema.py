"""A small part of JSON Schema, with its own meaning of each word (draft 2020-12), checked when it is made.

Words: `type` (one name of object, array, string, integer, number, boolean, null), `properties`, `required`,
`additionalProperties` (a flag; false beside `properties` where it is not said), `items` (one schema), `minItems`,
`maxItems`, `uniqueItems`, `minimum`, `maximum`, `minLength`, `maxLength`, `enum`, `description`. An `integer` is
written without a decimal point.
"""

from collections.abc import Callable, Mapping
from typing import Any

from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.json_text import same_json

MAX_SCHEMA_DEPTH = 16

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in {int, float},
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
}
_COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength"})
_WORDS = _COUNTS | {
    *("type", "properties", "required", "additionalProperties", "items", "uniqueItems", "minimum", "maximum", "enum"),
    "description",
}


def refuse_odd_schema(schema: Any, depth: int = MAX_SCHEMA_DEPTH) -> None:
    """Nothing, of a schema of this subset.

    Raises:
        ValueError: it is none; the sentence says where.
    """
    if not isinstance(schema, Mapping) or depth == 0:
        message = f"a schema must be an object, nested at most {MAX_SCHEMA_DEPTH} deep, not {quoted(str(schema))}"
        raise ValueError(message)
    strange = sorted(set(map(str, schema)) - _WORDS)
    if strange:
        message = f"a schema has no word {quoted(strange[0])} here"
        raise ValueError(message)
    fits: Mapping[str, Callable[[Any], bool]] = {
        "type": lambda value: value in _TYPES if isinstance(value, str) else False,
        "properties": lambda value: isinstance(value, Mapping),
        "required": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
        "additionalProperties": lambda value: isinstance(value, bool),
        "uniqueItems": lambda value: isinstance(value, bool),
        "enum": lambda value: isinstance(value, list) and bool(value),
        "description": lambda value: isinstance(value, str),
        "minimum": _TYPES["number"],
        "maximum": _TYPES["number"],
        **dict.fromkeys(_COUNTS, lambda value: type(value) is int and value >= 0),
    }
    for word, value in schema.items():
        if word in fits and not fits[word](value):
            message = f"a schema's {word} cannot be {quoted(str(value))}"
            raise ValueError(message)
    if "type" not in schema and "enum" not in schema:
        raise ValueError("a schema needs a type or an enum")
    for inner in schema.get("properties", {}).values():
        refuse_odd_schema(inner, depth - 1)
    if "items" in schema:
        refuse_odd_schema(schema["items"], depth - 1)


def misfit(value: Any, schema: Mapping[str, Any], where: str = "it") -> str:
    """The end of a sentence about what does not fit the schema; empty where all fits.

    >>> misfit({"a": True}, {"type": "object", "properties": {"a": {"type": "integer"}}})
    'a is no integer'
    """
    if "enum" in schema and not any(same_json(value, allowed) for allowed in schema["enum"]):
        return f"{where} is none of the allowed values"
    name = schema.get("type")
    if name is not None and not _TYPES[name](value):
        return f"{where} is no {name}"
    if isinstance(value, dict):
        return _misfit_of_members(value, schema, where)
    if isinstance(value, list):
        return _misfit_of_items(value, schema, where)
    if isinstance(value, str):
        return _misfit_of_size(len(value), schema, ("minLength", "maxLength"), f"the length of {where}")
    if type(value) in {int, float}:
        return _misfit_of_size(value, schema, ("minimum", "maximum"), where)
    return ""


def _misfit_of_size(size: float, schema: Mapping[str, Any], bounds: tuple[str, str], where: str) -> str:
    if size < schema.get(bounds[0], size) or size > schema.get(bounds[1], size):
        return f"{where} is out of bounds"
    return ""


def _misfit_of_members(value: dict[str, Any], schema: Mapping[str, Any], where: str) -> str:
    known = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            return f"{where} has no member {quoted(name)}"
    for name, inner in value.items():
        if name in known:
            wrong = misfit(inner, known[name], name if name.isalnum() and len(name) < 30 else "a member")
            if wrong:
                return wrong
        elif not schema.get("additionalProperties", "properties" not in schema):
            return f"{where} has a member {quoted(name)} that it must not have"
    return ""


def _misfit_of_items(value: list[Any], schema: Mapping[str, Any], where: str) -> str:
    wrong = _misfit_of_size(len(value), schema, ("minItems", "maxItems"), f"the length of {where}")
    if wrong:
        return wrong
    if schema.get("uniqueItems", False) and _has_repetition(value):
        return f"{where} holds an item twice"
    for item in value if "items" in schema else ():
        wrong = misfit(item, schema["items"], f"an item of {where}"[:60])
        if wrong:
            return wrong
    return ""


def _has_repetition(value: list[Any]) -> bool:
    seen: dict[str, None] = {}
    for item in value:
        key = _key(item)
        if key in seen:
            return True
        seen[key] = None
    return False


def _key(value: Any) -> str:
    """The same text for the same JSON, types included."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{name!r}:{_key(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_key, value))}]"
    return repr(value)

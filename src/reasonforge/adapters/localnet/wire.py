"""Lines of JSON: what travels between a local chain and its callers.

The server greets every connection with `{"protocol": …, "chain": …, "netuid": …}`. Then each request
`{"call": NAME, "with": {…}}` is answered, in order, by one of

    {"answer": VALUE}
    {"refused": SENTENCE}     the chain said no
    {"wrong": SENTENCE}       no chain could read the request

JSON is Python's: a float travels in its shortest exact form, and NaN travels too, so that the ledger refuses it as it
does in process.
"""

import json
from typing import Any

from attrs import frozen

from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import NetUid

PROTOCOL = "reasonforge-localnet/1"
MOST_REQUEST_BYTES = 256 * 1024
"""A row of 16,000 weights."""

MOST_ANSWER_BYTES = 64 * 1024 * 1024
"""A hundred epochs of two thousand neurons."""

LONGEST_TEXT = 256
LARGEST_INTEGER = 2**63 - 1


class Unreadable(ValueError):  # noqa: N818 - named for what was found, as domain.errors does
    """A line, or a value in it, that is not what it should be; the message is one sentence."""


@frozen
class Greeting:
    """What a server says first.

    Attributes:
        chain: names this chain, and no other that is served at the same address before or after it.
    """

    chain: str
    netuid: NetUid


def written(value: object) -> bytes:
    """A value as one line."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def read_object(line: bytes) -> dict[str, Any]:
    """The JSON object in a line; `Unreadable` when it holds none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:  # RecursionError: brackets without end
        raise Unreadable("a line must be one JSON object") from error
    return as_object(value, "a line")


def greeting_line(greeting: Greeting) -> bytes:
    """The first line of every connection."""
    return written({"protocol": PROTOCOL, "chain": greeting.chain, "netuid": greeting.netuid})


def read_greeting(line: bytes) -> Greeting:
    """The server's first line; `Unreadable` when it is not one of this protocol."""
    fields = read_object(line)
    protocol = text(fields, "protocol")
    if protocol != PROTOCOL:
        raise Unreadable(f"it speaks {protocol}, and this is {PROTOCOL}: run the same version of reasonforge")
    return Greeting(text(fields, "chain"), NetUid(integer(fields, "netuid")))


def read_answer(line: bytes) -> Any:
    """What the server answered.

    Raises:
        ChainRefused: the chain said no.
        ValueError: no chain could read the request.
        Unreadable: the line is no answer.
    """
    fields = read_object(line)
    if "answer" in fields:
        return fields["answer"]
    for key, kind in (("refused", ChainRefused), ("wrong", ValueError)):
        sentence = fields.get(key)
        if isinstance(sentence, str):
            raise kind(sentence)
    raise Unreadable("an answer must be an answer, a refusal, or say what is wrong")


def as_object(value: object, name: str) -> dict[str, Any]:
    """`value`, when it is a JSON object."""
    if not isinstance(value, dict):
        raise Unreadable(f"{name} must be one JSON object")
    return value


def as_list(value: object, name: str) -> list[Any]:
    """`value`, when it is a JSON array."""
    if not isinstance(value, list):
        raise Unreadable(f"{name} must be a list")
    return value


def text(fields: dict[str, Any], name: str) -> str:
    """A printable text of at most `LONGEST_TEXT` characters: others will print it."""
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise Unreadable(f"{name} must be a printable text of at most {LONGEST_TEXT} characters")
    return value


def integer(fields: dict[str, Any], name: str) -> int:
    """A whole number within ±`LARGEST_INTEGER`."""
    value = fields.get(name)
    if type(value) is not int or abs(value) > LARGEST_INTEGER:
        raise Unreadable(f"{name} must be a whole number of at most {LARGEST_INTEGER}")
    return value


def optional_integer(fields: dict[str, Any], name: str) -> int | None:
    """A whole number, or None where it is null or absent."""
    return None if fields.get(name) is None else integer(fields, name)


def flag(fields: dict[str, Any], name: str) -> bool:
    """True or false; absent is false."""
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise Unreadable(f"{name} must be true or false")
    return value


def numbers(fields: dict[str, Any], name: str) -> tuple[Any, ...]:
    """A list of numbers of any kind and size: whether they can be uids or weights is the ledger's to say."""
    values = as_list(fields.get(name), name)
    if not all(isinstance(value, int | float) for value in values):
        raise Unreadable(f"{name} must be a list of numbers")
    return tuple(values)

"""What is asked of Lean about a compiled proof, and how its answer is read."""

import json
import re

from attrs import frozen

_DEPENDS = re.compile(r"depends on axioms: \[([^\[\]]*)\]")
_CLOSED = "does not depend on any axioms"


@frozen
class Message:
    """One line of `lean --json`."""

    severity: str
    line: int
    text: str


def audit_source(header: str, theorem: str, name: str) -> str:
    """Restates the theorem as a proof of the task's own constant, by root names, and lists its axioms."""
    return f"{header}theorem {name} : _root_.Goal_statement := @_root_.{theorem}\n#print axioms _root_.{name}\n"


def read_messages(stdout: bytes) -> tuple[Message, ...] | None:
    """Every message, in order; None when anything else was written."""
    try:
        entries = [json.loads(line) for line in stdout.decode("utf-8").splitlines()]
        return tuple(Message(str(one["severity"]), int(one["pos"]["line"]), str(one["data"])) for one in entries)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def read_axioms(messages: tuple[Message, ...], name: str, line: int) -> tuple[str, ...] | None:
    """The axioms of `name`, sorted; None unless the one message is the answer to line `line` of the audit."""
    if len(messages) != 1 or messages[0].severity != "information" or messages[0].line != line:
        return None
    said = " ".join(messages[0].text.split())
    opening = f"'{name}' "
    if not said.startswith(opening):
        return None
    said = said.removeprefix(opening)
    if said == _CLOSED:
        return ()
    found = _DEPENDS.fullmatch(said)
    return tuple(sorted(word.strip() for word in found[1].split(","))) if found else None

"""Runs inside the sandbox, beside a miner's `solution.py`; never imported by the validator.

`python3 harness.py calls NAME`: standard input is a JSON list of argument lists; for each, `NAME(*arguments)` is called
and one line written to what was standard output when we started: `=` and the value as JSON, or `!` and why there is
none (`raised`, `unfit`). `python3 harness.py program`: the source is run as `__main__`, with our standard streams.

Everything here shares a process with the miner's code and can be changed by it. That gives it nothing: the judge
outside compares whatever comes out with values that never come in here.
"""

import json
import os
import sys
import types
from typing import Any

NO_ENTRY, NOT_LOADED = 3, 4


def source() -> str:
    """As UTF-8 whatever a coding cookie says, so that what runs is what static analysis reads."""
    with open("solution.py", encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - starts faster without pathlib
        return file.read()


def plain(value: Any) -> Any:
    """The value as JSON's types: a tuple is a list, a subclass is what it extends; keys are texts.

    Raises:
        TypeError: there is something else in it.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int):
        return int.__add__(value, 0)
    if isinstance(value, float):
        return float.__add__(value, 0.0)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key is no text")
        return {str.__str__(key): plain(item) for key, item in value.items()}
    raise TypeError("neither a number, a text, a list nor a dict")


def calls(entry: str) -> None:
    """Answers each argument list by one line."""
    channel, dumps, write, leave, convert = os.dup(1), json.dumps, os.write, os._exit, plain
    asked = json.loads(sys.stdin.buffer.read())
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # what honest code prints on the way is no result

    def say(text: str) -> None:
        rest = text.encode("ascii", "replace") + b"\n"
        while rest:
            rest = rest[write(channel, rest) :]

    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    try:
        exec(compile(source(), "solution.py", "exec"), module.__dict__)  # noqa: S102 - that is what the sandbox is for
    except BaseException as failure:  # noqa: BLE001 - a stranger's code may raise anything, SystemExit too
        os.write(2, type(failure).__name__.encode("ascii", "replace"))
        leave(NOT_LOADED)
    function = module.__dict__.get(entry)
    if function is None:
        leave(NO_ENTRY)
    for arguments in asked:
        try:
            value = function(*arguments)
        except BaseException:  # noqa: BLE001 - as above
            say("!raised")
            continue
        try:
            text = dumps(convert(value), allow_nan=False)
        except BaseException:  # noqa: BLE001 - its value may be of a class of its own
            say("!unfit")
            continue
        say("=" + text)
    leave(0)


def program() -> None:
    """Runs the source as a script."""
    sys.argv = ["solution.py"]
    main = sys.modules["__main__"].__dict__
    code = compile(source(), "solution.py", "exec")
    for name in [name for name in main if not name.startswith("__")]:
        del main[name]
    exec(code, main)  # noqa: S102 - as above


if __name__ == "__main__":
    if sys.argv[1] == "calls":
        calls(sys.argv[2])
    else:
        program()

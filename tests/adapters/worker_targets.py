"""What the tests have workers do."""

import ctypes
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any


def echo(payload: Any) -> Any:
    return payload


def process_id(_payload: Any) -> int:
    return os.getpid()


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def spin(_payload: Any) -> int:
    number = 0
    while True:
        number += 1


def tower(_payload: Any) -> int:
    nine = 9
    return int((nine**nine**nine) % 10)


def eat_memory(_payload: Any) -> int:
    return len(bytearray(1 << 40))


def eat_memory_slowly(_payload: Any) -> int:
    kept: list[bytes] = []
    while True:
        kept.append(bytes(1 << 22))


def disguise_memory(_payload: Any) -> int:
    try:
        return len(bytearray(1 << 40))
    except MemoryError as error:
        message = "could not solve"
        raise ValueError(message) from error


def recurse(payload: int) -> int:
    return recurse(payload + 1) + 1


def leave(code: int) -> None:
    sys.exit(code)


def leave_at_once(code: int) -> None:
    os._exit(code)


def die_of(signal: int) -> None:
    os.kill(os.getpid(), signal)


def follow_a_null_pointer(_payload: Any) -> int:
    return int(ctypes.string_at(0)[0])


def fail(said: str) -> None:
    raise LookupError(said)


def long_answer(size: int) -> str:
    return "x" * size


def not_json(_payload: Any) -> object:
    return object()


def write_a_file(path: str) -> str:
    try:
        Path(path).write_text("something", encoding="ascii")
    except OSError as error:
        return type(error).__name__
    return "written"


def surroundings(_payload: Any) -> dict[str, Any]:
    """What a worker can see of the process it works for."""
    descriptors = []
    for number in range(resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        try:
            os.fstat(number)
        except OSError:
            continue
        descriptors.append(number)
    return {
        "environment": dict(os.environ),
        "descriptors": descriptors,
        "session": os.getsid(0) == os.getpid(),
        "limits": [
            resource.getrlimit(which)[0]
            for which in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)
        ],
    }


def loaded(module: str) -> bool:
    return module in sys.modules


WARMED: list[int] = []


def warm_up() -> None:
    WARMED.append(1)


def warmth(_payload: Any) -> int:
    return len(WARMED)

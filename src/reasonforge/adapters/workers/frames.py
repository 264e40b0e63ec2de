"""What travels between the pool, its zygote and its workers.

Pool ↔ worker: frames of a kind, a length and that many bytes of JSON. Pool ↔ zygote: fixed-size orders and reports that
name a worker by the pool's own number, so that no process id is ever used after it may belong to somebody else.
"""

import socket
from enum import Enum, IntEnum
from struct import Struct
from typing import Final

from attrs import frozen

HEAD: Final = Struct(">cI")
ORDER: Final = Struct(">cI")
REPORT: Final = Struct(">cIi")


class Kind(Enum):
    """What a frame between pool and worker says."""

    WORK = b"w"  # to the worker: [target, payload]
    READY = b"r"  # it waits for work
    BEGUN = b"b"  # what happens from here on is the work's doing
    VALUE = b"v"  # what the function gave
    RAISED = b"e"  # [type, message]
    MEMORY = b"m"  # the three limits that a worker notices itself
    DEPTH = b"d"
    OUTPUT = b"o"


class Order(Enum):
    """What the pool tells the zygote about worker n; `FORK` carries the worker's socket."""

    FORK = b"f"
    KILL = b"k"


class Report(Enum):
    """What the zygote tells about worker n: born with a process id, not born, or dead with a wait status."""

    BORN = b"b"
    STILLBORN = b"s"
    DEAD = b"d"


class Exit(IntEnum):
    """Exit codes of a worker that ends by itself."""

    DISMISSED = 0
    UNFIT = 70


@frozen
class Upbringing:
    """What a zygote has to know, as JSON in its argument.

    Attributes:
        path: `sys.path` of the pool's process, absolute.
        preload: modules imported before the first fork (one that is not installed is left out), and
            `module:function` entries, called once without arguments to fill caches.
        prefix: what every target's module, and the module that defines the function, begins with.
        memory_bytes: address space a worker may use beside what it was born with.
        message_bytes: the longest answer.
        parent: process id of the pool's process.
        control: number of the descriptor that leads to it.
    """

    path: tuple[str, ...]
    preload: tuple[str, ...]
    prefix: str
    memory_bytes: int
    message_bytes: int
    parent: int
    control: int


def framed(kind: Kind, body: bytes = b"") -> bytes:
    """One frame."""
    return HEAD.pack(kind.value, len(body)) + body


def received(connection: socket.socket, count: int) -> bytes | None:
    """Exactly `count` bytes off a blocking socket; None when it ends before."""
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)

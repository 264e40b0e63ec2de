"""What a database lies on: the engine that reaches it, and how its transactions begin."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen
from sqlalchemy import Engine


@frozen
class Medium:
    """One database.

    Attributes:
        named: for people: a path, or a URL without its password.
        path: of the file; None where it is no file of this machine.
        reads, writes: options of the engine for a transaction of that kind.
    """

    named: str
    path: Path | None
    engine: Engine
    reads: Mapping[str, Any]
    writes: Mapping[str, Any]

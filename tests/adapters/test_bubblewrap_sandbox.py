"""What is particular to bubblewrap: where it is found, and what it refuses to the system itself."""

import asyncio
import os
import shutil
import struct
import tempfile
from pathlib import Path

import pytest

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.seccomp import denylist
from reasonforge.adapters.bubblewrap.toolchain import Toolchain, python_toolchain
from reasonforge.application.ports.sandbox import Program
from reasonforge.domain.errors import ValidatorFault
from tests.sandboxes import require_kind


@pytest.mark.bwrap
def test_it_is_found_anywhere_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bubblewrap outside the system's own directories works as well."""
    require_kind("bubblewrap")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        installed = shutil.which("bwrap")
        assert installed is not None
        Path(directory, "elsewhere-bwrap").symlink_to(Path(installed).resolve())
        monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
        sandbox = BubblewrapSandbox({"python": python_toolchain()}, executable="elsewhere-bwrap")

        (run,) = asyncio.run(sandbox.run(Program("python", ("echo", "on"))))

    assert run.stdout == b"on\n"


def test_a_bubblewrap_that_is_missing_is_our_fault() -> None:
    """Runs raise `ValidatorFault`, no toolchain is offered, and the self-test says what to install."""
    sandbox = BubblewrapSandbox({"python": python_toolchain()}, executable="no-such-bwrap")

    with pytest.raises(ValidatorFault, match="not installed"):
        asyncio.run(sandbox.run(Program("python", ("true",))))
    assert asyncio.run(sandbox.toolchains()) == frozenset()
    assert {test.passed for test in asyncio.run(sandbox.self_test())} == {False}


def test_a_toolchain_that_is_missing_is_our_fault() -> None:
    """A directory that does not exist is named."""
    sandbox = BubblewrapSandbox({"lean": Toolchain((Path("/no/such/lean"),))})

    with pytest.raises(ValidatorFault, match="/no/such/lean does not exist"):
        asyncio.run(sandbox.run(Program("lean", ("lean",))))


@pytest.mark.parametrize(("machine", "audit"), [("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)])
def test_every_way_through_the_filter_ends(machine: str, audit: int) -> None:
    """It asks for its architecture first, jumps only forward and inside itself, and ends by returning."""
    program = denylist(machine)
    assert program is not None
    instructions = list(struct.iter_unpack("<HBBI", program))

    assert instructions[:2] == [(0x20, 0, 0, 4), (0x15, 1, 0, audit)]
    assert instructions[-1] == (0x06, 0, 0, 0x7FFF0000)
    for place, (code, yes, no, _) in enumerate(instructions):
        if code & 0x07 == 0x05:
            assert place + 1 + max(yes, no) < len(instructions)


def test_an_unknown_architecture_has_no_filter() -> None:
    """Numbers of one architecture are never applied to another."""
    assert denylist("riscv64") is None

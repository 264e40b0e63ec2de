"""Every hostile program, in every sandbox."""

import asyncio
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reasonforge.application.ports.sandbox import Program, Run, RunEnd
from tests.hostile.conftest import Watch
from tests.hostile.programs import MARK, PRELUDE, PROGRAMS, HostileProgram
from tests.sandboxes import containers_left, directories_left, processes_left, require_kind, sandbox

# Setting up, clearing away and the second run, on a machine that does other things as well.
ASIDE_SECONDS = 8.0
KINDS = [
    pytest.param("bubblewrap", marks=pytest.mark.bwrap, id="bubblewrap"),
    pytest.param("docker", marks=pytest.mark.docker, id="docker"),
]


@pytest.fixture
def bystander() -> Iterator["subprocess.Popen[bytes]"]:
    """A process of ours that no program may reach."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


async def _attack(kind: str, program: Program) -> tuple[Run, Run]:
    async with sandbox(kind) as place:
        attacked, calm = await place.run(program, [b"attack\n", b"calm\n"])
        return attacked, calm


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hostile", PROGRAMS, ids=lambda hostile: hostile.name.replace(" ", "-"))
def test_a_hostile_program_gets_nothing(
    hostile: HostileProgram,
    kind: str,
    bystander: "subprocess.Popen[bytes]",
    monkeypatch: pytest.MonkeyPatch,
    watch: Watch,
) -> None:
    """It ends as it must and in time, reaches nothing, leaves nothing, and harms neither the next run nor us."""
    require_kind(kind)
    monkeypatch.setenv("RF_SECRET", "the validator's own")
    token = secrets.token_hex(16)
    names = ("one", "two", "three", "four", "five", "passwd", "shadow")
    program = Program(
        "python",
        ("python3", "-I", "main.py", token),
        {"main.py": (PRELUDE + hostile.source).encode()},
        outputs=names,
        limits=hostile.limits,
    )

    before = time.monotonic()
    with watch(hostile.name, f"sandbox: {kind}", hostile.limits.wall_seconds) as trial:
        attacked, calm = asyncio.run(_attack(kind, program))
        trial.seconds = attacked.seconds
        trial.verdict = f"{attacked.end.value}; exit code {attacked.exit_code}; nothing reached, nothing left"

    assert time.monotonic() - before < hostile.limits.wall_seconds + ASIDE_SECONDS
    assert attacked.end in hostile.ends, (attacked.stdout[-300:], attacked.stderr[-600:])
    assert b"ESCAPED" not in attacked.stdout
    if hostile.says is not None and attacked.end is RunEnd.EXITED:
        assert attacked.stdout == hostile.says, attacked.stderr[-600:]
    assert len(attacked.stdout) <= hostile.limits.output_bytes
    assert len(attacked.stderr) <= 64 * 1024
    assert attacked.outputs == {}
    assert (calm.end, calm.exit_code, calm.stdout) == (RunEnd.EXITED, 0, b"calm\n"), calm.stderr[-600:]
    assert processes_left(token) == []
    assert containers_left() == []
    assert directories_left() == []
    assert not [place for place in ("/tmp", tempfile.gettempdir(), "/dev/shm") if Path(place, MARK).exists()]  # noqa: S108
    assert bystander.poll() is None

"""What is particular to containers: how they are made, how many there are, and when they or the engine are gone."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from reasonforge.adapters.docker.engine import LIFE, OWNER, Engine
from reasonforge.adapters.docker.image import Image
from reasonforge.adapters.docker.sandbox import DockerSandbox
from reasonforge.application.ports.sandbox import Program, RunEnd, RunLimits
from reasonforge.domain.errors import ValidatorFault
from tests.sandboxes import IMAGE, require_kind

MINE = f"reasonforge-docker-test-{os.getpid()}"
REFUSED = {"ptrace", "personality", "keyctl", "bpf", "perf_event_open", "userfaultfd", "mount", "unshare", "setns"}
REFUSED |= {"io_uring_setup", "io_uring_enter", "io_uring_register", "process_vm_readv", "open_by_handle_at", "clone3"}


@pytest.fixture
def engine() -> Iterator[Engine]:
    require_kind("docker")
    engine = Engine()
    yield engine
    for container, _ in engine.owned(MINE):
        engine.remove(container)
    engine.close()


def _sandbox(engine: Engine, ahead: int = 0, concurrency: int = 2) -> DockerSandbox:
    return DockerSandbox({"python": Image(IMAGE)}, engine, concurrency, ahead, MINE)


def python(source: str, **limits: float) -> Program:
    most = RunLimits(**limits)  # type: ignore[arg-type] # whole numbers where they must be
    return Program("python", ("python3", "-I", "main.py"), {"main.py": source.encode()}, limits=most)


def _inspected(container: str) -> dict[str, object]:
    shown = subprocess.run(["docker", "inspect", container], capture_output=True, check=True).stdout
    found: dict[str, object] = json.loads(shown)[0]["HostConfig"]
    return found


@pytest.mark.docker
def test_a_container_has_every_limit(engine: Engine) -> None:
    """The engine's own account of a container shows each restriction."""
    container = engine.start(Image(IMAGE), RunLimits(), {OWNER: MINE, LIFE: "test"})

    held = _inspected(container)

    assert {
        name: held[name]
        for name in ("NetworkMode", "ReadonlyRootfs", "CapDrop", "CapAdd", "Privileged", "PidsLimit", "IpcMode", "Init")
    } == {
        "NetworkMode": "none",
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "CapAdd": None,
        "Privileged": False,
        "PidsLimit": 64,
        "IpcMode": "none",
        "Init": True,
    }
    assert (held["Memory"], held["MemorySwap"], held["NanoCpus"]) == (256 << 20, 256 << 20, 500_000_000)
    assert held["LogConfig"] == {"Type": "none", "Config": {}}
    options = held["SecurityOpt"]
    assert isinstance(options, list)
    assert "no-new-privileges" in options
    assert any(one.startswith("seccomp={") for one in options)
    mounted = held["Tmpfs"]
    assert isinstance(mounted, dict)
    assert {"noexec", "nosuid", "nodev", f"size={64 << 20}"} <= set(mounted["/tmp"].split(","))  # noqa: S108


def test_the_seccomp_profile_refuses_by_default() -> None:
    """What it does not name is refused, and it names no way out."""
    profile = json.loads((files("reasonforge.adapters.docker") / "seccomp.json").read_text())

    allowed = {
        name
        for rule in profile["syscalls"]
        if rule["action"] == "SCMP_ACT_ALLOW" and "args" not in rule
        for name in rule["names"]
    }
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert {"read", "write", "execve", "mmap", "exit_group"} <= allowed
    assert not allowed & (REFUSED | {"socket", "socketpair", "clone"})


@pytest.mark.docker
def test_what_a_crashed_runner_left_is_removed_at_the_next_start(engine: Engine) -> None:
    """Containers of a process that is dead go; those of a living one, and other owners', stay."""
    crash = (
        "import os, sys\n"
        "from reasonforge.adapters.docker.engine import Engine\nfrom reasonforge.adapters.docker.image import Image\n"
        "from reasonforge.adapters.docker.pool import Pool, Shape\n"
        "from reasonforge.application.ports.sandbox import RunLimits\n"
        "pool = Pool(Engine(), 0, sys.argv[1])\n"
        f"cell = pool.start(Shape.of('python', RunLimits()), Image({IMAGE!r}))\n"
        "print(cell.container, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    left = subprocess.run([sys.executable, "-c", crash, MINE], capture_output=True, check=False).stdout.decode().strip()
    other = _sandbox(engine, ahead=1)
    asyncio.run(other.run(python("print(1)")))
    other._pool.settle()
    alive = [container for container, _ in engine.owned(MINE) if container != left]
    assert len(left) == 64

    again = _sandbox(Engine())
    asyncio.run(again.run(python("print(1)")))

    assert [container for container, _ in engine.owned(MINE)] == alive
    assert len(alive) == 1
    asyncio.run(again.aclose())
    asyncio.run(other.aclose())
    assert list(engine.owned(MINE)) == []


@pytest.mark.docker
def test_containers_stand_ready_and_are_used_once(engine: Engine) -> None:
    """After a call there are as many ready as were asked for, and no call meets another's container."""
    sandbox = _sandbox(engine, ahead=2)
    source = "import os; print(os.path.exists('/tmp/seen')); open('/tmp/seen', 'w').close()"

    runs = [asyncio.run(sandbox.run(python(source)))[0] for _ in range(4)]
    sandbox._pool.settle()

    assert [run.stdout for run in runs] == [b"False\n"] * 4
    assert len(engine.owned(MINE)) == 2
    asyncio.run(sandbox.aclose())
    assert list(engine.owned(MINE)) == []


@pytest.mark.docker
def test_no_more_run_at_once_than_allowed(engine: Engine) -> None:
    """Six calls with two places never have more than two containers."""
    sandbox = _sandbox(engine, concurrency=2)
    most = 0
    done = threading.Event()

    def look() -> None:
        nonlocal most
        looking = Engine()
        while not done.wait(0.05):
            most = max(most, len(looking.owned(MINE)))
        looking.close()

    async def crowd() -> None:
        await asyncio.gather(*(sandbox.run(python("import time; time.sleep(0.5)")) for _ in range(6)))

    looker = threading.Thread(target=look)
    looker.start()
    asyncio.run(crowd())
    done.set()
    looker.join()

    assert 1 <= most <= 2
    asyncio.run(sandbox.aclose())


@pytest.mark.docker
def test_a_container_that_is_gone_in_the_middle_costs_that_run_only(engine: Engine) -> None:
    """When its container dies under a run that run has failed, nothing raises, and the next gets another."""
    sandbox = _sandbox(engine)

    async def lose() -> list[RunEnd]:
        call = asyncio.create_task(
            sandbox.run(python("import time; time.sleep(5 if input() else 0)", wall_seconds=8.0), [b"x\n", b"\n"])
        )
        await asyncio.sleep(1.5)
        for container, _ in engine.owned(MINE):
            engine.remove(container)
        return [run.end for run in await call]

    assert asyncio.run(lose()) == [RunEnd.SIGNALLED, RunEnd.EXITED]
    asyncio.run(sandbox.aclose())


def test_an_engine_that_is_gone_is_our_fault(tmp_path: Path) -> None:
    """Runs raise `ValidatorFault`, no toolchain is offered, and the self-test says why."""
    sandbox = DockerSandbox({"python": Image(IMAGE)}, Engine(url=f"unix://{tmp_path}/nothing.sock"))

    with pytest.raises(ValidatorFault, match="does not answer"):
        asyncio.run(sandbox.run(python("print(1)")))
    assert asyncio.run(sandbox.toolchains()) == frozenset()
    assert [test.passed for test in asyncio.run(sandbox.self_test())] == [False]
    asyncio.run(sandbox.aclose())


@pytest.mark.docker
def test_an_image_that_is_not_there_is_our_fault(engine: Engine) -> None:
    """Nothing is pulled: the toolchain is not offered, and asking for it is a `ValidatorFault`."""
    sandbox = DockerSandbox({"python": Image("reasonforge-no-such-image")}, engine, owner=MINE, ahead=0)

    assert asyncio.run(sandbox.toolchains()) == frozenset()
    with pytest.raises(ValidatorFault, match="no such image"):
        asyncio.run(sandbox.run(python("print(1)")))
    asyncio.run(sandbox.aclose())


@pytest.mark.docker
def test_a_mounted_directory_is_shown_read_only(engine: Engine, tmp_path: Path) -> None:
    """A toolchain's tree of this machine can be read at its own place, and not written."""
    (tmp_path / "tool").write_text("works")
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.owner() == "root" and str(parent).startswith("/tmp/"):  # noqa: S108
            parent.chmod(0o755)
    sandbox = DockerSandbox({"python": Image(IMAGE, (tmp_path,), {"TREE": str(tmp_path)})}, engine, owner=MINE, ahead=0)
    source = (
        "import os\ntree = os.environ['TREE']\nprint(open(tree + '/tool').read())\n"
        "try: open(tree + '/new', 'w')\nexcept OSError as error: print(error.strerror)"
    )

    (run,) = asyncio.run(sandbox.run(python(source)))

    assert run.stdout == b"works\nRead-only file system\n", run.stderr
    asyncio.run(sandbox.aclose())

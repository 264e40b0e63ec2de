"""A validator on a chain where strangers mine runs their programs in containers, or not at all."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from attrs import define, evolve, field

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.toolchain import python_toolchain
from reasonforge.adapters.runner.sandbox import RunnerSandbox
from reasonforge.adapters.runner.server import RunnerServer
from reasonforge.application.ports.sandbox import Program, Run, RunEnd
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.entrypoints.settings import ValidatorSettings
from reasonforge.entrypoints.verification import BUBBLEWRAP, ToolSettings, open_tools, tool_settings_of

PROGRAM = Program("python", ("python3", "-I", "main.py"), {"main.py": b""})
QUICK = ToolSettings(systems=frozenset(), workers=1)


@define
class Recording:
    """A sandbox that runs nothing and remembers what it was asked to run; it isolates or does not."""

    isolates: bool
    asked: list[Program] = field(factory=list)
    name: str = "a recording"

    async def run(self, program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:
        self.asked.append(program)
        return [Run(RunEnd.EXITED, 0, b"", b"", 0.0) for _ in inputs]

    async def toolchains(self) -> frozenset[str]:
        return frozenset({"python"})

    async def self_test(self) -> Sequence[SelfTest]:
        return [SelfTest(self.name, passed=True, detail="it records")]


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rf-production-") as directory:
        yield Path(directory, "socket")


async def _opened(sandbox: Recording, settings: ToolSettings, path: Path) -> bool:
    async with RunnerServer(sandbox).listening(path), open_tools(evolve(settings, sandbox=str(path))) as tools:
        return tools.sandbox is not None


def test_a_weaker_sandbox_behind_a_runner_is_refused(path: Path) -> None:
    """It is named, what to do is said, and nothing was run in it."""
    weaker = Recording(isolates=False)
    with pytest.raises(OperatorError, match=r"is a recording, which is weaker .* start `reasonforge sandbox serve`"):
        asyncio.run(_opened(weaker, evolve(QUICK, must_isolate=True), path))
    assert weaker.asked == []


def test_containers_behind_a_runner_are_taken(path: Path) -> None:
    """A sandbox that isolates is used, and so is a weaker one where that was allowed."""
    assert asyncio.run(_opened(Recording(isolates=True), evolve(QUICK, must_isolate=True), path))
    assert asyncio.run(_opened(Recording(isolates=False), QUICK, path))


def test_a_runner_that_becomes_weaker_runs_nothing(path: Path) -> None:
    """Restarted with a weaker sandbox, it refuses what must be isolated: unavailable, and nothing was run."""
    strong, weak = Recording(isolates=True), Recording(isolates=False)

    async def restarted() -> None:
        client = RunnerSandbox(path, must_isolate=True)
        async with RunnerServer(strong).listening(path):
            await client.run(PROGRAM)
        async with RunnerServer(weak).listening(path):
            await client.run(PROGRAM)

    with pytest.raises(ValidatorFault, match="for development only"):
        asyncio.run(restarted())
    assert (strong.asked, weak.asked) == ([PROGRAM], [])


@pytest.mark.parametrize("network", ["finney", "test"])
def test_production_settings_ask_for_isolation(network: str) -> None:
    """On a chain where strangers mine the sandbox must isolate, and bubblewrap by name is refused at once."""
    settings = ValidatorSettings.model_validate({"subtensor_network": network, "sandbox_enabled": True})
    assert tool_settings_of(settings).must_isolate
    with pytest.raises(OperatorError, match="for local chains only"):
        tool_settings_of(settings.model_copy(update={"sandbox": BUBBLEWRAP}))


def test_bubblewrap_never_comes_without_saying_so() -> None:
    """Its name, which runners, verdicts and the doctor show, says that it is for development only."""
    weaker = BubblewrapSandbox({"python": python_toolchain()})
    assert not weaker.isolates
    assert "for development only" in weaker.name

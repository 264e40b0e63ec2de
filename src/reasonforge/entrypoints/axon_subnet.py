"""The same subnet with a network between its neurons: every miner a process of its own behind a real Axon.

Chain and validators live in this process; the chain is served to the miners on loopback, and the validators ask them
over the SDK's wire.
"""

import asyncio
import contextlib
import secrets
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import frozen

from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.bittensor.wallet import Identity, new_identity
from reasonforge.adapters.localnet.address import LocalAddress
from reasonforge.adapters.localnet.server import LedgerServer
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.transport import Transport
from reasonforge.domain.errors import OperatorError, ReasonForgeError
from reasonforge.domain.identity import Hotkey
from reasonforge.entrypoints.cast import MinerPart
from reasonforge.entrypoints.demo_miner import Role, name_of
from reasonforge.entrypoints.story_time import StoryTransport
from reasonforge.entrypoints.subnet import InProcessSubnet

PACE = 1 / 40
"""A minute of thinking takes a second and a half. Faster, and on a busy machine what it is doing would show: a victim's
reply may come after its plagiarist's, which thinks for two seconds more."""
STARTING_SECONDS = 60.0
STARTING_SECONDS_A_MINER = 5.0
STOPPING_SECONDS = 5.0
LOOK_SECONDS = 0.05


@frozen(eq=False)
class MinerProcess:
    """A miner that was started; what it says on standard error is in `log`."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def has_ended(self) -> bool:
        return self.process.returncode is not None

    def tell_to_stop(self) -> None:
        """Ask it to end; it needs not be there any more."""
        if not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    async def close(self) -> None:
        """Make sure that it has ended, and reap it."""
        self.tell_to_stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_SECONDS):
                await self.process.wait()
        if not self.has_ended:
            self.process.kill()
            await self.process.wait()

    def last_words(self) -> str:
        """The last line that it wrote, for people."""
        lines = self.log.read_text(errors="replace").split("\n")
        return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it said nothing")


class AxonSubnet(InProcessSubnet):
    """An `InProcessSubnet` whose replies come over real sockets, signed by real keys in a folder that is removed.

    Tasks, voices and parts are those of the same seed in one process; what is measured is real, so that two runs are
    alike and not the same to the byte. Time runs at `PACE`: deadlines, thinking and what is measured alike.

    Args:
        validators, miners, seed, options: as for `InProcessSubnet`; miners are a number here, and faults the network's
            own.

    Raises:
        OperatorError: a miner did not start; no port is free.
    """

    def __init__(self, validators: int | list[str], miners: int, seed: int = 7, **options: Any) -> None:
        super().__init__(validators, miners, seed, **options)
        self._cast = miners
        self._identities: dict[str, Identity] = {}
        self._names: dict[Hotkey, str] = {}
        self._processes: list[MinerProcess] = []
        self._folder = Path()
        self._address: LocalAddress | None = None
        self._around = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reasonforge-network-"))
            self._folder = Path(folder)
            server = LedgerServer(self.ledger, secrets.token_hex(8))
            self._address = await stack.enter_async_context(server.listening())
            await super().__aenter__()
            stack.push_async_exit(super().__aexit__)
            stack.callback(self._tell_all_to_stop)  # at once, and then each is waited for
            await self._all_serve()
            self._around = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._around.aclose()

    @property
    def processes(self) -> tuple[MinerProcess, ...]:
        """The miners' processes, in the order of their uids."""
        return tuple(self._processes)

    def called(self, hotkey: Hotkey) -> str:
        return self._names.get(hotkey, hotkey)

    def _hotkey_of(self, name: str) -> Hotkey:
        identity = self._identities.setdefault(name, new_identity(name, self._folder))
        self._names[identity.hotkey] = name
        return identity.hotkey

    def _transport_of(self, hotkey: Hotkey) -> Transport:
        key = self._identities[self._names[hotkey]].keypair
        return StoryTransport(BittensorTransport(key, SystemClock(), allow_private=True), PACE)

    async def _add_miner(self, number: int, part: MinerPart) -> MinerProcess:
        name = name_of(number)
        hotkey, uid = self._join_chain(name, 0)
        role = Role(str(self._address), self._folder, name, self._cast, number, str(self.seed), PACE)
        log = self._folder / f"{name}.log"
        with log.open("wb") as told:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "reasonforge.entrypoints.demo_miner", *role.arguments()),
                stdin=asyncio.subprocess.PIPE,  # it ends when we do, however we do
                stdout=told,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us: we tell them
            )
        self._processes.append(MinerProcess(name, process, log))
        self._introduce(hotkey, uid, part)
        return self._processes[-1]

    async def _all_serve(self) -> None:
        """Wait until every miner has published where it serves, which it does once it listens."""
        loop = asyncio.get_running_loop()
        end = loop.time() + STARTING_SECONDS + STARTING_SECONDS_A_MINER * len(self._processes)
        while waiting := self._not_yet_serving():
            for miner in waiting:
                if miner.has_ended:
                    raise OperatorError(f"{miner.name} did not start: {miner.last_words()}")
            if loop.time() > end:
                names = ", ".join(miner.name for miner in waiting)
                raise SlowStartError(f"not serving after {STARTING_SECONDS:g} s and more: {names}; start fewer miners")
            await asyncio.sleep(LOOK_SECONDS)

    def _not_yet_serving(self) -> list[MinerProcess]:
        serving = {self.called(neuron.hotkey) for neuron in self.ledger.neurons if neuron.endpoint is not None}
        return [miner for miner in self._processes if miner.name not in serving]

    def _tell_all_to_stop(self) -> None:
        for miner in self._processes:
            miner.tell_to_stop()


class SlowStartError(ReasonForgeError):
    """The miners take longer to start than anyone would wait."""

"""One miner of `reasonforge demo --transport axon`: a part of the cast behind a real Axon, in a process of its own.

`python -m reasonforge.entrypoints.demo_miner`, started by the demo. It ends when it is told to, and when whoever holds
the other end of its standard input is gone.
"""

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack, closing
from pathlib import Path

from attrs import frozen

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.wallet import open_identity
from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.transport import MinerHandlers, ScoreNotice
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.entrypoints.cast import cast_miners
from reasonforge.entrypoints.container import MemoryMinerAdapters, Miner
from reasonforge.entrypoints.process import run_process
from reasonforge.entrypoints.story_time import StoryClock, StorySolve

PROGRAM = "reasonforge-demo-miner"
LOOPBACK = "127.0.0.1"
HOTKEY = "default"


@frozen
class Role:
    """Who plays what, and where.

    Attributes:
        chain: `memory://HOST:PORT`.
        wallet: the wallet's name in the folder `wallets`.
        cast: how many miners there are, which decides the parts; number: which of them this is, from 1.
        voices: what miner number n speaks like is `{voices}/miner-n`.
        pace: real seconds a second of the story.
    """

    chain: str
    wallets: Path
    wallet: str
    cast: int
    number: int
    voices: str
    pace: float

    def arguments(self) -> list[str]:
        """As a command line has it."""
        return [
            str(one)
            for one in (
                *("--chain", self.chain, "--wallets", self.wallets, "--wallet", self.wallet, "--cast", self.cast),
                *("--number", self.number, "--voices", self.voices, "--pace", self.pace),
            )
        ]


def name_of(number: int) -> str:
    """What the miner with this number (from 1) is called."""
    return f"miner-{number:02d}"


def main(arguments: list[str] | None = None) -> int:
    """Play until it is over; the exit code."""
    role = _role(arguments)

    async def work() -> None:
        await _play(role)

    return run_process(PROGRAM, work)


def _role(arguments: list[str] | None) -> Role:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    for name in ("chain", "wallet", "voices"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("cast", "number"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--wallets", required=True, type=Path)
    parser.add_argument("--pace", required=True, type=float)
    return Role(**vars(parser.parse_args(arguments)))


async def _play(role: Role) -> None:
    identity = open_identity(role.wallet, HOTKEY, role.wallets)
    part = cast_miners(role.cast)[role.number - 1]
    clock = StoryClock(SystemClock(), role.pace)
    async with AsyncExitStack() as stack:
        chain = stack.enter_context(closing(RemoteMemoryChain(role.chain, identity.hotkey)))
        neuron = (await chain.metagraph()).of(identity.hotkey)
        if neuron is None:
            raise OperatorError(f"{role.wallet} is not registered on the demo's chain")
        reasoner = part.reasoner(role.number, lambda number: f"{role.voices}/{name_of(number)}", clock)
        container = Miner(adapters=MemoryMinerAdapters(chain=chain, clock=clock), reasoner=reasoner)
        container.check_dependencies()
        transport = BittensorMinerTransport(identity.keypair, SystemClock(), host=LOOPBACK, port=0)
        stack.push_async_callback(transport.close)
        admit = container.admit_caller()
        await transport.serve(
            neuron.uid,
            MinerHandlers(
                admit=admit,
                foresee=admit.foresee,
                solve=StorySolve(part.handler(container.solve_task(), clock), role.pace),
                health=container.report_health(),
                learn=_hear,
            ),
        )
        await chain.serve(transport.endpoint)
        await _until_abandoned()


async def _hear(_caller: Hotkey, _notice: ScoreNotice) -> None:
    """What it earned is on the demo's screen."""


async def _until_abandoned() -> None:
    """Until nobody holds the other end of standard input any more. Nothing is ever written to it."""
    loop = asyncio.get_running_loop()
    abandoned = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), abandoned.set)
    try:
        await abandoned.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())


if __name__ == "__main__":
    sys.exit(main())

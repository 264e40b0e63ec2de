"""The local chain over loopback beside the same calls in process: a server of its own, 64 validators, 192 miners."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from functools import partial
from multiprocessing.connection import Connection
from random import Random

from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.localnet.control import LedgerControl
from reasonforge.adapters.localnet.server import LedgerServer
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.application.ports.chain import Chain
from reasonforge.domain.identity import RAO_PER_TAO, Coldkey, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters
from reasonforge.domain.weights import WeightRow

VALIDATORS, MINERS, SIDE_BY_SIDE = 64, 192, 16
ROUNDS = 5


def subnet() -> MemoryLedger:
    """256 neurons that serve, and 64 full rows of weights, one epoch old."""
    ledger, rng = MemoryLedger(Hyperparameters(weights_rate_limit=0)), Random(256)
    for number in range(VALIDATORS + MINERS):
        stake = Rao(1000 * RAO_PER_TAO if number < VALIDATORS else 0)
        ledger.add_founder(hotkey(number), Coldkey(f"5Cold{number:043}"), stake)
        ledger.serve(hotkey(number), Endpoint("203.0.113.9", 8000 + number))
    uids = tuple(map(Uid, range(VALIDATORS, VALIDATORS + MINERS)))
    for number in range(VALIDATORS):
        ledger.set_weights(hotkey(number), WeightRow(uids, tuple(rng.randint(1, 65_535) for _ in uids)), 0)
    ledger.advance(400)
    return ledger


def hotkey(number: int) -> Hotkey:
    return Hotkey(f"5Hot{number:044}")


def serve(says: Connection) -> None:
    async def run() -> None:
        async with LedgerServer(subnet(), "benchmark").listening() as address:
            says.send(str(address))
            await asyncio.Event().wait()

    asyncio.run(run())


async def milliseconds(call: Callable[[], Awaitable[object]], times: int) -> float:
    """The best of some rounds, for one call."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(times):
            await call()
        best = min(best, time.perf_counter() - start)
    return 1000 * best / times


async def compare(name: str, near: Callable[[], Awaitable[object]], far: Callable[[], Awaitable[object]]) -> None:
    here, there = await milliseconds(near, 200), await milliseconds(far, 50)
    print(f"  {name:34} {here:9.4f} ms in process {there:8.3f} ms over loopback {1000 / there:8.0f} calls/s")


async def measure(url: str) -> None:
    def calls(chain: Chain) -> dict[str, Callable[[], Awaitable[object]]]:
        return {
            "current_block": chain.current_block,
            "hyperparameters": chain.hyperparameters,
            "metagraph": chain.metagraph,
            f"metagraph with {VALIDATORS} rows of weights": partial(chain.metagraph, with_weights=True),
        }

    near, far = MemoryChain(subnet(), hotkey(0)), RemoteMemoryChain(url, hotkey(0))
    assert await far.metagraph(with_weights=True) == await near.metagraph(with_weights=True)
    print(f"local chain of {VALIDATORS + MINERS} neurons")
    others = calls(far)
    for name, call in calls(near).items():
        await compare(name, call, others[name])
    many = [RemoteMemoryChain(url, hotkey(number)) for number in range(SIDE_BY_SIDE)]

    async def all_ask(name: str) -> None:
        await asyncio.gather(*(calls(one)[name]() for one in many))

    for name in ("current_block", "metagraph"):
        each = await milliseconds(partial(all_ask, name), 20)
        print(f"  {name} by {SIDE_BY_SIDE} neurons side by side: {1000 * SIDE_BY_SIDE / each:.0f} calls/s")
    control = LedgerControl(url)
    start = time.perf_counter()
    await control.advance(10 * 361)
    print(f"  ten epochs over loopback: {100 * (time.perf_counter() - start):.1f} ms an epoch")
    control.close()
    for one in (*many, far):
        one.close()


def main() -> None:
    context = multiprocessing.get_context("spawn")
    hears, says = context.Pipe(duplex=False)
    server = context.Process(target=serve, args=(says,), daemon=True)
    server.start()
    try:
        asyncio.run(measure(hears.recv()))
    finally:
        server.kill()
        server.join()


if __name__ == "__main__":
    main()

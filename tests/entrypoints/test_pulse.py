"""A process's pulse, on the machine's own clock and an in-memory chain."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import evolve

from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.adapters.runner.sandbox import RunnerSandbox
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.system.service_manager import ServiceManager
from reasonforge.domain.errors import ChainUnreachable, StoreFault
from reasonforge.domain.events import BlockSeen, VitalSigns
from reasonforge.domain.identity import BlockNumber, Hotkey
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.entrypoints.pulse import Pulse

ME = Hotkey("me")


async def well() -> None:
    """A store that takes what it is given."""


class AwayChain(MemoryChain):
    """One that never answers."""

    async def current_block(self) -> BlockNumber:
        raise ChainUnreachable("no answer")


def pulse(write: Callable[[], Awaitable[None]] = well, **more: Any) -> tuple[Pulse, MemoryTelemetry]:
    events = MemoryTelemetry()
    made = Pulse(
        observer=ME,
        chain=MemoryChain(MemoryLedger(Hyperparameters()), ME),
        clock=SystemClock(),
        telemetry=events,
        write=write,
        folder=Path("/"),
        manager=ServiceManager(),
        signs_seconds=0.05,
        chain_seconds=0.05,
    )
    return evolve(made, **more), events


def beat(made: Pulse, during: Callable[[], Awaitable[None]]) -> None:
    async def go() -> None:
        heart = asyncio.create_task(made.beat())
        await during()
        assert not heart.done()
        heart.cancel()
        await asyncio.wait({heart})

    asyncio.run(go())


async def a_while() -> None:
    await asyncio.sleep(0.3)


def signs(events: MemoryTelemetry) -> list[VitalSigns]:
    return [one for one in events.events if isinstance(one, VitalSigns)]


def test_signs_and_blocks_are_told_again_and_again() -> None:
    """The chain's block, what an empty write takes, and the room on the disk."""
    made, events = pulse()
    beat(made, a_while)
    blocks = [one for one in events.events if isinstance(one, BlockSeen)]
    assert len(signs(events)) > 2
    assert len(blocks) > 2
    first = signs(events)[0]
    assert (first.observer, first.store_fault, first.sandbox_answers) == (ME, "", None)
    assert first.store_seconds is not None
    assert first.free_bytes is not None
    assert first.free_bytes > 0


def test_a_store_that_fails_is_told_with_its_reason() -> None:
    """And the pulse goes on."""

    async def broken() -> None:
        raise StoreFault("the disk is read-only")

    made, events = pulse(broken)
    beat(made, a_while)
    assert {(one.store_seconds, one.store_fault) for one in signs(events)} == {(None, "the disk is read-only")}
    assert len(signs(events)) > 2


def test_a_real_store_is_written_to(tmp_path: Path) -> None:
    """An empty transaction on a database succeeds, and fails once it is closed."""
    with open_database(tmp_path / "state.db") as database:
        made, events = pulse(lambda: database.write(lambda _: None))
        beat(made, a_while)
        assert all(one.store_seconds is not None for one in signs(events))
        assert signs(events)
    made, events = pulse(lambda: database.write(lambda _: None))
    beat(made, a_while)
    assert all("closed" in one.store_fault for one in signs(events))
    assert signs(events)


def test_a_chain_that_is_away_holds_up_no_sign() -> None:
    """No block is told, and everything else is."""
    made, events = pulse(chain=AwayChain(MemoryLedger(Hyperparameters()), ME))
    beat(made, a_while)
    assert len(events.events) == len(signs(events)) > 2


def test_a_loop_that_was_held_up_says_for_how_long() -> None:
    """The worst since the last signs, and forgotten after them."""
    made, events = pulse(signs_seconds=0.6)

    async def hold_up() -> None:
        await asyncio.sleep(0.2)
        time.sleep(0.8)  # noqa: ASYNC251 - what must not be done
        await asyncio.sleep(1.0)

    beat(made, hold_up)
    lags = [one.lag_seconds for one in signs(events)]
    assert max(lags) > 0.3
    assert lags[0] < 0.3


def test_a_sandbox_that_does_not_answer_is_told(tmp_path: Path) -> None:
    """As nobody at its socket is no sandbox."""
    made, events = pulse(sandbox=RunnerSandbox(tmp_path / "gone.sock"))
    beat(made, a_while)
    assert {one.sandbox_answers for one in signs(events)} == {False}


def test_a_watchdog_is_fed_while_the_loop_turns(tmp_path: Path) -> None:
    """Several times within its patience; not at all while the loop is stuck."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.setblocking(False)
        made, _ = pulse(manager=ServiceManager(str(tmp_path / "notify"), watchdog_seconds=0.15))

        def heard() -> int:
            count = 0
            with suppress(BlockingIOError):  # nothing more for now
                while line.recv(100) == b"WATCHDOG=1":
                    count += 1
            return count

        async def stuck() -> None:
            await asyncio.sleep(0.3)
            assert heard() >= 3
            time.sleep(0.3)  # noqa: ASYNC251 - what must not be done
            assert heard() == 0

        beat(made, stuck)

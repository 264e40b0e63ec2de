"""Questions and replies within one process, with everything that can go wrong on a network and nothing shared.

Every message is written to bytes and read from bytes; every second is a second of the `MemoryClock`. A call's latency
and mishaps are decided by (seed, validator, call), so that no interleaving changes what arrives, or when.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import define, evolve, field, frozen

from reasonforge.adapters.memory.clock import Deadline, MemoryClock
from reasonforge.adapters.memory.delivery import LOST, Call, Delivery, Exchange, arrived, in_time, overtaken
from reasonforge.adapters.memory.faults import NO_FAULTS, FaultPlan, Mishaps, seeded
from reasonforge.adapters.memory.wire import (
    Unwritable,
    health_body,
    notice_body,
    question_body,
    read_health,
    read_notice,
    read_question,
    written,
)
from reasonforge.application.ports.transport import Health, MinerHandlers, Refusal, Request, ScoreNotice
from reasonforge.domain.bounded_json import UnreadableError, excerpt, read_object
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.domain.metagraph import Endpoint, Neuron
from reasonforge.domain.reply import Answer, Reply, Silence, SilenceReason
from reasonforge.domain.submission import DEFAULT_LIMITS

HEALTH_SECONDS = 10.0
NOTICE_SECONDS = 10.0
_FASTEST, _SLOWEST = 0.02, 0.25
_GRACE_SECONDS = 1.0
_OPENER = b"{}"

ValueT = TypeVar("ValueT")


@define(eq=False)
class MemoryNetwork:
    """Who serves where, and the ways between them.

    Attributes:
        clock: every neuron's time.
        seed: decides latencies.
        faults: what goes wrong on every validator's calls.
        fastest, slowest: seconds that a message takes one way; drawn uniformly for each call.
        patience_seconds: real seconds after which a handler is given up that neither ends nor sleeps on the clock.
    """

    clock: MemoryClock
    seed: int = 0
    faults: FaultPlan = NO_FAULTS
    fastest: float = _FASTEST
    slowest: float = _SLOWEST
    patience_seconds: float = 300.0
    _listening: "dict[Endpoint, MemoryMinerTransport]" = field(factory=dict, init=False)

    def validator(self, hotkey: Hotkey, faults: FaultPlan | None = None) -> "MemoryTransport":
        """A validator's port; with faults of its own when they are given."""
        return MemoryTransport(self, hotkey, self.faults if faults is None else faults)

    def miner(self, hotkey: Hotkey, endpoint: Endpoint) -> "MemoryMinerTransport":
        """A miner's port. It listens at `endpoint` once it serves."""
        return MemoryMinerTransport(self, hotkey, endpoint)

    def listener_at(self, endpoint: Endpoint) -> "MemoryMinerTransport | None":
        """Who takes calls there."""
        return self._listening.get(endpoint)

    def listen(self, miner: "MemoryMinerTransport") -> None:
        """Take calls at the miner's endpoint; `OperatorError` when somebody else does already."""
        holder = self._listening.setdefault(miner.endpoint, miner)
        if holder is not miner:
            raise OperatorError(f"{miner.endpoint} is taken by {holder.hotkey}; choose another port")

    def hang_up(self, miner: "MemoryMinerTransport") -> None:
        """Take no more calls for this miner."""
        if self._listening.get(miner.endpoint) is miner:
            del self._listening[miner.endpoint]


@define(eq=False)
class MemoryMinerTransport:
    """The miner's port: what arrives at its endpoint goes to its handlers, and only while it serves."""

    network: MemoryNetwork = field(repr=False)
    hotkey: Hotkey
    endpoint: Endpoint
    uid: Uid | None = field(default=None, init=False)
    _handlers: MinerHandlers | None = field(default=None, init=False)

    async def serve(self, uid: Uid, handlers: MinerHandlers) -> None:
        self.network.listen(self)
        self.uid, self._handlers = uid, handlers

    async def close(self) -> None:
        self.network.hang_up(self)
        self._handlers = None

    async def take(self, caller: Hotkey, exchange: Exchange, body: bytes) -> bytes | Refusal:
        """One call as the miner's process handles it: admission first. What a handler raises ends its own task only."""
        handlers = self._handlers
        if handlers is None:
            return Refusal("it serves no longer")
        if len(body) > DEFAULT_LIMITS.message_bytes:
            return Refusal(f"the message is over {DEFAULT_LIMITS.message_bytes} bytes")
        try:
            outcome = await handlers.admit(caller) or await _handle(handlers, caller, exchange, body)
            return outcome if isinstance(outcome, bytes) else Refusal(excerpt(outcome.reason))
        except (UnreadableError, Unwritable) as error:
            return Refusal(str(error))
        except SystemExit:  # out of a task it would end the whole process; everything else the task itself contains
            return Refusal("its handler tried to end the process")


async def _handle(handlers: MinerHandlers, caller: Hotkey, exchange: Exchange, body: bytes) -> bytes | Refusal:
    if exchange is Exchange.SOLVE:
        fields = await handlers.solve(caller, read_question(body))
        return fields if isinstance(fields, Refusal) else written(fields)
    if exchange is Exchange.HEALTH:
        return health_body(await handlers.health())
    await handlers.learn(caller, read_notice(body))
    return _OPENER


@frozen
class MemoryTransport:
    """The validator's port, for the validator that signs as `hotkey`.

    Faults befall health checks and notices as they do questions. All health checks of one miner fare alike, so that an
    epoch taken up again after a crash finds what it found before.
    """

    network: MemoryNetwork
    hotkey: Hotkey
    faults: FaultPlan

    async def ask(self, requests: Sequence[Request]) -> Sequence[Reply]:
        calls = [
            Call(
                name=request.question.query_id,
                neuron=request.neuron,
                exchange=Exchange.SOLVE,
                body=question_body(request.question),
                timeout_seconds=request.question.timeout_seconds,
            )
            for request in requests
        ]
        return [_answer(delivery) for delivery in await self._deliver(calls)]

    async def health(self, neurons: Sequence[Neuron]) -> Sequence[Health | Silence]:
        calls = [Call(f"health {n.hotkey}", n, Exchange.HEALTH, _OPENER, HEALTH_SECONDS) for n in neurons]
        return [_read(delivery, read_health) for delivery in await self._deliver(calls)]

    async def notify(self, notices: Sequence[ScoreNotice]) -> int:
        calls = [
            Call(
                name=f"notice {notice.epoch} {notice.neuron.hotkey}",
                neuron=notice.neuron,
                exchange=Exchange.LEARN,
                body=notice_body(notice),
                timeout_seconds=NOTICE_SECONDS,
            )
            for notice in notices
        ]
        return sum(not isinstance(delivery.outcome, Silence) for delivery in await self._deliver(calls))

    async def _deliver(self, calls: Sequence[Call]) -> list[Delivery]:
        """What became of each call, in order. The asker's hand moves to where the last of them was settled."""
        clock = self.network.clock
        start = clock.tick
        mishaps = [self.faults.mishaps(self.hotkey, call.name) for call in calls]
        made = await asyncio.gather(*(self._make(call, luck, start) for call, luck in zip(calls, mishaps, strict=True)))
        settled = [
            in_time(delivery, clock.ticks(call.timeout_seconds))
            for call, delivery in zip(calls, overtaken(made, mishaps), strict=True)
        ]
        clock.join(start + max((delivery.ticks for delivery in settled), default=0))
        return settled

    async def _make(self, call: Call, mishaps: Mishaps, start: int) -> Delivery:
        """One call, from the question's leaving to the reply's arrival, whenever that is."""
        clock, endpoint = self.network.clock, call.neuron.endpoint
        latency = seeded("latency", self.network.seed, self.hotkey, call.name)
        there, back = (clock.ticks(latency.uniform(self.network.fastest, self.network.slowest)) for _ in range(2))
        miner = None if endpoint is None else self.network.listener_at(endpoint)
        if miner is None:
            return Delivery(Silence(SilenceReason.UNREACHABLE, f"nothing listens at {endpoint}"), there + back)
        if miner.hotkey != call.neuron.hotkey:
            return Delivery(Silence(SilenceReason.REFUSED, f"at {endpoint} it is {miner.hotkey}"), there + back)
        if mishaps.drop_question:
            return LOST
        outcome, done = await self._handled(miner, call, start + there)
        if mishaps.duplicate:
            await self._handled(miner, call, start + there)
        if mishaps.drop_reply:
            return LOST
        back += clock.ticks(mishaps.delay_share * call.timeout_seconds)
        return Delivery(arrived(outcome, mishaps), done - start + back)

    async def _handled(
        self, miner: MemoryMinerTransport, call: Call, arrival: int
    ) -> tuple[bytes | Refusal | Silence, int]:
        """What the miner's handler made of the call, and on which tick. Past the deadline it is cancelled."""
        clock = self.network.clock
        expired = asyncio.get_running_loop().create_future()
        done = arrival

        def expire() -> None:
            task.cancel()
            if not expired.done():
                expired.set_result(None)

        async def work() -> bytes | Refusal:
            nonlocal done
            try:
                return await miner.take(self.hotkey, call.exchange, call.body)
            finally:
                done = clock.tick

        deadline = Deadline(arrival + clock.ticks(call.timeout_seconds), expire)
        task = clock.start(work(), arrival, deadline)
        try:
            patience = self.network.patience_seconds
            await asyncio.wait({task, expired}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            finished = task.done() and not expired.done()
            task.cancel()  # of a finished task it changes nothing
        if not finished:
            await asyncio.wait({task}, timeout=_GRACE_SECONDS)  # it may clean up, and is not believed any more
            return Silence(SilenceReason.TIMEOUT, "its handler was cancelled at the deadline"), deadline.tick
        if task.cancelled():
            return Refusal("its handler gave up"), done
        error = task.exception()
        if error is not None:
            return Refusal(f"its handler raised {type(error).__name__}"), done
        return task.result(), done


def _read(delivery: Delivery, read: Callable[[bytes], ValueT]) -> ValueT | Silence:
    """What the reply says, or the silence with the time it took."""
    elapsed = MemoryClock.seconds(delivery.ticks)
    if isinstance(delivery.outcome, Silence):
        return evolve(delivery.outcome, elapsed_seconds=elapsed)
    try:
        return read(delivery.outcome)
    except UnreadableError as error:
        return Silence(SilenceReason.MALFORMED, str(error), elapsed)


def _answer(delivery: Delivery) -> Reply:
    elapsed = MemoryClock.seconds(delivery.ticks)
    return _read(delivery, lambda body: Answer(read_object(body), elapsed))

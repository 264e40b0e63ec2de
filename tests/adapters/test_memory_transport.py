import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.faults import NO_FAULTS, FaultPlan, corrupted, seeded, truncated
from reasonforge.adapters.memory.transport import MemoryNetwork
from reasonforge.adapters.memory.wire import notice_body, question_body, read_health, read_notice, read_question
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.transport import Health, MinerHandlers, Refusal, Request, ScoreNotice
from reasonforge.domain.bounded_json import UnreadableError, read_object
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.reply import Answer, Reply, Silence, SilenceReason
from reasonforge.domain.submission import Submission, WireFields
from reasonforge.domain.task import Question
from tests.contracts.transport import (
    HONEST,
    VALIDATOR,
    TransportContract,
    Wiring,
    asked,
    fields_for,
    neuron,
    notice_for,
    question,
    reason_of,
    received,
    submission_for,
)

RATES = st.sampled_from((0.0, 0.3, 1.0))
PLANS = st.builds(
    FaultPlan,
    drop=st.sampled_from((0.0, 0.3)),
    delay=RATES,
    duplicate=RATES,
    reorder=RATES,
    truncate=RATES,
    corrupt=RATES,
    lie_about_time=RATES,
    wrong_hash=RATES,
    seed=st.integers(0, 1000),
)


async def wired(handlers: Sequence[MinerHandlers], clock: MemoryClock | None = None) -> Wiring:
    network = MemoryNetwork(clock or MemoryClock(), patience_seconds=0.3)
    neurons = [neuron(number) for number in range(len(handlers))]
    miners = [network.miner(one.hotkey, one.endpoint) for one in neurons if one.endpoint is not None]
    for one, miner, served in zip(neurons, miners, handlers, strict=True):
        await miner.serve(one.uid, served)
    return Wiring(network.validator(VALIDATOR), neurons, miners)


def thinker(clock: MemoryClock, delivered: list[QueryId] | None = None) -> MinerHandlers:
    """Answers after as many seconds as the question's number."""

    async def solve(_caller: Hotkey, asked_for: Question) -> WireFields:
        if delivered is not None:
            delivered.append(asked_for.query_id)
        await clock.sleep(int(asked_for.query_id, 16))
        return fields_for(asked_for)

    return evolve(HONEST, solve=solve)


def exchange(
    plan: FaultPlan, miners: int = 6, order: Sequence[int] | None = None, timeout_seconds: float = 300.0
) -> tuple[list[Request], list[Reply], list[QueryId], float]:
    """What was asked, what came back, which questions were delivered, and how long the validator waited."""
    delivered: list[QueryId] = []

    async def go() -> tuple[list[Request], list[Reply], float]:
        clock = MemoryClock()
        network = MemoryNetwork(clock, faults=plan)
        neurons = [neuron(number) for number in range(miners)]
        for one in neurons:
            assert one.endpoint is not None
            await network.miner(one.hotkey, one.endpoint).serve(one.uid, thinker(clock, delivered))
        requests = [Request(neurons[place], question(place, timeout_seconds)) for place in order or range(miners)]
        replies = list(await network.validator(VALIDATOR).ask(requests))
        return requests, replies, clock.monotonic()

    requests, replies, waited = asyncio.run(go())
    return requests, replies, delivered, waited


class TestMemoryTransport(TransportContract):
    def clock(self) -> MemoryClock:
        return MemoryClock()

    async def wire(self, handlers: Sequence[MinerHandlers], clock: Clock) -> Wiring:
        assert isinstance(clock, MemoryClock)
        return await wired(handlers, clock)


@settings(max_examples=100, deadline=None)
@given(PLANS, st.permutations(range(6)))
def test_promises_hold_under_every_fault(plan: FaultPlan, order: list[int]) -> None:
    """One reply a request, within its deadline and with its true content or none, whatever goes wrong on the way."""
    requests, replies, _, waited = exchange(plan, order=order)
    assert len(replies) == len(requests)
    for request, reply in zip(requests, replies, strict=True):
        assert 0 <= reply.elapsed_seconds <= request.question.timeout_seconds
        found = received(request, reply)
        if isinstance(found, Submission):  # what no hash covers may be another
            true = submission_for(request.question)
            assert evolve(found, claimed_ms=true.claimed_ms, proof_status=true.proof_status) == true
    assert waited == max(reply.elapsed_seconds for reply in replies)


@settings(max_examples=100, deadline=None)
@given(PLANS, st.permutations(range(6)))
def test_no_order_changes_what_arrives(plan: FaultPlan, order: list[int]) -> None:
    """Each request has the same reply, to the microsecond, in whatever order a batch was asked."""
    requests, replies, _, _ = exchange(plan)
    shuffled, others, _, _ = exchange(plan, order=order)
    by_query = dict(zip((one.question.query_id for one in shuffled), others, strict=True))
    assert [by_query[request.question.query_id] for request in requests] == replies


def test_drop_loses_the_question_or_the_reply() -> None:
    """A dropped call is a timeout after the whole deadline; some miners worked in vain and some never heard."""
    _, replies, delivered, waited = exchange(FaultPlan(drop=1), miners=12)
    assert {reason_of(reply) for reply in replies} == {SilenceReason.TIMEOUT}
    assert waited == 300.0
    assert 0 < len(delivered) < 12


def test_delay_adds_seconds() -> None:
    """Delayed replies come later than they would have, and some come too late."""
    _, prompt, _, _ = exchange(NO_FAULTS, miners=12)
    _, late, _, _ = exchange(FaultPlan(delay=1), miners=12)
    added = [after.elapsed_seconds - before.elapsed_seconds for before, after in zip(prompt, late, strict=True)]
    assert min(added) > 10
    assert {reason_of(reply) for reply in late} == {None, SilenceReason.TIMEOUT}


def test_duplicate_delivers_twice() -> None:
    """The miner gets every question twice, the validator the one reply in the time of the first."""
    requests, once, _, _ = exchange(NO_FAULTS)
    _, twice, delivered, _ = exchange(FaultPlan(duplicate=1))
    assert sorted(delivered) == sorted([request.question.query_id for request in requests] * 2)
    assert twice == once


def test_reorder_lets_others_overtake() -> None:
    """Arrivals swap places, no reply is there before it was sent, and the replies' order stays the plan's."""
    requests, straight, _, _ = exchange(NO_FAULTS)
    _, crossed, _, _ = exchange(FaultPlan(reorder=0.5, seed=3))

    def arrivals(replies: list[Reply]) -> list[int]:
        return sorted(range(6), key=lambda place: replies[place].elapsed_seconds)

    assert arrivals(crossed) != arrivals(straight)
    assert all(after.elapsed_seconds >= before.elapsed_seconds for before, after in zip(straight, crossed, strict=True))
    found = [received(request, reply) for request, reply in zip(requests, crossed, strict=True)]
    assert found == [submission_for(request.question) for request in requests]


def test_nobody_waits_for_what_was_lost() -> None:
    """A reply that should be overtaken by one that was dropped arrives in its own time."""
    plan = FaultPlan(reorder=1, drop=0.5, seed=2)
    _, straight, _, _ = exchange(evolve(plan, reorder=0.0), miners=12)
    _, crossed, _, _ = exchange(plan, miners=12)
    assert [reason_of(reply) for reply in crossed] == [reason_of(reply) for reply in straight]
    assert {reason_of(reply) for reply in crossed} == {None, SilenceReason.TIMEOUT}


def test_a_junk_admission_is_a_refusal() -> None:
    """Whatever a miner's admission gives back instead of a refusal or nothing, the validator hears a refusal."""

    async def junk(_caller: Hotkey) -> Any:
        return {"reason": 7}

    async def go() -> Reply:
        wiring = await wired([evolve(HONEST, admit=junk)])
        (reply,) = await wiring.transport.ask(asked(wiring))
        return reply

    assert reason_of(asyncio.run(go())) is SilenceReason.REFUSED


def test_truncate_makes_it_malformed() -> None:
    """A reply without its end is no JSON."""
    _, replies, _, _ = exchange(FaultPlan(truncate=1))
    assert {reason_of(reply) for reply in replies} == {SilenceReason.MALFORMED}


def test_corrupt_is_caught_by_the_parser_or_the_hash() -> None:
    """Of changed bytes some are no JSON any more; most of those that still parse, the hash finds."""
    reasons: list[SilenceReason | None] = []
    for seed in range(20):
        requests, replies, _, _ = exchange(FaultPlan(corrupt=1, seed=seed))
        reasons += [reason_of(received(request, reply)) for request, reply in zip(requests, replies, strict=True)]
    assert {SilenceReason.MALFORMED, SilenceReason.HASH_MISMATCH} <= set(reasons)
    assert reasons.count(None) < 0.2 * len(reasons)  # those where only time_taken_ms or proof_status was hit


def test_a_lie_about_time_breaks_no_hash() -> None:
    """`time_taken_ms` is another one, and everything else is as it was sent."""
    requests, replies, _, _ = exchange(FaultPlan(lie_about_time=1))
    for request, reply in zip(requests, replies, strict=True):
        found, true = received(request, reply), submission_for(request.question)
        assert isinstance(found, Submission)
        assert found.claimed_ms != true.claimed_ms
        assert evolve(found, claimed_ms=true.claimed_ms) == true


def test_wrong_hash_is_found() -> None:
    """What was changed after hashing is a hash mismatch, whichever field it was."""
    for seed in range(5):
        requests, replies, _, _ = exchange(FaultPlan(wrong_hash=1, seed=seed))
        found = [received(request, reply) for request, reply in zip(requests, replies, strict=True)]
        assert {reason_of(one) for one in found} == {SilenceReason.HASH_MISMATCH}


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 50))
def test_a_higher_rate_only_adds(one: float, other: float, call: int) -> None:
    """A call that a fault befalls, it befalls at every higher rate, whatever the other faults' rates are."""
    low, high = sorted((one, other))
    before = FaultPlan(corrupt=low).mishaps(VALIDATOR, str(call))
    after = FaultPlan(corrupt=high, delay=other, duplicate=one).mishaps(VALIDATOR, str(call))
    assert after.corrupt or not before.corrupt


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=50), st.integers(0, 100))
def test_faults_on_bytes_change_them(body: bytes, seed: int) -> None:
    """A truncated body is a shorter beginning of it; a corrupted one is as long, and another."""
    short, other = truncated(body, seeded(seed)), corrupted(body, seeded(seed))
    assert body.startswith(short)
    assert len(short) < len(body)
    assert len(other) == len(body)
    assert other != body


def test_a_rate_is_a_probability() -> None:
    """A plan that is none is refused when it is made."""
    with pytest.raises(ValueError, match="drop"):
        FaultPlan(drop=1.5)


def test_latency_belongs_to_the_call() -> None:
    """Another seed is another network; another validator has other ways."""

    async def elapsed(seed: int, validator: Hotkey) -> float:
        network = MemoryNetwork(MemoryClock(), seed=seed)
        one = neuron(0)
        assert one.endpoint is not None
        await network.miner(one.hotkey, one.endpoint).serve(one.uid, HONEST)
        (reply,) = await network.validator(validator).ask([Request(one, question(0))])
        return reply.elapsed_seconds

    ways = [(1, VALIDATOR), (1, VALIDATOR), (2, VALIDATOR), (1, Hotkey("other"))]
    first, again, *others = [asyncio.run(elapsed(*way)) for way in ways]
    assert first == again
    assert len({first, *others}) == 3
    assert 0.04 <= first <= 0.5


def test_an_endpoint_is_taken_once() -> None:
    """A second miner at one endpoint is told so; the first goes on serving."""

    async def go() -> None:
        network, one = MemoryNetwork(MemoryClock()), neuron(0)
        assert one.endpoint is not None
        await network.miner(one.hotkey, one.endpoint).serve(one.uid, HONEST)
        with pytest.raises(OperatorError, match="is taken by miner-0"):
            await network.miner(Hotkey("late"), one.endpoint).serve(one.uid, HONEST)
        (reply,) = await network.validator(VALIDATOR).ask([Request(one, question(1))])
        assert isinstance(reply, Answer)

    asyncio.run(go())


def test_another_hotkey_at_the_endpoint_is_refused() -> None:
    """A question for one miner is not answered by another that listens where it used to."""

    async def go() -> Reply:
        wiring = await wired([HONEST])
        stranger = evolve(wiring.neurons[0], hotkey=Hotkey("moved away"))
        (reply,) = await wiring.transport.ask([Request(stranger, question(1))])
        return reply

    assert reason_of(asyncio.run(go())) is SilenceReason.REFUSED


def test_a_handler_that_hangs_is_given_up() -> None:
    """One that waits for what never comes is a timeout after the network's patience; the others have their answers."""

    async def hang(_caller: Hotkey, _asked_for: Question) -> WireFields:
        never: asyncio.Future[WireFields] = asyncio.get_running_loop().create_future()
        return await never

    async def go() -> list[Reply]:
        wiring = await wired([evolve(HONEST, solve=hang), HONEST])
        return list(await wiring.transport.ask(asked(wiring)))

    hung, fine = asyncio.run(go())
    assert reason_of(hung) is SilenceReason.TIMEOUT
    assert isinstance(fine, Answer)


def test_a_handler_that_will_not_be_cancelled_is_late_all_the_same() -> None:
    """What is handed in after the deadline does not count, even by one that swallows the cancellation."""

    async def go() -> Reply:
        clock = MemoryClock()

        async def stubborn(_caller: Hotkey, asked_for: Question) -> WireFields:
            try:
                await clock.sleep(1_000)
            except asyncio.CancelledError:
                return fields_for(asked_for)
            return fields_for(asked_for)

        wiring = await wired([evolve(HONEST, solve=stubborn)], clock)
        (reply,) = await wiring.transport.ask(asked(wiring))
        return reply

    assert reason_of(asyncio.run(go())) is SilenceReason.TIMEOUT


def test_nothing_is_shared() -> None:
    """What a miner changes after it answered, or a validator in what it received, is only its own."""

    async def go() -> None:
        kept: list[dict[str, object]] = []

        async def keep(_caller: Hotkey, asked_for: Question) -> WireFields:
            kept.append(dict(fields_for(asked_for)))
            return kept[-1]

        wiring = await wired([evolve(HONEST, solve=keep)])
        (request,) = asked(wiring)
        (reply,) = await wiring.transport.ask([request])
        kept[0]["final_answer"] = "43"
        assert received(request, reply) == submission_for(request.question)

    asyncio.run(go())


def test_refusals_are_short() -> None:
    """However long and strange a refusal is, 80 legible characters of it are kept."""

    async def ramble(_caller: Hotkey) -> Refusal:
        return Refusal("no\x00\n" * 10_000)

    async def go() -> Reply:
        wiring = await wired([evolve(HONEST, admit=ramble)])
        (reply,) = await wiring.transport.ask(asked(wiring))
        return reply

    reply = asyncio.run(go())
    assert isinstance(reply, Silence)
    assert len(reply.detail) <= 80
    assert reply.detail.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_readers_are_total(body: bytes) -> None:
    """Every body is a message or unreadable, for every reader."""
    for read in (read_object, read_question, read_health, read_notice):
        try:
            value: object = read(body)
        except UnreadableError:
            value = {}
        assert isinstance(value, dict | Health)


@settings(deadline=None)
@given(st.sampled_from(("epoch_id", "rank", "s_epoch", "total_tao", "scores", "neuron")), JSON)
def test_a_notice_of_anything_is_a_notice_or_unreadable(name: str, value: object) -> None:
    """Whatever stands in a field of a notice, its reader gives a notice or says that it is none."""
    body = json.dumps({**json.loads(notice_body(notice_for(neuron(0)))), name: value}).encode()
    try:
        read = isinstance(read_notice(body), ScoreNotice)
    except UnreadableError:
        read = True
    assert read


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 10**400, "soon", None, []], ids=repr)
def test_a_question_needs_a_deadline(seconds: object) -> None:
    """A question whose deadline is no positive, finite time is unreadable."""
    body = json.dumps({**json.loads(question_body(question(1))), "timeout_seconds": seconds}).encode()
    with pytest.raises(UnreadableError, match="no question"):
        read_question(body)


@settings(deadline=None)
@given(st.integers(1, 70), st.text(alphabet='[]{}"\\a', max_size=6))
def test_depth_is_counted_outside_texts(depth: int, text: str) -> None:
    """Brackets count where they open a container, and not inside a text."""
    body = b'{"a":' + b"[" * depth + json.dumps(text).encode() + b"]" * depth + b"}"
    if depth < 32:
        assert json.loads(body) == read_object(body)
    else:
        with pytest.raises(UnreadableError, match="deeper than 32"):
            read_object(body)


def test_notices_carry_the_neuron() -> None:
    """A neuron without an endpoint survives the way, too."""

    async def go() -> None:
        learnt: list[object] = []

        async def learn(_caller: Hotkey, notice: object) -> None:
            learnt.append(notice)

        wiring = await wired([evolve(HONEST, learn=learn)])
        notice = notice_for(wiring.neurons[0])
        assert await wiring.transport.notify([notice]) == 1
        assert learnt == [notice]

    asyncio.run(go())

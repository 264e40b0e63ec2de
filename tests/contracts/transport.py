"""What every Transport and MinerTransport promises (application/ports/transport.py)."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from attrs import evolve, frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.transport import (
    Health,
    MinerHandlers,
    MinerTransport,
    Refusal,
    Request,
    ScoreNotice,
    TaskScore,
    Transport,
)
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import BlockNumber, Coldkey, EpochNumber, Hotkey, QueryId, Uid
from reasonforge.domain.metagraph import Endpoint, Neuron
from reasonforge.domain.receive import receive, wire_fields
from reasonforge.domain.reply import Answer, Reply, Silence, SilenceReason
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.submission import ReasoningStep, Submission, WireFields
from reasonforge.domain.task import Question

VALIDATOR = Hotkey("validator")
READY = Health("ready", frozenset({Discipline.MATHEMATICS, Discipline.CODE}), "solver/1", "1.0")

Solve = Callable[[Hotkey, Question], Awaitable[WireFields | Refusal]]


@frozen
class Wiring:
    """A validator's port, and miners that serve: their neurons as the chain shows them, and their ports."""

    transport: Transport
    neurons: Sequence[Neuron]
    miners: Sequence[MinerTransport]


def neuron(number: int) -> Neuron:
    return Neuron(
        uid=Uid(number),
        hotkey=Hotkey(f"miner-{number}"),
        coldkey=Coldkey(f"cold-{number}"),
        stake=0.0,
        validator_permit=False,
        endpoint=Endpoint(f"10.0.0.{number + 1}", 8091),
        last_update=BlockNumber(7),
    )


def question(number: int, timeout_seconds: float = 300.0) -> Question:
    return Question(
        query_id=QueryId(f"{number:032x}"),
        problem=f"What is {number}·2? 'ß≤\u2028'",
        discipline=Discipline.MATHEMATICS,
        difficulty=3,
        timeout_seconds=timeout_seconds,
        answer_format={"format": "list", "of": {"format": "integer"}},
        context="given",
        constraints="none",
    )


def asked(wiring: Wiring, timeout_seconds: float = 300.0) -> list[Request]:
    return [Request(one, question(one.uid, timeout_seconds)) for one in wiring.neurons]


def fields_for(asked_for: Question) -> WireFields:
    step = ReasoningStep(1, f"I double it: {asked_for.problem}", "What is", 0.75)
    return wire_fields(asked_for.query_id, steps=[step], final_answer="42", claimed_ms=12.5, proof_status="none")


def submission_for(asked_for: Question) -> Submission:
    found = receive(fields_for(asked_for), asked_for.query_id)
    assert isinstance(found, Submission)
    return found


def received(request: Request, reply: Reply) -> Submission | Silence:
    return receive(reply.fields, request.question.query_id) if isinstance(reply, Answer) else reply


async def solve(_caller: Hotkey, asked_for: Question) -> WireFields:
    return fields_for(asked_for)


async def admit_all(_caller: Hotkey) -> None:
    return None


async def ready() -> Health:
    return READY


async def forget(_caller: Hotkey, _notice: ScoreNotice) -> None:
    return None


HONEST = MinerHandlers(admit_all, solve, ready, forget)


def reason_of(reply: object) -> SilenceReason | None:
    return reply.reason if isinstance(reply, Silence) else None


def notice_for(one: Neuron) -> ScoreNotice:
    scores = TaskScore(QueryId("q"), 0.5, 1, DimensionScores(0.1, 0.2, 0.3, 0.4), {"numerical": "1"})
    return ScoreNotice(EpochNumber(4), one, (scores,), 0.25, 2, 1.5)


class TransportContract:
    """Subclasses wire a validator to miners with these handlers, on a clock; `short` and `long` are its seconds."""

    short, long = 0.2, 2.0

    def clock(self) -> Clock:
        raise NotImplementedError

    async def wire(self, handlers: Sequence[MinerHandlers], clock: Clock) -> Wiring:
        raise NotImplementedError

    def ask(self, *handlers: MinerHandlers, timeout_seconds: float = 300.0) -> list[tuple[Request, Reply]]:
        async def go() -> list[tuple[Request, Reply]]:
            wiring = await self.wire(handlers, self.clock())
            requests = asked(wiring, timeout_seconds)
            return list(zip(requests, await wiring.transport.ask(requests), strict=True))

        return asyncio.run(go())

    def test_what_is_sent_arrives(self) -> None:
        """The question reaches the miner whole and from the validator, and the reply the validator, hash and all."""
        seen: list[tuple[Hotkey, Question]] = []

        async def remember(caller: Hotkey, asked_for: Question) -> WireFields:
            seen.append((caller, asked_for))
            return fields_for(asked_for)

        ((request, reply),) = self.ask(evolve(HONEST, solve=remember))
        assert seen == [(VALIDATOR, request.question)]
        assert seen[0][1] is not request.question
        assert received(request, reply) == submission_for(request.question)

    def test_replies_come_in_the_order_of_the_requests(self) -> None:
        """One reply a request, in order, although the first miner is the slowest."""

        async def go() -> None:
            clock = self.clock()

            def slow(delay: float) -> Solve:
                async def answer(_caller: Hotkey, asked_for: Question) -> WireFields:
                    await clock.sleep(delay)
                    return fields_for(asked_for)

                return answer

            delays = (3 * self.short, 2 * self.short, self.short)
            wiring = await self.wire([evolve(HONEST, solve=slow(delay)) for delay in delays], clock)
            requests = asked(wiring)
            replies = await wiring.transport.ask(requests)
            found = [received(request, reply) for request, reply in zip(requests, replies, strict=True)]
            assert found == [submission_for(request.question) for request in requests]
            elapsed = [reply.elapsed_seconds for reply in replies]
            assert all(time >= delay for time, delay in zip(elapsed, delays, strict=True))

        asyncio.run(go())

    def test_a_late_reply_is_a_silence(self) -> None:
        """A miner past its deadline is cancelled and is a timeout; the one beside it has its answer in its own time."""

        async def go() -> None:
            ended: list[str] = []
            clock = self.clock()

            async def sleepy(_caller: Hotkey, asked_for: Question) -> WireFields:
                try:
                    await clock.sleep(10 * self.long)
                except asyncio.CancelledError:
                    ended.append("cancelled")
                    raise
                ended.append("finished")
                return fields_for(asked_for)

            wiring = await self.wire([evolve(HONEST, solve=sleepy), HONEST], clock)
            requests = asked(wiring, self.long)
            late, prompt = await wiring.transport.ask(requests)
            assert reason_of(late) is SilenceReason.TIMEOUT
            assert received(requests[1], prompt) == submission_for(requests[1].question)
            assert prompt.elapsed_seconds < self.long
            assert ended == ["cancelled"]

        asyncio.run(go())

    @pytest.mark.parametrize(
        "failure", [RuntimeError, RecursionError, SystemExit, asyncio.CancelledError, StopIteration]
    )
    def test_a_handler_that_raises_is_a_refusal(self, failure: type[BaseException]) -> None:
        """Whatever a miner's handler raises is a refusal to that caller, and the next miner's reply is untouched."""

        async def fail(_caller: Hotkey, _asked_for: Question) -> WireFields:
            raise failure

        (_, refused), (request, reply) = self.ask(evolve(HONEST, solve=fail), HONEST)
        assert reason_of(refused) is SilenceReason.REFUSED
        assert received(request, reply) == submission_for(request.question)

    def test_admission_comes_first(self) -> None:
        """A refused caller hears why, and costs the miner no work; each call is admitted by itself."""
        admitted: list[Hotkey] = []
        worked: list[Hotkey] = []

        async def refuse(caller: Hotkey) -> Refusal:
            admitted.append(caller)
            return Refusal("no validator permit")

        async def work(caller: Hotkey, asked_for: Question) -> WireFields:
            worked.append(caller)
            return fields_for(asked_for)

        ((_, reply),) = self.ask(evolve(HONEST, admit=refuse, solve=work))
        assert reason_of(reply) is SilenceReason.REFUSED
        assert "no validator permit" in getattr(reply, "detail", "")
        assert (admitted, worked) == ([VALIDATOR], [])

    def test_a_refusal_to_solve_is_a_refusal(self) -> None:
        """A miner may say no to a question after it was admitted."""

        async def decline(_caller: Hotkey, _asked_for: Question) -> Refusal:
            return Refusal("all places taken")

        ((_, reply),) = self.ask(evolve(HONEST, solve=decline))
        assert reason_of(reply) is SilenceReason.REFUSED

    def test_nobody_there_is_unreachable(self) -> None:
        """A neuron without an endpoint, or with one where nothing listens, is unreachable."""

        async def go() -> None:
            wiring = await self.wire([HONEST], self.clock())
            homeless = evolve(wiring.neurons[0], endpoint=None)
            closed = evolve(wiring.neurons[0], endpoint=Endpoint("127.0.0.1", 9))
            requests = [Request(homeless, question(1)), Request(closed, question(2))]
            replies = await wiring.transport.ask(requests)
            assert [reason_of(reply) for reply in replies] == [SilenceReason.UNREACHABLE] * 2

        asyncio.run(go())

    def test_after_close_no_call_is_taken(self) -> None:
        """A miner that closed is silent, and does not work."""
        worked: list[Hotkey] = []

        async def work(caller: Hotkey, asked_for: Question) -> WireFields:
            worked.append(caller)
            return fields_for(asked_for)

        async def go() -> None:
            wiring = await self.wire([evolve(HONEST, solve=work)], self.clock())
            await wiring.miners[0].close()
            (reply,) = await wiring.transport.ask(asked(wiring))
            assert isinstance(reply, Silence)
            assert worked == []

        asyncio.run(go())

    def test_too_much_is_too_large(self) -> None:
        """A body over the byte limit is a silence of its own kind."""

        async def flood(_caller: Hotkey, _asked_for: Question) -> WireFields:
            return {"final_answer": "4" * 1_000_001}

        ((_, reply),) = self.ask(evolve(HONEST, solve=flood))
        assert reason_of(reply) is SilenceReason.TOO_LARGE

    @pytest.mark.parametrize("body", [[], "text", 42, None, True, [[{}]]], ids=repr)
    def test_what_is_no_object_is_malformed(self, body: Any) -> None:
        """A reply that is JSON but no object is malformed."""

        async def answer(_caller: Hotkey, _asked_for: Question) -> Any:
            return body

        ((_, reply),) = self.ask(evolve(HONEST, solve=answer))
        assert reason_of(reply) is SilenceReason.MALFORMED

    def test_what_nests_too_deep_is_malformed(self) -> None:
        """A reply that nests deeper than any message may is malformed, and nobody's stack overflows."""
        deep: list[Any] = []
        for _ in range(sys.getrecursionlimit() // 4):
            deep = [deep]

        async def answer(_caller: Hotkey, _asked_for: Question) -> WireFields:
            return {"artifact": deep}

        ((_, reply),) = self.ask(evolve(HONEST, solve=answer))
        assert reason_of(reply) is SilenceReason.MALFORMED

    @pytest.mark.parametrize("body", [{"a": {1, 2}}, {"a": object()}, {(1, 2): 3}], ids=["set", "object", "tuple key"])
    def test_what_is_no_json_is_a_refusal(self, body: Any) -> None:
        """A handler whose result cannot be said in JSON failed, as if it had raised."""

        async def answer(_caller: Hotkey, _asked_for: Question) -> Any:
            return body

        ((_, reply),) = self.ask(evolve(HONEST, solve=answer))
        assert reason_of(reply) is SilenceReason.REFUSED

    def test_nothing_asked_nothing_answered(self) -> None:
        """No requests, no replies."""
        assert self.ask() == []

    def test_health_is_told_in_order(self) -> None:
        """Each miner's own word on itself, in order; one that fails to give it is a silence."""

        async def sick() -> Health:
            raise RuntimeError

        async def go() -> None:
            wiring = await self.wire([HONEST, evolve(HONEST, health=sick), HONEST], self.clock())
            well, silent, also_well = await wiring.transport.health(wiring.neurons)
            assert (well, also_well) == (READY, READY)
            assert isinstance(silent, Silence)

        asyncio.run(go())

    def test_notices_reach_the_miners(self) -> None:
        """A notice arrives whole and from the validator; who is not there, or fails, is not counted."""
        learnt: list[tuple[Hotkey, ScoreNotice]] = []

        async def learn(caller: Hotkey, notice: ScoreNotice) -> None:
            learnt.append((caller, notice))

        async def stumble(_caller: Hotkey, _notice: ScoreNotice) -> None:
            raise RuntimeError

        async def go() -> None:
            wiring = await self.wire([evolve(HONEST, learn=learn), evolve(HONEST, learn=stumble)], self.clock())
            notices = [notice_for(one) for one in wiring.neurons]
            absent = notice_for(evolve(wiring.neurons[0], endpoint=None))
            assert await wiring.transport.notify([*notices, absent]) == 1
            assert learnt == [(VALIDATOR, notices[0])]

        asyncio.run(go())

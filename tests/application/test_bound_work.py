import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import define, evolve, field
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.system.gate import AsyncioGate
from reasonforge.application.miner.bound_work import BoundWork
from reasonforge.application.miner.report_health import ReportHealth
from reasonforge.application.miner.route_by_discipline import RouteByDiscipline
from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.application.ports.transport import Health, Refusal
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.receive import receive
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.submission import ReasoningStep, Submission
from reasonforge.domain.task import Question
from tests.application.thinker import Thinker

ALL = frozenset(Discipline)
SOLUTION = Solution((ReasoningStep(1, "Six sevens are 42."),), "42")
QUESTION = Question(QueryId("q" * 32), "What is 6·7?", Discipline.MATHEMATICS, 3, 60.0, {"format": "integer"})
STAKES = {"poor": 1.0, "fair": 10.0, "rich": 100.0}


@define
class Slow:
    """Thinks until it is told to stop; knows how many questions it thought about at once, and in what order."""

    release: asyncio.Event = field(factory=asyncio.Event)
    order: list[str] = field(factory=list)
    now: int = 0
    most: int = 0
    name: str = "slow"

    async def reason(self, question: Question, _budget_seconds: float) -> Solution | NoAnswer:
        self.order.append(question.problem)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.release.wait()
            await asyncio.sleep(0)
        finally:
            self.now -= 1
        return SOLUTION


def stake_of(caller: Hotkey) -> float:
    return STAKES.get(caller, 0.0)


def bound(reasoner: Slow | Thinker, places: int, room: int, clock: Clock) -> BoundWork:
    return BoundWork(SolveTask(reasoner, clock), AsyncioGate(places, room), clock, stake_of)


async def ask(work: BoundWork, callers: Sequence[str], slow: Slow) -> list[Any]:
    """What each caller hears, all having asked at once, in order, after the first was let in."""
    tasks = []
    for caller in callers:
        tasks.append(asyncio.create_task(work(Hotkey(caller), evolve(QUESTION, problem=caller))))
        await asyncio.sleep(0)
    slow.release.set()
    return list(await asyncio.gather(*tasks))


@settings(max_examples=100)
@given(st.integers(1, 4), st.integers(0, 4), st.lists(st.sampled_from(sorted(STAKES)), max_size=12))
def test_no_more_than_allowed_at_a_time(places: int, room: int, callers: list[str]) -> None:
    """Never more questions at once than places; as many are answered as there are places and room, the rest refused."""

    async def go() -> tuple[int, list[Any]]:
        slow = Slow()
        heard = await ask(bound(slow, places, room, SystemClock()), callers, slow)
        return slow.most, heard

    most, heard = asyncio.run(go())
    refused = [each for each in heard if isinstance(each, Refusal)]
    assert most == min(len(callers), places)
    assert len(heard) - len(refused) == min(len(callers), places + room)
    assert all(each.reason.startswith("busy") for each in refused)


def test_greater_stake_goes_first() -> None:
    """Of those who wait, the greater stake is thought about first, whoever came first."""

    async def go() -> list[str]:
        slow = Slow()
        await ask(bound(slow, 1, 3, SystemClock()), ["poor", "unknown", "fair", "rich"], slow)
        return slow.order

    assert asyncio.run(go()) == ["poor", "rich", "fair", "unknown"]


def test_greater_stake_takes_the_room() -> None:
    """With no room left, greater stake takes the place of the least that waits, which is told that we are busy."""

    async def go() -> list[bool]:
        slow = Slow()
        heard = await ask(bound(slow, 1, 1, SystemClock()), ["poor", "fair", "poor", "rich"], slow)
        return [isinstance(each, Refusal) for each in heard]

    assert asyncio.run(go()) == [False, True, True, False]


def test_work_past_its_deadline_is_dropped() -> None:
    """A question whose time is over is refused, its thinking is cancelled, and its place is free."""

    async def go() -> tuple[object, int, bool]:
        slow = Slow()
        work = bound(slow, 1, 0, SystemClock())
        heard = await work(Hotkey("rich"), evolve(QUESTION, timeout_seconds=0.03))
        return heard, slow.now, work.gate.is_full

    assert asyncio.run(go()) == (Refusal("we were not done within 0.03 s"), 0, False)


def test_waiting_is_told_as_time_taken() -> None:
    """The time told is the time since the question came, not since we began to think."""
    clock = MemoryClock()
    solve = SolveTask(Thinker(clock, SOLUTION, share=1.0), clock)
    fields = asyncio.run(solve(Hotkey("v"), QUESTION, waited_seconds=30.0))
    submission = receive(fields, QUESTION.query_id)
    assert isinstance(submission, Submission)
    assert submission.claimed_ms == 54_000.0


def test_a_question_that_waited_too_long_is_not_thought_about() -> None:
    """When waiting took all the time there was for thinking, we say that we have no answer."""
    clock = MemoryClock()
    solve = SolveTask(Thinker(clock, SOLUTION), clock)
    silence = receive(asyncio.run(solve(Hotkey("v"), QUESTION, waited_seconds=55.0)), QUESTION.query_id)
    assert isinstance(silence, Silence)
    assert (silence.reason, clock.monotonic()) == (SilenceReason.NO_ANSWER, 0.0)


@pytest.mark.parametrize("discipline", Discipline)
def test_only_what_we_serve_is_thought_about(discipline: Discipline) -> None:
    """A question of another discipline is refused with what we serve, and costs no thought."""
    clock = MemoryClock()
    served = frozenset({Discipline.CAUSAL, Discipline.CODE})
    route = RouteByDiscipline(served, SolveTask(Thinker(clock, SOLUTION), clock))
    heard = asyncio.run(route(Hotkey("v"), evolve(QUESTION, discipline=discipline)))
    if discipline in served:
        assert isinstance(
            receive(dict(heard), QUESTION.query_id) if not isinstance(heard, Refusal) else None, Submission
        )
    else:
        assert heard == Refusal(f"we do not serve {discipline}; we serve causal, code")


def test_serving_nothing_is_refused() -> None:
    """A miner that serves no discipline cannot be made."""
    clock = MemoryClock()
    with pytest.raises(ValueError, match="disciplines"):
        RouteByDiscipline(frozenset(), SolveTask(Thinker(clock, SOLUTION), clock))


def test_health_tells_warming_up_then_ready_then_busy() -> None:
    """Warming up until the reasoner can think, busy while a question would be refused, ready otherwise."""

    async def go() -> list[Health]:
        slow = Slow()
        work = bound(slow, 1, 0, SystemClock())
        warm: list[bool] = []
        report = ReportHealth(slow, ALL, "1.0", work.gate, lambda: bool(warm))
        heard = [await report()]
        warm.append(True)
        heard.append(await report())
        task = asyncio.create_task(work(Hotkey("rich"), QUESTION))
        await asyncio.sleep(0)
        heard.append(await report())
        slow.release.set()
        await task
        heard.append(await report())
        return heard

    expected = [Health(status, ALL, "slow", "1.0") for status in ("warming_up", "ready", "busy", "ready")]
    assert asyncio.run(go()) == expected

import asyncio
from collections.abc import Sequence

from attrs import define, field

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.verifier import REMEMBERED, SharedVerifier
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.application.ports.verifier import SelfTest, Verifier
from reasonforge.domain.identity import QueryId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification
from tests.contracts.verifier import QUESTION, VerifierContract, submission


class TestSharedVerifier(VerifierContract):
    def verifier(self) -> Verifier:
        return SharedVerifier(RoutedVerifier(MemoryClock()))


@define
class Counting:
    """Tools that count what they are asked."""

    asked: list[QueryId] = field(factory=list)

    async def judge(self, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]:
        self.asked += [one.query_id for one in submissions]
        return await RoutedVerifier(MemoryClock()).judge(task, submissions)

    async def judge_each(self, tasks: Sequence[Task], submissions: Sequence[Submission]) -> Sequence[Verification]:
        self.asked += [one.query_id for one in submissions]
        return await RoutedVerifier(MemoryClock()).judge_each(tasks, submissions)

    async def self_test(self) -> Sequence[SelfTest]:
        return await RoutedVerifier(MemoryClock()).self_test()


def test_the_same_submission_is_checked_once() -> None:
    """A second validator's question about a submission costs nothing and gives the same answer."""
    tools = Counting()
    shared = SharedVerifier(tools)
    first = asyncio.run(shared.judge(QUESTION, [submission("42")]))
    assert asyncio.run(shared.judge(QUESTION, [submission("42")])) == first
    assert tools.asked == ["q"]


def test_another_submission_under_the_same_query_is_checked_again() -> None:
    """What is remembered belongs to the submission, not to the id it came with."""
    shared = SharedVerifier(Counting())
    right, wrong = asyncio.run(shared.judge(QUESTION, [submission("42"), submission("41")]))
    assert (right.correctness, wrong.correctness) == (1.0, 0.0)


def test_what_is_remembered_is_bounded() -> None:
    """Of many submissions the oldest are forgotten."""
    tools = Counting()
    shared = SharedVerifier(tools)
    many = [Submission(QueryId(f"q{number}"), (), "42") for number in range(REMEMBERED + 1)]
    asyncio.run(shared.judge(QUESTION, many))
    asyncio.run(shared.judge(QUESTION, many[:1]))
    assert tools.asked.count(QueryId("q0")) == 2

"""A verifier's tools break in every way a tool can; miners pay for none of it."""

import asyncio
from collections.abc import Sequence

import pytest
from attrs import define, evolve, field

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.routing import tool as routing_tool
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verification

TASK = Task(TaskId("t"), "Plan it.", Discipline.STRATEGIC, 1, IntegerAnswer(42), ("solver", "constraints"))
ARTEFACT = ArtefactSpecification("solver", {"describe": "x"}, {})


@define
class Gauge:
    """A checker that grades a submission by its artefact's number, and breaks as the artefact says."""

    tool: str = "gauge/1"
    passes: bool = True
    asked: list[str] = field(factory=list)

    def deadline_seconds(self, task: Task) -> float:
        return 0.05 * task.difficulty

    async def check(self, task: Task, submission: Submission) -> Finding:  # noqa: ARG002 - the port has it
        self.asked.append(submission.query_id)
        if submission.artifact == "break":
            raise ValidatorFault("the gauge is broken")
        if submission.artifact == "hang":
            await asyncio.sleep(3_600)
        return Finding(float(submission.artifact), "measured")

    async def self_test(self) -> SelfTest:
        return SelfTest(self.tool, self.passes, "told")


def handed_in(artifact: object, name: str = "q") -> Submission:
    return Submission(QueryId(name), (), "42", artifact=artifact)


def judged(verifier: RoutedVerifier, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]:
    return asyncio.run(verifier.judge(task, submissions))


def test_each_check_is_made_by_its_tool() -> None:
    """The final answer counts under the discipline's answer check, the other check is the tool's."""
    verifier = RoutedVerifier(MemoryClock(), checks={"constraints": Gauge()})
    (verification,) = judged(verifier, TASK, [handed_in(0.25)])
    assert verification.outcomes() == {"solver": 1.0, "constraints": 0.25}
    assert verification.checks["constraints"].tool == "gauge/1"


def test_a_broken_tool_costs_its_check_and_nobody_s_score() -> None:
    """While one submission breaks the tool, its check is unavailable with the reason, and the next is judged."""
    verifier = RoutedVerifier(MemoryClock(), checks={"constraints": Gauge()})
    first, second = judged(verifier, TASK, [handed_in("break"), handed_in(1.0)])
    assert first.outcomes() == {"solver": 1.0, "constraints": Unavailable("gauge/1: the gauge is broken")}
    assert second.outcomes() == {"solver": 1.0, "constraints": 1.0}


def test_a_tool_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past its own deadline and some slack, the check is unavailable; the batch goes on."""
    monkeypatch.setattr(routing_tool, "SLACK_SECONDS", 0.05)
    verifier = RoutedVerifier(MemoryClock(), checks={"constraints": Gauge()})
    first, second = judged(verifier, TASK, [handed_in("hang"), handed_in(1.0)])
    assert first.outcomes()["constraints"] == Unavailable("gauge/1: did not keep its own deadline")
    assert second.outcomes()["constraints"] == 1.0


def test_a_tool_that_keeps_breaking_rests() -> None:
    """After three faults in a row the tool is not asked again for a while, and the reason says why."""
    gauge = Gauge()
    verifier = RoutedVerifier(MemoryClock(), checks={"constraints": gauge}, concurrency=1)
    found = judged(verifier, TASK, [handed_in("break", f"q{number}") for number in range(5)])
    assert gauge.asked == ["q0", "q1", "q2"]
    assert found[4].outcomes()["constraints"] == Unavailable(
        "gauge/1 rests after 3 faults in a row: the gauge is broken"
    )


def test_a_tool_that_fails_its_self_test_is_not_used() -> None:
    """Its checks are unavailable with the self-test's detail, until it passes."""
    gauge = Gauge(passes=False)
    verifier = RoutedVerifier(MemoryClock(), checks={"constraints": gauge})
    asyncio.run(verifier.self_test())
    (refused,) = judged(verifier, TASK, [handed_in(1.0)])
    gauge.passes = True
    asyncio.run(verifier.self_test())
    (used,) = judged(verifier, TASK, [handed_in(1.0)])
    assert refused.outcomes()["constraints"] == Unavailable("gauge/1 failed its self-test: told")
    assert used.outcomes()["constraints"] == 1.0


def test_an_answer_that_needs_an_artefact_counts_half_without_it() -> None:
    """A right answer is worth half, its artefact the other half; a wrong answer nothing, whatever comes with it."""
    task = evolve(TASK, checks=("solver",), artefacts=(ARTEFACT,))
    verifier = RoutedVerifier(MemoryClock(), checks={"solver": Gauge()})
    wrong = evolve(handed_in(1.0), final_answer="41")
    found = judged(verifier, task, [handed_in(1.0), handed_in(0.0), wrong])
    assert [one.outcomes() for one in found] == [{"solver": 1.0}, {"solver": 0.5}, {"solver": 0.0}]
    assert [one.correctness for one in found] == [1.0, 1.0, 0.0]


def test_an_artefact_that_cannot_be_checked_makes_its_check_unavailable() -> None:
    """Half a check would be a loss for everybody who handed in a right artefact."""
    task = evolve(TASK, checks=("solver",), artefacts=(ARTEFACT,))
    (found,) = judged(RoutedVerifier(MemoryClock()), task, [handed_in(1.0)])
    assert isinstance(found.outcomes()["solver"], Unavailable)
    assert found.correctness == 1.0


def test_the_order_is_that_of_the_submissions() -> None:
    """However many are judged at once."""
    verifier = RoutedVerifier(MemoryClock(), checks={"constraints": Gauge()}, concurrency=3)
    found = judged(verifier, TASK, [handed_in(number / 10) for number in range(10)])
    assert [one.outcomes()["constraints"] for one in found] == [number / 10 for number in range(10)]

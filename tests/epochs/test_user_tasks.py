"""Users' tasks in whole epochs: they come first, agreement is their check, and nobody gains by a gift."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve, frozen

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.characters import SolveHandler
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Reasoner, Solution
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.events import Event, TaskScored
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, TaskId
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochReport, ScoredReply
from reasonforge.domain.submission import ReasoningStep
from reasonforge.domain.task import Question
from reasonforge.domain.user_task import UserAnswer, UserTask, UserTaskFailure, UserTaskState
from reasonforge.domain.verdict import Unavailable
from reasonforge.entrypoints.cast import MinerPart, Solver, VoiceOf

VALIDATOR = Hotkey("validator-01")
RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=8), api_share=0.25)
ASKED = "Which metal is liquid at room temperature and was used in old thermometers?"


@frozen
class Says:
    """Solves what it can, and has its own answer to whatever no family states."""

    solver: Reasoner
    clock: Clock
    answer: str

    @property
    def name(self) -> str:
        return self.solver.name

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        if question.answer_format.get("format") != "open":
            return await self.solver.reason(question, budget_seconds)
        await self.clock.sleep(10.0 + len(self.answer))
        return Solution((ReasoningStep(1, f"I looked into it, and I say {self.answer}.", confidence=0.9),), self.answer)


@frozen
class Opinionated:
    """The part of a solver that also answers users."""

    skill: float
    answer: str
    what: str = "solver with an opinion"
    does: str = "Solves tasks, and answers users."
    honest: bool = True

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return Says(Solver(self.skill).reasoner(number, voice_of, clock), clock, self.answer)

    def handler(self, honest: SolveHandler, clock: Clock) -> SolveHandler:  # noqa: ARG002 - it hands in what it thought
        return honest


def user_task(name: str = "metal", owner: str = "ann", at: float = 0.0) -> UserTask:
    return UserTask(TaskId(name), owner, ASKED, Discipline.SCIENTIFIC, 3, 120.0, at)


def subnet_of(miners: Sequence[MinerPart], *tasks: UserTask, rules: ValidatorRules = RULES) -> InProcessSubnet:
    subnet = InProcessSubnet(1, miners, 6, rules=rules)
    for task in tasks:
        subnet.desk.submit(task)
    return subnet


def run(subnet: InProcessSubnet, epochs: int = 1) -> list[EpochReport]:
    async def go() -> list[EpochReport]:
        async with subnet:
            return [report for epoch in (await subnet.run_epochs(epochs)).epochs for report in epoch.reports]

    return asyncio.run(go())


def replies_to(report: EpochReport, name: str = "metal") -> tuple[ScoredReply, ...]:
    (scored,) = (scored for scored in report.tasks if scored.task.task_id == name)
    return scored.replies


AGREEING: tuple[MinerPart, ...] = (
    Opinionated(1.0, "Mercury"), Opinionated(0.9, " mercury. "), Opinionated(0.8, "MERCURY"), Opinionated(0.7, "lead"),
)  # fmt: skip


def test_users_get_the_answer_most_of_the_standing_is_behind() -> None:
    """What says the same is one answer whatever its spelling; the user gets it with its share as confidence."""
    subnet = subnet_of(AGREEING, user_task())
    (report,) = run(subnet)
    found = subnet.desk.outcome_of(TaskId("metal"))
    assert isinstance(found, UserAnswer)
    assert (found.final_answer.strip(" .").casefold(), found.replies) == ("mercury", 4)
    assert found.confidence == pytest.approx(0.75)
    assert found.epoch == report.epoch.number
    assert subnet.member(found.miner) is not None
    shares = [reply.checks["simulation"].outcome for reply in replies_to(report)]
    assert shares == pytest.approx([0.75, 0.75, 0.75, 0.25])
    assert {reply.checks["simulation"].tool for reply in replies_to(report)} == {"agreement"}
    assert all(reply.correctness is None and not reply.void for reply in replies_to(report))


def test_they_take_their_share_of_the_epoch_and_no_more() -> None:
    """Of eight tasks two are users', one of each owner; the rest of the queue waits for the next epoch."""
    tasks = [user_task(f"ann-{at}", "ann", float(at)) for at in range(3)] + [user_task("bob", "bob", 9.0)]
    subnet = subnet_of(AGREEING, *tasks)
    first, second = run(subnet, 2)
    taken = [[one.task.task_id for one in report.tasks if one.task.source == "api"] for report in (first, second)]
    assert [sorted(one) for one in taken] == [["ann-0", "bob"], ["ann-1", "ann-2"]]
    assert [len(report.tasks) for report in (first, second)] == [8, 8]
    assert [sum(one.task.is_trap for one in report.tasks) for report in (first, second)] == [1, 1]
    assert not any(one.task.is_trap for report in (first, second) for one in report.tasks if one.task.source == "api")


@pytest.mark.parametrize(
    ("share", "tasks", "most"),
    [(0.0, 12, 0), (0.25, 12, 3), (0.25, 7, 1), (0.25, 2, 1), (0.01, 12, 1), (0.25, 1, 0), (0.99, 4, 3), (1.0, 4, 4)],
)
def test_a_share_leaves_room_for_one_and_never_takes_the_last(share: float, tasks: int, most: int) -> None:
    """A share above 0 of a short epoch still lets one task in, and below 1 the validator keeps one of its own."""
    parameters = evolve(DEFAULT_PARAMETERS, tasks_per_epoch=tasks)
    assert ValidatorRules(parameters=parameters, api_share=share).most_user_tasks == most


def test_an_operator_who_gives_users_nothing() -> None:
    """With a share of 0 the queue is left alone."""
    subnet = subnet_of(AGREEING, user_task(), rules=evolve(RULES, api_share=0.0))
    run(subnet)
    assert subnet.desk.state_of(TaskId("metal")) is UserTaskState.QUEUED


def test_fewer_than_three_replies_answer_the_user_and_score_nobody() -> None:
    """The task is void for both miners, whatever they say."""
    subnet = subnet_of(AGREEING[:2], user_task())
    (report,) = run(subnet)
    assert isinstance(subnet.desk.outcome_of(TaskId("metal")), UserAnswer)
    assert all(reply.void and reply.cms == 0.0 for reply in replies_to(report))
    assert all(isinstance(reply.checks["simulation"].outcome, Unavailable) for reply in replies_to(report))


def test_nobody_who_answers_is_a_failure_that_says_so() -> None:
    """Miners who know only the families have no answer: the user is told, and may submit again."""
    subnet = subnet_of([Solver(1.0)] * 3, user_task())
    run(subnet)
    assert subnet.desk.outcome_of(TaskId("metal")) == UserTaskFailure(
        TaskId("metal"), EpochNumber(0), "none of 3 miners answered; submit it again"
    )


def test_nobody_gains_by_an_answer_given_away() -> None:
    """Three miners who know what a user will ask, and beat the one who does not, score no more than without it."""
    sworn: list[MinerPart] = [Opinionated(0.6, "xyzzy"), Opinionated(0.6, "xyzzy"), Opinionated(0.6, "xyzzy")]
    miners = [*sworn, Opinionated(1.0, "who could know")]
    (gift,) = run(subnet_of(miners, user_task("gift")))
    scores = {}
    for result in gift.miners:
        own = [
            (scored.task, reply)
            for scored in gift.tasks
            for reply in scored.replies
            if reply.hotkey == result.hotkey and scored.task.source != "api"
        ]
        known = [reply.cms * DEFAULT_PARAMETERS.multiplier(task.difficulty) for task, reply in own]
        scores[result.hotkey] = (result.s_epoch, result.trap_penalty * sum(known) / len(known))
    assert len(scores) == 4
    assert all(score <= without + 1e-12 for score, without in scores.values())


def test_miners_see_nothing_of_whose_task_it_is() -> None:
    """What travels has neither the user's nor the gateway's names in it, and an opaque id like any other."""
    subnet = subnet_of(AGREEING, user_task("very-secret-name", "very-secret-owner"))
    (report,) = run(subnet)
    (scored,) = (scored for scored in report.tasks if scored.task.source == "api")
    for reply in scored.replies:
        question = repr(scored.task.question(reply.query_id))
        assert "secret" not in question
        assert len(reply.query_id) == 32
    assert scored.task.question(scored.replies[0].query_id).answer_format == {"format": "open"}


class Stop(Exception):  # noqa: N818 - what it simulates
    """The process dies here."""


class StopAfter:
    """Telemetry that dies once a user's task, or so many tasks, were recorded."""

    def __init__(self, tasks: int) -> None:
        self.left = tasks

    def emit(self, event: Event) -> None:
        if isinstance(event, TaskScored):
            self.left -= 1
            if self.left == 0:
                raise Stop


@pytest.mark.parametrize("after", [1, 4, 8])
def test_a_stop_changes_no_answer(tmp_path: Path, after: int) -> None:
    """Stopped after any task and started again, the user's answer is the one it would have been."""
    undisturbed = subnet_of(AGREEING, user_task())
    run(undisturbed)

    async def disturbed() -> object:
        desk = undisturbed.desk.__class__()
        desk.submit(user_task())
        for stopping in (True, False):
            subnet = InProcessSubnet(1, AGREEING, 6, rules=RULES, database=tmp_path / f"{after}.db")
            subnet.desk = desk
            async with subnet:
                if stopping:
                    subnet.watch(StopAfter(after))
                    with pytest.raises(Stop):
                        await subnet.run_epochs(1)
                else:
                    await subnet.run_epochs(1)
        return desk.outcome_of(TaskId("metal"))

    assert asyncio.run(disturbed()) == undisturbed.desk.outcome_of(TaskId("metal"))


def test_an_epoch_that_was_never_finished_gives_its_users_tasks_back() -> None:
    """The next epoch gives it up, settles what was recorded, and asks again what was not."""

    async def go() -> tuple[list[str], list[str]]:
        subnet = subnet_of(AGREEING, user_task("one", at=1.0), user_task("two", at=2.0))
        async with subnet:
            subnet.watch(StopAfter(1))
            with pytest.raises(Stop):
                await subnet.run_epochs(1)
            ledger = subnet.ledger
            ledger.advance_to(BlockNumber(ledger.tempo.epoch_at(ledger.block).last_block + 1))
            before = [subnet.desk.state_of(TaskId(name)).value for name in ("one", "two")]
            await subnet.run_epochs(1)
            state = await subnet.store_of(VALIDATOR).state_of(EpochNumber(0))
            assert state is not None
            assert state.value == "failed"
            return before, [subnet.desk.state_of(TaskId(name)).value for name in ("one", "two")]

    before, after = asyncio.run(go())
    assert "processing" in before
    assert after == ["completed", "completed"]


class BrokenDesk:
    """A desk whose medium is gone."""

    async def take(self, validator: Hotkey, epoch: EpochNumber, most: int) -> Sequence[UserTask]:
        raise StoreFault(f"the desk gives {validator} none of {most} tasks for epoch {epoch}")

    async def settle(self, validator: Hotkey, outcomes: Sequence[object]) -> None:
        raise StoreFault(f"the desk takes none of {len(outcomes)} answers of {validator}")

    async def give_back(self, validator: Hotkey, epoch: EpochNumber) -> int:
        raise StoreFault(f"the desk takes nothing back from {validator} of epoch {epoch}")


def test_a_desk_that_is_gone_costs_the_epoch_nothing() -> None:
    """All tasks are drawn instead, and the operator is told."""

    async def go() -> tuple[EpochReport, list[str]]:
        subnet = subnet_of(AGREEING)
        async with subnet:
            container = subnet.container_of(VALIDATOR)
            container.adapters.desk.override(BrokenDesk())
            container.reset_singletons()
            (epoch,) = (await subnet.run_epochs(1)).epochs
            return epoch.reports[0], [notice.what for notice in subnet.notifier.notices]

    report, notices = asyncio.run(go())
    assert len(report.tasks) == 8
    assert any("takes no users' tasks: the desk gives" in notice for notice in notices)

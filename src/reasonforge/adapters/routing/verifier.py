import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from attrs import evolve, field, frozen

from reasonforge.adapters.routing.exact import ANSWER_TOOL, CLAIM_TOOL, exact_self_tests, steps_finding
from reasonforge.adapters.routing.tool import Tool
from reasonforge.application.ports.checker import Checker
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.examiner import ClaimExaminer
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.answers.open_answer import OPEN
from reasonforge.domain.arithmetic import ClaimFinding, check_claim
from reasonforge.domain.discipline import answer_check
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.step_review import review_steps
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import StepReview, Unavailable, Verdict, Verification

_STEPS = "steps"
_OF_A_WORKING_ANSWER = frozenset({"static_analysis"})
"""Checks that anything tidy would pass, whatever it does."""
_NO_CHECKERS: Mapping[str, Checker] = MappingProxyType({})


def _tools(checkers: Mapping[str, Checker]) -> Mapping[str, Tool]:
    by_checker: dict[int, Tool] = {}
    return {name: by_checker.setdefault(id(one), Tool(one)) for name, one in checkers.items()}


@frozen
class RoutedVerifier:
    """The verifier for a task, put together from what this validator has.

    - The final answer is decided by its format: exact formats here, the others by the checker of `answers`.
      Its correctness counts under `answer_check` of the discipline and format. Where the task asks for an artefact for
      that very check, a right answer without a right artefact counts half: the answer alone can be guessed.
    - `steps` is 0 when the final answer is wrong, or when no chain of confirmed claims leads from the problem to it;
      otherwise 1 / (1 + refuted): a single false or unreadable claim halves it, and no number of true ones beside it
      makes up for that.
    - Every other check is made by the checker of `checks`.

    What is missing here, fails its self-test, breaks down, or is late beyond its own limits is `Unavailable` with a
    reason: no miner pays for it. Submissions are judged side by side, each check under its tool's own deadline; the
    whole batch under what those deadlines add up to, so that slow submissions cannot use up the time of others.

    Attributes:
        answers: answer format → who decides it, for formats that need a tool.
        checks: check of Eq. 11 → who makes it.
        clock: measures what a check costs.
        examiner: looks into claims that plain arithmetic cannot read; without one they cannot be read.
        concurrency: submissions judged at once; no more than the tools have places, since waiting for one counts.
    """

    clock: Clock
    answers: Mapping[str, Tool] = field(default=_NO_CHECKERS, converter=_tools)
    checks: Mapping[str, Tool] = field(default=_NO_CHECKERS, converter=_tools)
    examiner: ClaimExaminer | None = None
    concurrency: int = 2

    async def judge(self, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]:
        return await self.judge_each([task] * len(submissions), submissions)

    async def judge_each(self, tasks: Sequence[Task], submissions: Sequence[Submission]) -> Sequence[Verification]:
        places = asyncio.Semaphore(self.concurrency)
        loop = asyncio.get_running_loop()
        rounds = -(-len(submissions) // self.concurrency)
        examining = 0.0 if self.examiner is None else self.examiner.most_seconds
        slowest = max((sum(tool.most_seconds(task) for tool in self._needed(task)) for task in tasks), default=0.0)
        until = loop.time() + rounds * (examining + slowest)
        return await asyncio.gather(
            *(self._verify(task, one, places, until) for task, one in zip(tasks, submissions, strict=True))
        )

    async def self_test(self) -> Sequence[SelfTest]:
        """As the port has it; a tool that fails is not used from then on, and its checks are unavailable."""
        tools = {id(tool): tool for tool in (*self.answers.values(), *self.checks.values())}
        told = await asyncio.gather(*(tool.self_test() for tool in tools.values()))
        return (*exact_self_tests(), *told)

    def makes(self, what: str) -> bool:
        """Whether there is a tool for this check or answer format, and it has not failed its self-test."""
        tool = self.answers.get(what, self.checks.get(what))
        return tool is not None and tool.is_trusted

    def _needed(self, task: Task) -> list[Tool]:
        found = (self.answers.get(task.answer.format), *(self.checks.get(name) for name in task.checks))
        return [tool for tool in found if tool is not None]

    async def _verify(
        self, task: Task, submission: Submission, places: asyncio.Semaphore, until: float
    ) -> Verification:
        async with places:
            answer = await self._answer(task, submission, until)
            review = await self._review(task, submission)
            checks = {name: await self._check(name, task, submission, answer, review, until) for name in task.checks}
            await asyncio.sleep(0)  # a batch of quick checks must not hold up the event loop
        correctness = None if isinstance(answer.outcome, Unavailable) else answer.outcome
        return Verification(checks, correctness, review.found)

    async def _answer(self, task: Task, submission: Submission, until: float) -> Verdict:
        if isinstance(task.answer, ExactAnswer):
            finding = task.answer.check(submission.final_answer)
            return Verdict(finding.grade, finding.reason, ANSWER_TOOL)
        return await self._made_by(self.answers.get(task.answer.format), task.answer.format, task, submission, until)

    async def _review(self, task: Task, submission: Submission) -> "_Review":
        """Where the examiner breaks down, the claims that needed it count neither for the miner nor against it."""
        claims = [claim for step in submission.steps for claim in step.claims]
        beyond = [claim for claim in claims if check_claim(claim) is ClaimFinding.UNREADABLE]
        examination, fault = None, ""
        if self.examiner is not None and beyond:
            try:
                async with asyncio.timeout(self.examiner.most_seconds):
                    examination = await self.examiner.examination(task, claims, submission.final_answer)
            except ValidatorFault as error:
                fault = str(error)
            except TimeoutError:
                fault = "the examiner did not keep its own deadline"
            if fault:
                claims = [claim for claim in claims if claim not in beyond]
        evidence = (step.evidence for step in submission.steps)
        return _Review(review_steps(task, claims, evidence, submission.final_answer, examination), fault)

    async def _check(
        self, name: str, task: Task, submission: Submission, answer: Verdict, review: "_Review", until: float
    ) -> Verdict:
        if name == _STEPS:
            return _steps(task, answer, review)
        if name != answer_check(task.discipline, task.answer.format):
            if name in _OF_A_WORKING_ANSWER and answer.outcome == 0.0:
                return Verdict(0.0, f"not looked at, since the answer is worth nothing: {answer.reason}", answer.tool)
            return await self._made_by(self.checks.get(name), name, task, submission, until)
        if task.artefact_for(name) is None or answer.outcome == 0.0:
            return answer
        return _halves(answer, await self._made_by(self.checks.get(name), name, task, submission, until))

    async def _made_by(self, tool: Tool | None, what: str, task: Task, submission: Submission, until: float) -> Verdict:
        if tool is None:
            reason = f"no tool of this validator makes the check {what}"
            return Verdict(Unavailable(reason), reason, "none")
        started = self.clock.monotonic()
        outcome = await tool.check(task, submission, until)
        seconds = max(0.0, self.clock.monotonic() - started)
        if isinstance(outcome, Finding):
            return Verdict(outcome.grade, outcome.reason, tool.name, seconds)
        return Verdict(outcome, outcome.reason, tool.name, seconds)


@frozen
class _Review:
    """What was found in the steps; `fault` says why some claims could not be examined."""

    found: StepReview
    fault: str


def _steps(task: Task, answer: Verdict, review: _Review) -> Verdict:
    if task.answer.format == OPEN:  # no truth to compare with: whether the claims hold and lead to what is said
        answer = evolve(answer, outcome=1.0)
    if isinstance(answer.outcome, Unavailable):
        return evolve(answer, tool=CLAIM_TOOL)  # steps that lead to an answer nobody can decide
    finding = steps_finding(answer.outcome, review.found)
    if review.fault and finding.grade < 1.0:
        return Verdict(Unavailable(review.fault), review.fault, CLAIM_TOOL)
    return Verdict(finding.grade, finding.reason, CLAIM_TOOL)


def _halves(answer: Verdict, artefact: Verdict) -> Verdict:
    """A right answer and its artefact count half each; where one of them is unavailable, so is the check."""
    reason = f"{answer.reason}; {artefact.reason}"
    tool = f"{answer.tool} + {artefact.tool}"
    if isinstance(answer.outcome, Unavailable):
        return Verdict(answer.outcome, reason, tool, answer.seconds)
    if isinstance(artefact.outcome, Unavailable):
        return Verdict(artefact.outcome, reason, tool, artefact.seconds)
    outcome = answer.outcome * (1.0 + artefact.outcome) / 2.0
    return Verdict(outcome, reason, tool, answer.seconds + artefact.seconds)

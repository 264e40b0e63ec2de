"""Judge what miners handed in: check it, and turn what was found into the four dimensions."""

from collections.abc import Sequence

from attrs import evolve, frozen

from reasonforge.application.ports.jury import Exhibit
from reasonforge.application.ports.verifier import Verifier
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.discipline import answer_check
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verdict, Verification


@frozen
class Judged:
    """One exhibit as one validator sees it. `dimensions` is None when nothing could be checked."""

    verification: Verification
    dimensions: DimensionScores | None
    cms: float


@frozen
class JudgeReplies:
    """A verifier that breaks down costs nobody anything: every check is then unavailable, and the task is void."""

    verifier: Verifier
    rules: ValidatorRules

    async def __call__(self, task: Task, exhibits: Sequence[Exhibit]) -> tuple[Judged, ...]:
        try:
            found = await self._verify(task, exhibits)
        except ValidatorFault as fault:
            found = [_unavailable(task, str(fault)) for _ in exhibits]
        found = [_agreed(task, exhibit, one) for exhibit, one in zip(exhibits, found, strict=True)]
        return tuple(
            self._judge(task, exhibit, verification) for exhibit, verification in zip(exhibits, found, strict=True)
        )

    async def _verify(self, task: Task, exhibits: Sequence[Exhibit]) -> Sequence[Verification]:
        submissions = [exhibit.submission for exhibit in exhibits]
        if all(exhibit.variant is None for exhibit in exhibits):
            return await self.verifier.judge(task, submissions)
        return await self.verifier.judge_each([exhibit.variant or task for exhibit in exhibits], submissions)

    def _judge(self, task: Task, exhibit: Exhibit, verification: Verification) -> Judged:
        if exhibit.agreement is not None and isinstance(exhibit.agreement.outcome, Unavailable):
            return Judged(verification, None, 0.0)  # whatever else could be checked
        dimensions = self.rules.policy(
            exhibit.variant or task,
            exhibit.submission,
            verification,
            exhibit.elapsed_seconds,
            exhibit.likeness,
            self.rules.parameters,
        )
        if dimensions is None:
            return Judged(verification, None, 0.0)
        return Judged(verification, dimensions, ScoringEngine.compute_cms(dimensions, self.rules.parameters))


def _agreed(task: Task, exhibit: Exhibit, found: Verification) -> Verification:
    """With the agreement of the replies in the place of the right answer, where nobody knows that."""
    if exhibit.agreement is None:
        return found
    own = answer_check(task.discipline, task.answer.format)
    return evolve(found, checks={**found.checks, own: exhibit.agreement})


def _unavailable(task: Task, reason: str) -> Verification:
    verdict = Verdict(Unavailable(reason), reason, tool="none")
    return Verification(checks=dict.fromkeys(task.checks, verdict), correctness=None)

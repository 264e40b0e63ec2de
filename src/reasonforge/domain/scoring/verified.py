"""The default policy: no dimension can be earned by assertion alone.

Everything is multiplied by the accuracy, so a wrong answer earns nothing. Quality is what checkers found in the
reasoning and how well the stated confidence fits the outcome; novelty is the lack of likeness to earlier reasoning.
Nothing rises with the count, length or vocabulary of the steps, with evidence that does not resolve, with a formal
fragment (one that is checked is a check of Eq. 11) or with what the miner says of its own time.
"""

from collections.abc import Sequence

from attrs import frozen

from reasonforge.domain.likeness import Likeness
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.scoring.efficiency import efficiency
from reasonforge.domain.scoring.policy import accuracy, plagiarism_factor
from reasonforge.domain.submission import ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import StepReview, Verification

W_CONFIRMED, W_EVIDENCE, W_CALIBRATION = 0.7, 0.175, 0.125
"""Quality's parts. Calibration and efficiency are all in which two right answers of one verification can differ:
0.40 · 0.125 + 0.15 · 0.995 < 0.2 CMS. Beware of a greater weight for calibration: an answer that turns right costs a
miner that denied it 0.40 · 0.125 · (1 − ω) and brings it 0.30 · ω by the ω of the answer's check, so CMS never falls
only while every such ω is above 1/7 (the least is mathematics' 0.15)."""


@frozen
class VerifiedPolicy:
    """Quality from what was verified, novelty from likeness, all of it behind the accuracy."""

    name: str = "verified"

    def __call__(
        self,
        task: Task,
        submission: Submission,
        verification: Verification,
        elapsed_seconds: float,
        likeness: Likeness,
        parameters: MechanismParameters = DEFAULT_PARAMETERS,
    ) -> DimensionScores | None:
        objective = accuracy(task, verification, parameters)
        if objective is None:
            return None
        outcome = objective if verification.correctness is None else verification.correctness
        factor = plagiarism_factor(likeness, parameters)
        return DimensionScores(
            quality=objective * verified_quality(submission.steps, verification.steps, outcome) * factor,
            accuracy=objective * factor,
            novelty=objective * (1.0 - likeness.excess) * factor,
            efficiency=objective * efficiency(elapsed_seconds, task.timeout_seconds),
        )


def verified_quality(steps: Sequence[ReasoningStep], review: StepReview, outcome: float) -> float:
    """0.7 · confirmed + 0.175 · evidence + 0.125 · calibration, in [0, 1]; 0 without steps.

    `outcome` in [0, 1] is what the confidence is held against.

    >>> steps = [ReasoningStep(1, "x = 1 + 2", confidence=1.0)]
    >>> verified_quality(steps, StepReview(confirmed=1, refuted=1, reaches_answer=True), outcome=1.0)
    0.475
    """
    if not steps:
        return 0.0
    return min(
        1.0,
        W_CONFIRMED * confirmed(review) + W_EVIDENCE * evidence(review) + W_CALIBRATION * calibration(steps, outcome),
    )


def confirmed(review: StepReview) -> float:
    """1/(1 + refuted claims) when a confirmed chain reaches the answer, otherwise 0.

    Not the share of claims that were confirmed: that could be raised by padding with trivially true ones.
    """
    return 1.0 / (1.0 + review.refuted) if review.reaches_answer and review.confirmed > 0 else 0.0


def evidence(review: StepReview) -> float:
    """1/(1 + evidence that does not resolve) when some does, otherwise 0."""
    return 1.0 / (1.0 + review.evidence_unresolved) if review.evidence_resolved > 0 else 0.0


def calibration(steps: Sequence[ReasoningStep], outcome: float) -> float:
    """The worst step's quadratic (Brier) score, min 1 − (outcome − confidence)², in [0, 1].

    The outcome is the answer's correctness where the truth is known, so that confidence in a wrong answer never pays,
    and the accuracy where it is not. Where all steps state one belief this is the quadratic rule itself, which is
    proper. The worst step, because a mean could be moved by repeating, splitting or padding.

    >>> calibration([ReasoningStep(1, "", confidence=0.5), ReasoningStep(2, "", confidence=1.0)], outcome=1.0)
    0.75
    """
    return min(1.0 - (outcome - step.confidence) ** 2 for step in steps)

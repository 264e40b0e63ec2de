"""The policy as the whitepaper gives it. It believes what a miner says of itself: see `verified`."""

from collections.abc import Sequence

from attrs import frozen

from reasonforge.domain.likeness import Likeness
from reasonforge.domain.numbers import mean
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.scoring.efficiency import efficiency
from reasonforge.domain.scoring.policy import accuracy, plagiarism_factor
from reasonforge.domain.submission import ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification

FEWEST_STEPS_EXPECTED = 3
FULL_STEP_CHARACTERS = 500


@frozen
class WhitepaperPolicy:
    """Quality from the steps' count, confidence and form; novelty from their length and vocabulary."""

    name: str = "whitepaper"

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
        factor = plagiarism_factor(likeness, parameters)
        return DimensionScores(
            quality=stated_quality(submission.steps, task.difficulty) * factor,
            accuracy=objective * factor,
            novelty=lexical_novelty(submission.reasoning_texts()) * factor,
            efficiency=efficiency(elapsed_seconds, task.timeout_seconds),
        )


def stated_quality(steps: Sequence[ReasoningStep], difficulty: int) -> float:
    """0.3 for the count of steps, 0.3 · mean confidence, 0.2 · share of steps with evidence, 0.2, and 0.1 when any step
    carries a formal fragment; at most 1, and 0 without steps. `difficulty` in 1…10.

    >>> stated_quality([ReasoningStep(1, "Therefore x is 3.", confidence=0.5)], difficulty=2)
    0.45
    """
    if not steps:
        return 0.0
    enough = min(1.0, len(steps) / max(FEWEST_STEPS_EXPECTED, difficulty))
    confidence = mean(step.confidence for step in steps)
    with_evidence = mean(float(bool(step.evidence.strip())) for step in steps)
    formal = 0.1 if any(step.formal_proof_fragment.strip() for step in steps) else 0.0
    return min(1.0, 0.3 * enough + 0.3 * confidence + 0.2 * with_evidence + 0.2 + formal)


def lexical_novelty(texts: Sequence[str]) -> float:
    """0.5 · min(1, mean length/500) + 0.5 · distinct words/words, at most 1; 0 without steps.

    A word is what stands between white space, in lower case.

    >>> lexical_novelty(["so it is so"])
    0.386
    """
    if not texts:
        return 0.0
    words = [word for text in texts for word in text.lower().split()]
    vocabulary = len(set(words)) / len(words) if words else 0.0
    length = mean(float(len(text)) for text in texts)
    return min(1.0, 0.5 * min(1.0, length / FULL_STEP_CHARACTERS) + 0.5 * vocabulary)

"""What a scoring policy is: a pure function from what was handed in and found out to the four dimensions."""

from typing import Protocol

from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.likeness import Likeness
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification


class ScoringPolicy(Protocol):
    """Scores one reply. Promises: pure; every dimension in [0, 1]; None, and only then, when nothing could be checked,
    so that the task is void for this miner.
    """

    @property
    def name(self) -> str:
        """What the operator chooses it by."""
        ...

    def __call__(
        self,
        task: Task,
        submission: Submission,
        verification: Verification,
        elapsed_seconds: float,
        likeness: Likeness,
        parameters: MechanismParameters = DEFAULT_PARAMETERS,
    ) -> DimensionScores | None:
        """`elapsed_seconds` ≥ 0 is the round trip as the validator measured it; `verification` is of `submission`."""
        ...


def accuracy(task: Task, verification: Verification, parameters: MechanismParameters) -> float | None:
    """Eq. 11 over the checks the task uses, in [0, 1]; None when none of them could be made."""
    weights = task.weights_of(parameters.check_weights[task.discipline])
    return ScoringEngine.compute_objective_score(verification.outcomes(), weights)


def plagiarism_factor(likeness: Likeness, parameters: MechanismParameters) -> float:
    """What quality, accuracy and novelty are multiplied by: less than 1 for a copy."""
    return parameters.similarity_penalty if likeness.penalised else 1.0

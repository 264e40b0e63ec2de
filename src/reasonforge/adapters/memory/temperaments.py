"""Validators that do not judge as they should, so that what the mechanism does about them can be seen.

Each is a scoring policy around an honest one: it bends what the validator tells the jury and the weights it sets
alike. `honest` leaves everything as it is.
"""

import hashlib
from random import Random

from attrs import frozen

from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.likeness import Likeness
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.scoring.policy import ScoringPolicy
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verification

NOISE = {"honest": (0.0, 0.0), "lazy": (0.15, -0.10), "malicious": (0.25, 0.20)}
"""Normal noise (sd, bias) on every dimension, as the simulator's profiles have it (1-mechanism §1.9)."""
TEMPERAMENTS = (*NOISE, "inverting", "constant")


@frozen
class TemperedPolicy:
    """`policy` as a validator of this temperament applies it; seeded by who judges what, not by the order of calls."""

    policy: ScoringPolicy
    temperament: str
    validator: Hotkey

    @property
    def name(self) -> str:
        return f"{self.policy.name} ({self.temperament})"

    def __call__(
        self,
        task: Task,
        submission: Submission,
        verification: Verification,
        elapsed_seconds: float,
        likeness: Likeness,
        parameters: MechanismParameters = DEFAULT_PARAMETERS,
    ) -> DimensionScores | None:
        honest = self.policy(task, submission, verification, elapsed_seconds, likeness, parameters)
        if honest is None:
            return None
        seen = (honest.quality, honest.accuracy, honest.novelty, honest.efficiency)
        if self.temperament == "inverting":
            return DimensionScores(*(1.0 - score for score in seen))
        if self.temperament == "constant":
            return DimensionScores(1.0, 1.0, 1.0, 1.0)
        deviation, bias = NOISE[self.temperament]
        digest = hashlib.sha256(f"{self.validator}/{submission.query_id}".encode()).digest()
        error = Random(int.from_bytes(digest)).gauss(bias, deviation)
        return DimensionScores(*(min(1.0, max(0.0, score + error)) for score in seen))


def refuse_unknown(temperament: str) -> None:
    """An `OperatorError` when there is no such temperament."""
    if temperament not in TEMPERAMENTS:
        message = f"{temperament!r} is no validator's temperament: choose from {', '.join(TEMPERAMENTS)}"
        raise OperatorError(message)


def tempered(policy: ScoringPolicy, temperament: str, validator: Hotkey) -> ScoringPolicy:
    """`policy` bent by a temperament; an unknown one is an `OperatorError`."""
    refuse_unknown(temperament)
    return policy if temperament == "honest" else TemperedPolicy(policy, temperament, validator)

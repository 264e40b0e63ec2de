"""What an operator sets once for all epochs of a validator."""

from math import floor

from attrs import field, frozen

from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.scoring.policies import DEFAULT_POLICY
from reasonforge.domain.scoring.policy import ScoringPolicy
from reasonforge.domain.similarity.rules import DEFAULT_RULES, SimilarityRules
from reasonforge.domain.submission import DEFAULT_LIMITS, SubmissionLimits


def _at_least_one(_instance: object, _attribute: object, value: int) -> None:
    if value < 1:
        message = f"sample_size must be at least 1, and is {value}"
        raise ValueError(message)


def _a_share(_instance: object, _attribute: object, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        message = f"api_share must be from 0 to 1, and is {value}"
        raise ValueError(message)


@frozen
class ValidatorRules:
    """How this validator asks and scores.

    Attributes:
        policy: turns what was checked into the four dimensions.
        sample_size: miners asked per task, ≥ 1; all when there are fewer.
        similarity: when reasoning counts as copied, and how far back it is compared.
        version_key: told to the chain with the weights.
        api_share: how much of an epoch's tasks users may submit, in [0, 1]; above 0 that is one at least.
    """

    parameters: MechanismParameters = DEFAULT_PARAMETERS
    policy: ScoringPolicy = DEFAULT_POLICY
    limits: SubmissionLimits = DEFAULT_LIMITS
    sample_size: int = field(default=16, validator=_at_least_one)
    similarity: SimilarityRules = DEFAULT_RULES
    version_key: int = 0
    api_share: float = field(default=0.25, validator=_a_share)

    @property
    def most_user_tasks(self) -> int:
        """Users' tasks in an epoch: rounded down, so that miners of a user's own steer no more than the share; but one,
        so that nobody waits for ever, and never in place of the only task.
        """
        tasks = self.parameters.tasks_per_epoch
        if self.api_share in {0.0, 1.0}:
            return tasks if self.api_share else 0
        return min(max(1, floor(self.api_share * tasks)), tasks - 1)

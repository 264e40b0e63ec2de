"""A check's outcome has three values, and the difference decides who pays (1-mechanism §1.3).

A number in [0, 1] counts, 0 included: the miner's doing. `Unavailable` does not count: the validator's doing.
"""

from collections.abc import Mapping

from attrs import field, frozen

from reasonforge.domain.numbers import within_unit


@frozen
class Unavailable:
    """The validator could not make the check; `reason` says what is missing or broken."""

    reason: str


Outcome = float | Unavailable


def _outcome(_instance: object, _attribute: object, value: Outcome) -> None:
    if not isinstance(value, Unavailable):
        within_unit(value, "a check")


@frozen
class Verdict:
    """One named check of one reply: its outcome, why, by which tool, at what cost.

    `reason` is for people and bounded by whoever writes it; `seconds` is the validator's cost on its own `Clock`
    (0 on a virtual one).
    """

    outcome: Outcome = field(validator=_outcome)
    reason: str
    tool: str
    seconds: float = 0.0


@frozen
class StepReview:
    """What checkers made of the reasoning itself, independent of how it is cut into steps.

    Counts are of *distinct* things, so that repeating, splitting or reordering steps changes nothing.

    Attributes:
        confirmed: distinct, non-vacuous claims a checker found true.
        refuted: distinct claims a checker found false, or that cannot be read.
        reaches_answer: a confirmed chain of claims ends in the final answer.
        evidence_resolved: distinct evidence that occurs in what the task supplies.
        evidence_unresolved: distinct evidence that does not.
    """

    confirmed: int = 0
    refuted: int = 0
    reaches_answer: bool = False
    evidence_resolved: int = 0
    evidence_unresolved: int = 0


@frozen
class Verification:
    """Everything the verifier found out about one submission.

    Attributes:
        checks: a verdict for every check the task names, and for no other.
        correctness: the final answer against the ground truth in [0, 1] (Eq. 9 reads it on traps); None when the
            truth is not known or could not be compared.
        steps: what was found in the reasoning.
    """

    checks: Mapping[str, Verdict]
    correctness: float | None
    steps: StepReview = StepReview()

    def outcomes(self) -> dict[str, Outcome]:
        """The checks as Eq. 11 reads them."""
        return {name: verdict.outcome for name, verdict in self.checks.items()}

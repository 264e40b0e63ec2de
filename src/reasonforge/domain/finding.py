"""What one tool found out about one thing that a miner handed in."""

from attrs import field, frozen

from reasonforge.domain.numbers import unit


@frozen
class Finding:
    """How right it is, and why.

    Attributes:
        grade: 1.0 right, 0.0 wrong; between them only where the check knows partial success.
        reason: one sentence for people; quotes at most 80 characters of the miner.
    """

    grade: float = field(validator=unit)
    reason: str

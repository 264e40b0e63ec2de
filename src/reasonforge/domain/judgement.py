"""Several validators on one reply: what each reports of it, and what they agree on (§1.8)."""

from attrs import field, frozen

from reasonforge.domain.identity import Hotkey
from reasonforge.domain.numbers import unit


@frozen
class Judgement:
    """One validator's CMS for one reply, in [0, 1], with the stake (TAO, ≥ 0) behind it."""

    validator: Hotkey
    stake: float
    score: float = field(validator=unit)


@frozen
class Consensus:
    """What the jury made of one reply.

    Attributes:
        judgements: in the order in which the judges were drawn.
        score: Eq. 12 over them, in [0, 1].
    """

    judgements: tuple[Judgement, ...]
    score: float = field(validator=unit)

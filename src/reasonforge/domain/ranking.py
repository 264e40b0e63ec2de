"""Who came where in an epoch, and what that adds to streaks and bonuses (1-mechanism §1.4, step 5)."""

from collections.abc import Iterable

from attrs import frozen

from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.domain.numbers import nonnegative
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters


@frozen
class Contender:
    """A miner before the ranks are known: its S_epoch ≥ 0 (Eq. 3), and the streak it brings from earlier epochs.

    A miner all of whose tasks were void is no contender: it keeps its standing, since the fault was the validator's.
    """

    hotkey: Hotkey
    uid: Uid
    s_epoch: float
    streak: int


@frozen
class Placing:
    """A miner in the ranks: `rank` from 1, `streak` with this epoch counted, `peb` by Eq. 4 of those two."""

    hotkey: Hotkey
    uid: Uid
    s_epoch: float
    rank: int
    streak: int
    peb: float


def rank_miners(
    contenders: Iterable[Contender], parameters: MechanismParameters = DEFAULT_PARAMETERS
) -> tuple[Placing, ...]:
    """Everybody placed, best first, in whatever order they come.

    The greater S_epoch ranks first; of equals the longer streak brought along, then the lower uid. A rank within
    `peb_k` with something earned lengthens the streak by one; anything else ends it.

    Raises:
        ValueError: an S_epoch or streak that is negative or no finite number, or one uid twice.

    >>> contenders = [Contender(Hotkey("a"), Uid(3), 0.5, 0), Contender(Hotkey("b"), Uid(7), 0.5, 3)]
    >>> [(placing.uid, placing.rank, placing.streak, placing.peb) for placing in rank_miners(contenders)]
    [(7, 1, 4, 0.4), (3, 2, 1, 0.1)]
    """
    ordered = sorted(contenders, key=_order)
    if len({contender.uid for contender in ordered}) < len(ordered):
        message = "one uid is ranked twice"
        raise ValueError(message)
    return tuple(_placing(contender, place, parameters) for place, contender in enumerate(ordered, start=1))


def _order(contender: Contender) -> tuple[float, float, int]:
    s_epoch = nonnegative(contender.s_epoch, f"the S_epoch of uid {contender.uid}")
    streak = nonnegative(contender.streak, f"the streak of uid {contender.uid}")
    return (-s_epoch, -streak, contender.uid)


def _placing(contender: Contender, place: int, parameters: MechanismParameters) -> Placing:
    excels = place <= parameters.peb_k and contender.s_epoch > 0
    streak = contender.streak + 1 if excels else 0
    return Placing(
        hotkey=contender.hotkey,
        uid=contender.uid,
        s_epoch=contender.s_epoch,
        rank=place,
        streak=streak,
        peb=ScoringEngine.compute_peb(place, streak, parameters),
    )

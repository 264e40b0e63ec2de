"""Ranks, streaks and bonuses of an epoch."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.domain.parameters import MechanismParameters
from reasonforge.domain.ranking import Contender, Placing, rank_miners

EXAMPLES = settings(max_examples=200, deadline=None)
scores = st.floats(0.0, 4.0) | st.sampled_from([0.0, 0.5, 1.0])
rosters = st.lists(
    st.builds(
        Contender,
        hotkey=st.just(Hotkey("5Miner")),
        uid=st.integers(0, 65_535).map(Uid),
        s_epoch=scores,
        streak=st.integers(0, 12),
    ),
    max_size=30,
    unique_by=lambda contender: contender.uid,
)


def contender(uid: int, s_epoch: float, streak: int = 0) -> Contender:
    return Contender(Hotkey(f"5Miner{uid}"), Uid(uid), s_epoch, streak)


@EXAMPLES
@given(roster=rosters, seed=st.integers(0, 2**32))
def test_everybody_is_ranked_once_whatever_the_order_they_come_in(roster: list[Contender], seed: int) -> None:
    """Ranks run from 1 without a gap, each contender has one, and the order in does not change it."""
    placed = rank_miners(roster)
    assert [placing.rank for placing in placed] == list(range(1, len(roster) + 1))
    assert {placing.uid for placing in placed} == {one.uid for one in roster}
    assert rank_miners(Random(seed).sample(roster, len(roster))) == placed


@EXAMPLES
@given(roster=rosters)
def test_ranks_follow_s_epoch_then_the_streak_then_the_uid(roster: list[Contender]) -> None:
    """Who earned more ranks earlier; of equals the longer streak brought along, then the lower uid."""
    before = {one.uid: one for one in roster}
    keys = [
        (-placing.s_epoch, -before[placing.uid].streak, placing.uid)
        for placing in rank_miners(roster)
    ]  # fmt: skip
    assert keys == sorted(keys)


@EXAMPLES
@given(roster=rosters)
def test_streaks_grow_within_the_first_ten_and_end_elsewhere(roster: list[Contender]) -> None:
    """A rank up to 10 with something earned adds one to the streak; anything else ends it. PEB is Eq. 4 of both."""
    before = {one.uid: one.streak for one in roster}
    for placing in rank_miners(roster):
        excels = placing.rank <= 10 and placing.s_epoch > 0
        assert placing.streak == (before[placing.uid] + 1 if excels else 0)
        assert placing.peb == ScoringEngine.compute_peb(placing.rank, placing.streak)
        assert (placing.peb > 0) == excels


def test_a_worked_epoch() -> None:
    """A leader, a tie by streak, a tie by uid, and one that earned nothing."""
    roster = [contender(4, 0.0, 7), contender(3, 0.5), contender(2, 0.5), contender(9, 0.5, 3), contender(7, 0.9, 9)]
    assert rank_miners(roster) == (
        Placing(Hotkey("5Miner7"), Uid(7), 0.9, rank=1, streak=10, peb=0.2 * math.sqrt(10)),
        Placing(Hotkey("5Miner9"), Uid(9), 0.5, rank=2, streak=4, peb=0.2),
        Placing(Hotkey("5Miner2"), Uid(2), 0.5, rank=3, streak=1, peb=0.2 / 3),
        Placing(Hotkey("5Miner3"), Uid(3), 0.5, rank=4, streak=1, peb=0.05),
        Placing(Hotkey("5Miner4"), Uid(4), 0.0, rank=5, streak=0, peb=0.0),
    )


def test_the_bonus_ranks_are_a_parameter() -> None:
    """With `peb_k` of 1 only the first keeps a streak."""
    placed = rank_miners([contender(1, 0.9, 2), contender(2, 0.8, 2)], MechanismParameters(peb_k=1))
    assert [placing.streak for placing in placed] == [3, 0]


@pytest.mark.parametrize(
    "roster",
    [
        [contender(1, math.nan)],
        [contender(1, math.inf)],
        [contender(1, -0.1)],
        [contender(1, 0.5, -1)],
        [contender(1, 0.5), contender(1, 0.6)],
    ],
)
def test_what_cannot_be_ranked_is_refused(roster: list[Contender]) -> None:
    """An S_epoch or streak that is negative or no finite number, and a uid named twice, are a ValueError."""
    with pytest.raises(ValueError):
        rank_miners(roster)

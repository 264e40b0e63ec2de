import math
import random
import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.anomaly import (
    DEFAULT_ANOMALY_RULES,
    AlikePair,
    AnomalyRules,
    claimed_time,
    collusion,
    too_constant,
    too_fast,
)
from reasonforge.domain.flag import Flag, FlagKind
from reasonforge.domain.identity import Hotkey, TaskId

ALICE, BOB, CAROL, DAVE, ERIN = (Hotkey(name) for name in ("alice", "bob", "carol", "dave", "erin"))
SECONDS = st.floats(0, 1_000)
UNIT = st.floats(0, 1)
PAIRS = st.lists(
    st.builds(
        AlikePair,
        st.sampled_from([TaskId(f"t{at}") for at in range(5)]),
        st.sampled_from([ALICE, BOB, CAROL, DAVE, ERIN]),
        st.sampled_from([ALICE, BOB, CAROL, DAVE, ERIN]),
    ),
    max_size=60,
)


@given(st.integers(1, 10), SECONDS)
def test_too_fast_is_half_a_second_a_level(difficulty: int, elapsed: float) -> None:
    """An answer is too fast exactly when it took less than difficulty × 500 ms."""
    flag = too_fast(ALICE, difficulty, elapsed)
    assert (flag is not None) == (elapsed < difficulty * 0.5)
    assert flag is None or (flag.kind, flag.hotkeys) == (FlagKind.TOO_FAST, (ALICE,))


@given(SECONDS, SECONDS)
def test_a_claim_is_held_to_the_round_trip(claimed: float, elapsed: float) -> None:
    """A claim may fall short of the round trip by the overhead, and exceed it by no more than clocks differ."""
    flag = claimed_time(ALICE, claimed * 1000, elapsed)
    if elapsed - 9.99 <= claimed <= elapsed:
        assert flag is None
    if claimed < elapsed - 10.01 or claimed > elapsed + 0.06:
        assert flag is not None
        assert (flag.kind, flag.hotkeys) == (FlagKind.CLAIMED_TIME, (ALICE,))


@pytest.mark.parametrize("claimed", [math.nan, math.inf, -math.inf, -1.0])
def test_a_claim_that_is_no_time(claimed: float) -> None:
    """NaN, infinities and negative times are no time anything took."""
    flag = claimed_time(ALICE, claimed, 5.0)
    assert flag is not None
    assert flag.kind is FlagKind.CLAIMED_TIME


def test_no_claim_is_no_lie() -> None:
    """A miner that says nothing of its time is not flagged for it."""
    assert claimed_time(ALICE, None, 5.0) is None


@given(st.lists(UNIT, max_size=30))
def test_too_constant_is_the_sample_variance(scores: list[float]) -> None:
    """The last 20 scores, at least 5, are too constant exactly when their sample variance is below 0.001."""
    flag = too_constant(ALICE, scores)
    last = scores[-20:]
    if len(last) < 5:
        assert flag is None
    elif abs(statistics.variance(last) - 0.001) > 1e-9:
        assert (flag is not None) == (statistics.variance(last) < 0.001)


def test_five_equal_scores() -> None:
    """Five times the same is flagged with the figures; four times is too little to say."""
    assert too_constant(ALICE, [0.7] * 5) == Flag(
        FlagKind.TOO_CONSTANT, (ALICE,), "the last 5 scores have a variance of 0.000000, below 0.001"
    )
    assert too_constant(ALICE, [0.7] * 4) is None


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_what_we_measured_must_be_a_number(wrong: float) -> None:
    """Our own figures are never NaN: where they are, it is said."""
    with pytest.raises(ValueError, match="finite"):
        too_fast(ALICE, 3, wrong)
    with pytest.raises(ValueError, match="finite"):
        claimed_time(ALICE, 1.0, wrong)
    with pytest.raises(ValueError, match="finite"):
        too_constant(ALICE, [wrong] * 5)


def alike(one: Hotkey, other: Hotkey, tasks: int) -> list[AlikePair]:
    return [AlikePair(TaskId(f"t{at}"), one, other) for at in range(tasks)]


def test_groups_are_connected_pairs() -> None:
    """Alice–Bob and Bob–Carol are one group though Alice and Carol never matched; two tasks are not enough for Dave."""
    pairs = [*alike(BOB, ALICE, 3), *alike(BOB, CAROL, 4), *alike(DAVE, ERIN, 2)]
    assert collusion(pairs) == (
        Flag(
            FlagKind.COLLUSION,
            (ALICE, BOB, CAROL),
            "3 miners in 2 pairs, each alike on 3 to 4 tasks, 3 being enough",
        ),
    )


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(pairs: list[AlikePair], rng: random.Random) -> None:
    """However often and in whatever order and direction a pair is told, the groups are the same."""
    shuffled = rng.sample(pairs, len(pairs))
    turned = [AlikePair(pair.task_id, pair.other, pair.one) for pair in shuffled]
    assert collusion(turned + shuffled) == collusion(pairs)


@given(PAIRS)
def test_groups_are_disjoint_and_earned(pairs: list[AlikePair]) -> None:
    """No miner is in two groups, none is alone, and everybody in one is linked to another by enough tasks."""
    flags = collusion(pairs)
    members = [hotkey for flag in flags for hotkey in flag.hotkeys]
    assert len(members) == len(set(members))
    assert [flag.hotkeys[0] for flag in flags] == sorted(flag.hotkeys[0] for flag in flags)
    for flag in flags:
        assert list(flag.hotkeys) == sorted(flag.hotkeys)
        for hotkey in flag.hotkeys:
            others = {
                other: {pair.task_id for pair in pairs if {pair.one, pair.other} == {hotkey, other}}
                for other in flag.hotkeys
                if other != hotkey
            }
            assert max(map(len, others.values())) >= DEFAULT_ANOMALY_RULES.collusion_tasks


def test_a_long_chain_of_pairs_is_one_group() -> None:
    """Thousands of miners in a row are one group, found without recursion."""
    miners = [Hotkey(f"m{at:05}") for at in range(5_000)]
    pairs = [pair for one, other in pairwise(miners) for pair in alike(one, other, 3)]
    (flag,) = collusion(pairs)
    assert flag.hotkeys == tuple(miners)


@pytest.mark.parametrize(
    "wrong",
    [
        {"overhead_seconds": -1.0},
        {"constant_variance": math.nan},
        {"constant_count": 1},
        {"constant_window": 3},
        {"collusion_tasks": 0},
    ],
)
def test_rules_that_cannot_be_right(wrong: dict[str, float]) -> None:
    """They are refused when they are made."""
    with pytest.raises(ValueError, match=r"must|needs"):
        AnomalyRules(**wrong)  # type: ignore[arg-type]  # wrong on purpose

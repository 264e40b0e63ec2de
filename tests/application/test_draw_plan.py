from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from reasonforge.application.validator.draw_plan import deal
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, Uid
from reasonforge.domain.metagraph import Endpoint, Neuron


def neuron(uid: int) -> Neuron:
    return Neuron(
        Uid(uid), Hotkey(f"m{uid}"), Coldkey("c"), 0.0, False, Endpoint("127.0.0.1", 9000 + uid), BlockNumber(0)
    )


MINERS = st.integers(0, 40).map(lambda count: [neuron(uid) for uid in range(count)])


@given(MINERS, st.integers(0, 20), st.integers(1, 50), st.randoms(use_true_random=False))
def test_a_task_is_asked_of_different_miners_as_many_as_the_sample(
    miners: list[Neuron], hands: int, size: int, rng: Random
) -> None:
    """Each hand holds min(sample, miners) different miners, in the order of their uids."""
    for hand in deal(miners, hands, size, rng):
        assert len(hand) == min(size, len(miners))
        assert [one.uid for one in hand] == sorted({one.uid for one in hand})


@given(MINERS.filter(bool), st.integers(1, 20), st.integers(1, 50), st.randoms(use_true_random=False))
def test_nobody_is_asked_more_than_once_more_than_another(
    miners: list[Neuron], hands: int, size: int, rng: Random
) -> None:
    """Over an epoch every miner is asked as often as any other, give or take one."""
    asked = Counter(one.uid for hand in deal(miners, hands, size, rng) for one in hand)
    times = [asked[one.uid] for one in miners]
    assert max(times) - min(times) <= 1


@given(MINERS, st.integers(1, 10), st.integers(1, 20), st.integers())
def test_the_order_in_which_the_metagraph_lists_miners_does_not_matter(
    miners: list[Neuron], hands: int, size: int, seed: int
) -> None:
    """The same miners and the same seed give the same hands."""
    assert deal(miners, hands, size, Random(seed)) == deal(miners[::-1], hands, size, Random(seed))

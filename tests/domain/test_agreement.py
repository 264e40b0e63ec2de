import doctest
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain import agreement
from reasonforge.domain.agreement import Voice, agree, meaning, voice_weight
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.standing import MinerStanding

VOICES = st.lists(
    st.builds(Voice, st.sampled_from(["1", "1.0", "2", "two", " Two. ", ""]), st.floats(0, 10), st.booleans()),
    max_size=8,
)


def test_worked_examples_are_right() -> None:
    """The docstrings' examples give what they say."""
    assert doctest.testmod(agreement).failed == 0


def test_the_heaviest_group_comes_first() -> None:
    """Weight decides, not heads; confidence is the group's share of all weight."""
    found = agree([Voice("4", 1.0), Voice("5", 3.0), Voice("4.0", 1.0)])
    assert found.groups == ((1,), (0, 2))
    assert found.shares == (0.6, 0.4)
    assert (found.independent, found.decides) == (3, True)


def test_copies_count_once() -> None:
    """A copy adds neither weight nor a voice to what it says."""
    found = agree([Voice("4", 1.0), *[Voice("4", 9.0, independent=False)] * 5, Voice("5", 2.0)])
    assert found.groups == ((6,), (0, 1, 2, 3, 4, 5))
    assert found.confidence == 2 / 3
    assert (found.independent, found.decides) == (2, False)


def test_fewer_than_three_voices_decide_nothing() -> None:
    """Two who agree may have told each other."""
    assert not agree([Voice("4", 1.0), Voice("4", 1.0)]).decides
    assert agree([Voice("4", 1.0)] * 3).decides


def test_half_is_no_majority() -> None:
    """With half the weight against it, an answer scores nobody."""
    assert not agree([Voice("4", 1.0), Voice("5", 1.0), Voice("4", 1.0), Voice("5", 1.0)]).decides


def test_strangers_among_themselves_count_alike() -> None:
    """Where nobody has any weight, each has the same."""
    assert agree([Voice("4", 0.0), Voice("4", 0.0), Voice("5", 0.0)]).shares == (2 / 3, 1 / 3)


def test_many_strangers_weigh_less_than_two_with_a_record() -> None:
    """Ten hotkeys registered yesterday do not outvote two miners that earn."""
    strangers = [Voice("bought", voice_weight(MinerStanding(Hotkey(f"s{number}")))) for number in range(10)]
    known = [Voice("honest", voice_weight(MinerStanding(Hotkey(f"k{number}"), s_epoch=0.8))) for number in range(2)]
    found = agree([*strangers, *known])
    assert found.groups[0] == (10, 11)
    assert found.decides


def test_silence_is_no_answer() -> None:
    """An empty answer is in no group, and has no voice."""
    found = agree([Voice("  ", 5.0), Voice("4", 1.0)])
    assert found.groups == ((1,),)
    assert found.shares == (1.0,)
    assert found.share_of(0) == 0.0
    assert agree([]).confidence == 0.0


@given(VOICES, st.integers())
def test_the_order_of_voices_changes_no_share(voices: list[Voice], seed: int) -> None:
    """Shares are in [0, 1], sum to at most 1, and each voice keeps its own whatever the order."""
    shuffled = list(range(len(voices)))
    Random(seed).shuffle(shuffled)
    found, again = agree(voices), agree([voices[place] for place in shuffled])
    assert all(0.0 <= share <= 1.0 for share in found.shares)
    assert sum(found.shares) <= 1.0 + 1e-9
    for at, place in enumerate(shuffled):
        assert abs(found.share_of(place) - again.share_of(at)) < 1e-9
    assert found.independent == again.independent


@given(st.text(max_size=200))
def test_meaning_is_total_and_settled(text: str) -> None:
    """Any text has a meaning, which is its own meaning."""
    assert meaning(text) == meaning(text)
    assert meaning(f"  {text} ") == meaning(text)

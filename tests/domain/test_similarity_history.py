import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.similarity import DEFAULT_RULES, PastReasoning, SimilarityRules, rolled
from reasonforge.domain.similarity.fingerprint import NO_GRAMS

NEWEST = EpochNumber(40)
HISTORIES = st.dictionaries(st.sampled_from(["algebra", "graphs", "norms"]), st.lists(st.integers(0, 40), max_size=20))


def entries(epochs: list[int]) -> list[PastReasoning]:
    return [PastReasoning(Hotkey(f"m{at}"), EpochNumber(epoch), NO_GRAMS) for at, epoch in enumerate(sorted(epochs))]


@given(HISTORIES, st.integers(1, 30))
def test_history_is_bounded(epochs: dict[str, list[int]], most: int) -> None:
    """What is kept is recent, at most `max_history`, in its order, and nothing newer was dropped for it."""
    history = {family: entries(numbers) for family, numbers in epochs.items()}
    kept = rolled(history, NEWEST, evolve(DEFAULT_RULES, max_history=most))
    recent = {family: [one for one in all_ if one.epoch >= NEWEST - 30] for family, all_ in history.items()}
    assert sum(map(len, kept.values())) == min(most, sum(map(len, recent.values())))
    assert all(kept.values())
    for family, some in kept.items():
        assert list(some) == recent[family][len(recent[family]) - len(some) :]
    oldest = min((one.epoch for some in kept.values() for one in some), default=EpochNumber(0))
    dropped = [one for family, all_ in recent.items() for one in all_[: len(all_) - len(kept.get(family, ()))]]
    assert all(one.epoch <= oldest for one in dropped)


def test_no_family_crowds_out_another() -> None:
    """Where one epoch alone is too much, its families keep equal numbers."""
    kept = rolled(
        {"big": entries([40] * 50), "small": entries([40] * 5)}, NEWEST, evolve(DEFAULT_RULES, max_history=10)
    )
    assert {family: len(some) for family, some in kept.items()} == {"big": 5, "small": 5}


def test_bounding_twice_is_bounding_once() -> None:
    """What is kept is kept."""
    rules = evolve(DEFAULT_RULES, max_history=7)
    once = rolled({"a": entries([1, 12, 30, 40]), "b": entries([39] * 9)}, NEWEST, rules)
    assert rolled(once, NEWEST, rules) == once


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"words_threshold": 1.0}, "words_threshold must be below 1"),
        ({"embedding_threshold": float("nan")}, "embedding_threshold must be a finite number"),
        ({"sample_share": 1.5}, r"sample_share must lie in \[0, 1\]"),
        ({"max_parts": 0}, "max_parts must be a whole number of at least 1"),
        ({"min_grams": 1.5}, "min_grams must be a whole number of at least 1"),
        ({"judged_share": 0.0}, "judged_share must be above 0"),
    ],
)
def test_rules_that_cannot_be_right(wrong: dict[str, float], said: str) -> None:
    """They are refused when they are made, with the reason."""
    with pytest.raises(ValueError, match=said):
        SimilarityRules(**wrong)  # type: ignore[arg-type]  # wrong on purpose

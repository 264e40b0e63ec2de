import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.similarity import PartVectors, alignments

DIMENSIONS = 6
WEIGHTS = st.floats(1, 50, width=32)


@st.composite
def chains(draw: st.DrawFn, least: int = 1) -> PartVectors:
    count = draw(st.integers(least, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    vectors = rng.normal(size=(count, DIMENSIONS))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = draw(st.lists(WEIGHTS, min_size=count, max_size=count))
    return PartVectors(vectors.astype(np.float32), np.array(weights, dtype=np.float32))


def taken(chain: PartVectors, order: list[int]) -> PartVectors:
    return PartVectors(chain.vectors[order], chain.weights[order])


def straight(one: PartVectors, other: PartVectors, share: float) -> float:
    """The definition, read off: each part's nearest, the best-matched share of the shorter chain, by weight."""

    def covered(parts: PartVectors, by: PartVectors) -> float:
        nearest = np.clip(parts.vectors.astype(np.float64) @ by.vectors.astype(np.float64).T, 0, 1).max(axis=1)
        left = share * float(parts.weights.sum(dtype=np.float64))
        total = counted = 0.0
        for match, weight in sorted(zip(nearest.tolist(), parts.weights.tolist(), strict=True), reverse=True):
            used = min(weight, left)
            total, counted, left = total + used * match, counted + used, left - used
        return total / counted

    mine, theirs = float(one.weights.sum(dtype=np.float64)), float(other.weights.sum(dtype=np.float64))
    both = covered(one, other), covered(other, one)
    return both[0] if mine < theirs else both[1] if theirs < mine else max(both)


@given(chains(), st.lists(chains(), max_size=6), st.floats(0.1, 1))
def test_alignment_is_its_definition(chain: PartVectors, others: list[PartVectors], share: float) -> None:
    """All at once gives what the definition gives pair by pair, in [0, 1]."""
    found = alignments(chain, others, share)
    assert found.tolist() == pytest.approx([straight(chain, other, share) for other in others], abs=2e-6)
    assert all(0 <= score <= 1 for score in found)


@given(chains(), chains())
def test_alignment_is_symmetric(one: PartVectors, other: PartVectors) -> None:
    """Who is held against whom does not matter."""
    assert alignments(one, [other], 2 / 3)[0] == pytest.approx(alignments(other, [one], 2 / 3)[0], abs=2e-6)


@given(chains(), st.randoms(use_true_random=False))
def test_reordering_changes_nothing(chain: PartVectors, rng: random.Random) -> None:
    """A chain with its steps in another order is still the same chain."""
    order = rng.sample(range(len(chain.weights)), len(chain.weights))
    assert alignments(taken(chain, order), [chain], 2 / 3)[0] == pytest.approx(1.0, abs=1e-5)


@given(chains(), st.lists(chains(), min_size=1, max_size=5))
def test_company_changes_nothing(chain: PartVectors, others: list[PartVectors]) -> None:
    """A pair's alignment is the same to the bit whatever else is compared in the same pass."""
    together = alignments(chain, others, 2 / 3)
    assert together.tolist() == [alignments(chain, [other], 2 / 3)[0] for other in others]


@given(chains(least=4), chains())
def test_one_new_part_hides_nothing(chain: PartVectors, new: PartVectors) -> None:
    """Replacing any part that holds less than a third of the words leaves the alignment at 1."""
    total = float(chain.weights.sum(dtype=np.float64))
    for place in range(len(chain.weights)):
        if chain.weights[place] < 0.33 * total:
            vectors = chain.vectors.copy()
            vectors[place] = new.vectors[0]
            copy = PartVectors(vectors, chain.weights)
            assert alignments(copy, [chain], 2 / 3)[0] == pytest.approx(1.0, abs=1e-5)


@given(chains(), chains())
def test_padding_hides_nothing(chain: PartVectors, padding: PartVectors) -> None:
    """Whatever is put around a whole copied chain, the shorter of the two is found in it."""
    longer = PartVectors(
        np.concatenate((padding.vectors, chain.vectors)), np.concatenate((padding.weights, chain.weights))
    )
    assert alignments(longer, [chain], 2 / 3)[0] == pytest.approx(1.0, abs=1e-5)


def test_a_common_sentence_is_no_copy() -> None:
    """One shared part among five leaves the alignment far below the threshold."""
    basis = np.eye(9, dtype=np.float32)
    one = PartVectors(basis[:5], np.ones(5, dtype=np.float32))
    other = PartVectors(basis[4:], np.ones(5, dtype=np.float32))
    assert alignments(one, [other], 2 / 3)[0] == pytest.approx(0.3)


@settings(deadline=None)
@given(st.lists(chains(), min_size=2, max_size=5))
def test_a_long_history_is_compared_in_blocks(others: list[PartVectors]) -> None:
    """Thousands of others give what each gives alone."""
    many = others * (9_000 // sum(len(other.weights) for other in others) + 1)
    few = alignments(others[0], others, 2 / 3).tolist()
    assert alignments(others[0], many, 2 / 3).tolist() == (few * (len(many) // len(few)))


@given(chains())
def test_vectors_survive_their_bytes(chain: PartVectors) -> None:
    """from_bytes(to_bytes) is the same chain."""
    assert PartVectors.from_bytes(chain.to_bytes()) == chain


@pytest.mark.parametrize(
    "stored", [b"", b"\x00" * 8, b"\x01\x00\x00\x00\x02\x00\x00\x00", b"\x01\x00\x00\x00\x01\x00\x00\x00" + b"\xff" * 8]
)
def test_bytes_that_are_no_vectors(stored: bytes) -> None:
    """Cut, empty or not-a-number bytes are refused."""
    with pytest.raises(ValueError, match=r"parts|chain|finite"):
        PartVectors.from_bytes(stored)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_the_unit_is_refused(share: float) -> None:
    """A share that is none never reaches the mean."""
    chain = PartVectors(np.ones((1, 1), np.float32), np.ones(1, np.float32))
    with pytest.raises(ValueError, match="judged_share"):
        alignments(chain, [chain], share)

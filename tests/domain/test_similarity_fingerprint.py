import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.identity import Hotkey
from reasonforge.domain.similarity import DEFAULT_RULES, BatchText, Fingerprint, containments, fingerprints, read_chains
from reasonforge.domain.similarity.fingerprint import NO_GRAMS, Grams
from reasonforge.domain.similarity.overlap import overlap
from tests.domain.solutions import ATTACKS, WRITERS, drawn

PROSE = st.lists(st.sampled_from("alpha beta gamma delta of the to 3 17 = + x".split()), max_size=60).map(" ".join)  # noqa: SIM905
SETS = st.lists(st.frozensets(st.integers(0, 40), max_size=30), max_size=8)


def grams(*numbers: int) -> Grams:
    return np.array(sorted(set(numbers)), dtype=np.uint32)


def shares(one: Fingerprint, other: Fingerprint) -> tuple[float, float]:
    return (
        float(containments([one.words], [other.words])[0, 0]),
        float(containments([one.skeleton], [other.skeleton])[0, 0]),
    )


@given(SETS, SETS)
def test_containment_is_the_set_formula(left: list[frozenset[int]], right: list[frozenset[int]]) -> None:
    """|A ∩ B| / min(|A|, |B|) for every pair, and 0 where either is empty."""
    found = containments([grams(*one) for one in left], [grams(*one) for one in right])
    expected = [[len(a & b) / max(1, min(len(a), len(b))) for b in right] for a in left]
    assert found.shape == (len(left), len(right))
    assert found.tolist() == expected if left and right else found.size == 0


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12), st.sampled_from([3, 60, 1_000]))
def test_containment_of_crowds(seed: int, sharing: int, universe: int) -> None:
    """Grams that nearly all sets hold are counted as exactly as those that two hold."""
    rng = random.Random(seed)
    sets = [frozenset(rng.choices(range(universe), k=10 * sharing)) for _ in range(20)]
    arrays = [grams(*one) for one in sets]
    expected = [[len(a & b) / min(len(a), len(b)) for b in sets] for a in sets]
    assert containments(arrays, arrays).tolist() == expected


def test_containment_of_a_great_crowd() -> None:
    """Where pairs are too many to visit, the matrix product counts what visiting them would."""
    rng = np.random.default_rng(3)
    held = rng.random((200, 5_000)) < rng.choice([0.01, 0.6], size=5_000)
    sets = [np.flatnonzero(row).astype(np.uint32) for row in held]
    shared = held.astype(np.int64) @ held.astype(np.int64).T
    sizes = held.sum(axis=1)
    assert shared.sum() > 1 << 22
    assert np.array_equal(containments(sets, sets), shared / np.minimum.outer(sizes, sizes))


@given(PROSE, PROSE)
def test_a_fingerprint_is_its_texts_own(one: str, other: str) -> None:
    """What a text is read beside changes nothing of its fingerprint."""
    alone = fingerprints("", [one])[0]
    assert fingerprints("", [other, one, other])[1] == alone


@given(PROSE)
def test_what_the_problem_says_is_nobodys(text: str) -> None:
    """A chain that only repeats the statement has no grams of its own."""
    assert fingerprints(text, [text]) == (NO_GRAMS,)


@given(PROSE)
def test_a_fingerprint_survives_its_bytes(text: str) -> None:
    """from_bytes(to_bytes) is the same fingerprint, in 8 bytes and 4 a gram."""
    (found,) = fingerprints("", [text])
    stored = found.to_bytes()
    assert Fingerprint.from_bytes(stored) == found
    assert len(stored) == 8 + 4 * (len(found.words) + len(found.skeleton))


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\x01",
        b"\x01\x00\x00\x00\x00\x00\x00\x00",
        b"\xff\xff\xff\xff\xff\xff\xff\xff" + b"\x00" * 8,
        b"\x02\x00\x00\x00\x00\x00\x00\x00" + b"\x02\x00\x00\x00\x01\x00\x00\x00",
        b"\x02\x00\x00\x00\x00\x00\x00\x00" + b"\x01\x00\x00\x00\x01\x00\x00\x00",
    ],
    ids=["empty", "short", "cut", "counts too large", "not sorted", "not distinct"],
)
def test_bytes_that_are_no_fingerprint(stored: bytes) -> None:
    """What `to_bytes` did not write is refused, and never read as something else."""
    with pytest.raises(ValueError, match=r"fingerprint|sorted"):
        Fingerprint.from_bytes(stored)


def test_hashes_are_the_same_everywhere() -> None:
    """Another process with another PYTHONHASHSEED stores the same bytes."""
    code = (
        "from reasonforge.domain.similarity import fingerprints\n"
        "print(fingerprints('a b c d', ['the sum of 3 and 4 is = 7 so the answer is seven'])[0].to_bytes().hex())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_arithmetic_alone_is_nobodys() -> None:
    """Sums that every right solution shares make no gram; words beside them do."""
    sums = "12 * 7 = 84 84 + 5 = 89 89 / 4 = 22 x = 13 = y"
    bare, worded = fingerprints("", [sums, f"multiplying {sums}"])
    assert bare == NO_GRAMS
    assert (len(worded.words), len(worded.skeleton)) == (1, 1)


def test_a_language_without_known_function_words_has_no_skeleton() -> None:
    """Where every word counts as content nothing of the build is left: strangers are not alike for it."""
    rng = random.Random(8)
    texts = [" ".join("".join(rng.choices("bdgklmnrst", k=6)) for _ in range(400)) for _ in range(2)]
    one, other = fingerprints("", texts)
    assert len(one.words) > DEFAULT_RULES.min_grams
    assert len(one.skeleton) == len(other.skeleton) == 0


def test_honest_writers_stay_below_the_thresholds() -> None:
    """Five writers of one solution, who share its arithmetic, are nowhere near 0.41 and 0.45."""
    rng = random.Random(5)
    for problem in (drawn(rng) for _ in range(20)):
        texts = [BatchText(Hotkey(f"m{at}"), write(problem), at) for at, write in enumerate(WRITERS)]
        chains = read_chains(problem.statement, texts, DEFAULT_RULES)
        shared = overlap(texts, chains, [], DEFAULT_RULES)
        assert shared.words_judged.all()
        assert shared.skeleton_judged.all()
        assert shared.words[shared.before].max() < 0.20
        assert shared.skeleton[shared.before].max() < 0.20


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("write", WRITERS)
def test_every_disguise_is_found(write: object, attack: object) -> None:
    """Reordered, shuffled, reworded, introduced anew, respelled or padded: one of the containments is above its own."""
    assert callable(write)
    assert callable(attack)
    rng = random.Random(6)
    for problem in (drawn(rng) for _ in range(6)):
        disguised = attack(write(problem), rng)
        texts = [BatchText(Hotkey("original"), write(problem), 0), BatchText(Hotkey("copier"), disguised, 1)]
        original, copy = (chain.fingerprint for chain in read_chains(problem.statement, texts, DEFAULT_RULES))
        words, skeleton = shares(original, copy)
        assert words > DEFAULT_RULES.words_threshold or skeleton > DEFAULT_RULES.skeleton_threshold

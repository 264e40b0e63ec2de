import sys
import unicodedata

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.similarity.confusables import LOOKALIKES
from reasonforge.domain.similarity.normalise import fair_shares, fold, fold_parts
from reasonforge.domain.similarity.rules import DEFAULT_RULES

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Mn", "Cf", "Cs", "Co", "Zs"]),
        st.sampled_from("аеорсхуΑΒΕ×÷≤≠\u200b\u0301漢한İßﷺ"),
    )
)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Тhе Ѕum оf аll ѕtерѕ", "the sum of all steps"),
        ("ΤΗΕ ΑΝΟ ρ", "the ano p"),
        ("ｆｕｌｌ ｗｉｄｔｈ １２", "full width 12"),
        ("𝐛𝐨𝐥𝐝 𝒾𝓉𝒶𝓁𝒾𝒸 ⓒⓘⓡⓒⓛⓔⓓ 🅱🅾🆇🅴🅳", "bold italic circled boxed"),
        ("s\u200bp\u00adl\u2060i\ufefft", "split"),
        ("c\u0301o\u0308m\u0327b\u20ddi\u0336ned", "combined"),
        ("naïve résumé", "naive resume"),
        ("ﬁnd ½ of Ⅷ", "find 1/2 of viii"),
        ("٣ + ४ = 7", "3 + 4 = 7"),
        ("3 × 4 ≤ 15 − 2", "3 * 4 <= 15 - 2"),
        ("a\u00a0b\u2003c\u2800d\te", "a b c d e"),
        ("\ud800broken\udfff", "broken"),
        ("STRASSE straße", "strasse strasse"),
    ],
)
def test_what_looks_the_same_is_the_same(written: str, compared: str) -> None:
    """Homoglyphs, compatibility forms, invisible characters, marks, foreign digits and case are one spelling."""
    assert fold(written) == compared


@given(HOSTILE)
def test_folding_is_idempotent(text: str) -> None:
    """Folding what is folded changes nothing but white space, and no character survives that is drawn as nothing."""
    folded = fold(text)
    assert fold(folded).split() == folded.split()
    assert not {unicodedata.category(character) for character in folded} & {"Mn", "Me", "Cf", "Cc", "Cs"}


@given(HOSTILE, st.sampled_from([str.upper, str.lower, str.casefold]))
def test_plain_letters_and_case(text: str, recase: object) -> None:
    """A Latin text in another case is the same text."""
    assert callable(recase)
    latin = "".join(character for character in text if character.isascii())
    assert fold(recase(latin)) == fold(latin)


def test_many_strange_letters_fold_like_few() -> None:
    """The way for texts of many scripts gives what the way for few gives, character by character."""
    letters = [chr(code) for code in range(0x80, 0x3100) if not 0xD800 <= code < 0xE000]
    assert fold("".join(letters)) == "".join(map(fold, letters))


def test_lookalikes_are_consistent() -> None:
    """No plain ASCII character is replaced, and what replaces is plain, lower-case ASCII."""
    assert not [like for like in LOOKALIKES if like.isascii()]
    assert all(plain.isascii() and plain == plain.lower() for plain in LOOKALIKES.values())


@given(st.lists(st.integers(0, 2_000), max_size=60), st.integers(0, 5_000))
def test_fair_shares(sizes: list[int], budget: int) -> None:
    """No part gets more than it has, all get no more than the budget, and only the budget keeps one from all it has."""
    shares = fair_shares(sizes, budget)
    assert len(shares) == len(sizes)
    assert all(0 <= share <= size for share, size in zip(shares, sizes, strict=True))
    assert sum(shares) <= budget
    cut = [share for share, size in zip(shares, sizes, strict=True) if share < size]
    assert not cut or budget - sum(shares) < len(sizes)
    assert not cut or max(cut) - min(cut) <= 1
    assert not cut or max(shares) <= max(cut) + 1


@given(st.lists(HOSTILE, max_size=8))
def test_parts_stay_parts(texts: list[str]) -> None:
    """One folded part a part, whatever they hold."""
    assert len(fold_parts(texts, DEFAULT_RULES)) == len(texts)


@pytest.mark.parametrize(
    "padding",
    [letters * 70_000 for letters in ("\u200b\u200b\u200b", "aaa", "\u0301\u200d\u0301", "\u2003 \n", "\ud800", "ﷺ")],
    ids=["zero width", "letters", "marks", "spaces", "surrogates", "ligatures"],
)
def test_padding_pushes_nothing_out_of_sight(padding: str) -> None:
    """A copied part that shares its chain with endless padding is looked at in full; the rest is bounded."""
    folded = fold_parts([padding, "the copied step", padding + " and more"], DEFAULT_RULES)
    assert folded[1] == "the copied step"
    assert sum(map(len, folded)) <= DEFAULT_RULES.max_characters


@pytest.mark.parametrize("padding", ["\u200b", "\u0301", " ", "\ufe0f", "\U000e0041", "\udfff"])
def test_unseen_padding_inside_a_part(padding: str) -> None:
    """What is drawn as nothing, before the words of every part, hides none of them."""
    parts = [padding * 9_000 + f" copied step number {step}" for step in range(50)]
    folded = fold_parts(parts, DEFAULT_RULES)
    assert [part.split() for part in folded] == [["copied", "step", "number", str(step)] for step in range(50)]


def test_only_so_much_is_looked_at() -> None:
    """The bound is the rules', to the character."""
    rules = evolve(DEFAULT_RULES, max_characters=10)
    assert fold_parts(["abcdefghijkl", "mnopqrstuv"], rules) == ("abcde", "mnopq")
    assert sys.getsizeof(fold_parts(["a" * 1_000_000], rules)[0]) < 200

"""What holds for every answer specification and every text."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reasonforge.domain.answer import exactly
from reasonforge.domain.answers.numeric import DecimalAnswer, FractionAnswer, IntegerAnswer, within
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.answers.sequence import Element, ListAnswer, fractions, integers
from reasonforge.domain.answers.wording import ChoiceAnswer, TextAnswer

whole = st.integers(-(10**40), 10**40)
rational = st.builds(Fraction, whole, st.integers(1, 10**20))
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(
    lambda text: not set(text) & set("\"'") and text.strip(" .$") != ""
)


@st.composite
def decimals(draw: st.DrawFn) -> DecimalAnswer:
    digits = draw(st.integers(1, 12))
    return DecimalAnswer(draw(rational), abs_tol=draw(st.floats(0, 1)), rel_tol=10.0 ** (1 - digits), digits=digits)


@st.composite
def texts(draw: st.DrawFn) -> TextAnswer:
    try:
        return TextAnswer(draw(words), tuple(draw(st.lists(words, max_size=2))), case=draw(st.booleans()))
    except ValueError:  # nothing is left of it after normalisation
        assume(False)
        raise


@st.composite
def choices(draw: st.DrawFn) -> ChoiceAnswer:
    options = tuple(draw(st.lists(words, min_size=2, max_size=6, unique=True)))
    return ChoiceAnswer(chr(ord("A") + draw(st.integers(0, len(options) - 1))), options)


scalars: st.SearchStrategy[Element] = st.one_of(
    st.builds(IntegerAnswer, whole), st.builds(FractionAnswer, rational), decimals(), texts(), choices()
)
answers: st.SearchStrategy[Element] = st.one_of(
    scalars,
    st.builds(integers, st.lists(whole, max_size=5)),
    st.builds(fractions, st.lists(rational, max_size=5)),
    st.builds(
        lambda rows: ListAnswer(tuple(integers(row) for row in rows), {"format": "list", "of": {"format": "integer"}}),
        st.lists(st.lists(whole, max_size=3), max_size=3),
    ),
)
dressings = st.sampled_from(["{}", " {} ", "${}$", r"\boxed{{{}}}", "{}.", r"$\boxed{{{}}}$.", "\n{}\t"])


@given(answers)
def test_the_truth_is_right(answer: Element) -> None:
    """A specification's own truth is right."""
    assert exactly(answer).check(answer.truth()).grade == 1.0


@given(
    st.one_of(st.builds(IntegerAnswer, whole), st.builds(FractionAnswer, rational), decimals(), choices()), dressings
)
def test_what_is_forgiven_changes_nothing(answer: Element, dressing: str) -> None:
    """White space, `$…$`, a box and a full stop around the truth leave it right."""
    assert answer.check(dressing.format(answer.truth())).grade == 1.0


@given(answers, st.text())
def test_every_text_gets_a_finding(answer: Element, text: str) -> None:
    """No text raises, and every finding is right or wrong with a printable reason."""
    finding = answer.check(text)
    assert finding.grade in {0.0, 1.0}
    assert finding.reason.isprintable()


@given(answers, st.text("0123456789-+/.,e[]$ \\boxed{}'\"", max_size=40))
def test_every_likely_text_gets_a_finding(answer: Element, text: str) -> None:
    """Nor do texts made of the very characters that the formats know."""
    assert answer.check(text).grade in {0.0, 1.0}


@given(answers)
def test_a_specification_survives_json(answer: Element) -> None:
    """The database's form, through JSON and back, is the same specification."""
    assert read_answer(json.loads(json.dumps(answer.specification()))) == answer


@given(answers)
def test_the_wire_format_does_not_tell(answer: Element) -> None:
    """What travels is the specification without value and any_of, however deep."""
    wire: Any = answer.wire_format()
    assert wire.keys() == answer.specification().keys() - {"value", "any_of"}
    while wire := wire.get("of"):
        assert not wire.keys() & {"value", "any_of"}


@given(st.lists(whole, max_size=6), st.lists(whole, max_size=6))
def test_a_list_does_not_tell_its_length(one: list[int], other: list[int]) -> None:
    """Lists of integers have one wire format, whatever they hold."""
    assert integers(one).wire_format() == integers(other).wire_format()


@given(whole, whole)
def test_integers_are_compared_exactly(one: int, other: int) -> None:
    """An integer is right if and only if it is equal."""
    assert (IntegerAnswer(one).check(str(other)).grade == 1.0) is (one == other)


@given(rational, st.integers(1, 10**6), rational)
def test_fractions_are_compared_by_value(value: Fraction, scale: int, other: Fraction) -> None:
    """A fraction need not be in lowest terms; one that differs is wrong."""
    text = f"{value.numerator * scale}/{value.denominator * scale}"
    assert FractionAnswer(value).check(text).grade == 1.0
    assert (FractionAnswer(value).check(str(other)).grade == 1.0) is (value == other)


@given(rational, rational, st.floats(0, 1e6), st.floats(0, 1))
def test_tolerance_is_symmetric(one: Fraction, other: Fraction, abs_tol: float, rel_tol: float) -> None:
    """Which of two numbers is the right one does not matter."""
    assert within(one, other, abs_tol, rel_tol) is within(other, one, abs_tol, rel_tol)


@given(answers, answers)
def test_two_candidates_are_wrong(one: Element, other: Element) -> None:
    """The truth beside anything else is wrong."""
    assume(one.format not in {"text", "list"})
    for joined in (f"{one.truth()} or {other.truth()}", f"{one.truth()}, {other.truth()}", f"{one.truth()}; 1"):
        assert one.check(joined).grade == 0.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
objects = st.fixed_dictionaries(
    {"format": st.sampled_from(["integer", "fraction", "decimal", "list", "choice", "text", "json"])},
    optional={"value": json_values, "of": json_values, "options": json_values, "any_of": json_values,
              "digits": json_values, "abs_tol": json_values, "case": json_values, "odd": json_values},
)  # fmt: skip


@given(json_values | objects)
def test_any_json_is_an_answer_or_a_sentence(value: Any) -> None:
    """Reading an answer object gives a specification, or a ValueError of one line."""
    try:
        answer = read_answer(value)
    except ValueError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert exactly(answer).check(answer.truth()).grade == 1.0
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (7, "must be an object"),
        ({"value": 7}, "format must be one of integer"),
        ({"format": "integer"}, "needs a value"),
        ({"format": "integer", "value": 7, "tolerance": 1}, "no field 'tolerance'"),
        ({"format": "integer", "value": 7.0}, "must be an integer"),
        ({"format": "integer", "value": True}, "must be an integer"),
        ({"format": "fraction", "value": 0.5}, "must be a number"),
        ({"format": "decimal", "value": "1", "abs_tol": "0.1"}, "abs_tol must be a number"),
        ({"format": "decimal", "value": 1, "digits": True}, "digits must be an integer"),
        ({"format": "choice", "value": "A", "options": "AB"}, "options must be an array"),
        ({"format": "text", "value": 7}, "value must be a text"),
        ({"format": "text", "value": "x", "case": 1}, "case must be true or false"),
        ({"format": "list", "value": [1]}, "an object `of`"),
        ({"format": "list", "value": [], "of": {"format": "poem"}}, "format must be one of"),
        ({"format": "list", "value": [[[[[1]]]]], "of": {"format": "list", "of": {"format": "list", "of": {
            "format": "list", "of": {"format": "list", "of": {"format": "integer"}}}}}}, "at most 4 deep"),
    ],
)  # fmt: skip
def test_wrong_answer_objects_are_told_why(answer: Any, sentence: str) -> None:
    """An object that is no answer is refused with the reason."""
    with pytest.raises(ValueError, match=sentence):
        read_answer(answer)


def test_numbers_may_be_json_numbers() -> None:
    """Integers and decimals may stand in the database as JSON numbers."""
    assert read_answer({"format": "integer", "value": 7}) == IntegerAnswer(7)
    assert read_answer({"format": "decimal", "value": 0.1, "digits": 2}) == DecimalAnswer(Fraction(1, 10), digits=2)
    assert read_answer({"format": "list", "value": [1, "2"], "of": {"format": "integer"}}) == integers([1, 2])

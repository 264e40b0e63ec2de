"""Which final answers are right, wrong and hostile, format by format (7-tasks §7.3)."""

import time
from fractions import Fraction

import pytest

from reasonforge.domain.answers.final_text import bare, quoted
from reasonforge.domain.answers.numeric import DecimalAnswer, FractionAnswer, IntegerAnswer, significant
from reasonforge.domain.answers.sequence import Element, ListAnswer, elements_of, fractions, integers
from reasonforge.domain.answers.wording import ChoiceAnswer, TextAnswer

TEXT = {"format": "text", "case": False}
NESTED = ListAnswer((integers([1]), integers([2, 3])), {"format": "list", "of": {"format": "integer"}})
WORDS = ListAnswer((TextAnswer("a, b"), TextAnswer("c")), TEXT)

RIGHT: list[tuple[Element, str]] = [
    (IntegerAnswer(-12), "-12"),
    (IntegerAnswer(-12), "−12"),
    (IntegerAnswer(-12), "-0012"),
    (IntegerAnswer(-12), "  -12\n"),
    (IntegerAnswer(-12), "$-12$"),
    (IntegerAnswer(-12), r"\boxed{-12}"),
    (IntegerAnswer(-12), r"$\boxed{ -12 }$."),
    (IntegerAnswer(-12), r"\boxed{$-12$.}"),
    (IntegerAnswer(-12), "-12."),
    (IntegerAnswer(5), "+5"),
    (IntegerAnswer(0), "-0"),
    (IntegerAnswer(10**900), "1" + "0" * 900),
    (FractionAnswer(Fraction(7, 3)), "7/3"),
    (FractionAnswer(Fraction(7, 3)), "14/6"),
    (FractionAnswer(Fraction(7, 3)), "+7 / 3"),
    (FractionAnswer(Fraction(-7, 3)), "−7/3"),
    (FractionAnswer(Fraction(2)), "2"),
    (FractionAnswer(Fraction(2)), "4/2"),
    (DecimalAnswer(Fraction(31416, 10000), abs_tol=0.001), "3.1416"),
    (DecimalAnswer(Fraction(31416, 10000), abs_tol=0.001), "3.1420"),
    (DecimalAnswer(Fraction(31416, 10000), abs_tol=0.001), "31416e-4"),
    (DecimalAnswer(Fraction(602, 100) * 10**23, rel_tol=0.01), "6.02e23"),
    (DecimalAnswer(Fraction(602, 100) * 10**23, rel_tol=0.01), "6.05E+23"),
    (DecimalAnswer(Fraction(1, 2)), ".5"),
    (DecimalAnswer(Fraction(1, 2)), "0.500"),
    (DecimalAnswer(Fraction(3)), "3."),
    (DecimalAnswer(Fraction(-1, 4)), "−0.25"),
    (integers([3, 1, 2]), "[3, 1, 2]"),
    (integers([3, 1, 2]), "[3,1,2]"),
    (integers([3, 1, 2]), r"$\boxed{[ 3 , 1,2 ]}$."),
    (integers([]), "[]"),
    (integers([]), "[ ]"),
    (fractions([Fraction(1, 2), Fraction(2)]), "[2/4, 2]"),
    (NESTED, "[[1], [2, 3]]"),
    (WORDS, '["a, b", "c"]'),
    (WORDS, "['A, B', c]"),
    (ChoiceAnswer("B", ("x", "y")), "B"),
    (ChoiceAnswer("B", ("x", "y")), "b"),
    (ChoiceAnswer("B", ("x", "y")), "$B$."),
    (TextAnswer("Ada Lovelace"), "ada  LOVELACE"),
    (TextAnswer("Ada Lovelace"), '"Ada Lovelace"'),
    (TextAnswer("Ada Lovelace"), "Ada Lovelace."),
    (TextAnswer("Ada Lovelace", any_of=("Countess of Lovelace",)), "countess of lovelace"),
    (TextAnswer("café"), "cafe\u0301"),
    (TextAnswer("straße"), "STRASSE"),
    (TextAnswer("Ada", case=True), "Ada"),
    (TextAnswer("U.S."), "U.S."),
]  # fmt: skip

WRONG: list[tuple[Element, str]] = [
    *((IntegerAnswer(2), text) for text in (
        "", " ", "3", "-2", "2.0", "4/2", "2 or 3", "2, 3", "2 3", "x = 2", "The answer is 2", "2 m", "2!", "1+1",
        "0x2", "0b10", "2e0", "２", "٢", "²", "2_", "0_2", "++2", "+-2", "--2", "- 2", "(2)", "[2]", "{2}", "2..",
        "$2$ $3$", "$$2$$", r"\boxed{2} \boxed{3}", r"\boxed{\boxed{2}}", r"\boxed{2", "\\boxed{2}}", "nan", "inf",
        "None", "True", "__import__('os')", "2\x00", "2\u200b", "two",
    )),
    *((IntegerAnswer(1000), text) for text in ("1,000", "1 000", "1.000", "1_000", "1'000", "1e3", "10^3")),
    *((FractionAnswer(Fraction(1, 3)), text) for text in (
        "0.333", "0.3333333333333333", "1/3/1", "2/3", "1 1/3", "1:3", "-1/-3", "1/-3", "1/0", "0/0", "1//3", "1/ ",
        r"\frac{1}{3}", "1/3 or 2/3", "1/3, 1/3", "１/３", "⅓", "1÷3", "33%", "1/3.0",
    )),
    *((DecimalAnswer(Fraction(5, 2), abs_tol=0.01), text) for text in (
        "2.52", "5/2", "2,5", "2.5 or 2.6", "2.5..", "e1", ".", "-", "+", "", "2.5e", "nan", "inf", "-Infinity",
        "0x1.4p1", "2.5j", "2_5e-1", "25e-1_0", "2.5 m", "2.5×10^0", "2.5e1e0", "２.5",
    )),
    *((integers([3, 1, 2]), text) for text in (
        "[1, 2, 3]", "[3, 1]", "[3, 1, 2, 2]", "3, 1, 2", "(3, 1, 2)", "{3, 1, 2}", "[3 1 2]", "[3, 1, 2", "3, 1, 2]",
        "[3, 1, 2,]", "[, 3, 1, 2]", "[[3, 1, 2]]", "[3, [1, 2]]", "[3, 1, 2] or [1, 2, 3]", "[3, 1, 2], [3, 1, 2]",
        "[3, 1, 2.0]", "[3., 1, 2]", "['3', '1', '2']", "][", "[", "]", "[]", "[,]", '[3, 1, "2]',
    )),
    (NESTED, "[1, [2, 3]]"),
    (NESTED, "[[1], [2, 3]], [[1]]"),
    (WORDS, "[a, b, c]"),
    *((ChoiceAnswer("B", ("x", "y")), text) for text in (
        "A", "C", "AB", "A or B", "B, A", "y", "(B)", "Option B", "", "Ｂ", "ß", "2",
    )),
    *((TextAnswer("Ada"), text) for text in (
        "", '""', "Ben", "Ada or Ben", "Ada, Ben", "Ada Ada", "Аda", "A\u200bda", "'Ada' 'Ben'",
    )),
    (TextAnswer("Ada", case=True), "ada"),
]  # fmt: skip

HOSTILE = [
    "9" * 5_000, "9" * 200_000, "-" * 100_000, "1/" * 50_000, "1e999999999", "1e-999999999", "9e99999",
    "[" * 40_000 + "]" * 40_000, "[" * 25_000, "'" * 50_000, "['" * 20_000, '["' + "a" * 49_000,
    "[" + "'," * 24_000 + "]", "[" + " '" * 24_000 + "]", "$" * 100_000, r"\boxed{" * 7_000 + "}" * 7_000,
    "{" * 60_000, "." * 60_000, " " * 500_000,
    "\ufdfa" * 60_000, "\ufdfa" * 999, "e\u0301" * 499, "\ud800", "\x00", "\u202e21", "9**9**9", "2" + "\u0300" * 900,
    "[" + "1, " * 16_000 + "1]", "0." + "0" * 900 + "1", "1" + "0" * 998 + "/3", "0/" + "9" * 1_000,
]  # fmt: skip

EVERY: list[Element] = [
    IntegerAnswer(2),
    FractionAnswer(Fraction(1, 3)),
    DecimalAnswer(Fraction(5, 2), abs_tol=0.01),
    integers([3, 1, 2]),
    NESTED,
    WORDS,
    ChoiceAnswer("B", ("x", "y")),
    TextAnswer("Ada"),
]


@pytest.mark.parametrize(("answer", "text"), RIGHT)
def test_right(answer: Element, text: str) -> None:
    """What the format allows, and what is forgiven around it, is right."""
    assert answer.check(text).grade == 1.0


@pytest.mark.parametrize(("answer", "text"), WRONG)
def test_wrong(answer: Element, text: str) -> None:
    """Other values, other notations, prose and a second candidate are wrong."""
    assert answer.check(text).grade == 0.0


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: answer.format)
def test_hostile_texts_are_wrong_at_once(answer: Element) -> None:
    """Texts made to crash or stall a checker are wrong, in milliseconds, with a short printable reason."""
    for text in HOSTILE:
        start = time.perf_counter()
        finding = answer.check(text)
        assert time.perf_counter() - start < 0.5, text[:20]
        assert finding.grade == 0.0, text[:20]
        assert finding.reason.isprintable(), text[:20]
        assert len(finding.reason) < 200, text[:20]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3 or 4", "'3 or 4'"),
        ("a\nb", r"'a\nb'"),
        ("é" * 90, "'" + r"\xe9" * 14 + r"\xe…"),
        ("x" * 61, "'" + "x" * 59 + "…"),
    ],
)
def test_quotes_are_short(text: str, shown: str) -> None:
    """A miner's text is quoted in at most 80 printable ASCII characters and an ellipsis."""
    assert quoted(text) == shown


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (" 7 ", "7"), ("$7$.", "7"), ("$ \\boxed{7}. $", "7"), ("7..", "7."), ("$$", ""), ("$", "$"), ("$7", "$7"),
        (r"\boxed{a}b}", r"\boxed{a}b}"), (r"\boxed{{a}}", "{a}"),
        (r"\boxed{a} and \boxed{b}", r"\boxed{a} and \boxed{b}"),
    ],
)  # fmt: skip
def test_what_is_forgiven(text: str, inner: str) -> None:
    """White space, `$…$`, one box and one full stop, each once."""
    assert bare(text) == inner


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(2, 3), 4, "0.6667"), (Fraction(99996, 10000), 4, "10.000"), (Fraction(-1, 8), 2, "-0.12"),
        (Fraction(0), 3, "0"),
        (Fraction(123456), 3, "123000"), (Fraction(1, 1000), 1, "0.001"), (Fraction(10**6), 1, "1000000"),
        (Fraction(5), 3, "5.00"),
    ],
)  # fmt: skip
def test_significant_digits(value: Fraction, digits: int, text: str) -> None:
    """Rounded half to even, without a power of ten."""
    assert significant(value, digits) == text


def test_elements_of_a_list() -> None:
    """Commas in brackets and in quotes do not part elements."""
    assert elements_of("[1, [2, 3], 'x, ]', it's]") == ("1", "[2, 3]", "'x, ]'", "it's")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: IntegerAnswer(10**1000), "fewer than 1000 digits"),
        (lambda: FractionAnswer(Fraction(1, 10**999)), "fewer than 1000 digits"),
        (lambda: DecimalAnswer(Fraction(2, 3), digits=3), "widen it"),
        (lambda: DecimalAnswer(Fraction(1), digits=0), "from 1 to 50"),
        (lambda: DecimalAnswer(Fraction(1), abs_tol=float("nan")), "abs_tol"),
        (lambda: DecimalAnswer(Fraction(1), rel_tol=-0.1), "rel_tol"),
        (lambda: ChoiceAnswer("C", ("x", "y")), "capital letter"),
        (lambda: ChoiceAnswer("AB", ("x", "y")), "capital letter"),
        (lambda: ChoiceAnswer("A", ("x", "x")), "different options"),
        (lambda: TextAnswer(" . "), "1 to 1000 characters"),
        (lambda: TextAnswer("x", any_of=("y" * 1001,)), "1 to 1000 characters"),
        (lambda: ListAnswer((IntegerAnswer(1), FractionAnswer(Fraction(1))), {"format": "integer"}), "the format that"),
        (lambda: ListAnswer((TextAnswer("a'\", b"),), TEXT), "quotes"),
        (lambda: integers(range(1001)), "at most 1000"),
    ],
)
def test_answers_that_cannot_be_right_are_refused(make: object, sentence: str) -> None:
    """A specification that no text could meet is refused when it is made, with the reason."""
    assert callable(make)
    with pytest.raises(ValueError, match=sentence):
        make()

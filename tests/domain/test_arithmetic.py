"""Claims are read and checked exactly, in bounded time, whatever they hold."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.arithmetic import ClaimFinding, check_claim, examine
from reasonforge.domain.expression import read_expression
from reasonforge.domain.submission import Claim

Tree = tuple[str, "Tree | Fraction", "Tree | Fraction"]

atoms = st.builds(Fraction, st.integers(0, 10**6)) | st.builds(Fraction, st.integers(0, 999), st.just(100))
trees = st.recursive(atoms, lambda inner: st.tuples(st.sampled_from("+-*/^%"), inner, inner), max_leaves=8)
claims = st.builds(Claim, st.text(), st.text(max_size=3) | st.sampled_from("=<>≤≥≠"), st.text())
likely = st.text("0123456789 .+-*/^%()mod×·÷−", max_size=60)


def worth(tree: Tree | Fraction) -> Fraction:
    """An oracle: what a tree is worth by Python's own arithmetic.

    Raises:
        ZeroDivisionError, ValueError: it is undefined or too large.
    """
    if isinstance(tree, Fraction):
        return tree
    sign, left, right = tree[0], worth(tree[1]), worth(tree[2])
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    if right.denominator != 1 or (sign == "%" and (left.denominator != 1 or right <= 0)):
        raise ValueError(sign)
    if sign == "%":
        return left % right
    bits = max(left.numerator.bit_length(), left.denominator.bit_length())
    if abs(right) > 64 or (bits * abs(right) > 1_024 and right != 1):
        raise ValueError(sign)
    return left**right.numerator


def written(tree: Tree | Fraction) -> str:
    if isinstance(tree, Fraction):
        return str(tree.numerator) if tree.denominator == 1 else f"{float(tree):.2f}"
    return f"({written(tree[1])} {tree[0]} {written(tree[2])})"


@given(trees)
def test_values_are_exact(tree: Tree | Fraction) -> None:
    """An expression is worth what exact arithmetic makes of it; an undefined one is not read."""
    try:
        expected = worth(tree)
    except (ZeroDivisionError, ValueError):
        assert read_expression(written(tree)) is None
    else:
        read = read_expression(written(tree))
        assert read is not None
        assert read.value == expected


@given(claims)
def test_no_claim_raises(claim: Claim) -> None:
    """Every claim gets one of four findings."""
    assert check_claim(claim) in ClaimFinding


@given(likely, likely)
def test_a_claim_is_true_or_its_opposite_is(left: str, right: str) -> None:
    """Of two readable sides exactly one of `=` and `≠` is refuted, and `<`, `=`, `>` hold exactly once."""
    if read_expression(left) is None or read_expression(right) is None:
        assert check_claim(Claim(left, "=", right)) is ClaimFinding.UNREADABLE
    else:
        false = {relation: check_claim(Claim(left, relation, right)) is ClaimFinding.REFUTED for relation in "=≠<>≤≥"}
        assert false["="] is not false["≠"]
        assert (false["<"], false["="], false[">"]).count(False) == 1
        assert (false["≤"], false["≥"]) == (not false[">"], not false["<"])


@given(trees, trees)
def test_canonical_forms_forget_order(one: Tree | Fraction, other: Tree | Fraction) -> None:
    """Swapped sides, swapped summands and other spellings are one claim."""
    left, right = written(one), written(other)
    claim = examine(Claim(f"{left} + {right}", "=", "7"))
    assert claim.canonical == examine(Claim("7.0", "==", f"(({right}+{left}))")).canonical or claim.lhs is None


@pytest.mark.parametrize(
    ("lhs", "rel", "rhs", "finding"),
    [
        ("2 + 3", "=", "5", "confirmed"), ("5", "==", "2+3", "confirmed"), ("14/6", "=", "7/3", "confirmed"),
        ("3 + 4 mod 5", "=", "2", "confirmed"), ("3 + 4 % 5", "=", "7", "confirmed"),
        ("(-7) mod 5", "=", "3", "confirmed"), ("2^10", "=", "1024", "confirmed"), ("2**-1", "=", "0.5", "confirmed"),
        ("-2^2", "=", "-4", "confirmed"), ("2^3^2", "=", "512", "confirmed"),
        ("6 ÷ 4 × 2 · 1", "=", "3", "confirmed"), ("− 3 − −4", "=", "1", "confirmed"),
        ("1/3 + 1/6", "<", "0.51", "confirmed"), ("2*3", "≠", "7", "confirmed"), ("2*3", "!=", "7", "confirmed"),
        ("7", "≥", "2*3", "confirmed"), ("7", ">=", "2*3", "confirmed"), ("2*3", "<=", "6", "confirmed"),
        ("2 + 2", "=", "5", "refuted"), ("1/3", "=", "0.333333", "refuted"), ("5", "=", "6", "refuted"),
        ("3", "<", "3", "refuted"), ("7", "=", "7", "vacuous"), ("7", "=", "7.0", "vacuous"),
        ("7", "=", "(7)", "vacuous"), ("7", "=", "7 + 0", "vacuous"), ("7 * 1", "=", "7/1", "vacuous"),
        ("7", "=", "0 + 7^1", "vacuous"), ("7/3", "=", "7/3", "vacuous"), ("2 + 3", "=", "3 + 2", "vacuous"),
        ("2*(3+4)", "=", "(4+3)*2", "vacuous"), ("3", "<", "5", "vacuous"), ("-3", "=", "0 - 3", "vacuous"),
        ("- -3", "=", "3", "vacuous"), ("x + 1", "=", "2", "unreadable"), ("2 +", "=", "2", "unreadable"),
        ("", "=", "0", "unreadable"), ("1/0", "=", "1/0", "unreadable"), ("0^-1", "=", "0", "unreadable"),
        ("2^0.5", "=", "1", "unreadable"), ("2^65", "=", "0", "unreadable"), ("2.5 mod 2", "=", "0.5", "unreadable"),
        ("7 mod 0", "=", "0", "unreadable"), ("7 mod -2", "=", "1", "unreadable"), ("2(3)", "=", "6", "unreadable"),
        ("1,000", "=", "1000", "unreadable"), ("1_000", "=", "1000", "unreadable"),
        ("1e3", "=", "1000", "unreadable"), ("٣", "=", "3", "unreadable"), ("３", "=", "3", "unreadable"),
        ("2 = 2", "=", "2", "unreadable"), ("2 + 3", "≈", "5", "unreadable"), ("2 + 3", "", "5", "unreadable"),
        ("2 + 3", "==5", "5", "unreadable"), ("modulo", "=", "0", "unreadable"), ("7 mod5", "=", "2", "unreadable"),
        ("__import__('os')", "=", "0", "unreadable"),
    ],
)  # fmt: skip
def test_findings(lhs: str, rel: str, rhs: str, finding: str) -> None:
    """What is confirmed, refuted, vacuous, and no arithmetic."""
    assert check_claim(Claim(lhs, rel, rhs)).value == finding


BOMBS = [
    "9^64^64^64", "((9^64)^64)^64", "9**9**9**9", "(2^64)^9 * (2^64)^9", "(2^64)^64", "(1/3)^64^2", "1/" * 199 + "3",
    "(" * 200 + "1" + ")" * 200, "-" * 399 + "1", "-" * 40 + "1", "2^" * 199 + "2", "9" * 400, "9" * 54,
    "0." + "1" * 390, "1+" * 199 + "1", "9" * 10_000_000, "(" * 10_000_000, " " * 10_000_000,
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_bombs_are_not_read(bomb: str) -> None:
    """Towers of powers, deep nesting and long texts are refused in milliseconds, on either side."""
    start = time.perf_counter()
    assert check_claim(Claim(bomb, "=", "1")) is ClaimFinding.UNREADABLE
    assert check_claim(Claim("1", bomb, "1")) is ClaimFinding.UNREADABLE
    assert check_claim(Claim("1", "=", bomb)) is ClaimFinding.UNREADABLE
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    "text", ["(" * 30 + "1" + ")" * 30, "1+" * 99 + "1", "(2^64)^15", str(2**160 - 1), "1 " + " " * 398]
)
def test_what_is_within_the_limits_is_read(text: str) -> None:
    """Thirty parentheses, 199 tokens, 1,024 bits, literals of 160 bits and 400 characters are not too many."""
    assert read_expression(text) is not None


def test_literals_and_operations() -> None:
    """A quotient in lowest terms is a number as it is written; any other is a computation on two."""
    proper, improper = read_expression("7/3 * 2"), read_expression("14/6")
    assert proper is not None
    assert improper is not None
    assert (proper.literals, proper.operations) == ((Fraction(2), Fraction(7, 3)), 1)
    assert (improper.literals, improper.operations) == ((Fraction(6), Fraction(14)), 1)

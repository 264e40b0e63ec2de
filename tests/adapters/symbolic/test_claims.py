"""Claims about expressions: what is confirmed, refuted, vacuous or unreadable."""

import time

import pytest

from reasonforge.adapters.symbolic.work import judge_claims

CASES = [
    ("(x+1)^2", "=", "x^2+2x+1", (), "confirmed"),
    ("(x+1)^2", "=", "x^2+1", (), "refuted"),
    ("sqrt(x^2)", "=", "x", (), "refuted"),
    ("sqrt(x^2)", "=", "x", ("x > 0",), "confirmed"),
    ("sqrt(x^2)", "=", "-x", ("x < 0",), "confirmed"),
    ("cos(pi*n)", "=", "(-1)^n", ("n integer",), "confirmed"),
    ("cos(pi*n)", "=", "(-1)^n", (), "refuted"),
    ("n^2", "≥", "n", ("n is an integer",), "confirmed"),
    ("x^2", "≥", "x", (), "refuted"),
    ("x^2", "<", "x", ("0 < x < 1",), "confirmed"),
    ("x^2 + 1", ">=", "2x", (), "confirmed"),
    ("x^2 + 1", ">", "2x", (), "refuted"),
    ("(a+b)/2", "≥", "sqrt(a*b)", ("a > 0", "b > 0"), "confirmed"),
    ("(a+b)/2", "≤", "sqrt(a*b)", ("a, b positive",), "refuted"),
    ("a", "<", "b", ("a < b - 1",), "confirmed"),
    ("x", "≠", "x + 1", (), "confirmed"),
    ("x", "!=", "y", (), "refuted"),
    ("x^2", "=", "4", (), "refuted"),
    ("x^2", "=", "4", ("x = 2",), "confirmed"),
    ("2^n", ">", "n", ("n ∈ N",), "confirmed"),
    ("binomial(5, 2)", "==", "10", (), "confirmed"),
    ("sqrt(2)", "=", "1.41421356237", (), "refuted"),
    ("x + y", "=", "y + x", (), "vacuous"),
    ("3", "<", "5", (), "vacuous"),
    ("x", "=", "y", ("x > 0", "x < 0"), "vacuous"),
    ("x", "~", "y", (), "unreadable"),
    ("x", "=", "y", ("x + y = 2",), "unreadable"),
    ("x", "=", "x + 0*y", ("trust me",), "unreadable"),
    ("__import__('os')", "=", "1", (), "unreadable"),
    ("9^9^9", "=", "1", (), "unreadable"),
    ("(" * 300, "=", "1", (), "unreadable"),
]


@pytest.mark.parametrize(("lhs", "rel", "rhs", "assumptions", "finding"), CASES)
def test_findings(lhs: str, rel: str, rhs: str, assumptions: tuple[str, ...], finding: str) -> None:
    """Each claim gets its finding, within two seconds."""
    start = time.monotonic()
    claim = {"lhs": lhs, "rel": rel, "rhs": rhs, "assumptions": list(assumptions)}
    (found,) = judge_claims({"claims": [claim], "variables": {}})["claims"]
    assert found["finding"] == finding
    assert time.monotonic() - start < 2.0


def test_the_same_claim_has_the_same_canonical_text() -> None:
    """In other notation, mirrored, or under other assumptions."""
    written = [("x+1", "<", "2x"), ("2*x", ">", "1 + x"), ("(x + 1)", "<", "x*2")]
    claims = [{"lhs": lhs, "rel": rel, "rhs": rhs, "assumptions": ["x > 1"]} for lhs, rel, rhs in written]
    found = judge_claims({"claims": [*claims, {**claims[0], "assumptions": []}], "variables": {}})["claims"]
    assert len({claim["canonical"] for claim in found}) == 1


def test_odd_payloads_are_ours() -> None:
    """What a caller of ours built wrongly raises."""
    with pytest.raises(ValueError, match="all texts"):
        judge_claims({"claims": [{"lhs": 1}], "variables": {}})

"""Whatever text arrives, judging it gives a grade."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.symbolic.work import judge_answer, judge_claims
from tests.honest.mathematics import TABLE

PIECES = (
    *"xynz0129+-*/^()[]{}|!,.=_²√π∞∅ ",
    *("sin(", "ln ", "sqrt", "\\frac{", "\\sqrt[", "\\left(", "m/s", "kg", "%", "oo", " U ", "floor(", "max("),
)
texts = st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=20)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(TABLE), texts)
def test_answers(entry: tuple[str, dict[str, object], list[str], list[str]], text: str) -> None:
    """Every text is graded 0 or 1, twice the same."""
    payload = {"answer": entry[1], "final_answer": text}
    judged = judge_answer(payload)
    assert judged["grade"] in {0.0, 1.0}
    assert judge_answer(payload) == judged


@settings(deadline=None, max_examples=60)
@given(texts, st.sampled_from(["=", "<", "≥", "≠", "~"]), texts, texts)
def test_claims(lhs: str, rel: str, rhs: str, assumption: str) -> None:
    """Every claim gets a finding, twice the same."""
    claim = {"lhs": lhs, "rel": rel, "rhs": rhs, "assumptions": [assumption]}
    payload = {"claims": [claim, {**claim, "assumptions": []}], "variables": {"x": "real"}}
    assert judge_claims(payload) == judge_claims(payload)

"""The table of mathematics answers, judged by the functions that the worker processes run."""

import time

import pytest

from reasonforge.adapters.symbolic.work import judge_answer, prove_answer
from reasonforge.domain.answers.reading import read_answer
from tests.honest.mathematics import CASES, TABLE, Answer

METRES = {"format": "quantity", "value": 1, "unit": "m"}


def test_the_table_is_large_enough() -> None:
    """At least 150 right answers and 150 near misses."""
    right = sum(case[3] for case in CASES)
    assert right >= 150
    assert len(CASES) - right >= 150


@pytest.mark.parametrize(("answer", "final", "right"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_every_answer_is_judged_rightly(answer: Answer, final: str, right: bool) -> None:
    """What is right in another notation is accepted, a near miss refused; each within a second."""
    judge_answer({"answer": METRES, "final_answer": "1 km"})  # loads pint's table, which happens once
    start = time.monotonic()
    judged = judge_answer({"answer": answer, "final_answer": final})
    assert judged["grade"] == float(right), judged["reason"]
    assert time.monotonic() - start < 1.0


PENDING = [case for case in CASES if case[3] and case[1]["format"] in {"expression", "equation"}]


@pytest.mark.parametrize(("answer", "final"), [pytest.param(*case[1:3], id=case[0]) for case in PENDING])
def test_no_proof_speaks_against_a_right_answer(answer: Answer, final: str) -> None:
    """SymPy finds every right answer equal or cannot tell."""
    assert prove_answer({"answer": answer, "final_answer": final})["proved"] in {True, None}


FORMULAS = [case for case in CASES if case[1]["format"] in {"expression", "equation"} and "\\boxed" not in case[2]]


def _swapped(answer: Answer, final: str) -> dict[str, object]:
    return {"answer": {**answer, "value": final.strip(" $.")}, "final_answer": answer["value"]}


@pytest.mark.parametrize(("answer", "final", "right"), [pytest.param(*case[1:], id=case[0]) for case in FORMULAS])
def test_comparison_is_symmetric(answer: Answer, final: str, right: bool) -> None:
    """With truth and answer swapped the verdict is the same; or the near miss is no possible truth."""
    try:
        judged = judge_answer(_swapped(answer, final))
    except ValueError:
        assert not right
    else:
        assert judged["grade"] == float(right), judged["reason"]


@pytest.mark.parametrize("answer", [pytest.param(entry[1], id=entry[0]) for entry in TABLE])
def test_specifications_survive_reading(answer: Answer) -> None:
    """An answer object, read and written, is read to the same answer; and its wire form has no value."""
    read = read_answer(answer)
    assert read_answer(read.specification()) == read
    assert "value" not in read.wire_format()
    assert "checker" not in read.wire_format()
    assert judge_answer({"answer": answer, "final_answer": read.truth()})["grade"] == 1.0

"""Hostile answers of mathematics are refused, quickly, and raise nothing."""

import time

import pytest

from reasonforge.adapters.symbolic.work import judge_answer
from tests.honest.mathematics import Answer
from tests.hostile.mathematics import HOSTILE

QUICKLY = 1.5


def test_the_table_is_large_enough() -> None:
    """At least 40 attacks, each with a name of its own."""
    assert len(HOSTILE) >= 40
    assert len({name for name, *_ in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize(("answer", "final"), [pytest.param(*case[1:], id=case[0]) for case in HOSTILE])
def test_every_attack_earns_nothing(answer: Answer, final: str) -> None:
    """Grade 0 within a moment, and a reason that a log can hold."""
    judge_answer({"answer": answer, "final_answer": "1"})  # what is loaded once, pint's table, is not the attack's time
    start = time.monotonic()
    judged = judge_answer({"answer": answer, "final_answer": final})
    assert time.monotonic() - start < QUICKLY
    assert judged["grade"] == 0.0, judged["reason"]
    assert len(judged["reason"]) < 400
    assert judged["reason"].encode("utf-8")

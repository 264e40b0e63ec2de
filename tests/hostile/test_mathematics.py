"""Hostile answers of mathematics are refused, quickly, and raise nothing."""

import pytest

from reasonforge.adapters.symbolic.work import judge_answer
from tests.honest.mathematics import Answer
from tests.hostile.conftest import Watch
from tests.hostile.mathematics import HOSTILE

QUICKLY = 0.5


def test_the_table_is_large_enough() -> None:
    """At least 40 attacks, each with a name of its own."""
    assert len(HOSTILE) >= 40
    assert len({name for name, *_ in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize(("name", "answer", "final"), HOSTILE, ids=[case[0] for case in HOSTILE])
def test_every_attack_earns_nothing(name: str, answer: Answer, final: str, watch: Watch) -> None:
    """Grade 0 within a moment, and a reason that a log can hold."""
    judge_answer({"answer": answer, "final_answer": "1"})  # what is loaded once, pint's table, is not the attack's time
    with watch(name, f"answer: {answer['format']}", QUICKLY, in_process=True) as trial:
        judged = judge_answer({"answer": answer, "final_answer": final})
        trial.verdict, trial.grade = judged["reason"], judged["grade"]
    assert judged["grade"] == 0.0, judged["reason"]
    assert len(judged["reason"]) < 400
    assert judged["reason"].encode("utf-8")

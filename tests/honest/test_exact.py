"""The table of answers of exact formats, and how many honest answers and near misses there are of everything."""

from collections import Counter

import pytest

from reasonforge.adapters.checks.worker import CHECKS
from reasonforge.domain.answer import exactly
from reasonforge.domain.answers.reading import FORMATS, read_answer
from tests.honest import causal, code, ethical, exact, mathematics, proofs, scientific, strategic
from tests.honest.mathematics import Answer

LEAST_OF_EACH, LEAST_IN_ALL = 5, 300
PROOFS = "proof"


@pytest.mark.parametrize(("answer", "final", "right"), [pytest.param(*case[1:], id=case[0]) for case in exact.CASES])
def test_every_exact_answer_is_judged_rightly(answer: Answer, final: str, right: bool) -> None:
    """What is right in another notation is accepted, a near miss refused."""
    finding = exactly(read_answer(answer)).check(final)
    assert finding.grade == float(right), finding.reason


def counted() -> tuple[Counter[str], Counter[str]]:
    """Honest answers and near misses of each format and each check on artefacts."""
    right, near = Counter[str](), Counter[str]()
    for _, answer, _, is_right in (*mathematics.CASES, *exact.CASES):
        (right if is_right else near)[answer["format"]] += 1
    for discipline in (causal, ethical, scientific, strategic):
        for _, check, _, _, is_right in discipline.CASES:
            (right if is_right else near)[check] += 1
    for proof in proofs.HONEST_PROOFS:
        (near if proof.near_miss else right)[PROOFS] += 1
    right["code"], near["code"] = len(code.HONEST), len(code.NEAR_MISSES)
    return right, near


def test_there_are_enough() -> None:
    """At least 300 right answers and 300 near misses, some of every format and of every check on artefacts."""
    right, near = counted()
    assert set(right) == set(near) == {*FORMATS, *CHECKS}
    assert min(right.values()) >= LEAST_OF_EACH
    assert min(near.values()) >= LEAST_OF_EACH
    assert sum(right.values()) >= LEAST_IN_ALL
    assert sum(near.values()) >= LEAST_IN_ALL


def test_names_differ() -> None:
    """No two cases of a table share a name."""
    for cases in (mathematics.CASES, exact.CASES):
        assert len({case[0] for case in cases}) == len(cases)

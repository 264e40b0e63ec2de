"""Honest artefacts of strategic and ethical tasks, and near misses (tests/honest)."""

import importlib
from collections import Counter

import pytest

from tests.honest import ethical, strategic

CASES = (*strategic.CASES, *ethical.CASES)
CHECKS = ("solver", "constraints", "equilibrium", "coverage", "logic")


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_graded_as_it_is(case: strategic.Case) -> None:
    """What is right is graded 1, what is nearly right is not, and there is a reason."""
    name, check, against, artefact, right = case
    finding = importlib.import_module(f"reasonforge.adapters.checks.{check}").check(against, artefact, "")
    assert (finding.grade == 1.0) is right, f"{name}: {finding.reason}"
    assert 0 < len(finding.reason) < 300


@pytest.mark.parametrize("name", CHECKS)
def test_example_is_told_apart(name: str) -> None:
    """A check accepts its right example and refuses its wrong one."""
    module = importlib.import_module(f"reasonforge.adapters.checks.{name}")
    against, right, wrong = module.EXAMPLE
    assert module.check(against, right, "").grade == 1.0
    assert module.check(against, wrong, "").grade < 1.0


def test_enough_of_both() -> None:
    """At least 25 right artefacts and 25 near misses a discipline, and all names differ."""
    for cases in (strategic.CASES, ethical.CASES):
        count = Counter(case[4] for case in cases)
        assert min(count[True], count[False]) >= 25
    assert len({case[0] for case in CASES}) == len(CASES)

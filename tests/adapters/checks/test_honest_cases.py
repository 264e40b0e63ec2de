"""Every honest artefact is right and every near miss wrong, whatever the check (tests/honest)."""

import importlib
from collections import Counter

import pytest

from tests.honest import causal, scientific

CASES = (*scientific.CASES, *causal.CASES)
CHECKS = ("simulation", "statistics", "citations", "docalculus", "bootstrap", "dag")


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_graded_as_it_is(case: scientific.Case) -> None:
    """What is right is graded 1, a near miss 0, with a reason."""
    name, check, against, artefact, right = case
    finding = importlib.import_module(f"reasonforge.adapters.checks.{check}").check(against, artefact, "")
    assert (finding.grade == 1.0) is right, f"{name}: {finding.reason}"
    assert finding.grade in {0.0, 1.0}
    assert 0 < len(finding.reason) < 300


@pytest.mark.parametrize("name", CHECKS)
def test_example_is_told_apart(name: str) -> None:
    """A check accepts its right example and refuses its wrong one."""
    module = importlib.import_module(f"reasonforge.adapters.checks.{name}")
    against, right, wrong = module.EXAMPLE
    assert module.check(against, right, "").grade == 1.0
    assert module.check(against, wrong, "").grade == 0.0


def test_enough_of_both() -> None:
    """At least 25 right artefacts and 25 near misses a discipline, and all names differ."""
    for cases in (scientific.CASES, causal.CASES):
        count = Counter(case[4] for case in cases)
        assert min(count[True], count[False]) >= 25
    assert len({case[0] for case in CASES}) == len(CASES)

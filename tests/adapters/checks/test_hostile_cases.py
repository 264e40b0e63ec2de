"""Nothing hostile earns, raises or takes long, whatever the check (tests/hostile)."""

import importlib
import time

import pytest

from tests.hostile import causal, scientific

CASES = (*scientific.CASES, *causal.CASES)
CHECKS = ("simulation", "statistics", "citations", "docalculus", "bootstrap", "dag")


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Imports and unit definitions are read once a worker, not once a check."""
    for name in CHECKS:
        module = importlib.import_module(f"reasonforge.adapters.checks.{name}")
        module.check(module.EXAMPLE[0], module.EXAMPLE[2], "")


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_earns_nothing_in_a_second(case: scientific.Case) -> None:
    """A hostile artefact is graded 0 in under a second of processor time, with a short printable reason."""
    name, check, against, artefact, _ = case
    module = importlib.import_module(f"reasonforge.adapters.checks.{check}")
    began = time.process_time()
    finding = module.check(against, artefact, "")
    assert time.process_time() - began < 1.0, name
    assert finding.grade == 0.0, f"{name}: {finding.reason}"
    assert 0 < len(finding.reason) < 300
    assert finding.reason.encode("utf-8")


@pytest.mark.parametrize("check", CHECKS)
def test_enough_of_each(check: str) -> None:
    """At least a dozen hostile artefacts made for each check."""
    assert len([case for case in CASES if case[1] == check and "-any-" not in case[0]]) >= 12

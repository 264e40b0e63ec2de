"""Nothing hostile earns, raises or takes long, whatever the check on artefacts."""

import importlib

import pytest

from tests.honest.strategic import Case
from tests.hostile import causal, ethical, scientific, strategic
from tests.hostile.conftest import Watch

CASES: tuple[Case, ...] = (*scientific.CASES, *causal.CASES, *strategic.CASES, *ethical.CASES)
CHECKS = ("simulation", "statistics", "citations", "docalculus", "bootstrap", "dag")
EVERY_CHECK = (*CHECKS, "solver", "constraints", "equilibrium", "coverage", "logic")
MOST_SECONDS = 1.0


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Imports and unit definitions are read once a worker, not once a check."""
    for name in EVERY_CHECK:
        module = importlib.import_module(f"reasonforge.adapters.checks.{name}")
        for artefact in module.EXAMPLE[1:]:
            module.check(module.EXAMPLE[0], artefact, "")


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_hostile_artefacts_earn_nothing(case: Case, watch: Watch) -> None:
    """No hostile artefact is right, raises, takes more than a moment, or is quoted at length."""
    name, check, against, artefact, _ = case
    module = importlib.import_module(f"reasonforge.adapters.checks.{check}")
    with watch(name, check, MOST_SECONDS, in_process=True) as trial:
        finding = module.check(against, artefact, "")
        trial.verdict, trial.grade = finding.reason, finding.grade
    assert finding.grade == 0.0 or check == "coverage", finding.reason
    assert 0 < len(finding.reason) < 300
    assert finding.reason.encode("utf-8")
    assert finding.reason.isprintable()


@pytest.mark.parametrize("check", CHECKS)
def test_enough_of_each(check: str) -> None:
    """At least a dozen hostile artefacts made for each check."""
    assert len([case for case in CASES if case[1] == check and "-any-" not in case[0]]) >= 12


def test_names_differ() -> None:
    """No two hostile artefacts share a name."""
    assert len({case[0] for case in CASES}) == len(CASES)

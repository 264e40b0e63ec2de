"""The worked examples in the domain's docstrings."""

import doctest
import importlib

import pytest

MODULES = [
    "canonical", "engine", "epoch", "legible", "parameters", "ranking", "score", "traps", "weights",
    "scoring.efficiency", "scoring.verified", "scoring.whitepaper",
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_worked_examples_are_right(name: str) -> None:
    """Every example in the module's docstrings gives what it says; there is at least one."""
    outcome = doctest.testmod(importlib.import_module(f"reasonforge.domain.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0

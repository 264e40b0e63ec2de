"""No artefact raises; malformed task data raise ValueError and nothing else."""

import copy
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.honest import causal, scientific

CHECKS = ("simulation", "statistics", "citations", "docalculus", "bootstrap", "dag")
WORDS = (
    "params",
    "quantities",
    "name",
    "value",
    "unit",
    "test",
    "columns",
    "statistic",
    "df",
    "p",
    "claim",
    "doc_id",
    "quote",
    "estimand",
    "estimator",
    "adjustment",
    "point",
    "ci",
    "edges",
    "claims",
    "x",
    "y",
    "z",
    "sum",
    "P",
    "mul",
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=20,
)
REPLACEMENTS: tuple[Any, ...] = (None, True, -1, 10**400, float("nan"), "", "a\x00", [], {}, [[]], [None], {"a": {}})


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every part of a JSON value stands, long arrays by their first item."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from paths(value[key], (*path, key))
    elif isinstance(value, list) and value:
        yield from paths(value[0], (*path, 0))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a JSON value with one part exchanged."""
    if not path:
        return new
    found = copy.deepcopy(value)
    holder = found
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return found


@pytest.mark.parametrize("name", CHECKS)
def test_any_artefact_has_a_finding(name: str) -> None:
    """Any JSON is graded, and JSON that was not made to be right is graded 0."""
    module = importlib.import_module(f"reasonforge.adapters.checks.{name}")

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(JSON)
    def graded(artefact: Any) -> None:
        assert module.check(module.EXAMPLE[0], artefact, "").grade == 0.0

    graded()


@pytest.mark.parametrize("name", CHECKS)
def test_right_artefact_with_a_part_exchanged(name: str) -> None:
    """A right artefact of which any one part is exchanged for nonsense still has a finding."""
    module = importlib.import_module(f"reasonforge.adapters.checks.{name}")
    against, right, _ = module.EXAMPLE
    for path in paths(right):
        for new in REPLACEMENTS:
            assert module.check(against, replaced(right, path, new), "").grade in {0.0, 1.0}


@pytest.mark.parametrize("name", CHECKS)
def test_malformed_task(name: str) -> None:
    """Task data of which any one part is exchanged raise a ValueError with a sentence, or are still sound."""
    module = importlib.import_module(f"reasonforge.adapters.checks.{name}")
    against, right, _ = module.EXAMPLE
    refused = 0
    for path in paths(dict(against)):
        for new in REPLACEMENTS:
            try:
                module.check(replaced(dict(against), path, new), right, "")
            except ValueError:
                refused += 1
    assert refused > 20


@pytest.mark.parametrize("case", [*causal.CASES, *scientific.CASES][::9], ids=lambda case: case[0])
def test_repeats(case: causal.Case) -> None:
    """The same artefact has the same finding, and nothing of it or of the task is changed."""
    _, name, against, artefact, _ = case
    module = importlib.import_module(f"reasonforge.adapters.checks.{name}")
    before = copy.deepcopy((against, artefact))
    assert module.check(against, artefact, "") == module.check(against, artefact, "other")
    assert (against, artefact) == before

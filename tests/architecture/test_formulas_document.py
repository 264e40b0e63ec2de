"""docs/formulas.md names what is there."""

import importlib
import re
from pathlib import Path

import pytest

from reasonforge.domain.engine import ScoringEngine

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "formulas.md").read_text()
EQUATIONS = re.findall(r"^\| (\d+|–) \| .* \| `(\w+)` \| `([\w.]+)::(\w+)` \|$", TEXT, re.MULTILINE)
OTHERS = re.findall(r"^\| [^|`]+ \| `(reasonforge[\w.]+)` \| `([\w./]+)(?:::(\w+))?` \|$", TEXT, re.MULTILINE)


def test_every_equation_is_named_once_in_order() -> None:
    """The thirteen equations and reputation, and no method of the engine is left out."""
    assert [number for number, *_ in EQUATIONS] == [*map(str, range(1, 14)), "–"]
    public = {name for name in vars(ScoringEngine) if not name.startswith("_")}
    assert {function for _, function, _, _ in EQUATIONS} == public


@pytest.mark.parametrize(("number", "function", "file", "test"), EQUATIONS, ids=[one[1] for one in EQUATIONS])
def test_an_equations_function_and_test_are_there(number: str, function: str, file: str, test: str) -> None:
    """The function says which equation it is; the test is a property: hypothesis draws its inputs."""
    said = getattr(ScoringEngine, function).__doc__
    assert number == "–" or said.startswith(f"Eq. {number}: ")
    source = (ROOT / "tests" / "domain" / file).read_text()
    assert re.search(rf"@given\([^@]*?\)\n(?:@[^\n]*\n)*def {test}\(", source), f"{test} is no property test of {file}"


@pytest.mark.parametrize(("name", "path", "test"), OTHERS, ids=[one[0] for one in OTHERS])
def test_what_stands_beside_them_is_there(name: str, path: str, test: str) -> None:
    """A dotted name can be imported, and its tests exist."""
    module, _, attribute = name.rpartition(".")
    assert hasattr(importlib.import_module(module), attribute)
    tests = ROOT / "tests" / path
    assert tests.exists()
    assert not test or f"def {test}(" in tests.read_text()


def test_both_tables_were_found() -> None:
    """A broken pattern would find nothing, and check nothing."""
    assert (len(EQUATIONS), len(OTHERS)) == (14, 7)

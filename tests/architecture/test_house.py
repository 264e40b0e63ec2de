"""The rules of the house that no linter knows."""

import ast
import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import reasonforge

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "reasonforge"
PURE = sorted((SOURCE / "domain").rglob("*.py")) + sorted((SOURCE / "application").rglob("*.py"))
PORTS = sorted(path.stem for path in (SOURCE / "application" / "ports").glob("[a-z]*.py"))
VAGUE = {"utils", "helpers", "common", "base", "manager", "processor", "data", "info", "misc"}
DOMAIN_MODULES = sorted(
    module.name for module in pkgutil.walk_packages([str(SOURCE / "domain")], prefix="reasonforge.domain.")
)


def test_import_contracts_hold() -> None:
    """The arrows point inwards, and every vendor has one door."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(SOURCE)))
def test_pure_layers_take_randomness_as_an_argument(path: Path) -> None:
    """Domain and application import nothing of `random` but the class `Random`, and no clock of `datetime`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & {"random", "datetime", "locale"}, path
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            assert {alias.name for alias in node.names} == {"Random"}, path
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"hash", "eval", "exec", "open", "input", "print"}, path


@pytest.mark.parametrize("name", DOMAIN_MODULES)
def test_worked_examples_are_right(name: str) -> None:
    """Every worked example in a docstring of the domain gives what it says."""
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert results.failed == 0


SUITES = {"outbox": "user_desk", "user_tasks": "user_desk"}
"""Ports whose promises are about one and the same desk have one suite."""


@pytest.mark.parametrize("port", PORTS)
def test_every_port_has_a_contract_suite_that_runs(port: str) -> None:
    """A port's promises are tested in tests/contracts, against at least one adapter."""
    port = SUITES.get(port, port)
    assert (ROOT / "tests" / "contracts" / f"{port}.py").is_file()
    suites = [
        path
        for path in (ROOT / "tests" / "adapters").rglob("test_*.py")
        if f"contracts.{port} import" in path.read_text()
    ]
    assert suites


def test_module_names_say_something() -> None:
    """No module is called utils, helpers, common, base, manager …."""
    assert not [path for path in SOURCE.rglob("*.py") if path.stem in VAGUE]


def test_version_is_the_package_s() -> None:
    """The version people see is the one the package carries."""
    assert importlib.import_module("importlib.metadata").version("reasonforge") == reasonforge.__version__

"""What the workflows promise beyond their schema, which `infra/lint` checks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
NAMES = ("build-docker", "lint", "release", "test")


@pytest.fixture(params=NAMES)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / f"{request.param}.yml").read_text())
    return document


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def test_actions_are_pinned_to_a_commit(workflow: dict[str, Any]) -> None:
    """Nobody can change what an action does after we have read it: each is named by a whole commit."""
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert len(used) > 0
    assert [one for one in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", one)] == []


def test_a_workflow_may_read_and_no_more_unless_a_job_says_so(workflow: dict[str, Any]) -> None:
    """The token reads the sources; a job that needs more asks for it alone, and only a release has one."""
    assert workflow["permissions"] == {"contents": "read"}
    asking = [name for name, job in workflow["jobs"].items() if "permissions" in job]
    assert asking == (["images", "publish"] if workflow["name"] == "release" else [])


def test_a_job_ends(workflow: dict[str, Any]) -> None:
    """Every job has a bound of its own, below the hours that a hung one would otherwise cost."""
    assert all(0 < job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_commands_take_no_expression_apart(workflow: dict[str, Any]) -> None:
    """No `run` has ${{ … }} in it: what a stranger can name (a branch, a title) would become part of the command."""
    assert [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_the_tests_run_on_every_python_that_is_promised() -> None:
    """The matrix of the tests is the list of Pythons in pyproject.toml."""
    promised = re.findall(r"Programming Language :: Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    workflow = yaml.safe_load((FOLDER / "test.yml").read_text())
    assert workflow["jobs"]["tests"]["strategy"]["matrix"]["python"] == promised == ["3.11", "3.12", "3.13"]

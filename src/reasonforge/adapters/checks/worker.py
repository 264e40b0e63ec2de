"""Where checks are made: functions that a worker process is sent to, over plain JSON (ports/workers.py)."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

CHECKS: Final[Mapping[str, str]] = {
    name: f"reasonforge.adapters.checks.{name}"
    for name in (
        "bootstrap",
        "citations",
        "constraints",
        "coverage",
        "dag",
        "docalculus",
        "equilibrium",
        "logic",
        "simulation",
        "solver",
        "statistics",
    )
}
"""Check → the module with its `check` and its `EXAMPLE`; loaded when it is needed, since some want a library."""


def run(work: Mapping[str, Any]) -> dict[str, Any]:
    """One check of `{check, against, artefact, final_answer}`, as `{grade, reason}`.

    Raises:
        ValueError: the task's own data are malformed.
        ImportError: the library that the check needs is not installed.
    """
    finding = _module(work["check"]).check(work["against"], work["artefact"], work["final_answer"])
    return {"grade": finding.grade, "reason": finding.reason}


def run_example(check: str) -> list[float]:
    """The grades of a check's true and of its false example."""
    module = _module(check)
    against, right, wrong = module.EXAMPLE
    return [module.check(against, artefact, "").grade for artefact in (right, wrong)]


def _module(check: str) -> Any:
    return import_module(CHECKS[check])

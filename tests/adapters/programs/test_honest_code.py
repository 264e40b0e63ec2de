"""Honest programs of every style are accepted, and near misses are not (tests/honest/code.py)."""

import asyncio

import pytest

from reasonforge.adapters.programs.differential import DifferentialTests
from reasonforge.adapters.programs.hidden_tests import HiddenTests
from reasonforge.adapters.programs.static_analysis import StaticAnalysis
from tests.adapters.programs.sandboxed import handed_in, sandbox
from tests.honest.code import HONEST, NEAR_MISSES, Written

pytestmark = pytest.mark.bwrap
LEAST_STYLE = 0.6


def grades(written: Written) -> tuple[float, float, float, str]:
    """Of the tests, of the looks, of the differential check (1 where there is none), and why."""
    box, submission = sandbox(), handed_in(written.source)

    async def judged() -> tuple[float, float, float, str]:
        tests = await HiddenTests(box).check(written.asked, submission)
        looks = await StaticAnalysis(box).check(written.asked, submission)
        if "formal" not in written.asked.checks:
            return tests.grade, looks.grade, 1.0, f"{tests.reason}; {looks.reason}"
        formal = await DifferentialTests(box).check(written.asked, submission)
        return tests.grade, looks.grade, formal.grade, f"{tests.reason}; {looks.reason}; {formal.reason}"

    return asyncio.run(judged())


@pytest.mark.parametrize("name", HONEST)
def test_honest_programs_are_accepted(name: str) -> None:
    """It passes every test, cannot be told from the reference, and loses little by its style."""
    tests, looks, formal, why = grades(HONEST[name])
    assert (tests, formal) == (1.0, 1.0), why
    assert looks >= LEAST_STYLE, why


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_near_misses_are_not(name: str) -> None:
    """It fails a test or is told from the reference."""
    tests, _, formal, why = grades(NEAR_MISSES[name])
    assert tests < 1.0 or formal < 1.0, why


def test_there_are_enough() -> None:
    """At least thirty of each."""
    assert len(HONEST) >= 30
    assert len(NEAR_MISSES) >= 30

"""How many of an epoch's tasks are traps."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.parameters import MechanismParameters
from reasonforge.domain.traps import trap_count


@given(tasks=st.integers(0, 5_000), percent=st.integers(0, 100))
def test_the_count_of_traps_is_the_floor_of_the_rate_but_at_least_one(tasks: int, percent: int) -> None:
    """max(1, ⌊tasks · rate⌋) by exact arithmetic, never more than there are tasks."""
    parameters = MechanismParameters(trap_rate=percent / 100)
    expected = max(1, int(tasks * Fraction(percent, 100))) if tasks else 0
    assert trap_count(tasks, parameters) == expected


def test_a_count_of_tasks_below_none_is_refused() -> None:
    """A negative count is a ValueError."""
    with pytest.raises(ValueError, match="must not be negative"):
        trap_count(-1)

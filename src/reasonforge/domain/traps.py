"""How many of an epoch's tasks are traps (1-mechanism §1.4, step 1)."""

from fractions import Fraction
from math import floor

from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters


def trap_count(tasks: int, parameters: MechanismParameters = DEFAULT_PARAMETERS) -> int:
    """Traps among `tasks` ≥ 0 tasks: max(1, ⌊tasks · trap_rate⌋), and none among no tasks.

    The rate counts as the decimal it was written as: 0.29 of 100 is 29, though the product of the doubles is below it.

    >>> trap_count(12), trap_count(40), trap_count(3), trap_count(0)
    (1, 6, 1, 0)
    """
    if tasks < 0:
        message = f"the count of tasks must not be negative, and is {tasks}"
        raise ValueError(message)
    return min(tasks, max(1, floor(tasks * Fraction(str(parameters.trap_rate)))))

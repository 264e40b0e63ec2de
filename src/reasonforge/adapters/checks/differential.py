"""Differential equations of a task's model, integrated with a bound on the work."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from reasonforge.domain.artefacts.formula import Formula
from reasonforge.domain.artefacts.simulation import State

_MOST_WORK = 3_000_000
"""Formula nodes evaluated: about a second."""
_LEAST_EVALUATIONS = 500
_RELATIVE, _ABSOLUTE = 1e-10, 1e-12
Compiled = Callable[[Mapping[str, float]], float]
_ONE: Final[Mapping[str, Callable[[float], float]]] = {
    "neg": operator.neg, "abs": abs, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "sin": math.sin,
    "cos": math.cos, "tan": math.tan, "atan": math.atan,
}  # fmt: skip
_TWO: Final[Mapping[str, Callable[[float, float], float]]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": math.pow,
}  # fmt: skip


class Unsolvable(ArithmeticError):  # noqa: N818 - named for what it is
    """The equations leave the reals, do not converge, or need more work than allowed."""


def compiled(formula: Formula) -> Compiled:
    """The formula as a function of names, in floats."""
    if formula.operation == "number":
        value = float(formula.number)
        return lambda _names: value
    if formula.operation == "name":
        name = formula.name
        return lambda names: names.get(name, math.pi)
    parts = [compiled(part) for part in formula.parts]
    if formula.operation in _ONE:
        apply, (only,) = _ONE[formula.operation], parts
        return lambda names: apply(only(names))
    combine = _TWO[formula.operation]
    if len(parts) == 2:
        first, second = parts
        return lambda names: combine(first(names), second(names))
    return lambda names: reduce(combine, (part(names) for part in parts))


def final_values(
    states: Sequence[State], start: Sequence[float], fixed: Mapping[str, float], horizon: float, *, stiff: bool
) -> list[float]:
    """The states at the horizon > 0 from their values at 0; `fixed` are the names that do not change.

    Raises:
        Unsolvable: see there.
    """
    rates = [compiled(state.rate) for state in states]
    names = dict(fixed)
    order = [state.name for state in states]
    left = max(_LEAST_EVALUATIONS, _MOST_WORK // sum(_nodes(state.rate) for state in states))

    def derivative(time: float, values: NDArray[np.float64]) -> list[float]:
        nonlocal left
        left -= 1
        if left < 0:
            raise Unsolvable("the equations need more steps than allowed")
        names["t"] = float(time)
        names.update(zip(order, values.tolist(), strict=True))
        return [rate(names) for rate in rates]

    scale = max((abs(value) for value in start), default=1.0)
    try:
        with np.errstate(all="ignore"):
            solution = solve_ivp(
                derivative,
                (0.0, horizon),
                list(start),
                method="Radau" if stiff else "DOP853",
                rtol=_RELATIVE,
                atol=_ABSOLUTE * max(min(scale, 1.0), 1e-12),
                t_eval=[horizon],
            )
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        raise Unsolvable(f"the equations cannot be solved: {type(error).__name__}") from error
    if not solution.success or not np.isfinite(solution.y).all():
        raise Unsolvable("the equations have no solution up to the horizon")
    return [float(value) for value in solution.y[:, -1]]


def _nodes(formula: Formula) -> int:
    return 1 + sum(_nodes(part) for part in formula.parts)

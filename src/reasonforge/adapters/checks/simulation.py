"""The `simulation` check: the task's own model re-run at the miner's parameters, and its quantities compared."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reasonforge.adapters.checks.differential import final_values
from reasonforge.adapters.checks.quantities import members, near, stated_number
from reasonforge.adapters.checks.units import in_unit
from reasonforge.domain.artefacts.formula import Value, exactly, value_of
from reasonforge.domain.artefacts.simulation import Asked, Model, Parameter, Simulation, defined
from reasonforge.domain.artefacts.units import UnitProduct, read_unit
from reasonforge.domain.finding import Finding

_ZERO = 1e-12
"""What a conversion of units may leave of a parameter that is 0."""


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where all parameters are the task's (or in their bounds) and all asked quantities are there once and right.

    Raises:
        ValueError: `against` is malformed, or its model has no values at the parameters that it gives.
    """
    simulation = Simulation.read(against)
    given = members(artefact)
    used = _parameters(given.get("params"), simulation)
    if isinstance(used, str):
        return Finding(0.0, used)
    stated = _quantities(given.get("quantities"), simulation.asked)
    if isinstance(stated, str):
        return Finding(0.0, stated)
    try:
        result = run(simulation.model, used)
    except ArithmeticError as error:
        if simulation.has_free_parameters:
            return Finding(0.0, "the model has no values at the chosen parameters")
        message = f"the task's model has no values at its parameters: {type(error).__name__}"
        raise ValueError(message) from error
    for asked in simulation.asked:
        truth = exactly(result[asked.name])
        if asked.goal is not None and not near(truth, asked.goal, asked.abs_tol, asked.rel_tol):
            return Finding(0.0, f"with the chosen parameters the model misses the goal for {asked.name}")
        if not near(stated[asked.name], truth, asked.abs_tol, asked.rel_tol):
            return Finding(0.0, f"{asked.name} is not what the model gives")
    return Finding(1.0, f"the model gives all {len(simulation.asked)} quantities at the stated parameters")


def run(model: Model, parameters: Mapping[str, Fraction]) -> Mapping[str, Value]:
    """Every name of the model with its value.

    Raises:
        ArithmeticError: undefined, out of range, or more work than allowed.
    """
    if model.horizon is None:
        return defined(model.define, parameters)
    known = defined(model.before, parameters)
    fixed = {name: float(value) for name, value in known.items()}
    horizon = float(value_of(model.horizon, known))
    if horizon <= 0:
        raise ArithmeticError("the horizon does not lie ahead")
    start = [float(value_of(state.initial, known)) for state in model.states]
    final = final_values(model.states, start, fixed, horizon, stiff=model.stiff)
    ends: dict[str, Value] = {state.name: Fraction(value) for state, value in zip(model.states, final, strict=True)}
    return defined(model.define, {**known, **ends, "t": Fraction(horizon)})


def _parameters(given: Any, simulation: Simulation) -> dict[str, Fraction] | str:
    """Each parameter in the task's unit, or what is wrong with them."""
    stated = members(given)
    if set(stated) != {parameter.name for parameter in simulation.parameters}:
        return "the parameters must be those of the model, each by its name"
    used: dict[str, Fraction] = {}
    for parameter in simulation.parameters:
        value = _amount(stated[parameter.name], parameter.unit)
        if value is None:
            return f"the parameter {parameter.name} is no number in a unit of its dimension"
        if not _fits(value, parameter, simulation.parameter_tolerance):
            return f"the parameter {parameter.name} is not the task's"
        used[parameter.name] = value
    return used


def _fits(value: Fraction, parameter: Parameter, rel_tol: float) -> bool:
    if parameter.is_free:
        return parameter.low <= value <= parameter.high
    return near(value, parameter.low, _ZERO, rel_tol)


def _amount(given: Any, wanted: UnitProduct) -> Fraction | None:
    """A bare number in the wanted unit, or a value with a unit, converted to it."""
    if not isinstance(given, Mapping):
        return stated_number(given)
    return _converted(given.get("value"), given.get("unit", ""), wanted)


def _converted(value: Any, unit: Any, wanted: UnitProduct) -> Fraction | None:
    number = stated_number(value)
    named = "" if unit is None else unit
    read = read_unit(named) if isinstance(named, str) else None
    return None if number is None or read is None else in_unit(number, read, wanted)


def _quantities(given: Any, asked: tuple[Asked, ...]) -> dict[str, Fraction] | str:
    """Each asked quantity in its unit, or what is wrong with them."""
    if not isinstance(given, list) or len(given) != len(asked):
        return f"there must be {len(asked)} quantities, each of those asked for once"
    by_name = {each.name: each for each in asked}
    found: dict[str, Fraction] = {}
    for item in given:
        each = members(item)
        name = each.get("name")
        if not isinstance(name, str) or name not in by_name or name in found:
            return "each quantity asked for must be there by its name, once"
        value = _converted(each.get("value"), each.get("unit", ""), by_name[name].unit)
        if value is None:
            return f"{name} is no number in a unit of its dimension"
        found[name] = value
    return found


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "params": {"v": {"value": 20, "unit": "m/s"}, "g": {"value": "981/100", "unit": "m/s^2"}},
        "model": {"kind": "expressions", "define": [["height", ["div", ["pow", "v", 2], ["mul", 2, "g"]]]]},
        "quantities": {"height": {"unit": "m", "rel_tol": "1/1000"}},
    },
    {"params": {"v": 20, "g": 9.81}, "quantities": [{"name": "height", "value": 20.387, "unit": "m"}]},
    {"params": {"v": 20, "g": 9.81}, "quantities": [{"name": "height", "value": 20.387, "unit": "s"}]},
)

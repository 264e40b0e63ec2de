"""What the `simulation` check asks: the parameters used, and quantities that the task's model gives at them.

A model is one of

    {"kind": "expressions", "define": [[name, formula], …]}
        each formula over the parameters and the names before it
    {"kind": "ode", "before": [[name, formula], …], "states": [[name, initial, rate], …], "horizon": formula,
     "define": [[name, formula], …], "stiff": false}
        dy/dt = rate over parameters, `before`, all states and `t`, from t = 0 to the horizon; `define` sees the states'
        final values, and `t` as the horizon

with formulas as `domain.artefacts.formula` reads them. All numbers of a model are in the units that the task names.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import (
    flag,
    identifier,
    items,
    known_members,
    mapping,
    number,
    one_of,
    refuse,
    tolerance,
)
from reasonforge.domain.artefacts.formula import Formula, Value, read_formula, value_of
from reasonforge.domain.artefacts.units import UnitProduct, read_unit

CHECK = "simulation"
KINDS = ("expressions", "ode")
MOST_NAMES, MOST_STATES = 40, 10
LEAST_ODE_TOLERANCE = 1e-6
_MEMBERS = ("params", "free", "model", "quantities", "goals", "parameter_tolerance")

Definitions = tuple[tuple[str, Formula], ...]


@frozen
class Parameter:
    """A number of the model: given by the task (low = high), or for the miner to choose in [low, high]."""

    name: str
    unit: UnitProduct
    low: Fraction
    high: Fraction

    @property
    def is_free(self) -> bool:
        return self.low < self.high


@frozen
class Asked:
    """A quantity: a name of the model, the unit its numbers are in, tolerances (the greater one counts), and its goal.

    A goal is what the model must give at the parameters that the miner chose.
    """

    name: str
    unit: UnitProduct
    rel_tol: float
    abs_tol: float
    goal: Fraction | None = None


@frozen
class State:
    """A function of time: where it starts, and its derivative."""

    name: str
    initial: Formula
    rate: Formula


@frozen
class Model:
    """Closed forms (`define` alone), or differential equations with closed forms before and after them."""

    kind: str
    define: Definitions
    before: Definitions = ()
    states: tuple[State, ...] = ()
    horizon: Formula | None = None
    stiff: bool = False


@frozen
class Simulation:
    """A model, its parameters, and what is asked of it."""

    parameters: tuple[Parameter, ...]
    model: Model
    asked: tuple[Asked, ...]
    parameter_tolerance: float

    @property
    def has_free_parameters(self) -> bool:
        return any(parameter.is_free for parameter in self.parameters)

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        parameters = (*_given(against.get("params", {})), *_free(against.get("free", {})))
        names = [parameter.name for parameter in parameters]
        if len(set(names)) < len(names) or len(names) > MOST_NAMES:
            raise refuse(f"a model has at most {MOST_NAMES} parameters, each given or free")
        model, defined = _model(mapping(against.get("model"), "the model"), names)
        goals = mapping(against.get("goals", {}), "goals")
        wanted = mapping(against.get("quantities"), "quantities")
        asked = tuple(_asked(name, item, goals.get(name)) for name, item in wanted.items())
        if not 1 <= len(asked) <= MOST_NAMES or not {each.name for each in asked} <= set(defined):
            raise refuse("at least one quantity is asked, and each is a name that the model defines")
        if not set(goals) <= set(wanted) or (goals and not any(parameter.is_free for parameter in parameters)):
            raise refuse("a goal belongs to a quantity that is asked, in a model with free parameters")
        if model.kind == "ode" and any(max(each.rel_tol, each.abs_tol) < LEAST_ODE_TOLERANCE for each in asked):
            raise refuse(f"what an integrator gives is asked to within {LEAST_ODE_TOLERANCE:g} at best")
        return cls(parameters, model, asked, tolerance(against.get("parameter_tolerance", "1/1000000"), "a tolerance"))


def defined(definitions: Definitions, names: Mapping[str, Value]) -> dict[str, Value]:
    """The names, and each definition's value after those before it.

    Raises:
        ArithmeticError: one is undefined there, or beyond 10^±400.
    """
    known = dict(names)
    for name, formula in definitions:
        known[name] = value_of(formula, known)
    return known


def simulation_artefact(
    model: Mapping[str, Any],
    params: Mapping[str, Mapping[str, Any]],
    quantities: Mapping[str, Mapping[str, Any]],
    *,
    free: Mapping[str, Mapping[str, Any]] | None = None,
    goals: Mapping[str, Any] | None = None,
    parameter_tolerance: str = "1/1000000",
) -> ArtefactSpecification:
    """Asks for the parameters and quantities of a model.

    Args:
        model: see the module.
        params: name → {"value", "unit"}.
        free: name → {"low", "high", "unit"}.
        quantities: name → {"unit", "rel_tol", "abs_tol"}; a tolerance is 1/1000 of the value where none is given.
        goals: name of a quantity → what it must be, in its unit.
        parameter_tolerance: relative.

    Raises:
        ValueError: something is malformed, or a closed form is undefined at the given parameters.
    """
    against: dict[str, Any] = {
        "params": {name: dict(each) for name, each in params.items()},
        "model": dict(model),
        "quantities": {name: dict(each) for name, each in quantities.items()},
        "parameter_tolerance": parameter_tolerance,
    }
    against |= {"free": {name: dict(each) for name, each in free.items()}} if free else {}
    against |= {"goals": dict(goals)} if goals else {}
    simulation = Simulation.read(against)
    if simulation.model.kind == "expressions" and not simulation.has_free_parameters:
        try:
            defined(simulation.model.define, {each.name: each.low for each in simulation.parameters})
        except ArithmeticError as error:
            raise refuse(f"the model is undefined at the given parameters: {type(error).__name__}") from error
    told = ", ".join(f"{name} (in {each.get('unit') or 'no unit'})" for name, each in quantities.items())
    describe = (
        "`params`: every parameter of the model that you used, by name, as a number in the task's unit or as "
        f'{{"value", "unit"}}. `quantities`: each of {told} once, in that unit or any other of its dimension.'
    )
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": _schema(simulation)}, against)


def _given(params: Any) -> list[Parameter]:
    found = []
    for name, item in mapping(params, "params").items():
        each = mapping(item, f"the parameter {name}")
        known_members(each, ("value", "unit"), "a parameter")
        value = number(each.get("value"), f"the value of {name}")
        found.append(Parameter(identifier(name, "a parameter's name"), _unit(each.get("unit", "")), value, value))
    return found


def _free(params: Any) -> list[Parameter]:
    found = []
    for name, item in mapping(params, "free").items():
        each = mapping(item, f"the parameter {name}")
        known_members(each, ("low", "high", "unit"), "a free parameter")
        low, high = (number(each.get(end), f"the {end} of {name}") for end in ("low", "high"))
        if low >= high:
            raise refuse("a free parameter's low is below its high")
        found.append(Parameter(identifier(name, "a parameter's name"), _unit(each.get("unit", "")), low, high))
    return found


def _unit(given: Any) -> UnitProduct:
    unit = read_unit(given) if isinstance(given, str) else None
    if unit is None:
        raise refuse(f"{str(given)[:60]!r} is no unit on the list")
    return unit


def _asked(name: str, given: Any, goal: Any) -> Asked:
    each = mapping(given, f"the quantity {name}")
    known_members(each, ("unit", "rel_tol", "abs_tol"), "a quantity")
    rel_tol = tolerance(each.get("rel_tol", 0 if "abs_tol" in each else "1/1000"), "rel_tol")
    abs_tol = number(each.get("abs_tol", 0), "abs_tol")
    if not 0 <= abs_tol <= 10**300:
        raise refuse("an absolute tolerance is not negative")
    wanted = None if goal is None else number(goal, f"the goal of {name}")
    return Asked(identifier(name, "a quantity's name"), _unit(each.get("unit", "")), rel_tol, float(abs_tol), wanted)


def _model(given: Mapping[str, Any], parameters: Sequence[str]) -> tuple[Model, tuple[str, ...]]:
    """The model, and the names that can be asked for."""
    kind = one_of(given.get("kind"), KINDS, "a model's kind")
    if kind == "expressions":
        known_members(given, ("kind", "define"), "a model of expressions")
        define, names = _definitions(given.get("define"), parameters, 1)
        return Model(kind, define), names
    known_members(given, ("kind", "before", "states", "horizon", "define", "stiff"), "an ode model")
    before, early = _definitions(given.get("before", []), [*parameters, "t"], 0)
    listed = [items(each, "a state", 3, 3) for each in items(given.get("states"), "states", 1, MOST_STATES)]
    states = [identifier(each[0], "a state's name") for each in listed]
    fixed = [*parameters, *early]
    if "t" in parameters or len({*fixed, *states, "t"}) <= len(fixed) + len(states):
        raise refuse("a state has a name that nothing else has, and the time is `t`")
    read = tuple(
        State(
            name,
            read_formula(each[1], fixed, "an initial value"),
            read_formula(each[2], [*fixed, *states, "t"], "a rate"),
        )
        for name, each in zip(states, listed, strict=True)
    )
    horizon = read_formula(given.get("horizon"), fixed, "the horizon")
    define, late = _definitions(given.get("define", []), [*fixed, *states, "t"], 0)
    model = Model(kind, define, before, read, horizon, flag(given.get("stiff", False), "stiff"))
    return model, (*early, *states, *late)


def _definitions(given: Any, known: Sequence[str], least: int) -> tuple[Definitions, tuple[str, ...]]:
    names, found = list(known), []
    for each in items(given, "definitions", least, MOST_NAMES):
        written, formula = items(each, "a definition", 2, 2)
        name = identifier(written, "a defined name")
        if name in names:
            raise refuse(f"the name {name} is defined twice")
        found.append((name, read_formula(formula, names, f"the formula of {name}")))
        names.append(name)
    return tuple(found), tuple(names[len(known) :])


def _schema(simulation: Simulation) -> Mapping[str, Any]:
    amount = {"type": "object", "required": ["value"], "properties": {"value": {"type": "number"}, "unit": _TEXT}}
    names = [parameter.name for parameter in simulation.parameters]
    quantity = {
        "type": "object",
        "required": ["name", "value", "unit"],
        "properties": {
            "name": {"enum": [each.name for each in simulation.asked]},
            "value": {"type": "number"},
            "unit": _TEXT,
        },
    }
    count = len(simulation.asked)
    return {
        "type": "object",
        "required": ["params", "quantities"],
        "properties": {
            "params": {
                "type": "object",
                "required": names,
                "properties": {name: {"anyOf": [{"type": "number"}, amount]} for name in names},
                "additionalProperties": False,
            },
            "quantities": {"type": "array", "items": quantity, "minItems": count, "maxItems": count},
        },
    }


_TEXT = {"type": "string", "maxLength": 60}

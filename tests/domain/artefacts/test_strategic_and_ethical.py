"""What task families write down for the checks of strategic and ethical tasks (domain/artefacts)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reasonforge.adapters.checks import constraints, coverage, equilibrium, logic, solver
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.constraints import constraints_artefact
from reasonforge.domain.artefacts.coverage import coverage_artefact
from reasonforge.domain.artefacts.equilibrium import equilibrium_artefact
from reasonforge.domain.artefacts.linear import LinearProgram
from reasonforge.domain.artefacts.logic import ArgumentQuery, logic_artefact
from reasonforge.domain.artefacts.solver import solver_artefact

ROWS = [{"name": "time", "terms": {"x": 1, "y": 2}, "relation": "<=", "bound": 4}]


def lp(**changes: Any) -> ArtefactSpecification:
    plain: dict[str, Any] = {
        "variables": ["x", "y"],
        "sense": "max",
        "objective": {"x": 1, "y": 1},
        "rows": ROWS,
        "solution": {"x": 4, "y": 0},
        "duals": {"time": 1},
    }
    return solver_artefact(**{**plain, **changes})


def knapsack() -> ArtefactSpecification:
    return lp(upper={"x": 1, "y": 1}, integers=["x", "y"], optimum=2, solution={"x": 1, "y": 1}, duals=None)


def puzzle() -> ArtefactSpecification:
    rules = [{"kind": "all_different", "variables": ["a", "b"]}]
    return constraints_artefact(["a", "b"], rules, solution={"a": "red", "b": 1}, labels=["red"])


def marriage() -> ArtefactSpecification:
    rule = {"kind": "stable_matching", "proposers": {"ann": ["xu"]}, "receivers": {"xu": ["ann"]}}
    return constraints_artefact(["ann"], [rule], solution={"ann": "xu"})


def pennies() -> ArtefactSpecification:
    half = ["1/2", "1/2"]
    return equilibrium_artefact([[[1, -1], [-1, 1]]], equilibrium=[half, half], zero_sum=True)


def weighing() -> ArtefactSpecification:
    return coverage_artefact([{"id": "harm", "sides": ["for"]}], "Should the dam be built?", least_words=5)


def argument(**changes: Any) -> ArtefactSpecification:
    plain: dict[str, Any] = {
        "vocabulary": {"atoms": ["p", "q"]},
        "premises": {"one": ["implies", "p", "q"], "two": "p"},
        "options": {"A": "q", "B": ["not", "q"]},
    }
    return logic_artefact(**{**plain, **changes})


RIGHT: list[tuple[Callable[[], ArtefactSpecification], Any, Any]] = [
    (lp, solver, {"x": {"x": 4, "y": 0}, "duals": {"time": 1}}),
    (knapsack, solver, {"x": {"x": 1, "y": 1}}),
    (puzzle, constraints, {"x": {"a": "red", "b": 1}}),
    (marriage, constraints, {"x": {"ann": "xu"}}),
    (pennies, equilibrium, {"strategies": [["1/2", "1/2"], ["1/2", "1/2"]]}),
    (
        weighing,
        coverage,
        [
            {
                "id": "harm",
                "stance": "for",
                "rationale": "Fish would lose the way upstream, and with it the people who fish.",
            }
        ],
    ),
    (argument, logic, {"premises": ["one", "two"], "conclusion": "A"}),
]


@pytest.mark.parametrize(("build", "module", "artefact"), RIGHT, ids=[case[0].__name__ for case in RIGHT])
def test_what_is_built_can_be_answered(build: Callable[[], ArtefactSpecification], module: Any, artefact: Any) -> None:
    """What a family builds survives JSON, is named like its check, and a right artefact is graded 1 by it."""
    built = build()
    against = json.loads(json.dumps(built.against))
    assert built.check == module.__name__.rpartition(".")[2]
    assert module.check(against, artefact, "").grade == 1.0
    assert set(built.asks) == {"describe", "schema"}
    assert json.loads(json.dumps(built.asks)) == built.asks


def test_what_travels_gives_nothing_away() -> None:
    """Neither the optimum nor the right option is in what a miner is asked."""
    optimal = lp(optimum="4", duals=None)
    assert "optimum" in optimal.against
    assert "4" not in json.dumps(optimal.asks)
    settled = argument(answer="A", assumptions=1)
    assert json.dumps(settled.asks) == json.dumps(argument(answer="B", assumptions=1).asks)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"solution": {"x": 5, "y": 0}}, "not feasible: time does not hold"),
        ({"solution": {"x": 0, "y": 2}}, "reaches 2, and the optimum is 4"),
        ({"solution": {"x": 4}}, "the solution's y"),
        ({"duals": {"time": -1}}, "wrong sign"),
        ({"duals": {"time": "1/2"}}, "without a bound on its gain"),
        ({"duals": None}, "the dual of time"),
        ({"integers": ["x"]}, "needs its optimum"),
        ({"sense": "best"}, "sense must be one of max, min"),
        ({"objective": {"z": 1}}, "no variable"),
        ({"rows": [{"terms": {"x": 1}, "relation": "<", "bound": 1}]}, "relation must be one of"),
        ({"rows": ROWS * 2}, "different names"),
        ({"variables": ["x", "x"]}, "twice"),
    ],
)
def test_a_program_that_proves_nothing(changes: dict[str, Any], said: str) -> None:
    """A linear program is refused when it is malformed, or when its reference is not proved optimal."""
    with pytest.raises(ValueError, match=said):
        lp(**changes)


def test_bounds_default_to_nonnegative() -> None:
    """A variable is at least 0 unless its author says otherwise; null takes the bound away."""
    program = LinearProgram.read({**lp().against, "lower": {"x": None}})
    assert dict(program.lower) == {"y": 0}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "magic"}, "kind must be one of"),
        ({"kind": "integer", "variables": ["z"]}, "no variable"),
        ({"kind": "integer"}, "variables must be an array"),
        ({"kind": "integer", "variables": ["a"], "least": 1}, "no member"),
        ({"kind": "linear", "terms": {"a": 1}, "relation": "~", "bound": 1}, "relation must be one of"),
        ({"kind": "if", "condition": {"kind": "integer", "variables": ["a"]}}, "must be an object"),
        ({"kind": "schedule", "durations": {"c": 1}}, "known tasks"),
        ({"kind": "schedule", "durations": {"a": 1}, "precedence": [["a", "b"]]}, "have a duration"),
        ({"kind": "stable_matching", "proposers": {"a": ["x"]}, "receivers": {}}, "the other side"),
        ({"kind": "linear", "terms": {"a": 1}, "relation": "=", "bound": 2}, "does not keep: constraint 1"),
        ({"kind": "linear", "terms": {"a": 1}, "relation": "=", "bound": 2, "says": "a is 2"}, "does not keep: a is 2"),
    ],
)
def test_a_constraint_that_is_none(rule: dict[str, Any], said: str) -> None:
    """A constraint is refused when it is malformed, or when the reference solution breaks it."""
    with pytest.raises(ValueError, match=said):
        constraints_artefact(["a", "b"], [rule], solution={"a": 1, "b": 1})


def test_constraints_are_not_nested_without_end() -> None:
    """A constraint inside a constraint inside … is refused at some depth."""
    rule: dict[str, Any] = {"kind": "integer", "variables": ["a"]}
    for _ in range(10):
        rule = {"kind": "not", "constraint": rule}
    with pytest.raises(ValueError, match="nested at most"):
        constraints_artefact(["a"], [rule], solution={"a": 1})


@pytest.mark.parametrize(
    ("payoffs", "equilibrium_of", "said"),
    [
        ([[[1, -1], [-1, 1]]], [[1, 0], [1, 0]], "no equilibrium for player 2"),
        ([[[1, -1], [-1, 1]]], [["1/2", "1/3"], ["1/2", "1/2"]], "no equilibrium for player 1"),
        ([[[1, -1], [-1]]], [["1/2", "1/2"]] * 2, "payoffs must be an array"),
        ([[[1, -1], [-1, True]]], [["1/2", "1/2"]] * 2, "a payoff must be a number"),
        ([[[1, -1], [-1, 1]]], [["1/2", "1/2"]], "a probability for each action"),
        ([[[0] * 40] * 40, 0], [["1/2", "1/2"]], "zero_sum"),
    ],
)
def test_a_game_that_is_none(payoffs: Any, equilibrium_of: Any, said: str) -> None:
    """A game is refused when it is malformed, or when its reference is no equilibrium."""
    with pytest.raises(ValueError, match=said):
        equilibrium_artefact(payoffs, equilibrium=equilibrium_of, zero_sum=True)


@pytest.mark.parametrize(
    ("considerations", "said"),
    [
        ([], "1 to 30 items"),
        ([{"id": "a b"}], "must be a name"),
        ([{"id": "a"}, {"id": "a"}], "different ids"),
        ([{"id": "a", "sides": ["neutral"]}], "for and against"),
        ([{"id": "a", "words": ["two words"]}], "single words"),
    ],
)
def test_considerations_that_are_none(considerations: Any, said: str) -> None:
    """Considerations are refused when they are malformed."""
    with pytest.raises(ValueError, match=said):
        coverage_artefact(considerations, "A problem.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"premises": {"one": "r"}}, "one in premises has a text that is no atom"),
        ({"premises": {}}, "1 to 30 premises"),
        ({"options": {"A": ["not"]}}, "another number of parts"),
        ({"answer": "C"}, "one of the options"),
        ({"assumptions": 1}, "can conclude anything"),
        ({"assumptions": 9, "answer": "A"}, "from 0 to 5"),
        ({"vocabulary": {}}, "needs an atom"),
        ({"vocabulary": {"atoms": ["p", "q"], "predicates": {"r": 1}}}, "need individuals"),
    ],
)
def test_an_argument_that_is_none(changes: dict[str, Any], said: str) -> None:
    """An argument's data are refused when they are malformed, or would let anybody conclude anything."""
    with pytest.raises(ValueError, match=said):
        argument(**changes)


def test_quantifiers_are_written_out() -> None:
    """For all is a conjunction over the individuals, and there is one a disjunction."""
    vocabulary = {"predicates": {"free": 1}, "individuals": ["ann", "ben"]}
    options = {"A": ["exists", "x", ["is", "free", "x"]]}
    query = ArgumentQuery.read(
        {"vocabulary": vocabulary, "premises": {"one": ["forall", "x", ["is", "free", "x"]]}, "options": options}
    )
    assert query.premises["one"].operation == "and"
    assert query.options["A"].operation == "or"
    assert [part.name for part in query.options["A"].parts] == ["free(ann)", "free(ben)"]

"""The causal families' answers against simulation, linear algebra, sympy's logic and textbook examples."""

from bisect import bisect
from fractions import Fraction
from itertools import accumulate, combinations, product
from random import Random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Not, Symbol, Xor, false, true
from sympy.logic.boolalg import Boolean, Or
from sympy.logic.inference import satisfiable

from reasonforge.adapters.tasks.causal_model import Model, World
from reasonforge.adapters.tasks.families.average_effect import AverageEffect
from reasonforge.adapters.tasks.families.backdoor_set import BackdoorSet
from reasonforge.adapters.tasks.families.effect_on_treated import EffectOnTreated
from reasonforge.adapters.tasks.families.front_door import FrontDoor, Route
from reasonforge.adapters.tasks.families.instrument import Arm, Instrument, Trial
from reasonforge.adapters.tasks.families.mediation import MediatedEffects
from reasonforge.adapters.tasks.families.necessity import Circuit, Necessity
from reasonforge.adapters.tasks.families.simpson import Groups, Simpson
from reasonforge.adapters.tasks.families.unit_counterfactual import UnitCounterfactual
from reasonforge.adapters.tasks.family import pose

HARD = pytest.mark.parametrize("difficulty", [1, 4, 7, 10])
SEEDS = [f"oracle {number}" for number in range(4)]
RUNS = 10_000


def run(model: Model, noise: dict[str, float], treatment: int | None = None) -> World:
    """One run in which a variable is 1 where its noise lies below its chance; the treatment may be set."""
    world: World = {}
    for mechanism in model.mechanisms:
        chance = mechanism.chance(world | {mechanism.name: 1})
        world[mechanism.name] = int(noise[mechanism.name] < float(chance))
        if treatment is not None and mechanism.name == model.treatment:
            world[mechanism.name] = treatment
    return world


def noises(model: Model) -> list[dict[str, float]]:
    rng = Random(1)
    return [{name: rng.random() for name in model.names()} for _ in range(RUNS)]


@HARD
def test_average_effect_by_running_twice(difficulty: int) -> None:
    """With the treatment set to 1 and to 0 under the same noise, outcomes differ as computed, within 5 sigma."""
    model = pose(AverageEffect(), "oracle", difficulty).instance
    gains = [run(model, noise, 1)[model.outcome] - run(model, noise, 0)[model.outcome] for noise in noises(model)]
    assert sum(gains) / RUNS == pytest.approx(float(AverageEffect().answer(model).value), abs=5 / RUNS**0.5)


@HARD
def test_effect_on_treated_by_replaying_the_treated(difficulty: int) -> None:
    """Runs in which the treatment came about, replayed without it under the same noise, lose what is computed."""
    model = pose(EffectOnTreated(), "oracle", difficulty).instance
    gains = []
    for noise in noises(model):
        actual = run(model, noise)
        if actual[model.treatment]:
            gains.append(actual[model.outcome] - run(model, noise, 0)[model.outcome])
    expected = float(EffectOnTreated().answer(model).value)
    assert sum(gains) / len(gains) == pytest.approx(expected, abs=5 / len(gains) ** 0.5)


quarters = st.integers(1, 3).map(lambda count: Fraction(count, 4))


@given(st.tuples(quarters, quarters), st.tuples(quarters, quarters), st.lists(quarters, min_size=4, max_size=4))
def test_front_door_by_models_with_a_hidden_cause(
    treats: tuple[Fraction, Fraction], mediates: tuple[Fraction, Fraction], success: list[Fraction]
) -> None:
    """From the counts that a model with a hidden coin gives, the answer is what setting does in that model."""
    cells = [[[0, 0], [0, 0]], [[0, 0], [0, 0]]]
    truth, everybody = Fraction(0), 128
    for coin, x, m in product((0, 1), repeat=3):
        treated = treats[coin] if x else 1 - treats[coin]
        reached = mediates[x] if m else 1 - mediates[x]
        people = everybody * Fraction(1, 2) * treated * reached
        cells[x][m][0] += int(people * success[2 * m + coin])
        cells[x][m][1] += int(people)
        if x == 1:
            truth += Fraction(1, 2) * reached * success[2 * m + coin]
    route = Route("XMY", tuple(tuple((good, whole) for good, whole in row) for row in cells), 1)
    assert FrontDoor().answer(route).value == truth
    assert FrontDoor().solve_again(route) == str(truth)


@HARD
def test_mediation_by_running_under_shared_noise(difficulty: int) -> None:
    """Both natural effects are as in runs whose mediator and outcome react to different treatments, within 5 sigma."""
    mediation = pose(MediatedEffects(), "oracle", difficulty).instance
    rng, direct, indirect = Random(1), 0, 0
    for _ in range(RUNS):
        stratum = bisect([float(total) for total in accumulate(mediation.background)][:-1], rng.random())
        luck, fate = rng.random(), rng.random()
        reached = [
            bisect([float(total) for total in accumulate(mediation.mediator[x][stratum])][:-1], luck) for x in (0, 1)
        ]

        def outcome(treatment: int, mediator: int, stratum: int = stratum, fate: float = fate) -> int:
            return int(fate < float(mediation.success[treatment][stratum][mediator]))

        direct += outcome(1, reached[0]) - outcome(0, reached[0])
        indirect += outcome(0, reached[1]) - outcome(0, reached[0])
    expected = [float(Fraction(element.truth())) for element in MediatedEffects().answer(mediation).value]
    assert [direct / RUNS, indirect / RUNS] == pytest.approx(expected, abs=5 / RUNS**0.5)


@pytest.mark.parametrize(("settled_before", "effect"), [(True, 0.832546 - 0.778875), (False, -8 / 175)])
def test_simpson_by_the_kidney_stones(settled_before: bool, effect: float) -> None:
    """The stones of Charig et al. (1986): surgery is better by 5 points at equal size, and worse in the total."""
    stones = Groups(((81, 87, 234, 270), (192, 263, 55, 80)), settled_before)
    assert float(Simpson().answer(stones).value) == pytest.approx(effect, abs=5e-6)
    assert Simpson().solve_again(stones) == Simpson().answer(stones).truth()


principal_strata = st.tuples(*[st.integers(1, 6)] * 3, *[st.fractions(0, 1, max_denominator=2)] * 4)


@given(st.lists(st.tuples(principal_strata, st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=4))
def test_instrument_by_known_principal_strata(
    sites: list[tuple[tuple[int, int, int, Fraction, Fraction, Fraction, Fraction], int, int]],
) -> None:
    """In trials made of always-takers, compliers and never-takers, the answer is the compliers' gain."""
    arms, gained, compliers = [], Fraction(0), 0
    for (always, moved, never, fares, treated, untreated, without), invited, others in sites:
        one, other = 2 * invited, 2 * others
        arms.append(
            (
                Arm(
                    one * (always + moved),
                    int(one * (always * fares + moved * treated)),
                    one * never,
                    int(one * never * without),
                ),
                Arm(
                    other * always,
                    int(other * always * fares),
                    other * (moved + never),
                    int(other * (moved * untreated + never * without)),
                ),
            )
        )
        compliers += (one + other) * moved
        gained += (one + other) * moved * (treated - untreated)
    trial = Trial(tuple(arms))
    assert Instrument().answer(trial).value == gained / compliers
    assert Instrument().solve_again(trial) == str(gained / compliers)


@HARD
def test_unit_counterfactual_by_linear_algebra(difficulty: int) -> None:
    """Solving the system of equations, with the changed rows replaced, gives the same value."""
    for seed in SEEDS:
        unit = pose(UnitCounterfactual(), seed, difficulty).instance
        at = {equation.name: number for number, equation in enumerate(unit.equations)}
        matrix = np.eye(len(at))
        for equation in unit.equations:
            for factor, cause in equation.terms:
                matrix[at[equation.name], at[cause]] -= factor
        own = matrix @ np.array(unit.observed, dtype=float)
        for name, value in unit.changed:
            matrix[at[name]] = np.eye(len(at))[at[name]]
            own[at[name]] = value
        found = np.linalg.solve(matrix, own)[at[unit.asked]]
        assert UnitCounterfactual().answer(unit).value == round(found)


def formulas(circuit: Circuit, treatment: Boolean | None) -> dict[str, Boolean]:
    """Every variable as a formula in the coins."""
    joined = {"and": And, "or": Or, "xor": Xor}
    found: dict[str, Boolean] = {}
    for gate in circuit.gates:
        causes = [found[cause] for cause in gate.causes]
        inside = joined[gate.inner](*causes) if gate.inner else causes[0] if causes else None
        coin = Symbol(gate.name.lower())
        found[gate.name] = coin if inside is None else joined[gate.outer](inside, coin)
        if treatment is not None and gate.name == circuit.treatment:
            found[gate.name] = treatment
    return found


def weight(circuit: Circuit, formula: Boolean) -> Fraction:
    """The chance that the coins satisfy a formula, from sympy's models of it."""
    coins = {Symbol(gate.name.lower()): gate.chance for gate in circuit.gates}
    total = Fraction(0)
    for model in satisfiable(formula, all_models=True):
        part = Fraction(bool(model))
        for coin, value in (model or {}).items():
            part *= coins.get(coin, Fraction(1)) if value else 1 - coins.get(coin, Fraction(0))
        total += part
    return total


@HARD
def test_necessity_by_symbolic_logic(difficulty: int) -> None:
    """Sympy's models of the evidence, and of evidence and counterfactual together, weigh the same."""
    for seed in SEEDS[:2]:
        circuit = pose(Necessity(), seed, difficulty).instance
        actual, zero, one = (formulas(circuit, value) for value in (None, false, true))
        x, y = circuit.treatment, circuit.outcome
        evidence, holds = {
            "necessity": (And(actual[x], actual[y]), Not(zero[y])),
            "sufficiency": (And(Not(actual[x]), Not(actual[y])), one[y]),
            "necessity and sufficiency": (true, And(one[y], Not(zero[y]))),
        }[circuit.kind]
        share = Fraction(1) if evidence is true else weight(circuit, evidence)
        assert Necessity().answer(circuit).value == weight(circuit, And(evidence, holds)) / share


def closes_back_doors(graph: nx.DiGraph, cause: str, effect: str, given: set[str]) -> bool:
    """The back-door criterion as it is written: no descendant, and every single path into the cause is blocked."""
    if given & nx.descendants(graph, cause):
        return False
    for path in nx.all_simple_paths(graph.to_undirected(), cause, effect):
        if not graph.has_edge(path[1], path[0]):
            continue
        blocked = False
        for before, node, after in zip(path, path[1:], path[2:], strict=False):
            collides = graph.has_edge(before, node) and graph.has_edge(after, node)
            reached = {node, *nx.descendants(graph, node)}
            blocked |= not reached & given if collides else node in given
        if not blocked:
            return False
    return True


@HARD
def test_backdoor_sets_by_all_paths(difficulty: int) -> None:
    """Going through every path and every subset, the answer's set alone is minimal, and a subset of it is not valid."""
    for seed in SEEDS:
        adjustment = pose(BackdoorSet(), seed, difficulty).instance
        graph = nx.DiGraph(adjustment.arrows)
        minimal = [
            closes_back_doors(graph, adjustment.cause, adjustment.effect, set(option))
            and not any(
                closes_back_doors(graph, adjustment.cause, adjustment.effect, set(smaller))
                for size in range(len(option))
                for smaller in combinations(option, size)
            )
            for option in adjustment.options
        ]
        assert minimal == [letter == BackdoorSet().answer(adjustment).value for letter in "ABCD"]

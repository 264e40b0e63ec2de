"""The exact checks beside slower ways to the same answers."""

import itertools
from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.checks.exact import exact_number
from reasonforge.adapters.checks.formula import Satisfiability
from reasonforge.domain.artefacts.arrangements import Schedule, StableMatching
from reasonforge.domain.artefacts.equilibrium import Game
from reasonforge.domain.artefacts.linear import LinearProgram
from reasonforge.domain.artefacts.proposition import Proposition, Vocabulary, read_proposition


@given(st.integers(0, 10**6))
@settings(max_examples=200)
def test_duals_bound_every_feasible_point(seed: int) -> None:
    """Whatever multipliers are accepted, no feasible point is better than the bound they prove (weak duality)."""
    rng = Random(seed)
    names = ["x", "y", "z"]
    relations = [rng.choice(["<=", "=", ">="]) for _ in range(2)]
    point = {name: Fraction(rng.randint(-3, 3), rng.randint(1, 3)) for name in names}
    rows = []
    for relation in relations:
        terms = {name: rng.randint(-4, 4) for name in names}
        slack = {"<=": 1, "=": 0, ">=": -1}[relation] * rng.randint(0, 3)
        bound = sum(factor * point[name] for name, factor in terms.items()) + slack
        rows.append({"terms": terms, "relation": relation, "bound": str(bound)})
    sense = rng.choice(["max", "min"])
    program = LinearProgram.read(
        {
            "variables": names,
            "sense": sense,
            "objective": {name: rng.randint(-4, 4) for name in names},
            "rows": rows,
            "lower": dict.fromkeys(names, -3),
            "upper": dict.fromkeys(names, 3),
        }
    )
    assert program.violated(point) == ""
    duals = {row.name: Fraction(rng.randint(-4, 4), rng.randint(1, 3)) for row in program.rows}
    proved = program.dual_bound(duals)
    if isinstance(proved, Fraction):
        assert program.value(point) <= proved if sense == "max" else program.value(point) >= proved


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_regret_by_enumeration(seed: int) -> None:
    """A player's regret is what enumerating all profiles says, for two to four players."""
    rng = Random(seed)
    shape = [rng.randint(1, 3) for _ in range(rng.randint(2, 4))]

    def table(sizes: list[int]) -> Any:
        return [table(sizes[1:]) for _ in range(sizes[0])] if sizes else rng.randint(-9, 9)

    payoffs = [table(shape) for _ in shape]
    game = Game.read({"payoffs": payoffs})
    strategies = []
    for size in shape:
        weights = [rng.randint(0, 4) for _ in range(size - 1)] + [1]
        strategies.append([Fraction(weight, sum(weights)) for weight in weights])
    for player in range(len(shape)):

        def expected(mixed: list[list[Fraction]], table: Any = payoffs[player]) -> Fraction:
            value = Fraction(0)
            for profile in itertools.product(*(range(size) for size in shape)):
                chance, payoff = Fraction(1), table
                for mine, action in zip(mixed, profile, strict=True):
                    chance, payoff = chance * mine[action], payoff[action]
                value += chance * payoff
            return value

        pure = [[Fraction(at == action) for at in range(shape[player])] for action in range(shape[player])]
        best = max(expected([*strategies[:player], one, *strategies[player + 1 :]]) for one in pure)
        assert game.regret(player, strategies) == best - expected(strategies)


def _random_formula(rng: Random, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(
            ["p", "q", ["is", "likes", "a", "b"], ["is", "likes", "b", "b"], ["exists", "x", ["is", "likes", "x", "a"]]]
        )
    operation = rng.choice(["not", "and", "or", "implies", "iff"])
    count = {"not": 1, "and": rng.randint(1, 3), "or": rng.randint(1, 3)}.get(operation, 2)
    return [operation, *(_random_formula(rng, depth - 1) for _ in range(count))]


def _true(proposition: Proposition, world: Mapping[str, bool]) -> bool:
    values = [_true(part, world) for part in proposition.parts]
    match proposition.operation:
        case "atom":
            return world[proposition.name]
        case "not":
            return not values[0]
        case "and":
            return all(values)
        case "or":
            return any(values)
        case "implies":
            return not values[0] or values[1]
    return values[0] is values[1]


@given(st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_satisfiable_by_truth_table(seed: int) -> None:
    """z3 says what a truth table says."""
    rng = Random(seed)
    vocabulary = Vocabulary.read({"atoms": ["p", "q"], "predicates": {"likes": 2}, "individuals": ["a", "b"]})
    true, false = ([read_proposition(_random_formula(rng, 3), vocabulary, "f") for _ in range(2)] for _ in range(2))
    atoms = ["p", "q", *(f"likes({one},{other})" for one in "ab" for other in "ab")]
    worlds = (dict(zip(atoms, values, strict=True)) for values in itertools.product([False, True], repeat=len(atoms)))
    by_table = any(all(_true(f, world) for f in true) and not any(_true(f, world) for f in false) for world in worlds)
    assert Satisfiability().together(true, false) is by_table


@given(st.integers(0, 10**6))
@settings(max_examples=100)
def test_load_by_looking_at_every_start(seed: int) -> None:
    """A schedule is within capacity exactly when it is at the start of each task."""
    rng = Random(seed)
    names = ("a", "b", "c", "d")
    durations = {name: rng.randint(0, 3) for name in names}
    demands = {name: rng.randint(0, 3) for name in names}
    given_data = {"durations": durations, "demands": demands, "capacity": 4}
    schedule = Schedule.read(given_data, names)
    starts = {name: Fraction(rng.randint(0, 6), 2) for name in names}
    fits = all(
        sum(demands[name] for name in names if starts[name] <= now < starts[name] + durations[name]) <= 4
        for now in starts.values()
    )
    assert schedule.holds(starts) is fits


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_stable_by_definition(seed: int) -> None:
    """A matching is stable exactly when it is one-to-one, acceptable and without a pair that would rather elope."""
    rng = Random(seed)
    women, men = ["ann", "bea", "cas"], ["xu", "yo", "zed"]
    likes = {woman: rng.sample(men, rng.randint(1, 3)) for woman in women}
    liked = {man: rng.sample(women, rng.randint(1, 3)) for man in men}
    matching = StableMatching.read({"proposers": likes, "receivers": liked}, tuple(women))

    def rank(order: list[str], who: str | None) -> int:
        return order.index(who) if who in order else len(order)

    for choice in itertools.product([*men, None], repeat=3):
        has = dict(zip(women, choice, strict=True))
        held = {man: next((woman for woman in women if has[woman] == man), None) for man in men}
        one_to_one = all(choice.count(man) <= 1 for man in men)
        acceptable = all(man is None or (man in likes[woman] and woman in liked[man]) for woman, man in has.items())
        elope = any(
            rank(likes[woman], man) < rank(likes[woman], has[woman])
            and rank(liked[man], woman) < rank(liked[man], held[man])
            for woman in women
            for man in men
        )
        assert matching.holds(has) is (one_to_one and acceptable and not elope)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, Fraction(0)),
        (-7, Fraction(-7)),
        (0.1, Fraction(1, 10)),
        (1e-7, Fraction(1, 10**7)),
        ("1/3", Fraction(1, 3)),
        (" -4 / 6 ", Fraction(-2, 3)),
        ("0.25", Fraction(1, 4)),
        ("6.02e23", Fraction(602 * 10**21)),
        ("−5", Fraction(-5)),
        (2**512 - 1, Fraction(2**512 - 1)),
        (2**512, None),
        (True, None),
        ("1/0", None),
        ("1/2/3", None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
        ("", None),
        (None, None),
        ([1], None),
        ({"p": 1}, None),
    ],
    ids=str,
)
def test_exact_numbers(value: Any, number: Fraction | None) -> None:
    """A number is what is written, exactly, and nothing where none of at most 512 bits is written."""
    assert exact_number(value) == number

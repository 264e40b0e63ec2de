"""The strategic and ethical families' artefacts under the checks that a validator runs (4-verification §4.5)."""

import asyncio
import doctest
import json
from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import pytest
from scipy.optimize import linprog

from reasonforge.adapters.checks import constraints, coverage, equilibrium, logic, solver
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.tasks import clause_arguments
from reasonforge.adapters.tasks.families.consent import Consent
from reasonforge.adapters.tasks.families.critical_path import CriticalPath
from reasonforge.adapters.tasks.families.iterated_dominance import IteratedDominance
from reasonforge.adapters.tasks.families.knapsack import Knapsack
from reasonforge.adapters.tasks.families.least_violation import LeastViolation
from reasonforge.adapters.tasks.families.max_flow import MaxFlow
from reasonforge.adapters.tasks.families.obligations import ConsistentObligations
from reasonforge.adapters.tasks.families.stable_matching import StableMatching
from reasonforge.adapters.tasks.families.triage import Triage
from reasonforge.adapters.tasks.families.zero_sum import ZeroSum
from reasonforge.adapters.tasks.family import pose
from reasonforge.adapters.tasks.source import task_of
from reasonforge.domain.answer import exactly
from reasonforge.domain.discipline import ANSWER_CHECK
from reasonforge.domain.identity import QueryId
from reasonforge.domain.submission import Submission
from reasonforge.entrypoints.verification import inline_verifier
from tests.adapters.tasks.artefact_cases import GREATEST, Check, graded, integers_in, posed, travelled

CHECKS: Mapping[str, Check] = {
    "solver": solver.check,
    "constraints": constraints.check,
    "equilibrium": equilibrium.check,
    "coverage": coverage.check,
    "logic": logic.check,
}
FAMILIES = (
    Knapsack(),
    MaxFlow(),
    StableMatching(),
    CriticalPath(),
    ZeroSum(),
    IteratedDominance(),
    Triage(),
    Consent(),
    ConsistentObligations(),
    LeastViolation(),
)
BY_NAME = {family.name: family for family in FAMILIES}
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
OPTIMISED = pytest.mark.parametrize("family", FAMILIES[:2], ids=lambda family: family.name)
PLAYED = pytest.mark.parametrize("family", FAMILIES[4:6], ids=lambda family: family.name)
CONSIDERED = pytest.mark.parametrize("family", FAMILIES[6:8], ids=lambda family: family.name)
ARGUED = pytest.mark.parametrize("family", FAMILIES[8:], ids=lambda family: family.name)


def artefact_of(family: Any, instance: Any) -> Any:
    """The part of a worked solution's artefact that the family's one check reads, after a journey as JSON."""
    (asked,) = family.artefacts(instance)
    return travelled(dict(family.solve(instance).artifact))[asked.check]


def grade(family: Any, instance: Any, artefact: Any) -> float:
    """What the family's one check makes of an artefact."""
    (asked,) = family.artefacts(instance)
    return CHECKS[asked.check](travelled(asked.against), travelled(artefact), "").grade


def test_every_check_has_two_families() -> None:
    """Solver, constraints, equilibrium, coverage and logic are each asked for by two families or more."""
    asked = [each.check for family in FAMILIES for each in family.artefacts(posed(family)[0].instance)]
    assert {check: asked.count(check) for check in CHECKS} == dict.fromkeys(CHECKS, 2)


@EACH
def test_right_artefacts_pass(family: Any) -> None:
    """Every artefact of a worked solution is graded 1.0 after a journey as JSON."""
    for one in posed(family):
        findings = graded(CHECKS, family.artefacts(one.instance), family.solve(one.instance))
        assert {finding.grade for finding in findings.values()} == {1.0}, (one, findings)


@EACH
def test_wrong_artefacts_fail(family: Any) -> None:
    """What goes wrong is well formed and wrong: the answer, and every artefact."""
    rng = Random(5)
    for one in posed(family):
        worked = family.go_wrong(one.instance, rng)
        assert set(worked.artifact) == set(family.solve(one.instance).artifact)
        assert exactly(family.answer(one.instance)).check(worked.final_answer).grade == 0.0
        findings = graded(CHECKS, family.artefacts(one.instance), worked)
        assert {finding.grade for finding in findings.values()} == {0.0}, (one, findings)
        told = " ".join(finding.reason for finding in findings.values())
        assert " must " not in told, told
        assert "has nothing for" not in told, told


@EACH
def test_artefacts_belong_to_the_checks(family: Any) -> None:
    """The answer's check comes first, every artefact belongs to a check, and the statement asks for it in words."""
    for one in posed(family):
        checks, asked = family.checks(one.instance), family.artefacts(one.instance)
        assert checks[0] == ANSWER_CHECK[family.discipline]
        assert {each.check for each in asked} | {checks[0]} == set(checks)
        assert all(f"`{each.check}`" in one.statement and each.asks["describe"] for each in asked)


@EACH
def test_artefacts_are_small(family: Any) -> None:
    """An artefact is below 20 KB, what it is held against below 100 KB, and every integer is exact in a float."""
    for one in posed(family):
        worked = dict(family.solve(one.instance).artifact)
        assert travelled(worked) == worked
        assert len(json.dumps(worked)) < 20_000
        for each in family.artefacts(one.instance):
            assert len(json.dumps(travelled(each.against))) < 100_000
            assert len(json.dumps(travelled(each.asks))) < 20_000
            assert all(abs(number) <= GREATEST for number in integers_in([worked, travelled(each.against)]))


@EACH
def test_artefacts_are_the_same_every_time(family: Any) -> None:
    """The same instance gives the same artefact and the same data to hold it against."""
    for one in posed(family):
        again = family.read(one.statement)
        assert family.solve(again).artifact == family.solve(one.instance).artifact
        assert family.artefacts(again) == family.artefacts(one.instance)


@EACH
def test_what_travels_does_not_tell(family: Any) -> None:
    """What is asked says neither the final answer's number nor anything that an artefact is held against."""
    for one in posed(family)[::4]:
        for each in family.artefacts(one.instance):
            told = travelled(each.asks)
            assert set(told) == {"describe", "schema"}
            assert not {"optimum", "deadline", "answer"} & keys_of(told)


def keys_of(value: Any) -> set[str]:
    """Every key of every object in a JSON value."""
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys_of(inner)}
    return {key for inner in value for key in keys_of(inner)} if isinstance(value, list) else set()


@OPTIMISED
def test_each_number_of_an_optimum_counts(family: Any) -> None:
    """No quantity may be changed by one, nor left out."""
    for one in posed(family)[::5]:
        right = artefact_of(family, one.instance)
        for name, value in right["x"].items():
            lacking = {key: number for key, number in right["x"].items() if key != name}
            assert grade(family, one.instance, {**right, "x": {**right["x"], name: value + 1}}) == 0.0
            assert grade(family, one.instance, {**right, "x": lacking}) == 0.0


def test_flows_by_linear_programming() -> None:
    """Scipy's flow, and its marginals as the duals, are a right artefact of the maximum flow."""
    family = MaxFlow()
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        names, rows = asked.against["variables"], asked.against["rows"]
        found = linprog(
            [-float(asked.against["objective"].get(name, 0)) for name in names],
            A_eq=[[row["terms"].get(name, 0) for name in names] for row in rows] or None,
            b_eq=[0] * len(rows) or None,
            bounds=[(0, asked.against["upper"][name]) for name in names],
            method="highs-ds",
        )
        artefact: dict[str, Any] = {"x": {name: round(value) for name, value in zip(names, found.x, strict=True)}}
        if rows:
            marginals = zip(rows, found.eqlin.marginals, strict=True)
            artefact["duals"] = {row["name"]: round(-marginal) for row, marginal in marginals}
        assert grade(family, one.instance, artefact) == 1.0
        assert round(-found.fun) == family.answer(one.instance).value


def test_flows_without_a_proof() -> None:
    """A greatest flow whose duals are all zero, or are those of another cut, is not proved."""
    family = MaxFlow()
    for one in posed(family):
        right = artefact_of(family, one.instance)
        if "duals" in right:
            for number in (0, 1):
                duals = dict.fromkeys(right["duals"], number)
                assert grade(family, one.instance, {**right, "duals": duals}) == float(duals == right["duals"])


def test_another_best_set_is_right() -> None:
    """Every set of parcels of the greatest value that fits is accepted, and no other."""
    family = Knapsack()
    for one in posed(family)[:12]:
        names = list(artefact_of(family, one.instance)["x"])
        things = range(len(names))
        best = int(str(family.answer(one.instance).value))
        for size in range(len(names) + 1):
            for chosen in combinations(things, size):
                fits = sum(one.instance.weights[at] for at in chosen) <= one.instance.capacity
                is_best = sum(one.instance.values[at] for at in chosen) == best
                if fits or is_best:
                    x = {name: int(at in chosen) for at, name in enumerate(names)}
                    assert grade(family, one.instance, {"x": x}) == float(fits and is_best)


def test_any_stable_matching_is_right() -> None:
    """Swapping two people of a stable matching is refused wherever somebody would then elope."""
    family = StableMatching()
    refused = 0
    for one in posed(family):
        right = artefact_of(family, one.instance)["x"]
        for first, second in combinations(right, 2):
            swapped = {**right, first: right[second], second: right[first]}
            refused += grade(family, one.instance, {"x": swapped}) == 0.0
            assert grade(family, one.instance, {"x": {**right, first: right[second]}}) == 0.0
    assert refused > 100


def test_schedules_that_use_the_float() -> None:
    """Every job may start as late as its float allows; one that waits for it may not start a day sooner."""
    family = CriticalPath()
    for one in posed(family):
        days, waits = one.instance.days, one.instance.waits
        right = artefact_of(family, one.instance)["x"]
        names = list(right)
        end = max(start + days[at] for at, start in enumerate(right.values()))
        late: dict[str, int] = {}
        for at in reversed(range(len(names))):
            after = [late[names[other]] for other, before in enumerate(waits) if at in before]
            late[names[at]] = min(after, default=end) - days[at]
        assert grade(family, one.instance, {"x": late}) == 1.0
        for name in names:
            assert grade(family, one.instance, {"x": {**late, name: late[name] + 1}}) == 0.0


@PLAYED
def test_probabilities_in_other_forms(family: Any) -> None:
    """Strategies by the actions' names, and as fractions that are not in lowest terms, are right too."""
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        strategies = artefact_of(family, one.instance)["strategies"]
        named = [
            dict(zip(names, p, strict=True)) for names, p in zip(asked.against["actions"], strategies, strict=True)
        ]
        assert grade(family, one.instance, {"strategies": named}) == 1.0
        doubled = [[_doubled(Fraction(p)) for p in strategy] for strategy in strategies]
        assert grade(family, one.instance, {"strategies": doubled}) == 1.0


def _doubled(number: Fraction) -> str:
    return f"{2 * number.numerator}/{2 * number.denominator}"


@PLAYED
def test_strategies_that_stray(family: Any) -> None:
    """Whoever plays another action for certain leaves the equilibrium, or stays in one by regret 0."""
    for one in posed(family)[::3]:
        right = artefact_of(family, one.instance)["strategies"]
        for player in (0, 1):
            for action in range(len(right[player])):
                pure = [int(at == action) for at in range(len(right[player]))]
                strategies = [pure if at == player else strategy for at, strategy in enumerate(right)]
                stays = [str(p) for p in pure] == [str(p) for p in right[player]]
                assert grade(family, one.instance, {"strategies": strategies}) == float(stays)


@CONSIDERED
def test_each_side_counts(family: Any) -> None:
    """Of n entries, one left out leaves (n − 1)/n; the same words for two of them, no more."""
    for one in posed(family)[::4]:
        entries = artefact_of(family, one.instance)
        share = (len(entries) - 1) / len(entries)
        assert grade(family, one.instance, entries[1:]) == pytest.approx(share)
        repeated = [*entries[:-1], {**entries[-1], "rationale": entries[-2]["rationale"]}]
        assert grade(family, one.instance, repeated) == pytest.approx(share)


@CONSIDERED
def test_statements_copied(family: Any) -> None:
    """Entries cut out of any phrasing of the statement earn nothing."""
    for one in posed(family)[::4]:
        entries = artefact_of(family, one.instance)
        for phrasing in range(family.phrasings):
            words = family.state(one.instance, phrasing).split()
            for at, entry in enumerate(entries):
                entry["rationale"] = " ".join(words[5 * at : 5 * at + 30])
            assert grade(family, one.instance, entries) == 0.0


@ARGUED
def test_each_premise_counts(family: Any) -> None:
    """One premise left out, one too many, or another conclusion is refused."""
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        right = artefact_of(family, one.instance)
        spare = [name for name in asked.against["premises"] if name not in right["premises"]]
        for at in range(len(right["premises"])):
            fewer = [*right["premises"][:at], *right["premises"][at + 1 :]]
            assert grade(family, one.instance, {**right, "premises": fewer}) == 0.0
        for name in spare[:4]:
            more = {**right, "premises": [*right["premises"], name]}
            assert grade(family, one.instance, more) == 0.0
        for option in list(asked.against["options"])[:4]:
            if option != right["conclusion"]:
                assert grade(family, one.instance, {**right, "conclusion": option}) == 0.0


def test_conflicts_in_their_examples() -> None:
    """Every worked example in the docstrings gives what it says, and duties without a conflict are refused."""
    assert doctest.testmod(clause_arguments).failed == 0
    with pytest.raises(ValueError, match="can all be kept"):
        clause_arguments.conflict(((("a", True),), (("b", False),)))


@EACH
def test_an_answer_without_its_artefact(family: Any) -> None:
    """A check that reads an artefact is 0 without one; where it is the answer's own, a right answer counts half."""
    difficulty = family.difficulties[0]
    posed_one = pose(family, "without", difficulty)
    task = task_of(family, "without", difficulty)
    bare = Submission(QueryId("q"), (), family.solve(posed_one.instance).final_answer)
    (found,) = asyncio.run(inline_verifier(MemoryClock()).judge(task, [bare]))
    own, *others = task.checks
    (asked,) = task.artefacts
    expected = {own: 0.5 if asked.check == own else 1.0, **dict.fromkeys(others, 0.0)}
    assert found.outcomes() == expected
    assert found.correctness == 1.0

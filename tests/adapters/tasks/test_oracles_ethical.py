"""The ethical families' answers against sympy's logic, integer programming, numpy, networkx and plain definitions."""

from fractions import Fraction
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from sympy import And, Not, Symbol
from sympy.logic.boolalg import Boolean, Or
from sympy.logic.inference import satisfiable

from reasonforge.adapters.tasks.clauses import Clause, acts_of
from reasonforge.adapters.tasks.families.consent import Consent
from reasonforge.adapters.tasks.families.fair_allocation import FairAllocation, Goods
from reasonforge.adapters.tasks.families.fairness_gap import FairnessGap
from reasonforge.adapters.tasks.families.least_violation import LeastViolation
from reasonforge.adapters.tasks.families.obligations import ConsistentObligations
from reasonforge.adapters.tasks.families.triage import Triage
from reasonforge.adapters.tasks.families.welfare_order import WelfareOrder
from reasonforge.adapters.tasks.family import pose

HARD = pytest.mark.parametrize("difficulty", [1, 3, 5, 8])
SEEDS = [f"oracle {number}" for number in range(4)]


def formula(clause: Clause) -> Boolean:
    return Or(*(Symbol(act) if wanted else Not(Symbol(act)) for act, wanted in clause))


@HARD
def test_obligations_by_satisfiability(difficulty: int) -> None:
    """Sympy finds the obligations inconsistent, and consistent without the answer's one only."""
    for seed in SEEDS:
        obligations = pose(ConsistentObligations(), seed, difficulty).instance
        formulas = [formula(clause) for clause in obligations.clauses]
        assert satisfiable(And(*formulas)) is False
        helps = [satisfiable(And(*formulas[:at], *formulas[at + 1 :])) is not False for at in range(len(formulas))]
        answer = ConsistentObligations().answer(obligations).value
        assert helps == [letter == answer for letter in "ABCDEFGHIJKLMNOP"[: len(formulas)]]


@HARD
def test_least_violation_by_integer_programming(difficulty: int) -> None:
    """Scipy's integer programme, with a variable for each act and one for each duty broken, loses the same weight."""
    for seed in SEEDS:
        duties = pose(LeastViolation(), seed, difficulty).instance
        acts, count = acts_of(duties.clauses), len(duties.clauses)
        rows, least = np.zeros((count, len(acts) + count)), np.ones(count)
        for at, clause in enumerate(duties.clauses):
            rows[at, len(acts) + at] = 1
            for act, wanted in clause:
                rows[at, acts.index(act)] = 1 if wanted else -1
                least[at] -= not wanted
        found = milp(
            [*([0] * len(acts)), *duties.weights],
            constraints=LinearConstraint(rows, lb=least),
            bounds=Bounds(0, 1),
            integrality=np.ones(len(acts) + count),
        )
        assert LeastViolation().answer(duties).value == round(found.fun)


@HARD
def test_fairness_gap_by_case_lists(difficulty: int) -> None:
    """Averages over lists of single cases, as a library of metrics takes them, lie as far apart."""
    for seed in SEEDS:
        lending = pose(FairnessGap(), seed, difficulty).instance
        rates = []
        for group in lending.groups:
            granted = np.repeat([1, 1, 0, 0], group)
            repays = np.repeat([1, 0, 1, 0], group)
            rates.append(
                {
                    "demographic parity": granted.mean(),
                    "equal opportunity": granted[repays == 1].mean(),
                    "predictive equality": granted[repays == 0].mean(),
                    "predictive parity": repays[granted == 1].mean(),
                    "accuracy equality": (granted == repays).mean(),
                }[lending.metric]
            )
        assert float(FairnessGap().answer(lending).value) == pytest.approx(np.ptp(rates), abs=1e-12)


@HARD
def test_consent_by_sets_of_days(difficulty: int) -> None:
    """Sets of days that each rule allows, intersected, hold as many days; coverage is networkx's descendants."""
    for seed in SEEDS:
        archive = pose(Consent(), seed, difficulty).instance
        covers = nx.DiGraph(archive.covers)
        covers.add_nodes_from(purpose for record in archive.records for purpose in record.purposes)
        days = 0
        for record in archive.records:
            allowed = {purpose for one in record.purposes for purpose in {one, *nx.descendants(covers, one)}}
            held = set(range(record.collected, record.collected + dict(archive.retention)[record.kind]))
            withdrawn = set(range(record.withdrawn, 3_000)) if record.withdrawn is not None else set()
            if archive.purpose in allowed:
                days += len((held & set(range(archive.first, archive.end))) - withdrawn)
        assert Consent().answer(archive).value == days


@HARD
def test_triage_by_lexsort(difficulty: int) -> None:
    """Numpy's lexical sort gives the turns in which the same patient is the last who can be served."""
    for seed in SEEDS:
        ward = pose(Triage(), seed, difficulty).instance
        columns = {
            "higher severity": [-one.severity for one in ward.patients],
            "higher chance of benefit": [-one.chance for one in ward.patients],
            "fewer units needed": [one.units for one in ward.patients],
            "more hours waited": [-one.hours for one in ward.patients],
        }
        keys = [[one.lottery for one in ward.patients], *(columns[criterion] for criterion in reversed(ward.order))]
        left, last = ward.units, ""
        for at in np.lexsort(keys):
            patient = ward.patients[at]
            if patient.units <= left:
                left, last = left - patient.units, patient.name
        assert Triage().answer(ward).value == last


@HARD
def test_welfare_order_by_one_number(difficulty: int) -> None:
    """Leximin is a sum of steeply concave utilities, the others weighted sums; such numbers rank the plans alike."""
    for seed in SEEDS:
        plans = pose(WelfareOrder(), seed, difficulty).instance
        scores = {}
        for name, values in plans.plans:
            if plans.order == "leximin":
                scores[name] = -sum(Fraction(1, 100**value) for value in values)
            elif plans.order == "sufficientarian order":
                missing = sum(max(0, 10 - value) for value in values)
                scores[name] = Fraction(10**8 * sum(value >= 10 for value in values) - 10**4 * missing + sum(values))
            else:
                scores[name] = Fraction(1_000 * sum(values) - max(values) + min(values))
        ranked = sorted(scores, key=lambda name: -scores[name])
        assert [element.truth() for element in WelfareOrder().answer(plans).value] == ranked


def is_fair(goods: Goods, option: tuple[str, ...]) -> bool:
    """By the definitions, with bundles as sets of goods and every smaller bundle written out."""
    people = range(len(option))
    worth = [dict(zip("abcdefghijklmn", row, strict=False)) for row in goods.values]
    own = [sum(worth[person][good] for good in option[person]) for person in people]
    if goods.notion == "proportional":
        return all(Fraction(own[person]) >= Fraction(sum(goods.values[person]), len(option)) for person in people)
    for person in people:
        for other in people:
            smaller = combinations(option[other], len(option[other]) - 1)
            envied = [sum(worth[person][good] for good in bundle) > own[person] for bundle in smaller]
            if person != other and (all(envied) if goods.notion == "EF1" else any(envied)):
                return False
    return True


@HARD
def test_fair_allocation_by_definition(difficulty: int) -> None:
    """Every bundle with one good less, written out, leaves the answer's allocation alone without envy."""
    for seed in SEEDS:
        goods = pose(FairAllocation(), seed, difficulty).instance
        answer = FairAllocation().answer(goods).value
        assert [is_fair(goods, option) for option in goods.options] == [letter == answer for letter in "ABCD"]

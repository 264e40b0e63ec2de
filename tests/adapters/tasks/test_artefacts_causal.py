"""The causal families' artefacts under the checks that a validator runs (4-verification §4.5)."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import pytest

from reasonforge.adapters.checks import bootstrap, dag, docalculus
from reasonforge.adapters.tasks.causal_artefacts import as_seen, parents_adjusted, told, truncated
from reasonforge.adapters.tasks.families.average_effect import AverageEffect
from reasonforge.adapters.tasks.families.backdoor_set import BackdoorSet
from reasonforge.adapters.tasks.families.d_separation import DSeparation
from reasonforge.adapters.tasks.families.front_door import FrontDoor
from reasonforge.adapters.tasks.families.identifiability import Identifiability
from reasonforge.adapters.tasks.families.instrument import Instrument
from reasonforge.adapters.tasks.families.intervention import Intervention
from reasonforge.adapters.tasks.families.simpson import Simpson
from reasonforge.domain.answer import exactly
from reasonforge.domain.causal.estimand import Estimand, written
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.causal.identify import identify
from tests.adapters.tasks.artefact_cases import GREATEST, Check, graded, integers_in, posed, travelled

CHECKS: Mapping[str, Check] = {"docalculus": docalculus.check, "bootstrap": bootstrap.check, "dag": dag.check}
FAMILIES = (
    Intervention(),
    AverageEffect(),
    FrontDoor(),
    Identifiability(),
    Simpson(),
    Instrument(),
    DSeparation(),
    BackdoorSet(),
)
BY_NAME = {family.name: family for family in FAMILIES}
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
ESTIMATED = pytest.mark.parametrize("family", FAMILIES[4:6], ids=lambda family: family.name)
SEPARATED = pytest.mark.parametrize("family", FAMILIES[6:], ids=lambda family: family.name)


def test_every_check_has_two_families() -> None:
    """Docalculus, bootstrap and dag are each asked for by two families or more."""
    asked = [each.check for family in FAMILIES for each in family.artefacts(posed(family)[0].instance)]
    assert {check: asked.count(check) for check in CHECKS} == {"docalculus": 4, "bootstrap": 2, "dag": 2}


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
        reasons = " ".join(finding.reason for finding in findings.values())
        assert " must " not in reasons, reasons
        assert "cannot be read" not in reasons, reasons


@EACH
def test_artefacts_belong_to_the_checks(family: Any) -> None:
    """The answer's check comes first, every artefact belongs to a check, and the statement asks for it in words."""
    for one in posed(family):
        checks, asked = family.checks(one.instance), family.artefacts(one.instance)
        assert checks[0] == "docalculus"
        assert {each.check for each in asked} | {"docalculus"} == set(checks)
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


@pytest.mark.parametrize("name", ["intervention", "average_effect"])
@pytest.mark.parametrize("estimand", [truncated, parents_adjusted], ids=["truncated", "adjusted"])
def test_either_estimand_of_an_effect_is_right(name: str, estimand: Any) -> None:
    """The truncated factorisation and the adjustment for the treatment's causes are both the effect."""
    family = BY_NAME[name]
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        assert docalculus.check(asked.against, travelled(told(estimand(one.instance)))["docalculus"], "").grade == 1.0


@pytest.mark.parametrize("name", ["intervention", "average_effect", "front_door", "identifiability"])
def test_estimands_of_the_id_algorithm_are_right(name: str) -> None:
    """What the ID algorithm finds (or that there is nothing) passes; the opposite claim does not."""
    family = BY_NAME[name]
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        graph = CausalGraph.read(asked.against["graph"])
        found = identify(graph, asked.against["outcomes"], asked.against["treatments"])
        none: Any = {"estimand": "not identifiable"}
        artefact = none if found is None else {"estimand": written(found)}
        assert docalculus.check(asked.against, travelled(artefact), "").grade == 1.0
        seen: Estimand = as_seen(asked.against["treatments"][0], asked.against["outcomes"][0])
        opposite = none if found is not None else {"estimand": written(seen)}
        assert docalculus.check(asked.against, travelled(opposite), "").grade == 0.0


@ESTIMATED
def test_another_bootstrap_is_right(family: Any) -> None:
    """Rows resampled with another generator and seed, effects weighted by inverse chances: a right artefact."""
    for number, one in enumerate(posed(family)[::3]):
        (asked,) = family.artefacts(one.instance)
        right = travelled(dict(family.solve(one.instance).artifact))["bootstrap"]
        columns, table = asked.against["columns"], np.array(asked.against["rows"])
        strata = table[:, columns.index(right["adjustment"][0])] if right["adjustment"] else np.zeros(len(table), int)
        treated, outcome = (table[:, columns.index(asked.against[name])] for name in ("treatment", "outcome"))
        generator = np.random.Generator(np.random.MT19937(number))
        drawn = [
            weighted(strata[chosen], treated[chosen], outcome[chosen])
            for chosen in generator.integers(len(table), size=(2_000, len(table)))
        ]
        artefact = {
            "estimator": "ipw",
            "adjustment": right["adjustment"],
            "point": weighted(strata, treated, outcome),
            "ci": [float(end) for end in np.nanquantile(drawn, (0.025, 0.975))],
        }
        finding = bootstrap.check(asked.against, artefact, "")
        assert finding.grade == 1.0, finding


def weighted(strata: Any, treated: Any, outcome: Any) -> float:
    """The effect, every person weighed by one over the chance of the treatment that they had."""
    people = np.bincount(strata)
    chance = np.bincount(strata, weights=treated) / np.maximum(people, 1)
    usable = ((chance > 0) & (chance < 1))[strata]
    of_mine = np.where(treated == 1, chance[strata], 1 - chance[strata])[usable]
    signs = np.where(treated == 1, 1, -1)[usable]
    return float((signs * outcome[usable] / of_mine).sum() / usable.sum())


@ESTIMATED
def test_intervals_that_are_too_narrow(family: Any) -> None:
    """An interval of half the width, a point off by 1/100 and an interval without adjustment are refused."""
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        for change in ("narrow", "point"):
            artefact = travelled(dict(family.solve(one.instance).artifact))["bootstrap"]
            low, high = artefact["ci"]
            quarter = (high - low) / 4
            artefact |= {"ci": [low + quarter, high - quarter]} if change == "narrow" else {"point": high}
            assert bootstrap.check(asked.against, artefact, "").grade == 0.0


def test_simpson_point_is_the_answer() -> None:
    """The point estimate from the table is the exact answer."""
    family = BY_NAME["simpson"]
    for one in posed(family):
        point = family.solve(one.instance).artifact["bootstrap"]["point"]
        assert point == pytest.approx(float(family.answer(one.instance).value), abs=1e-6)


def test_instrument_interval_is_of_being_invited() -> None:
    """Who came is no more than a column; the point is the change in being well that the invitation makes."""
    family = BY_NAME["instrument"]
    for one in posed(family):
        people = [sum(arm.people() for arm in site) for site in one.instance.sites]
        changes = [(a.well() / a.people() - b.well() / b.people()) for a, b in one.instance.sites]
        effect = sum(n * change for n, change in zip(people, changes, strict=True)) / sum(people)
        assert family.solve(one.instance).artifact["bootstrap"]["point"] == pytest.approx(effect, abs=1e-6)


@SEPARATED
def test_claims_in_another_order(family: Any) -> None:
    """Edges and claims in any order, each pair told either way round, are right too."""
    rng = Random(3)
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        artefact = travelled(dict(family.solve(one.instance).artifact))["dag"]
        for claim in artefact["claims"]:
            claim["x"], claim["y"] = claim["y"], claim["x"]
            rng.shuffle(claim["given"])
        rng.shuffle(artefact["edges"])
        rng.shuffle(artefact["claims"])
        assert dag.check(asked.against, artefact, "").grade == 1.0


@SEPARATED
def test_each_claim_counts(family: Any) -> None:
    """One claim turned round, or one edge left out, is refused; and neither all true nor all false is right always."""
    verdicts = set()
    for one in posed(family):
        (asked,) = family.artefacts(one.instance)
        right = travelled(dict(family.solve(one.instance).artifact))["dag"]
        verdicts |= {claim["independent"] for claim in right["claims"]}
        for claim in right["claims"]:
            claim["independent"] = not claim["independent"]
            assert dag.check(asked.against, right, "").grade == 0.0
            claim["independent"] = not claim["independent"]
        assert dag.check(asked.against, {**right, "edges": right["edges"][1:]}, "").grade == 0.0
    assert verdicts == {True, False}


def test_claims_of_options_agree_with_the_answer() -> None:
    """In a graph of d_separation exactly the answer's set is claimed to separate the two."""
    family = BY_NAME["d_separation"]
    for one in posed(family):
        claims = family.solve(one.instance).artifact["dag"]["claims"]
        separating = [
            set(claim["given"])
            for claim in claims
            if claim["independent"] and {claim["x"], claim["y"]} == {one.instance.first, one.instance.second}
        ]
        right = one.instance.options["ABCD".index(str(family.answer(one.instance).value))]
        assert separating == [set(right)]

"""The scientific families' artefacts under the checks that a validator runs (4-verification §4.5)."""

import doctest
import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from scipy import stats

from reasonforge.adapters.checks import citations, simulation, statistics
from reasonforge.adapters.tasks import distribution_tails
from reasonforge.adapters.tasks.distribution_tails import chi_square_tail, student_tails
from reasonforge.adapters.tasks.families.calibration import Calibration
from reasonforge.adapters.tasks.families.chi_square import ChiSquare
from reasonforge.adapters.tasks.families.gas_cycle import GasCycle
from reasonforge.adapters.tasks.families.limiting_reagent import LimitingReagent
from reasonforge.adapters.tasks.families.mechanics import Mechanics
from reasonforge.adapters.tasks.families.weak_acid import WeakAcid
from reasonforge.domain.answer import exactly
from tests.adapters.tasks.artefact_cases import GREATEST, Check, graded, integers_in, posed, travelled

CHECKS: Mapping[str, Check] = {
    "simulation": simulation.check,
    "statistics": statistics.check,
    "citations": citations.check,
}
FAMILIES = (Mechanics(), GasCycle(), WeakAcid(), ChiSquare(), LimitingReagent(), Calibration())
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
SIMULATED = pytest.mark.parametrize("family", FAMILIES[:3], ids=lambda family: family.name)


def test_every_check_has_two_families() -> None:
    """Simulation, statistics and citations are each asked for by two families or more."""
    asked = [each.check for family in FAMILIES for each in family.artefacts(posed(family)[0].instance)]
    assert {check: asked.count(check) for check in CHECKS} == {"simulation": 3, "statistics": 2, "citations": 2}


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
        assert " must be " not in told, told
        assert "must be there" not in told, told


@EACH
def test_artefacts_belong_to_the_checks(family: Any) -> None:
    """The answer's check comes first, every artefact belongs to a check, and the statement asks for it in words."""
    for one in posed(family):
        checks, asked = family.checks(one.instance), family.artefacts(one.instance)
        assert checks[0] == "simulation"
        assert {each.check for each in asked} | {"simulation"} == set(checks)
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
            assert all(abs(number) <= GREATEST for number in integers_in([worked, each.against]))


@EACH
def test_artefacts_are_the_same_every_time(family: Any) -> None:
    """The same instance gives the same artefact and the same data to hold it against."""
    for one in posed(family):
        again = family.read(one.statement)
        assert family.solve(again).artifact == family.solve(one.instance).artifact
        assert family.artefacts(again) == family.artefacts(one.instance)


UNITS = {"m/s": ("km/h", 3.6), "J": ("kJ", 0.001), "umol/L": ("mmol/L", 0.001), "mol/L": ("mM", 1_000), "": ("%", 100)}


@SIMULATED
def test_simulations_in_other_units(family: Any) -> None:
    """Quantities in other units of their dimension, in another order, and parameters with their units are right too."""
    for one in posed(family):
        artefact = travelled(dict(family.solve(one.instance).artifact))["simulation"]
        (asked,) = family.artefacts(one.instance)
        for quantity in artefact["quantities"]:
            unit, factor = UNITS[quantity["unit"]]
            quantity |= {"value": quantity["value"] * factor, "unit": unit}
        artefact["quantities"].reverse()
        given = asked.against["params"]
        artefact["params"] = {
            name: {"value": value, "unit": given[name]["unit"]} for name, value in artefact["params"].items()
        }
        assert simulation.check(asked.against, artefact, "").grade == 1.0


@SIMULATED
def test_simulations_with_another_parameter(family: Any) -> None:
    """No parameter may be changed by a thousandth, nor left out."""
    for one in posed(family)[::7]:
        (asked,) = family.artefacts(one.instance)
        for name in asked.against["params"]:
            changed, lacking = (travelled(dict(family.solve(one.instance).artifact))["simulation"] for _ in range(2))
            changed["params"][name] *= 1.001
            del lacking["params"][name]
            assert simulation.check(asked.against, changed, "").grade == 0.0
            assert simulation.check(asked.against, lacking, "").grade == 0.0


def test_simulations_end_in_the_answer() -> None:
    """The last quantity that is simulated, or its like, is the task's answer."""
    for family, name in ((FAMILIES[0], ""), (FAMILIES[1], "efficiency"), (FAMILIES[2], "H")):
        for one in posed(family):
            told = family.solve(one.instance).artifact["simulation"]["quantities"]
            found = {each["name"]: each["value"] for each in told}[name or told[-1]["name"]]
            assert found == pytest.approx(float(family.answer(one.instance).value), rel=1e-6)


def test_chi_square_by_scipy() -> None:
    """Scipy's own test of the table, its columns in another order, is a right artefact."""
    family = FAMILIES[3]
    for one in posed(family):
        found = stats.chi2_contingency([list(row) for row in one.instance.counts], correction=False)
        (asked,) = family.artefacts(one.instance)
        artefact = {
            "test": "chi_square_independence",
            "columns": list(asked.against["columns"])[::-1],
            "statistic": float(found.statistic),
            "df": int(found.dof),
            "p": float(found.pvalue),
        }
        assert statistics.check(asked.against, artefact, "").grade == 1.0


def test_calibration_by_scipy() -> None:
    """Scipy's regression is a right artefact, and its slope the answer."""
    family = FAMILIES[5]
    for one in posed(family):
        found = stats.linregress(one.instance.loads, one.instance.lengths)
        assert float(family.answer(one.instance).value) == pytest.approx(found.slope)
        artefact = {
            "test": "regression_slope",
            "columns": ["load", "lengthening"],
            "statistic": float(found.slope),
            "df": len(one.instance.loads) - 2,
            "p": float(found.pvalue),
        }
        assert statistics.check(family.artefacts(one.instance)[0].against, artefact, "").grade == 1.0


@pytest.mark.parametrize("df", range(1, 40))
def test_tails_by_scipy(df: int) -> None:
    """The finite sums are scipy's tails."""
    for at in range(1, 120):
        assert chi_square_tail(at, df) == pytest.approx(float(stats.chi2.sf(at, df)), rel=1e-9)
        assert student_tails(-at / 4, df) == pytest.approx(2 * float(stats.t.sf(at / 4, df)), rel=1e-6, abs=1e-12)


def test_tails_in_their_examples() -> None:
    """Every worked example in the docstrings gives what it says."""
    assert doctest.testmod(distribution_tails).failed == 0


@pytest.mark.parametrize("family", FAMILIES[4:], ids=lambda family: family.name)
def test_documents_stand_in_the_statement(family: Any) -> None:
    """Every phrasing shows every document, by its name and word for word."""
    for one in posed(family):
        asked = family.artefacts(one.instance)[-1]
        for way in range(family.phrasings):
            statement = family.state(one.instance, way)
            for name, text in asked.against["documents"].items():
                assert name in statement
                assert f": “{text}”" in statement


@pytest.mark.parametrize("family", FAMILIES[4:], ids=lambda family: family.name)
def test_citations_in_other_words(family: Any) -> None:
    """Other claims, with more of the document quoted, typographic white space and a citation more, are right too."""
    for one in posed(family):
        asked = family.artefacts(one.instance)[-1]
        artefact = travelled(dict(family.solve(one.instance).artifact))["citations"]
        for each, required in zip(artefact, asked.against["required"], strict=True):
            assert each["doc_id"] == required["doc_id"]
            each["claim"] = f"It says: {each['quote']}"
            each["quote"] = f" {each['quote'].replace(' ', chr(0xA0) + ' ')}"
        other = next(name for name in asked.against["documents"] if name != artefact[-1]["doc_id"])
        start = asked.against["documents"][other][:80].rsplit(" ", 1)[0]
        artefact.append({"claim": "One more passage.", "doc_id": other, "quote": start})
        assert citations.check(asked.against, artefact, "").grade == 1.0


@pytest.mark.parametrize("family", FAMILIES[4:], ids=lambda family: family.name)
def test_citations_that_lack_one(family: Any) -> None:
    """Either citation alone, or with one of its numbers not claimed, is refused."""
    for one in posed(family):
        asked = family.artefacts(one.instance)[-1]
        for at in (0, 1):
            artefact = travelled(dict(family.solve(one.instance).artifact))["citations"]
            assert citations.check(asked.against, [artefact[at]], "").grade == 0.0
            artefact[at]["claim"] = "This is what counts."
            assert citations.check(asked.against, artefact, "").grade == 0.0

"""What task families build: asked in words and a schema, held against by the check."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reasonforge.adapters.checks import bootstrap, citations, dag, docalculus, simulation, statistics
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.bootstrap import bootstrap_artefact
from reasonforge.domain.artefacts.citations import QuoteRules, citations_artefact
from reasonforge.domain.artefacts.dag import dag_artefact
from reasonforge.domain.artefacts.docalculus import NOT_IDENTIFIABLE, docalculus_artefact
from reasonforge.domain.artefacts.simulation import simulation_artefact
from reasonforge.domain.artefacts.statistics import statistics_artefact
from reasonforge.domain.causal.estimand import written
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.causal.identify import identify
from tests.honest.causal import NAMES, ROWS, STUDY, interval_of, standardised
from tests.honest.scientific import AIM, DATA, DECAY, DOCUMENTS, THROW

BACKDOOR = CausalGraph("zxy", ["zx", "zy", "xy"])
GRAPH = CausalGraph.read(STUDY["graph"])
TEXT = "we enrolled 1,240 adults in 14 clinics"


def aim(**changes: Any) -> ArtefactSpecification:
    return simulation_artefact(**{**AIM, **changes})


def study(**changes: Any) -> ArtefactSpecification:
    given: dict[str, Any] = {
        "graph": GRAPH,
        "treatment": "x",
        "outcome": "y",
        "columns": NAMES,
        "rows": ROWS,
        "adjustment": ["z"],
        "seed": 5,
    }
    return bootstrap_artefact(**{**given, **changes})


BUILT: dict[str, tuple[Any, ArtefactSpecification, Any]] = {
    "simulation": (
        simulation,
        aim(),
        {"params": {"g": 9.81, "v": 14.00714}, "quantities": [{"name": "height", "value": 10, "unit": "m"}]},
    ),
    "statistics": (
        statistics,
        statistics_artefact({"a": DATA["a"]}, [{"test": "mean", "columns": ["a"]}]),
        {"test": "mean", "columns": ["a"], "statistic": 29, "df": None, "p": None},
    ),
    "citations": (
        citations,
        citations_artefact(DOCUMENTS, required=[("trial", [14])], rules=QuoteRules(15, 300)),
        [{"claim": "14 clinics", "doc_id": "trial", "quote": TEXT}],
    ),
    "docalculus": (
        docalculus,
        docalculus_artefact(BACKDOOR, ["x"], ["y"], seed=3),
        {"estimand": written(identify(BACKDOOR, ["y"], ["x"]) or pytest.fail("it is identifiable"))},
    ),
    "bow": (
        docalculus,
        docalculus_artefact(CausalGraph("xy", ["xy"], ["xy"]), ["x"], ["y"], seed=3),
        {"estimand": NOT_IDENTIFIABLE},
    ),
    "bootstrap": (
        bootstrap,
        study(),
        {"estimator": "ipw", "adjustment": ["z"], "point": standardised(ROWS, [0]), "ci": interval_of(ROWS, [0])},
    ),
    "dag": (
        dag,
        dag_artefact(BACKDOOR, [("z", "y", ["x"])], compare="markov_equivalent"),
        {
            "edges": [["x", "z"], ["z", "y"], ["x", "y"]],
            "claims": [{"x": "y", "y": "z", "given": ["x"], "independent": False}],
        },
    ),
}


@pytest.mark.parametrize("name", BUILT)
def test_round(name: str) -> None:
    """What is built is JSON, belongs to its check, and is answered by a right artefact and by no other's."""
    module, built, artefact = BUILT[name]
    assert built.check == module.__name__.rpartition(".")[2]
    assert sorted(built.asks) == ["describe", "schema"]
    assert json.loads(json.dumps(built.against)) == built.against
    assert json.loads(json.dumps(built.asks)) == built.asks
    finding = module.check(built.against, artefact, "")
    assert finding.grade == 1.0, finding.reason
    for other, (_, _, strange) in BUILT.items():
        if other != name:
            assert module.check(built.against, strange, "").grade == 0.0


def test_nothing_told_gives_the_answer_away() -> None:
    """What travels holds neither the goal's solution, nor the data's statistic, nor whether there is an estimand."""
    told = json.dumps([built.asks for _, built, _ in BUILT.values()])
    assert "1,240" not in told
    assert '"identifiable"' not in told
    one, other = (
        json.dumps(docalculus_artefact(graph, ["x"], ["y"], seed=1).asks)
        for graph in (CausalGraph("xy", ["xy"]), CausalGraph("xy", ["xy"], ["xy"]))
    )
    assert one == other


MALFORMED: dict[str, Callable[[], object]] = {
    "unknown-unit": lambda: simulation_artefact(
        DECAY["model"], {**DECAY["params"], "n": {"value": 1, "unit": "blob"}}, DECAY["quantities"]
    ),
    "unknown-name": lambda: aim(model={"kind": "expressions", "define": [["height", ["mul", "v", "w"]]]}),
    "quantity-undefined": lambda: aim(quantities={"depth": {"unit": "m"}}),
    "goal-without-freedom": lambda: simulation_artefact(
        THROW["model"], THROW["params"], THROW["quantities"], goals={"range": 3}
    ),
    "undefined-there": lambda: simulation_artefact(
        {"kind": "expressions", "define": [["y", ["ln", "x"]]]}, {"x": {"value": 0}}, {"y": {}}
    ),
    "too-exact-for-an-integrator": lambda: simulation_artefact(
        DECAY["model"], DECAY["params"], {"left": {"rel_tol": "1/1000000000"}}
    ),
    "name-twice": lambda: aim(free={"g": {"low": 1, "high": 2, "unit": "m/s^2"}}),
    "unknown-test": lambda: statistics_artefact({"a": [1, 2]}, [{"test": "vibes", "columns": ["a"]}]),
    "unequal-pairs": lambda: statistics_artefact(
        {"a": [1, 2], "b": [1, 2, 3]}, [{"test": "t_paired", "columns": ["a", "b"]}]
    ),
    "one-sided-chi-square": lambda: statistics_artefact(
        {"a": [1, 2]}, [{"test": "chi_square_fit", "columns": ["a"], "alternative": "less"}]
    ),
    "null-missing": lambda: statistics_artefact({"a": [1, 2]}, [{"test": "t_one_sample", "columns": ["a"]}]),
    "unknown-document": lambda: citations_artefact(DOCUMENTS, required=[("memo", [1])]),
    "least-above-most": lambda: citations_artefact(DOCUMENTS, least=5, most=4),
    "no-such-node": lambda: docalculus_artefact(BACKDOOR, ["q"], ["y"], seed=1),
    "large-graph": lambda: docalculus_artefact(CausalGraph("abcdefghijk", ["ab"]), ["a"], ["b"], seed=1),
    "negative-seed": lambda: docalculus_artefact(BACKDOOR, ["x"], ["y"], seed=-1),
    "invalid-adjustment": lambda: study(adjustment=["v"]),
    "unadjusted-would-do": lambda: study(point_tolerance="9/10"),
    "treatment-not-binary": lambda: study(treatment="z", adjustment=[]),
    "unknown-estimator": lambda: study(estimators=["magic"]),
    "hidden-cause-in-dag": lambda: dag_artefact(CausalGraph("ab", ["ab"], ["ab"])),
    "asked-twice": lambda: dag_artefact(BACKDOOR, [("z", "y", ["x"]), ("y", "z", ["x"])]),
    "given-itself": lambda: dag_artefact(BACKDOOR, [("z", "y", ["y"])]),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(name: str) -> None:
    """A family's slip is a ValueError with a sentence when the task is made, not when it is judged."""
    with pytest.raises(ValueError, match=r"^[^\n]{10,}$"):
        MALFORMED[name]()

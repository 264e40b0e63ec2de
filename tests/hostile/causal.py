"""Causal artefacts of miners who mean harm: (name, check, against, artefact, right), right always False."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.honest.causal import BACKDOOR, BOW, ROWS, STUDY
from tests.hostile.scientific import ANYTHING, HUGE, INFINITY, NAN, nested

Case = tuple[str, str, Mapping[str, Any], Any, bool]

QUERY: Mapping[str, Any] = {"graph": BACKDOOR, "treatments": ["x"], "outcomes": ["y"], "identifiable": True, "seed": 20}
LARGE: Mapping[str, Any] = {
    "graph": {
        "nodes": [f"v{at}" for at in range(10)],
        "arrows": [[f"v{a}", f"v{b}"] for a in range(10) for b in range(a + 1, 10)],
        "confounded": [["v0", f"v{at}"] for at in range(2, 10)],
    },
    "treatments": ["v8"],
    "outcomes": ["v9"],
    "identifiable": False,
    "seed": 20,
}
DAG: Mapping[str, Any] = {
    "reference": {"nodes": ["a", "b", "c"], "arrows": [["a", "c"], ["b", "c"]]},
    "asked": [{"x": "a", "y": "b", "given": []}],
}


def _sums(depth: int, leaf: Any) -> Any:
    for _ in range(depth):
        leaf = ["sum", ["z"], leaf]
    return leaf


def _doubled(times: int) -> Any:
    """2^times leaves out of few objects: small in memory, large to walk."""
    leaf: Any = ["P", ["y"], ["x", "z"]]
    for _ in range(times):
        leaf = ["mul", leaf, leaf]
    return leaf


def _docalculus_cases() -> list[Case]:
    right = ["sum", ["z"], ["mul", ["P", ["y"], ["x", "z"]], ["P", ["z"]]]]
    forty = [f"u{at}" for at in range(40)]
    stated: Sequence[tuple[str, Any]] = (
        ("sum-over-forty", ["sum", forty, right]),
        ("sum-over-the-same", ["sum", ["z"] * 100_000, right]),
        ("sums-in-sums", _sums(23, right)),
        ("deep", _sums(900, right)),
        ("doubled", _doubled(60)),
        ("wide", ["mul", *[right] * 10_000]),
        ("wide-numbers", ["mul", *[2] * 100_000]),
        ("huge", ["mul", HUGE, right]),
        ("huge-text", ["mul", "9" * 100_000, right]),
        ("nan", ["mul", NAN, right]),
        ("infinity", ["div", right, INFINITY]),
        ("float", ["mul", 1.0, right]),
        ("true", ["mul", True, right]),
        ("zero-by-zero", ["div", 0, 0]),
        ("by-zero", ["div", right, 0]),
        ("overflow", ["mul", *[2**63] * 150]),
        ("overflow-and-back", ["div", ["mul", right, *[2**63] * 60], ["mul", *[2**63] * 60]]),
        ("unobserved", ["P", ["y"], ["x", "u"]]),
        ("do", ["P", ["y"], [["do", "x"]]]),
        ("do-text", ["P", ["y"], ["do(x)"]]),
        ("code", "__import__('os')"),
        ("operator-list", [["P"], ["y"], ["x"]]),
        ("operator-number", [0, 1]),
        ("no-variables", ["P", [], ["x"]]),
        ("itself-given", ["P", ["y"], ["y", "x"]]),
        ("empty-sum", ["sum", [], right]),
        ("pin-to-true", ["P", ["y"], [["x", True]]]),
        ("pin-far", ["P", ["y"], [["x", 10**9]]]),
        ("pin-list", ["P", [["y", [0]]]]),
        ("object", {"sum": ["z"], "of": right}),
        ("power", ["pow", right, 10**9]),
        ("homoglyph", ["P", ["у"], ["х"]]),
        ("yes", "identifiable"),
        ("both", ["not identifiable", right]),
    )
    return [
        *((f"docalculus-{name}", "docalculus", QUERY, {"estimand": each}, False) for name, each in stated),
        ("docalculus-large-graph", "docalculus", LARGE, {"estimand": ["P", ["v9"], ["v8"]]}, False),
        (
            "docalculus-large-graph-any",
            "docalculus",
            {**LARGE, "graph": {**LARGE["graph"], "confounded": []}, "identifiable": True, "models": 32},
            {"estimand": _wide_sums()},
            False,
        ),
        (
            "docalculus-none-in-bow",
            "docalculus",
            {**QUERY, "graph": BOW, "identifiable": False},
            {"estimand": None},
            False,
        ),
    ]


def _wide_sums() -> Any:
    names = [f"v{at}" for at in range(8)]
    return ["mul", *[["sum", names, ["P", ["v9"], [*names, "v8"]]] for _ in range(9)]]


def _bootstrap_cases() -> list[Case]:
    good: Mapping[str, Any] = {"estimator": "standardisation", "adjustment": ["z"], "point": 1.0, "ci": [0.8, 1.2]}
    changes: Sequence[tuple[str, Mapping[str, Any]]] = (
        ("huge", {"point": HUGE}),
        ("nan", {"point": NAN, "ci": [NAN, NAN]}),
        ("everything", {"ci": [-1e308, 1e308]}),
        ("infinite", {"ci": [-INFINITY, INFINITY]}),
        ("true", {"point": True, "ci": [False, True]}),
        ("many-names", {"adjustment": ["z"] * 100_000}),
        ("twice", {"adjustment": ["z", "z"]}),
        ("unknown", {"adjustment": ["u"]}),
        ("names-nested", {"adjustment": [["z"]]}),
        ("names-text", {"adjustment": "z"}),
        ("every-column", {"adjustment": ["z", "v", "c", "x", "y"]}),
        ("long-interval", {"ci": [0.8] * 100_000}),
        ("interval-text", {"ci": "[0.8, 1.2]"}),
        ("interval-object", {"ci": {"lo": 0.8, "hi": 1.2}}),
        ("estimator-list", {"estimator": ["standardisation", "ipw"]}),
        ("estimator-code", {"estimator": "eval"}),
        ("rows-of-their-own", {"rows": [[0] * 5] * 20, "point": 0, "ci": [-1, 1]}),
        ("resamples", {"resamples": 10**12}),
        ("homoglyph", {"adjustment": ["ｚ"]}),
        ("exponent", {"point": "1e999999999"}),
    )
    every_row_its_stratum = {
        **STUDY,
        "columns": [*STUDY["columns"], "id"],
        "rows": [[*row, at] for at, row in enumerate(ROWS)],
        "graph": {**STUDY["graph"], "nodes": [*STUDY["graph"]["nodes"], "id"]},
    }
    return [
        *((f"bootstrap-{name}", "bootstrap", STUDY, {**good, **change}, False) for name, change in changes),
        ("bootstrap-strata-of-one", "bootstrap", every_row_its_stratum, {**good, "adjustment": ["z", "id"]}, False),
    ]


def _dag_cases() -> list[Case]:
    edges = [["a", "c"], ["b", "c"]]
    claim = {"x": "a", "y": "b", "given": [], "independent": True}
    changes: Sequence[tuple[str, Any, Any]] = (
        ("cycle", [["a", "b"], ["b", "c"], ["c", "a"]], [claim]),
        ("many-edges", [["a", "c"]] * 100_000, [claim]),
        ("edges-text", "a->c, b->c", [claim]),
        ("edge-of-three", [["a", "b", "c"]], [claim]),
        ("edge-numbers", [[0, 2]], [claim]),
        ("edge-nested", nested(30, "a"), [claim]),
        ("edges-object", {"a": "c", "b": "c"}, [claim]),
        ("many-claims", edges, [claim] * 100_000),
        ("both-ways", edges, [claim, {**claim, "independent": False}]),
        ("independent-one", edges, [{**claim, "independent": 1}]),
        ("independent-text", edges, [{**claim, "independent": "true"}]),
        ("given-many", edges, [{**claim, "given": ["c"] * 100_000}]),
        ("given-text", edges, [{**claim, "given": "ab"}]),
        ("given-nested", edges, [{**claim, "given": [["c"]]}]),
        ("names-true", edges, [{**claim, "x": True}]),
        ("names-lists", edges, [{**claim, "x": ["a"], "y": ["b"]}]),
        ("homoglyph", [["а", "c"], ["b", "c"]], [claim]),
        ("nan", [[NAN, NAN]], [claim]),
        ("huge", [[HUGE, HUGE]], [claim]),
        ("null-claims", edges, None),
    )
    return [(f"dag-{n}", "dag", DAG, {"edges": stated, "claims": claims}, False) for n, stated, claims in changes]


def _anything() -> list[Case]:
    checks = {"docalculus": QUERY, "bootstrap": STUDY, "dag": DAG}
    return [(f"{c}-any-{n}", c, against, artefact, False) for c, against in checks.items() for n, artefact in ANYTHING]


DUPLICATE = json.loads('{"estimand": ["P", ["y"], ["x"]], "estimand": "not identifiable"}')
CASES: Sequence[Case] = (
    *_docalculus_cases(),
    *_bootstrap_cases(),
    *_dag_cases(),
    *_anything(),
    ("docalculus-duplicate-keys", "docalculus", QUERY, DUPLICATE, False),
)

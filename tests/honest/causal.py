"""Causal artefacts of honest miners, and near misses: (name, check, against, artefact, right).

Estimands are the textbook's (back-door, front-door, napkin, …), effects come from plain loops over the rows.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

Case = tuple[str, str, Mapping[str, Any], Any, bool]
NONE = "not identifiable"


def _graph(nodes: str, arrows: str, confounded: str = "") -> Mapping[str, Any]:
    return {
        "nodes": list(nodes),
        "arrows": [list(pair) for pair in arrows.split()],
        "confounded": [list(pair) for pair in confounded.split()],
    }


def _query(graph: Mapping[str, Any], *, identifiable: bool = True, do: str = "x", of: str = "y") -> Mapping[str, Any]:
    return {"graph": graph, "treatments": list(do), "outcomes": list(of), "identifiable": identifiable, "seed": 20}


def _p(names: str, given: str = "") -> list[Any]:
    return ["P", list(names), list(given)]


def _sum(names: str, *factors: Any) -> list[Any]:
    return ["sum", list(names), factors[0] if len(factors) == 1 else ["mul", *factors]]


BACKDOOR = _graph("zxy", "zx zy xy")
FRONTDOOR = _graph("xmy", "xm my", "xy")
NAPKIN = _graph("wzxy", "wz zx xy", "wx wy")
COLLIDER = _graph("xyc", "xy xc yc")
M_BIAS = _graph("xym", "xy", "xm my")
TWO = _graph("abxy", "ax ay bx by xy ab")
MEDIATOR = _graph("xmy", "xm my xy")
BOW = _graph("xy", "xy", "xy")
INSTRUMENT = _graph("zxy", "zx xy", "xy")
JOINT = _graph("xzwy", "xz zw wy xy", "xw")


def _docalculus_cases() -> list[Case]:
    inner = _sum("x", _p("y", "xm"), _p("x"))
    napkin_above, napkin_below = _sum("w", _p("xy", "wz"), _p("w")), _sum("w", _p("x", "wz"), _p("w"))
    backdoor = _sum("z", _p("y", "xz"), _p("z"))
    plan = _sum("z", _p("y", "xzw"), _p("z", "x"))
    listed: list[tuple[str, Mapping[str, Any], Any, bool]] = [
        ("backdoor", _query(BACKDOOR), backdoor, True),
        ("backdoor-factors-swapped", _query(BACKDOOR), _sum("z", _p("z"), _p("y", "zx")), True),
        ("backdoor-weighted", _query(BACKDOOR), _sum("z", ["div", _p("xyz"), _p("x", "z")]), True),
        ("backdoor-scaled", _query(BACKDOOR), ["div", ["mul", 2, backdoor], 2], True),
        ("backdoor-half-twice", _query(BACKDOOR), ["mul", "1/2", ["div", backdoor, "1/2"]], True),
        ("backdoor-given-left-out", _query(BACKDOOR), _sum("z", _p("y", "xz"), ["P", ["z"]]), True),
        ("backdoor-unadjusted", _query(BACKDOOR), _p("y", "x"), False),
        ("backdoor-sum-missing", _query(BACKDOOR), ["mul", _p("y", "xz"), _p("z")], False),
        ("backdoor-conditional-weights", _query(BACKDOOR), _sum("z", _p("y", "xz"), _p("z", "x")), False),
        ("backdoor-weights-missing", _query(BACKDOOR), _sum("z", _p("y", "xz")), False),
        ("backdoor-treatment-missing", _query(BACKDOOR), _sum("z", _p("y", "z"), _p("z")), False),
        ("backdoor-treatment-summed", _query(BACKDOOR), _sum("xz", _p("y", "xz"), _p("z")), False),
        ("backdoor-treatment-pinned", _query(BACKDOOR), _sum("z", ["P", ["y"], [["x", 1], "z"]], _p("z")), False),
        ("backdoor-outcome-pinned", _query(BACKDOOR), _sum("z", ["P", [["y", 1]], ["x", "z"]], _p("z")), False),
        ("backdoor-arguments-swapped", _query(BACKDOOR), _sum("z", _p("x", "yz"), _p("z")), False),
        ("backdoor-stratum-pinned", _query(BACKDOOR), ["P", ["y"], ["x", ["z", 0]]], False),
        ("backdoor-joint-for-conditional", _query(BACKDOOR), _sum("z", _p("xy", "z"), _p("z")), False),
        ("backdoor-number", _query(BACKDOOR), "1/2", False),
        ("backdoor-says-none", _query(BACKDOOR), NONE, False),
        ("two", _query(TWO), _sum("ab", _p("y", "xab"), _p("ab")), True),
        ("two-in-turn", _query(TWO), _sum("a", _p("a"), _sum("b", _p("b", "a"), _p("y", "xab"))), True),
        ("two-one-only", _query(TWO), _sum("a", _p("y", "xa"), _p("a")), False),
        ("two-as-if-independent", _query(TWO), _sum("ab", _p("y", "xab"), _p("a"), _p("b")), False),
        ("frontdoor", _query(FRONTDOOR), _sum("m", _p("m", "x"), inner), True),
        (
            "frontdoor-flat",
            _query(FRONTDOOR),
            _sum("m", _p("m", "x"), _sum("x", _p("y", "mx"), ["P", ["x"], []])),
            True,
        ),
        (
            "frontdoor-from-joint",
            _query(FRONTDOOR),
            _sum("m", ["div", _p("xm"), _p("x")], _sum("x", ["div", _p("xym"), _p("m", "x")])),
            True,
        ),
        ("frontdoor-inner-sum-missing", _query(FRONTDOOR), _sum("m", _p("m", "x"), _p("y", "xm")), False),
        (
            "frontdoor-inner-weights-missing",
            _query(FRONTDOOR),
            _sum("m", _p("m", "x"), _sum("x", _p("y", "xm"))),
            False,
        ),
        ("frontdoor-one-sum-for-both", _query(FRONTDOOR), _sum("mx", _p("m", "x"), _p("y", "xm"), _p("x")), False),
        ("frontdoor-adjusts-for-mediator", _query(FRONTDOOR), _sum("m", _p("y", "xm"), _p("m")), False),
        ("frontdoor-unadjusted", _query(FRONTDOOR), _p("y", "x"), False),
        ("napkin", _query(NAPKIN), ["div", napkin_above, napkin_below], True),
        (
            "napkin-pinned",
            _query(NAPKIN),
            [
                "div",
                _sum("w", ["P", ["x", "y"], ["w", ["z", 0]]], _p("w")),
                _sum("w", ["P", ["x"], ["w", ["z", 0]]], _p("w")),
            ],
            True,
        ),
        ("napkin-upside-down", _query(NAPKIN), ["div", napkin_below, napkin_above], False),
        ("napkin-backdoor", _query(NAPKIN), _sum("w", _p("y", "xw"), _p("w")), False),
        ("napkin-unadjusted", _query(NAPKIN), _p("y", "x"), False),
        ("collider", _query(COLLIDER), _p("y", "x"), True),
        ("collider-from-joint", _query(COLLIDER), ["div", _p("xy"), _p("x")], True),
        ("collider-conditioned", _query(COLLIDER), _sum("c", _p("y", "xc"), _p("c")), False),
        ("m-bias", _query(M_BIAS), _p("y", "x"), True),
        ("m-bias-adjusted", _query(M_BIAS), _sum("m", _p("y", "xm"), _p("m")), False),
        ("mediator", _query(MEDIATOR), _p("y", "x"), True),
        ("mediator-through", _query(MEDIATOR), _sum("m", _p("y", "xm"), _p("m", "x")), True),
        ("mediator-adjusted", _query(MEDIATOR), _sum("m", _p("y", "xm"), _p("m")), False),
        ("bow", _query(BOW, identifiable=False), NONE, True),
        ("bow-conditional", _query(BOW, identifiable=False), _p("y", "x"), False),
        ("instrument", _query(INSTRUMENT, identifiable=False), "Not identifiable", True),
        ("instrument-backdoor", _query(INSTRUMENT, identifiable=False), _sum("z", _p("y", "xz"), _p("z")), False),
        ("two-outcomes", _query(BACKDOOR, of="yz"), ["mul", _p("y", "xz"), _p("z")], True),
        ("two-outcomes-one-forgotten", _query(BACKDOOR, of="yz"), backdoor, False),
        ("two-treatments", _query(JOINT, do="xw"), _sum("z", _p("y", "xzw"), _p("z", "x")), True),
        ("two-treatments-simpler", _query(JOINT, do="xw"), plan, True),
        ("two-treatments-one-forgotten", _query(JOINT, do="xw"), _p("y", "w"), False),
        ("no-effect", _query(BACKDOOR, of="z"), _p("z"), True),
        ("no-effect-conditional", _query(BACKDOOR, of="z"), _p("z", "x"), False),
    ]
    return [
        (f"docalculus-{n}", "docalculus", against, {"estimand": stated}, right) for n, against, stated, right in listed
    ]


def _rows() -> list[list[int]]:
    """400 rows (z, v, x, c, y): z confounds x and y, v only causes y, c is caused by both x and y."""
    rng, rows = Random(31), []
    for _ in range(400):
        z, v = rng.randrange(3), rng.randrange(2)
        x = int(rng.random() < (0.2, 0.5, 0.8)[z])
        y = 2 * z + v + x + rng.randrange(3)
        rows.append([z, v, x, int(x + y + rng.randrange(3) > 5), y])
    return rows


ROWS = _rows()
NAMES = ["z", "v", "x", "c", "y"]
STUDY: Mapping[str, Any] = {
    "graph": {
        "nodes": NAMES,
        "arrows": [["z", "x"], ["z", "y"], ["v", "y"], ["x", "y"], ["x", "c"], ["y", "c"]],
        "confounded": [],
    },
    "treatment": "x",
    "outcome": "y",
    "columns": NAMES,
    "rows": ROWS,
    "estimators": ["standardisation", "ipw", "regression"],
    "seed": 5,
}
TRIAL: Mapping[str, Any] = {
    **STUDY,
    "graph": {"nodes": NAMES, "arrows": [["z", "y"], ["v", "y"], ["x", "y"], ["x", "c"], ["y", "c"]], "confounded": []},
    "estimators": ["difference_in_means", "standardisation"],
}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def standardised(rows: Sequence[Sequence[int]], columns: Sequence[int]) -> float:
    """By strata, in a loop; a stratum with one arm is left out."""
    strata: dict[tuple[int, ...], tuple[list[int], list[int]]] = {}
    for row in rows:
        strata.setdefault(tuple(row[at] for at in columns), ([], []))[row[2]].append(row[4])
    usable = [arms for arms in strata.values() if all(arms)]
    whole = sum(len(none) + len(some) for none, some in usable)
    return sum((len(none) + len(some)) / whole * (_mean(some) - _mean(none)) for none, some in usable)


def interval_of(rows: Sequence[Sequence[int]], columns: Sequence[int], tail: float = 0.025) -> list[float]:
    """A percentile bootstrap by the standard library, 2,000 resamples."""
    rng = Random(77)
    found = sorted(standardised(rng.choices(rows, k=len(rows)), columns) for _ in range(2_000))
    return [found[int(tail * 2_000)], found[int((1 - tail) * 2_000) - 1]]


def _effect(estimator: Any, adjustment: Any, point: Any, interval: Any) -> Any:
    return {"estimator": estimator, "adjustment": adjustment, "point": point, "ci": interval}


def _bootstrap_cases() -> list[Case]:
    naive, by_z, by_zv = (standardised(ROWS, columns) for columns in ([], [0], [0, 1]))
    ci_naive, ci, ci_zv = (interval_of(ROWS, columns) for columns in ([], [0], [0, 1]))
    quarter = [by_z + (end - sum(ci) / 2) / 4 for end in ci]
    listed: list[tuple[str, Mapping[str, Any], Any, bool]] = [
        ("standardised", STUDY, _effect("standardisation", ["z"], by_z, ci), True),
        ("weighted", STUDY, _effect("ipw", ["z"], by_z, ci), True),
        ("larger-set", STUDY, _effect("standardisation", ["v", "z"], by_zv, ci_zv), True),
        ("rounded", STUDY, _effect("standardisation", ["z"], round(by_z, 4), [round(end, 3) for end in ci]), True),
        ("trial", TRIAL, _effect("difference_in_means", [], naive, ci_naive), True),
        ("unadjusted", STUDY, _effect("standardisation", [], naive, ci_naive), False),
        ("unadjusted-called-adjusted", STUDY, _effect("standardisation", ["z"], naive, ci_naive), False),
        ("naive-interval", STUDY, _effect("standardisation", ["z"], by_z, ci_naive), False),
        ("difference-in-means", STUDY, _effect("difference_in_means", [], naive, ci_naive), False),
        ("irrelevant-set", STUDY, _effect("standardisation", ["v"], standardised(ROWS, [1]), ci_naive), False),
        ("collider-in-set", STUDY, _effect("standardisation", ["z", "c"], standardised(ROWS, [0, 3]), ci), False),
        ("collider-only", STUDY, _effect("standardisation", ["c"], standardised(ROWS, [3]), ci), False),
        ("outcome-in-set", STUDY, _effect("standardisation", ["z", "y"], by_z, ci), False),
        ("treatment-in-set", STUDY, _effect("standardisation", ["z", "x"], by_z, ci), False),
        ("sign", STUDY, _effect("standardisation", ["z"], -by_z, [-ci[1], -ci[0]]), False),
        ("interval-reversed", STUDY, _effect("standardisation", ["z"], by_z, ci[::-1]), False),
        ("ninety-percent", STUDY, _effect("standardisation", ["z"], by_z, interval_of(ROWS, [0], 0.05)), False),
        ("deviation-for-error", STUDY, _effect("standardisation", ["z"], by_z, [by_z - 4, by_z + 4]), False),
        ("quarter-of-the-interval", STUDY, _effect("standardisation", ["z"], by_z, quarter), False),
        ("interval-of-one-point", STUDY, _effect("standardisation", ["z"], by_z, [by_z, by_z]), False),
        ("point-off", STUDY, _effect("standardisation", ["z"], by_z + 0.01, ci), False),
        ("other-estimator", {**STUDY, "estimators": ["ipw"]}, _effect("standardisation", ["z"], by_z, ci), False),
    ]
    return [(f"bootstrap-{name}", "bootstrap", against, artefact, right) for name, against, artefact, right in listed]


def _claim(x: str, y: str, given: str, independent: Any) -> Mapping[str, Any]:
    return {"x": x, "y": y, "given": list(given), "independent": independent}


def _dag_cases() -> list[Case]:
    reference = {"nodes": list("abcde"), "arrows": [list(pair) for pair in ("ac", "bc", "cd", "ae")]}
    asked = [
        {"x": x, "y": y, "given": list(given)} for x, y, given in (("a", "b", ""), ("a", "b", "d"), ("e", "d", "ac"))
    ]
    exact: Mapping[str, Any] = {"reference": reference, "compare": "equal", "asked": asked}
    same: Mapping[str, Any] = {"reference": reference, "compare": "markov_equivalent", "asked": []}
    right = [_claim("a", "b", "", True), _claim("a", "b", "d", False), _claim("e", "d", "ac", True)]
    edges = [list(pair) for pair in ("ac", "bc", "cd", "ae")]

    def drawn(text: str) -> list[list[str]]:
        return [list(pair) for pair in text.split()]

    listed: list[tuple[str, Mapping[str, Any], Any, Any, bool]] = [
        ("exact", exact, edges, right, True),
        ("other-order", exact, edges[::-1], right[::-1], True),
        (
            "symmetric-claims",
            exact,
            edges,
            [_claim("b", "a", "", True), _claim("b", "a", "d", False), _claim("d", "e", "ca", True)],
            True,
        ),
        ("edge-reversed", exact, drawn("ac bc cd ea"), right, False),
        ("edge-missing", exact, drawn("ac bc cd"), right, False),
        ("edge-extra", exact, drawn("ac bc cd ae ad"), right, False),
        ("cycle", exact, drawn("ac bc cd da ae"), right, False),
        ("unknown-node", exact, drawn("ac bc cd af"), right, False),
        ("loop", exact, drawn("ac bc cd ae aa"), right, False),
        ("edge-twice", exact, drawn("ac bc cd ae ae"), right, False),
        ("collider-descendant", exact, edges, [right[0], _claim("a", "b", "d", True), right[2]], False),
        ("marginal-dependence", exact, edges, [_claim("a", "b", "", False), *right[1:]], False),
        ("chain-not-blocked", exact, edges, [*right[:2], _claim("e", "d", "ac", False)], False),
        ("claim-missing", exact, edges, right[:2], False),
        ("claim-twice", exact, edges, [right[0], right[0], right[2]], False),
        ("claim-of-other-set", exact, edges, [*right[:2], _claim("e", "d", "a", True)], False),
        ("claim-contradicted", exact, edges, [right[0], _claim("b", "a", "", False), right[2]], False),
        ("claim-in-words", exact, edges, [_claim("a", "b", "", "yes"), *right[1:]], False),
        ("equivalent-itself", same, edges, [], True),
        ("equivalent-reversed", same, drawn("ac bc cd ea"), [], True),
        ("equivalent-collider-broken", same, drawn("ac cb cd ae"), [], False),
        ("equivalent-collider-made", same, drawn("ac bc dc ae"), [], False),
        ("equivalent-skeleton", same, drawn("ac bc cd be"), [], False),
    ]
    return [(f"dag-{n}", "dag", against, {"edges": e, "claims": c}, right) for n, against, e, c, right in listed]


CASES: Sequence[Case] = (*_docalculus_cases(), *_bootstrap_cases(), *_dag_cases())

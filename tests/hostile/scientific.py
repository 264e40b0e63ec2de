"""Scientific artefacts of miners who mean harm: (name, check, against, artefact, right), right always False.

What arrives at a check is parsed JSON, at most 32 deep and of a megabyte; these keep to that or are worse.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.honest.scientific import DATA, DECAY, DOCUMENTS, PLAIN, THROW

Case = tuple[str, str, Mapping[str, Any], Any, bool]

HUGE = 10**10_000
NAN, INFINITY = float("nan"), float("inf")


def nested(depth: int, leaf: Any, *, key: str = "") -> Any:
    """Arrays in arrays, or objects in objects."""
    for _ in range(depth):
        leaf = {key: leaf} if key else [leaf]
    return leaf


ANYTHING: Sequence[tuple[str, Any]] = (
    ("nothing", None),
    ("true", True),
    ("number", 7),
    ("huge", HUGE),
    ("nan", NAN),
    ("text", "x" * 100_000),
    ("empty-list", []),
    ("empty-object", {}),
    ("nulls", [None] * 20_000),
    ("objects", [{}] * 20_000),
    ("deep-list", nested(900, 1)),
    ("deep-object", nested(900, 1, key="params")),
    ("many-keys", {f"k{at}": at for at in range(50_000)}),
    ("odd-keys", {"": 1, "\ud800": 2, "__class__": 3}),
)
"""For every check."""


def _quantities(*quantities: tuple[Any, Any, Any], params: Any = None) -> Any:
    given = {"a": 3, "b": 4} if params is None else params
    return {"params": given, "quantities": [{"name": n, "value": v, "unit": u} for n, v, u in quantities]}


def _simulation_cases() -> list[Case]:
    throw = {"v": 20, "angle": 30, "g": 9.81}

    def unit(text: Any) -> Any:
        quantities = [
            {"name": "time", "value": 2.0387359836901, "unit": text},
            {"name": "range", "value": 35.3, "unit": "m"},
        ]
        return {"params": throw, "quantities": quantities}

    values: Sequence[tuple[str, Any]] = (
        ("huge", HUGE),
        ("negative-huge", -HUGE),
        ("greatest-float", 1.7976931348623157e308),
        ("tiny", 5e-324),
        ("nan", NAN),
        ("infinity", INFINITY),
        ("true", True),
        ("digits", "9" * 100_000),
        ("exponent", "1e999999999"),
        ("text-nan", "nan"),
        ("text-inf", "Infinity"),
        ("power", "9**9**9**9"),
        ("division-by-zero", "5/0"),
        ("underscores", "5_0/1_0"),
        ("code", "__import__('os').system('true')"),
        ("list", [5]),
        ("hex", "0x5"),
        ("arabic-digits", "٥"),
        ("full-width", "５"),
        ("object", {"value": 5}),
        ("bytes-like", "5\x00"),
    )
    units: Sequence[tuple[str, Any]] = (
        ("power-tower", "9**9**7 s"),
        ("exponent", "s^999999999"),
        ("expression", "s*9**9**9"),
        ("long", "s" * 60_000),
        ("many", " ".join(["s"] * 5_000)),
        ("parentheses", "(" * 5_000 + "s" + ")" * 5_000),
        ("code", "__import__('os')"),
        ("format", "{0.__class__}"),
        ("list", ["s"]),
        ("number", 1),
        ("pint-definition", "x = 1 s"),
        ("factor", "2 s"),
        ("offset-product", "degC*s/degC"),
        ("unicode-superscripts", "s" + "⁹" * 5_000),
        ("scale-overflow", "Tm^9 Tm^9 Tm^9"),
        ("zero-width", "s\u200b"),
        ("slashes", "/" * 60),
        ("homoglyph", "ѕ"),
    )
    cases: list[tuple[str, Mapping[str, Any], Any]] = [
        *((f"value-{name}", PLAIN, _quantities(("c", value, ""))) for name, value in values),
        *((f"param-{name}", PLAIN, _quantities(("c", 5, ""), params={"a": v, "b": 4})) for name, v in values),
        *((f"unit-{name}", THROW, unit(text)) for name, text in units),
        ("thousands-of-quantities", PLAIN, _quantities(*[("c", 5, "")] * 20_000)),
        ("thousands-of-params", PLAIN, _quantities(("c", 5, ""), params={f"a{at}": 3 for at in range(20_000)})),
        ("param-unit-bomb", PLAIN, _quantities(("c", 5, ""), params={"a": {"value": 3, "unit": "9**9**9"}, "b": 4})),
        ("name-list", PLAIN, _quantities((["c"], 5, ""))),
        ("params-list", PLAIN, _quantities(("c", 5, ""), params=[3, 4])),
        (
            "model-of-their-own",
            PLAIN,
            _quantities(("c", 7, "")) | {"model": {"kind": "expressions", "define": [["c", 7]]}},
        ),
        ("ode-horizon", DECAY, {"params": {"n": 1000, "k": 0.2, "end": 1e300}, "quantities": []}),
        ("ode-stiffness", DECAY, {"params": {"n": 1000, "k": 1e300, "end": 10}, "quantities": [{}, {}]}),
    ]
    blow_up: Mapping[str, Any] = {
        "free": {"k": {"low": -100_000_000, "high": 100_000_000}},
        "model": {"kind": "ode", "states": [["y", 1, ["mul", "k", "y", "y"]]], "horizon": 1},
        "quantities": {"y": {"rel_tol": "1/100"}},
    }
    one = {"name": "y", "value": 1, "unit": ""}
    cases += [
        (f"ode-chosen-{k}", blow_up, {"params": {"k": k}, "quantities": [one]})
        for k in (100_000_000, -100_000_000, 1, 0.9999999999)
    ]
    overflow: Mapping[str, Any] = {
        "free": {"k": {"low": 0, "high": 10**9}},
        "model": {"kind": "expressions", "define": [["y", ["exp", ["exp", "k"]]]]},
        "quantities": {"y": {"rel_tol": "1/100"}},
    }
    cases.append(("overflow-chosen", overflow, {"params": {"k": 10**9}, "quantities": [{"name": "y", "value": 1}]}))
    return [(f"simulation-{name}", "simulation", against, artefact, False) for name, against, artefact in cases]


def _statistics_cases() -> list[Case]:
    columns = {name: list(values) for name, values in DATA.items()}
    against = {"columns": columns, "analyses": [{"test": "t_welch", "columns": ["a", "short"]}]}
    good: Mapping[str, Any] = {"test": "t_welch", "columns": ["a", "short"], "statistic": 6.3, "df": 11, "p": 0.00005}
    changes: Sequence[tuple[str, Mapping[str, Any]]] = (
        ("huge", {"statistic": HUGE}),
        ("nan", {"statistic": NAN, "p": NAN}),
        ("infinity", {"df": INFINITY}),
        ("true", {"statistic": True, "df": True, "p": True}),
        ("test-list", {"test": ["t_welch", "t_pooled"]}),
        ("test-object", {"test": {}}),
        ("every-column", {"columns": list(columns) * 1_000}),
        ("columns-text", {"columns": "a"}),
        ("column-numbers", {"columns": [0, 1]}),
        ("columns-nested", {"columns": [["a"], ["short"]]}),
        ("df-list", {"df": [11] * 50_000}),
        ("df-nested", {"df": nested(30, 11)}),
        ("p-interval", {"p": [0, 1]}),
        ("p-text", {"p": "<0.05"}),
        ("p-exponent", {"p": "1e-99999999"}),
        ("scipy", {"test": "ttest_ind; import os"}),
        ("unicode-name", {"columns": ["а", "short"]}),
        ("dunder", {"test": "__class__"}),
    )
    return [(f"statistics-{name}", "statistics", against, {**good, **change}, False) for name, change in changes]


def _citation_cases() -> list[Case]:
    against = {"documents": DOCUMENTS, "least": 1}
    text = DOCUMENTS["trial"]
    many_as = {"documents": {"long": "a" * 200_000, "words": "a b " * 50_000}}

    def cite(quote: Any, claim: Any = "10% relapsed", doc_id: Any = "trial") -> Any:
        return [{"claim": claim, "doc_id": doc_id, "quote": quote}]

    cases: Sequence[tuple[str, Mapping[str, Any], Any]] = (
        ("one-character", against, cite("1")),
        ("nothing", against, cite("")),
        ("space", against, cite(" " * 40)),
        ("whole-document", against, cite(text)),
        ("whole-corpus", against, cite(" ".join(DOCUMENTS.values()))),
        ("repeated", against, cite(text * 1_000)),
        ("zero-width", against, cite("\u200b" * 300)),
        ("combining", against, cite("a" + "\u0301" * 300)),
        ("expanding", against, cite("\ufdfa" * 390)),
        ("surrogate", against, cite("\ud800" * 100)),
        ("regex", against, cite("(a+)+" * 60)),
        ("digits", against, cite("1" * 390, claim="1" * 999 + "x")),
        ("commas", against, cite("1,000" * 70, "1,000" * 200)),
        ("url", against, cite("the treated group and 124 of the control", "x", "http://127.0.0.1:1/trial")),
        ("path", against, cite("root:x:0:0:root:/root:/bin/bash", "root", "/etc/passwd")),
        ("document-number", against, cite("of the control group had relapsed", "x", 0)),
        ("quote-list", against, cite([text])),
        ("claim-number", against, cite("of the control group had relapsed", 10)),
        ("claim-empty", against, cite("124 of the control group had relapsed", "")),
        ("claim-punctuation", against, cite("124 of the control group had relapsed", "…!?")),
        ("claim-long", against, cite("124 of the control group had relapsed", "y" * 900_000)),
        ("thousands", against, cite("124 of the control group had relapsed") * 20_000),
        ("as-good-as-regex", many_as, cite("a" * 399, "x", "long")),
        ("everywhere-cut", many_as, cite("b a " * 90 + "b", "2 of 3", "words")),
        ("object", against, {"0": cite("124 of the control group had relapsed")[0]}),
    )
    return [(f"citations-{name}", "citations", documents, artefact, False) for name, documents, artefact in cases]


def _anything() -> list[Case]:
    columns = {name: list(values) for name, values in DATA.items()}
    checks: Mapping[str, Mapping[str, Any]] = {
        "simulation": PLAIN,
        "statistics": {"columns": columns, "analyses": [{"test": "mean", "columns": ["a"]}]},
        "citations": {"documents": DOCUMENTS},
    }
    return [(f"{c}-any-{n}", c, against, artefact, False) for c, against in checks.items() for n, artefact in ANYTHING]


DUPLICATE = json.loads('{"params": {"a": 3, "b": 4}, "params": {"a": 1, "b": 4}, "quantities": []}')
CASES: Sequence[Case] = (
    *_simulation_cases(),
    *_statistics_cases(),
    *_citation_cases(),
    *_anything(),
    ("simulation-duplicate-keys", "simulation", PLAIN, DUPLICATE, False),
)

"""What hostile miners hand in for strategic tasks: (name, check, against, artefact, right), never right."""

from collections.abc import Mapping
from typing import Any

from tests.honest.strategic import CASES as HONEST
from tests.honest.strategic import Case


def _against(name: str) -> Mapping[str, Any]:
    return next(case[2] for case in HONEST if case[0] == name)


MIX, KNAPSACK = _against("solver: product mix"), _against("solver: knapsack")
SQUARE, SITE = _against("constraints: four numbers"), _against("constraints: a tight schedule")
MATCHING = _against("constraints: proposers first")
PENNIES, ROCK = _against("equilibrium: matching pennies"), _against("equilibrium: rock, paper, scissors")

_NESTED: Any = 1
for _ in range(28):
    _NESTED = [_NESTED]

NUMBERS: Mapping[str, Any] = {
    "a huge whole number": 10**1200,
    "a huge number as text": "1" + "0" * 10_000,
    "a tower as text": "9**9**9",
    "an exponent as text": "1e999999",
    "an exponent of ten thousand": "1e-10000",
    "a long fraction": "1" * 900 + "/" + "3" * 900,
    "not a number": float("nan"),
    "not a number as text": "nan",
    "infinity": float("inf"),
    "minus infinity as text": "-Infinity",
    "the largest float": 1.7e308,
    "the smallest float": 5e-324,
    "a zero denominator": "2/0",
    "a zero over zero": "0/0",
    "true": True,
    "digits of another script": "٢",
    "a fullwidth digit": "２",
    "underscores": "1_0",
    "hexadecimal": "0x2",
    "an expression": "1+1",
    "a call": "__import__('os').system('id')",
    "a null character": "2\x00",
    "unpaired surrogate": "\ud800",
    "an empty text": "",
    "null": None,
    "nested arrays": _NESTED,
    "an object": {"numerator": 2, "denominator": 1},
}


def _numbers() -> list[Case]:
    cases: list[Case] = []
    for name, number in NUMBERS.items():
        prices = {"hours": 0, "sheets": "3/2", "weight": 1}
        cases += [
            (f"solver: x is {name}", "solver", MIX, {"x": {"doors": number, "windows": 6}, "duals": prices}, False),
            (f"solver: a dual is {name}", "solver", MIX, {"x": [2, 6], "duals": [number, "3/2", 1]}, False),
            (f"knapsack: x is {name}", "solver", KNAPSACK, {"x": [1, number, 1, 0]}, False),
            (f"constraints: a value is {name}", "constraints", SQUARE, {"x": [1, number, 3, 4]}, False),
            (f"constraints: a start is {name}", "constraints", SITE, {"x": [0, 2, number, 7]}, False),
            (
                f"equilibrium: a probability is {name}",
                "equilibrium",
                ROCK,
                {"strategies": [[number, 1, 0], [1, 0, 0]]},
                False,
            ),
        ]
    return cases


def _shapes() -> list[Case]:
    shapes: Mapping[str, Any] = {
        "nothing": None,
        "a text": "x",
        "a number": 1e308,
        "an empty object": {},
        "an empty array": [],
        "an array of arrays": [[[[]]]],
        "thousands of variables": {f"v{at}": at for at in range(5_000)},
        "thousands of values": list(range(5_000)),
        "a deep array": _NESTED,
        "lookalike names": {"dооrs": 2, "windоws": 6},
        "names with spaces": {"doors ": 2, " windows": 6},
        "dunder names": {"__class__": 1, "__proto__": 2},
    }
    cases: list[Case] = []
    for name, shape in shapes.items():
        cases += [
            (f"solver: x is {name}", "solver", MIX, {"x": shape, "duals": [0, "3/2", 1]}, False),
            (f"solver: the artefact is {name}", "solver", MIX, shape, False),
            (f"solver: the duals are {name}", "solver", MIX, {"x": [2, 6], "duals": shape}, False),
            (f"constraints: x is {name}", "constraints", SQUARE, {"x": shape}, False),
            (f"matching: x is {name}", "constraints", MATCHING, {"x": shape}, False),
            (f"constraints: the artefact is {name}", "constraints", SQUARE, shape, False),
            (f"equilibrium: strategies are {name}", "equilibrium", PENNIES, {"strategies": shape}, False),
            (
                f"equilibrium: one strategy is {name}",
                "equilibrium",
                PENNIES,
                {"strategies": [shape, ["1/2", "1/2"]]},
                False,
            ),
        ]
    return cases


def _others() -> list[Case]:
    primes = [prime for prime in range(10**4, 10**4 + 4_000) if all(prime % at for at in range(2, 120))]
    long = [f"1/{prime**30}" for prime in primes[:300]]
    wide = {
        "variables": [f"v{at}" for at in range(300)],
        "sense": "max",
        "objective": {f"v{at}": 1 for at in range(300)},
        "rows": [{"terms": {f"v{at}": 1 for at in range(300)}, "relation": "<=", "bound": 1}],
    }
    return [
        ("solver: coprime denominators", "solver", wide, {"x": long, "duals": [1]}, False),
        ("matching: a receiver of nobody", "constraints", MATCHING, {"x": ["хu", "yo", "zoe"]}, False),
        ("matching: themselves", "constraints", MATCHING, {"x": ["ann", "bea", "cas"]}, False),
        ("matching: arrays as partners", "constraints", MATCHING, {"x": [["xu"], ["yo"], ["zoe"]]}, False),
        ("matching: all alone", "constraints", MATCHING, {"x": [None, None, None]}, False),
        (
            "equilibrium: negative and more than one",
            "equilibrium",
            PENNIES,
            {"strategies": [["3/2", "-1/2"], ["1/2", "1/2"]]},
            False,
        ),
        ("equilibrium: all zero", "equilibrium", PENNIES, {"strategies": [[0, 0], [0, 0]]}, False),
        ("equilibrium: true and false", "equilibrium", PENNIES, {"strategies": [[True, False], [True, False]]}, False),
        ("equilibrium: three players of two", "equilibrium", PENNIES, {"strategies": [["1/2", "1/2"]] * 3}, False),
        (
            "equilibrium: an epsilon of its own",
            "equilibrium",
            PENNIES,
            {"strategies": [[1, 0], [1, 0]], "epsilon": 2},
            False,
        ),
        ("solver: an optimum of its own", "solver", KNAPSACK, {"x": [0, 0, 0, 0], "optimum": 0}, False),
        ("solver: rows of its own", "solver", MIX, {"x": [9, 9], "duals": [0, 0, 0], "rows": []}, False),
    ]


CASES: tuple[Case, ...] = (*_numbers(), *_shapes(), *_others())

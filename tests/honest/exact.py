"""Right answers of the formats that need no tool, in many written forms, and near misses of each.

`CASES` holds (name, answer object, final answer, right), as `mathematics.CASES` does.
"""

from collections.abc import Iterator
from typing import Any

from tests.honest.mathematics import Answer, Case

_INTEGERS: Answer = {"format": "integer"}
_FRACTIONS: Answer = {"format": "fraction"}
_WORDS: Answer = {"format": "text", "case": False}


def _of(kind: str, value: list[Any], of: Answer) -> Answer:
    return {"format": kind, "value": value, "of": of}


TABLE: list[tuple[str, Answer, list[str], list[str]]] = [
    (
        "integer",
        {"format": "integer", "value": -12},
        ["-12", " -12 ", "-12.", "$-12$", r"\boxed{-12}", "−12", "$\\boxed{-12}$.", "-012"],
        ["12", "-13", "-11", "-12.0", "-1 2", "-12/1 or 12", "-12, 12", "--12", "-1,2", "the answer is -12"],
    ),
    (
        "large_integer",
        {"format": "integer", "value": "123456789012345678901234567890"},
        ["123456789012345678901234567890", "$123456789012345678901234567890$", "+123456789012345678901234567890"],
        [
            "123456789012345678901234567891",
            "-123456789012345678901234567890",
            "1.2345678901234568e29",
            "12345678901234567890123456789",
        ],
    ),
    (
        "fraction",
        {"format": "fraction", "value": "7/3"},
        ["7/3", "14/6", " 7 / 3 ", "$7/3$", r"\boxed{7/3}", "7/3.", "70/30"],
        ["3/7", "-7/3", "2.333333", "2.3333333333333335", "7/4", "8/3", "7:3", "7/3 and 14/6", "7/0", "2"],
    ),
    (
        "whole_fraction",
        {"format": "fraction", "value": "4"},
        ["4", "8/2", "$4$", "+4"],
        ["-4", "1/4", "4.0001", "4/4", "four"],
    ),
    (
        "decimal",
        {"format": "decimal", "value": "3.14159", "abs_tol": 0.0005, "rel_tol": 0.0, "digits": 4},
        ["3.14159", "3.1416", "3.142", "31416e-4", "0.31416e1", "$3.1416$", "3.1416.", "+3.1416"],
        ["3.14", "-3.1416", "3.15", "31.416", "3,1416", "3.1416 m", "3.1416 or 3.15", "pi", "3.1416%"],
    ),
    (
        "relative_decimal",
        {"format": "decimal", "value": "6.022e23", "abs_tol": 0.0, "rel_tol": 0.001, "digits": 4},
        ["6.022e23", "6.022E23", "6.0221e+23", "602.2e21", "602200000000000000000000"],
        ["6.022e22", "6.022e24", "6.03e23", "-6.022e23", "6.022", "6.022e23 mol"],
    ),
    (
        "choice",
        {"format": "choice", "value": "B", "options": ["yes", "no", "it depends"]},
        ["B", "b", "B.", " B ", "$B$", r"\boxed{B}"],
        ["A", "C", "D", "A or B", "B, C", "AB", "", "not B", "1"],
    ),
    (
        "text",
        {"format": "text", "value": "red cedar", "any_of": ["Thuja plicata"], "case": False},
        [
            "red cedar",
            "Red Cedar",
            "RED CEDAR",
            " red  cedar ",
            "red cedar.",
            "Thuja plicata",
            "thuja plicata",
            "red\tcedar",
        ],
        [
            "cedar",
            "red",
            "redcedar",
            "white cedar",
            "red cedar or pine",
            "a red cedar tree",
            "red cedars",
            "reed cedar",
        ],
    ),
    (
        "text_with_case",
        {"format": "text", "value": "pH", "case": True},
        ["pH", " pH ", "pH."],
        ["PH", "ph", "Ph", "p H", "pH 7"],
    ),
    (
        "list",
        _of("list", [3, 1, 2], _INTEGERS),
        ["[3, 1, 2]", "[3,1,2]", " [ 3 , 1 , 2 ] ", "$[3, 1, 2]$", r"\boxed{[3, 1, 2]}", "[3, 1, 2].", "[3, 1, +2]"],
        ["[1, 2, 3]", "[3, 2, 1]", "[3, 1]", "[3, 1, 2, 2]", "[3, 1, 3]", "[-3, 1, 2]", "[3 1 2]", "[3, 1, 2"],
    ),
    (
        "list_of_fractions",
        _of("list", ["1/2", "-2/3"], _FRACTIONS),
        ["[1/2, -2/3]", "[2/4, -4/6]", "[ 1/2,-2/3 ]"],
        ["[-2/3, 1/2]", "[1/2, 2/3]", "[0.5, -0.6667]", "[1/2]"],
    ),
    (
        "set",
        _of("set", [1, 2, 3], _INTEGERS),
        ["{1, 2, 3}", "{3,2,1}", "{2, 1, 3}", "${1, 2, 3}$", "{1, 2, 3, 3}"],
        ["{1, 2}", "{1, 2, 4}", "{1, 2, 3, 4}", "{-1, 2, 3}", "{}", "1"],
    ),
    (
        "multiset",
        _of("multiset", [1, 1, 2], _INTEGERS),
        ["{1, 1, 2}", "{1, 2, 1}", "{2,1,1}", "${1, 1, 2}$", " {1, 1, 2}."],
        ["{1, 2}", "{1, 2, 2}", "{1, 1, 1, 2}", "{1, 1}", "{1, 1, -2}"],
    ),
    (
        "tuple",
        _of("tuple", ["1/2", "2"], _FRACTIONS),
        ["(1/2, 2)", "(2/4, 2)", "( 1/2 , 4/2 )", "$(1/2, 2)$"],
        ["(2, 1/2)", "(1/2, -2)", "(1/2)", "(1/2, 2, 2)", "(0.5, 2.1)"],
    ),
    (
        "matrix",
        _of("matrix", [[1, 2], [3, 4]], _INTEGERS),
        ["[[1, 2], [3, 4]]", "[[1,2],[3,4]]", "$[[1, 2], [3, 4]]$", " [[1, 2], [3, 4]]."],
        [
            "[[1, 3], [2, 4]]",
            "[[3, 4], [1, 2]]",
            "[1, 2, 3, 4]",
            "[[1, 2], [3, -4]]",
            "[[1, 2]]",
            "[[1, 2], [3, 4], [5, 6]]",
        ],
    ),
    (
        "json",
        {
            "format": "json",
            "value": {"route": ["A", "C"], "cost": 7},
            "schema": {
                "type": "object",
                "required": ["route", "cost"],
                "properties": {"route": {"type": "array", "items": {"type": "string"}}, "cost": {"type": "integer"}},
            },
        },
        [
            '{"route": ["A", "C"], "cost": 7}',
            '{"cost":7,"route":["A","C"]}',
            ' {"cost": 7, "route": ["A", "C"]} ',
            '{"cost": 7,\n "route": ["A", "C"]}',
            '{"cost": 7, "route": ["\\u0041", "C"]}',
        ],
        [
            '{"route": ["C", "A"], "cost": 7}',
            '{"route": ["A", "C"], "cost": 8}',
            '{"route": ["A", "C"], "cost": "7"}',
            '{"route": ["A", "C"]}',
            '{"route": ["A", "C"], "cost": 7, "more": 1}',
            '{"route": ["A", "C"], "cost": 7, "cost": 7}',
            '{"route": ["A", "C"], "cost": -7}',
            "{'route': ['A', 'C'], 'cost': 7}",
        ],
    ),
]


def _cases() -> Iterator[Case]:
    for name, answer, right, wrong in TABLE:
        for at, final in enumerate(right):
            yield f"exact-{name}-right-{at}", answer, final, True
        for at, final in enumerate(wrong):
            yield f"exact-{name}-near-{at}", answer, final, False


CASES: tuple[Case, ...] = tuple(_cases())

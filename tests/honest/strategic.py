"""Answers of honest miners to strategic tasks, in the many ways they can be written, and answers that are nearly right.

`CASES` holds (name, check, against, artefact, right).
"""

from collections.abc import Mapping
from typing import Any

Case = tuple[str, str, Mapping[str, Any], Any, bool]

_MIX: Mapping[str, Any] = {
    "variables": ["doors", "windows"],
    "sense": "max",
    "objective": {"doors": 3, "windows": 5},
    "rows": [
        {"name": "hours", "terms": {"doors": 1}, "relation": "<=", "bound": 4},
        {"name": "sheets", "terms": {"windows": 2}, "relation": "<=", "bound": 12},
        {"name": "weight", "terms": {"doors": 3, "windows": 2}, "relation": "<=", "bound": 18},
    ],
}
_BEST = {"doors": 2, "windows": 6}
_PRICES = {"hours": 0, "sheets": "3/2", "weight": 1}

# min 2a + 3b, a + b ≥ 4, a + 3b ≥ 6: the corner (3, 1) costs 9; shadow prices 3/2 and 1/2
_DIET: Mapping[str, Any] = {
    "variables": ["a", "b"],
    "sense": "min",
    "objective": {"a": 2, "b": 3},
    "rows": [
        {"name": "iron", "terms": {"a": 1, "b": 1}, "relation": ">=", "bound": 4},
        {"name": "zinc", "terms": {"a": 1, "b": 3}, "relation": ">=", "bound": 6},
    ],
}
# max x + y, x + 2y ≤ 3, 3x + y ≤ 4: the corner (1, 1); and with bounds 4x + 3y ≤ 5, 3x + 4y ≤ 5: (5/7, 5/7)
_THIRDS: Mapping[str, Any] = {
    "variables": ["x", "y"],
    "sense": "max",
    "objective": {"x": 1, "y": 1},
    "rows": [
        {"name": "one", "terms": {"x": 4, "y": 3}, "relation": "<=", "bound": 5},
        {"name": "two", "terms": {"x": 3, "y": 4}, "relation": "<=", "bound": 5},
    ],
}
# max 2u + v, u + v = 3, −1 ≤ u ≤ 2, v free: u = 2, v = 1, 5; the equation's price is 1, u's bound gains the rest
_FREE: Mapping[str, Any] = {
    "variables": ["u", "v"],
    "sense": "max",
    "objective": {"u": 2, "v": 1},
    "rows": [{"name": "sum", "terms": {"u": 1, "v": 1}, "relation": "=", "bound": 3}],
    "lower": {"u": -1, "v": None},
    "upper": {"u": 2},
}
_KNAPSACK: Mapping[str, Any] = {
    "variables": ["tent", "stove", "rope", "lamp"],
    "sense": "max",
    "objective": {"tent": 10, "stove": 7, "rope": 6, "lamp": 2},
    "rows": [{"terms": {"tent": 5, "stove": 4, "rope": 3, "lamp": 1}, "relation": "<=", "bound": 8}],
    "upper": {"tent": 1, "stove": 1, "rope": 1, "lamp": 1},
    "integers": ["tent", "stove", "rope", "lamp"],
    "optimum": 16,
}
_ASSIGNMENT: Mapping[str, Any] = {
    "variables": ["a1", "a2", "b1", "b2"],
    "sense": "min",
    "objective": {"a1": 4, "a2": 1, "b1": 2, "b2": 3},
    "rows": [
        {"name": "a", "terms": {"a1": 1, "a2": 1}, "relation": "=", "bound": 1},
        {"name": "b", "terms": {"b1": 1, "b2": 1}, "relation": "=", "bound": 1},
        {"name": "first", "terms": {"a1": 1, "b1": 1}, "relation": "=", "bound": 1},
        {"name": "second", "terms": {"a2": 1, "b2": 1}, "relation": "=", "bound": 1},
    ],
    "optimum": 3,
}


def _solver() -> list[Case]:
    def case(name: str, against: Mapping[str, Any], artefact: Any, right: bool) -> Case:
        return f"solver: {name}", "solver", against, artefact, right

    return [
        case("product mix", _MIX, {"x": _BEST, "duals": _PRICES}, True),
        case("product mix in arrays", _MIX, {"x": [2, 6], "duals": [0, 1.5, 1]}, True),
        case("numbers as texts", _MIX, {"x": ["2", "6.0"], "duals": ["0", "3/2", "+1"]}, True),
        case("unreduced fractions", _MIX, {"x": ["4/2", "18/3"], "duals": ["0/7", "6/4", "2/2"]}, True),
        case("floats that are whole", _MIX, {"x": [2.0, 6e0], "duals": [-0.0, 1.5, 1.0]}, True),
        case("something beside it", _MIX, {"x": _BEST, "duals": _PRICES, "value": 36}, True),
        case("least cost", _DIET, {"x": {"a": 3, "b": 1}, "duals": {"iron": "3/2", "zinc": "1/2"}}, True),
        case("sevenths", _THIRDS, {"x": ["5/7", "5/7"], "duals": ["1/7", "1/7"]}, True),
        case("a free variable", _FREE, {"x": {"u": 2, "v": 1}, "duals": {"sum": 1}}, True),
        case("knapsack", _KNAPSACK, {"x": {"tent": 1, "stove": 0, "rope": 1, "lamp": 0}}, True),
        case("knapsack without asking for duals", _KNAPSACK, {"x": [1, 0, 1, 0], "duals": None}, True),
        case("assignment", _ASSIGNMENT, {"x": [0, 1, 1, 0]}, True),
        case("one off the corner", _MIX, {"x": {"doors": 2, "windows": 5}, "duals": _PRICES}, False),
        case("another corner", _MIX, {"x": {"doors": 4, "windows": 3}, "duals": _PRICES}, False),
        case("better than possible", _MIX, {"x": {"doors": 3, "windows": 6}, "duals": _PRICES}, False),
        case("without duals", _MIX, {"x": _BEST}, False),
        case("one dual short", _MIX, {"x": _BEST, "duals": {"hours": 0, "sheets": "3/2"}}, False),
        case(
            "duals that are not tight", _MIX, {"x": _BEST, "duals": {"hours": 3, "sheets": "5/2", "weight": 0}}, False
        ),
        case("duals of the wrong sign", _MIX, {"x": _BEST, "duals": {"hours": 3, "sheets": 3, "weight": -1}}, False),
        case("rounded sevenths", _THIRDS, {"x": [0.714285714, 0.714285714], "duals": ["1/7", "1/7"]}, False),
        case("rounded duals", _THIRDS, {"x": ["5/7", "5/7"], "duals": [0.142857142857, 0.142857142857]}, False),
        case("signs of a minimum", _DIET, {"x": [3, 1], "duals": ["-3/2", "-1/2"]}, False),
        case("prices that overpay", _FREE, {"x": [2, 1], "duals": [2]}, False),
        case("above its bound", _FREE, {"x": [3, 0], "duals": [1]}, False),
        case("knapsack by density", _KNAPSACK, {"x": [1, 0, 0, 1]}, False),
        case("knapsack in parts", _KNAPSACK, {"x": [1, 0, "2/3", 1]}, False),
        case("knapsack too heavy", _KNAPSACK, {"x": [1, 1, 0, 0]}, False),
        case("negative items", _KNAPSACK, {"x": [1, 1, 1, -4]}, False),
        case("assignment of both to one", _ASSIGNMENT, {"x": [0, 1, 0, 1]}, False),
        case("the dearer assignment", _ASSIGNMENT, {"x": [1, 0, 0, 1]}, False),
        case("a variable too many", _ASSIGNMENT, {"x": {"a1": 0, "a2": 1, "b1": 1, "b2": 0, "c": 1}}, False),
    ]


_SQUARE: Mapping[str, Any] = {
    "variables": ["a", "b", "c", "d"],
    "constraints": [
        {"kind": "integer", "variables": ["a", "b", "c", "d"]},
        {"kind": "range", "variables": ["a", "b", "c", "d"], "least": 1, "greatest": 4},
        {"kind": "all_different", "variables": ["a", "b", "c", "d"]},
        {"kind": "linear", "terms": {"a": 1, "d": 1}, "relation": "=", "bound": 5, "says": "a + d = 5"},
        {"kind": "linear", "terms": {"a": 1, "b": -1}, "relation": "<", "bound": 0, "says": "a < b"},
        {
            "kind": "if",
            "condition": {"kind": "one_of", "variables": ["b"], "values": [2, 3]},
            "then": {"kind": "linear", "terms": {"c": 1, "b": -1}, "relation": ">", "bound": 0},
        },
        {
            "kind": "count",
            "constraints": [
                {"kind": "linear", "terms": {"a": 1}, "relation": "=", "bound": 1},
                {"kind": "linear", "terms": {"b": 1}, "relation": "=", "bound": 2},
                {"kind": "linear", "terms": {"c": 1}, "relation": "=", "bound": 4},
            ],
            "relation": "=",
            "bound": 2,
        },
    ],
}
_MATCHING: Mapping[str, Any] = {
    "variables": ["ann", "bea", "cas"],
    "constraints": [
        {
            "kind": "stable_matching",
            "proposers": {"ann": ["xu", "yo", "zoe"], "bea": ["yo", "xu", "zoe"], "cas": ["xu", "yo", "zoe"]},
            "receivers": {"xu": ["bea", "ann", "cas"], "yo": ["ann", "bea", "cas"], "zoe": ["ann", "bea", "cas"]},
        }
    ],
}
_PICKY: Mapping[str, Any] = {
    "variables": ["ann", "bea"],
    "constraints": [
        {
            "kind": "stable_matching",
            "proposers": {"ann": ["xu"], "bea": ["xu"]},
            "receivers": {"xu": ["bea", "ann"], "yo": ["ann"]},
        }
    ],
}
_SITE: Mapping[str, Any] = {
    "variables": ["dig", "pour", "wire", "paint"],
    "constraints": [
        {
            "kind": "schedule",
            "durations": {"dig": 2, "pour": 3, "wire": 2, "paint": "3/2"},
            "precedence": [["dig", "pour"], ["pour", "paint"], ["wire", "paint"]],
            "capacity": 3,
            "demands": {"dig": 2, "pour": 2, "wire": 2, "paint": 1},
            "deadline": "17/2",
        }
    ],
}
_COLOURS: Mapping[str, Any] = {
    "variables": ["north", "south", "east"],
    "labels": ["red", "green"],
    "constraints": [
        {"kind": "one_of", "variables": ["north", "south", "east"], "values": ["red", "green"]},
        {"kind": "all_different", "variables": ["north", "south"]},
        {"kind": "not", "constraint": {"kind": "one_of", "variables": ["east"], "values": ["red"]}},
    ],
}


def _constraints() -> list[Case]:
    def case(name: str, against: Mapping[str, Any], x: Any, right: bool) -> Case:
        return f"constraints: {name}", "constraints", against, {"x": x}, right

    return [
        case("four numbers", _SQUARE, {"a": 1, "b": 2, "c": 3, "d": 4}, True),
        case("four numbers in an array", _SQUARE, [1, "2", 3.0, "8/2"], True),
        case("proposers first", _MATCHING, {"ann": "xu", "bea": "yo", "cas": "zoe"}, True),
        case("receivers first", _MATCHING, {"ann": "yo", "bea": "xu", "cas": "zoe"}, True),
        case("somebody stays alone", _PICKY, {"ann": None, "bea": "xu"}, True),
        case("a tight schedule", _SITE, {"dig": 0, "pour": 2, "wire": 5, "paint": 7}, True),
        case("wiring first", _SITE, {"dig": 2, "pour": 4, "wire": 0, "paint": 7}, True),
        case("colours", _COLOURS, {"north": "red", "south": "green", "east": "green"}, True),
        case("one too large", _SQUARE, {"a": 1, "b": 2, "c": 5, "d": 4}, False),
        case("one twice", _SQUARE, {"a": 1, "b": 3, "c": 3, "d": 4}, False),
        case("not whole", _SQUARE, {"a": "3/2", "b": 2, "c": 3, "d": "7/2"}, False),
        case("sum is off", _SQUARE, {"a": 1, "b": 2, "c": 4, "d": 3}, False),
        case("consequence fails", _SQUARE, {"a": 1, "b": 3, "c": 2, "d": 4}, False),
        case("wrong count", _SQUARE, {"a": 2, "b": 4, "c": 1, "d": 3}, False),
        case("one missing", _SQUARE, {"a": 1, "b": 2, "c": 3}, False),
        case("true for one", _SQUARE, {"a": True, "b": 2, "c": 3, "d": 4}, False),
        case("blocking pair", _MATCHING, {"ann": "xu", "bea": "zoe", "cas": "yo"}, False),
        case("one receiver twice", _MATCHING, {"ann": "xu", "bea": "xu", "cas": "zoe"}, False),
        case("alone though wanted", _MATCHING, {"ann": "xu", "bea": "yo", "cas": None}, False),
        case("unacceptable partner", _PICKY, {"ann": "yo", "bea": "xu"}, False),
        case("the less liked one", _PICKY, {"ann": "xu", "bea": None}, False),
        case("a number for a partner", _PICKY, {"ann": 1, "bea": "xu"}, False),
        case("starts too early", _SITE, {"dig": 0, "pour": "19/10", "wire": 5, "paint": 7}, False),
        case("over capacity", _SITE, {"dig": 0, "pour": 2, "wire": 4, "paint": 6}, False),
        case("after the deadline", _SITE, {"dig": 0, "pour": 2, "wire": 5, "paint": "71/10"}, False),
        case("before time began", _SITE, {"dig": -1, "pour": 2, "wire": 5, "paint": 7}, False),
        case("same colour", _COLOURS, {"north": "red", "south": "red", "east": "green"}, False),
        case("forbidden colour", _COLOURS, {"north": "red", "south": "green", "east": "red"}, False),
        case("unknown colour", _COLOURS, {"north": "red", "south": "Green", "east": "green"}, False),
    ]


_PENNIES: Mapping[str, Any] = {"payoffs": [[[1, -1], [-1, 1]]], "zero_sum": True}
_UNEVEN: Mapping[str, Any] = {"payoffs": [[[3, -1], [-2, 1]]], "zero_sum": True}
_SEXES: Mapping[str, Any] = {
    "payoffs": [[[3, 0], [0, 2]], [[2, 0], [0, 3]]],
    "actions": [["opera", "match"], ["opera", "match"]],
}
_ROCK: Mapping[str, Any] = {"payoffs": [[[0, -1, 1], [1, 0, -1], [-1, 1, 0]]], "zero_sum": True}
_PRISONERS: Mapping[str, Any] = {"payoffs": [[[-1, -3], [0, -2]], [[-1, 0], [-3, -2]]]}
# three voters, each pays 1 to turn up; the prize of 4 is everybody's when at least two do
_VOTERS: Mapping[str, Any] = {
    "payoffs": [
        [[[0, 0], [0, 4]], [[-1, 3], [3, 3]]],
        [[[0, 0], [-1, 3]], [[0, 4], [3, 3]]],
        [[[0, -1], [0, 3]], [[0, 3], [4, 3]]],
    ]
}
# the same with a prize of 2: each votes with probability 1/2, since 2 · P(one other votes) = 1 is then the cost
_POOR: Mapping[str, Any] = {
    "payoffs": [
        [[[0, 0], [0, 2]], [[-1, 1], [1, 1]]],
        [[[0, 0], [-1, 1]], [[0, 2], [1, 1]]],
        [[[0, -1], [0, 1]], [[0, 1], [2, 1]]],
    ]
}
_LOOSE: Mapping[str, Any] = {**_PENNIES, "epsilon": "1/100"}


def _equilibrium() -> list[Case]:
    def case(name: str, against: Mapping[str, Any], strategies: Any, right: bool) -> Case:
        return f"equilibrium: {name}", "equilibrium", against, {"strategies": strategies}, right

    return [
        case("matching pennies", _PENNIES, [["1/2", "1/2"], [0.5, 0.5]], True),
        case("uneven zero-sum", _UNEVEN, [["3/7", "4/7"], ["2/7", "5/7"]], True),
        case("by the actions' names", _SEXES, [{"opera": 1, "match": 0}, {"opera": 1, "match": 0}], True),
        case("the other pure one", _SEXES, [[0, 1], [0, 1]], True),
        case("the mixed one", _SEXES, [["3/5", "2/5"], ["2/5", "3/5"]], True),
        case("decimals that are exact", _SEXES, [[0.6, 0.4], ["0.4", "0.6"]], True),
        case("rock, paper, scissors", _ROCK, [["1/3"] * 3, ["2/6"] * 3], True),
        case("both confess", _PRISONERS, [[0, 1], [0, 1]], True),
        case("nobody votes", _VOTERS, [[1, 0], [1, 0], [1, 0]], True),
        case("two vote", _VOTERS, [[0, 1], [0, 1], [1, 0]], True),
        case("all mix", _POOR, [["1/2", "1/2"]] * 3, True),
        case("within epsilon", _LOOSE, [["501/1000", "499/1000"], ["1/2", "1/2"]], True),
        case("nearly even", _PENNIES, [["501/1000", "499/1000"], ["1/2", "1/2"]], False),
        case("swapped probabilities", _UNEVEN, [["4/7", "3/7"], ["2/7", "5/7"]], False),
        case("players swapped", _SEXES, [["2/5", "3/5"], ["3/5", "2/5"]], False),
        case("they miss each other", _SEXES, [[1, 0], [0, 1]], False),
        case("adds up to less", _ROCK, [[0.333, 0.333, 0.333], ["1/3"] * 3], False),
        case("adds up to more", _ROCK, [["1/3", "1/3", "1/2"], ["1/3"] * 3], False),
        case("both keep silent", _PRISONERS, [[1, 0], [1, 0]], False),
        case("all vote", _VOTERS, [[0, 1]] * 3, False),
        case("one votes", _VOTERS, [[0, 1], [1, 0], [1, 0]], False),
        case("beyond epsilon", _LOOSE, [["53/100", "47/100"], ["1/2", "1/2"]], False),
        case("one player short", _VOTERS, [[1, 0], [1, 0]], False),
        case("one action short", _ROCK, [["1/2", "1/2"], ["1/3"] * 3], False),
        case("negative probability", _PRISONERS, [[-1, 2], [0, 1]], False),
    ]


CASES: tuple[Case, ...] = (*_solver(), *_constraints(), *_equilibrium())

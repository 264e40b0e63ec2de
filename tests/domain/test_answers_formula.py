"""Answer objects of formulas, collections and JSON: read, written, and refused in one sentence."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.answers.bracketed import members_of
from reasonforge.domain.answers.json_answer import JsonAnswer
from reasonforge.domain.answers.json_text import read_json, same_json
from reasonforge.domain.answers.matching import each_finds_one, pairing_exists
from reasonforge.domain.answers.reading import read_answer
from tests.strategies import json_values

EXPRESSION = {"format": "expression", "value": "x", "variables": ["x"]}
INTEGERS = {"format": "integer"}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({**EXPRESSION, "value": ""}, "1 to 400"),
        ({**EXPRESSION, "value": "x" * 401}, "1 to 400"),
        ({**EXPRESSION, "value": "(x]"}, "do not match"),
        ({**EXPRESSION, "variables": ["x", "x"]}, "each named once"),
        ({**EXPRESSION, "variables": ["1x"]}, "a variable is a letter"),
        ({**EXPRESSION, "assumptions": {"y": "real"}}, "assumptions give"),
        ({**EXPRESSION, "assumptions": {"x": "prime"}}, "assumptions give"),
        ({**EXPRESSION, "domain": {"x": [1, 0]}}, "domain gives"),
        ({**EXPRESSION, "domain": {"x": [1]}}, "two bounds"),
        ({**EXPRESSION, "latex": 1}, "true or false"),
        ({**EXPRESSION, "tolerance": 1}, "has no field"),
        ({"format": "equation", "value": "x", "variables": ["x"]}, "one sign of equality"),
        ({"format": "quantity", "value": "1"}, "unit must be a text"),
        ({"format": "quantity", "value": "one", "unit": "m"}, "must be a number"),
        ({"format": "quantity", "value": 1, "unit": "m", "abs_tol": -1}, "must be a number ≥ 0"),
        ({"format": "set", "value": 1, "of": INTEGERS}, "needs an array"),
        ({"format": "set", "value": [1, "a"], "of": INTEGERS}, "must be an integer"),
        ({"format": "matrix", "value": [[1], [1, 2]], "of": INTEGERS}, "rows of the same length"),
        ({"format": "matrix", "value": [], "of": INTEGERS}, "rows of the same length"),
        ({"format": "set", "value": ["x"], "of": {"format": "proof"}}, "no field|cannot stand"),
        ({"format": "json", "value": 1, "schema": {"type": "whole"}}, "cannot be"),
        ({"format": "json", "value": 1, "schema": {"pattern": "a*"}}, "no word"),
        ({"format": "json", "value": "1", "schema": {"type": "integer"}}, "own value is refused"),
        ({"format": "json", "value": 1, "schema": {"type": "integer"}, "checker": {"name": "eval"}}, "must be one of"),
        (
            {"format": "json", "value": [1], "schema": {"type": "array"}, "checker": {"name": "unordered"}},
            "needs exactly items",
        ),
    ],
)
def test_malformed_objects(answer: dict[str, object], sentence: str) -> None:
    """A bad object is a ValueError of one sentence that says what is wrong."""
    with pytest.raises(ValueError, match=sentence) as caught:
        read_answer(answer)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["set", "multiset", "tuple", "list"])
def test_collections_go_where_their_elements_are_decided(kind: str) -> None:
    """Of numbers they are exact and need no tool; of expressions, empty ones included, they do."""
    exact = read_answer({"format": kind, "value": [2, 1], "of": INTEGERS})
    assert isinstance(exact, ExactAnswer)
    assert exact.check(exact.truth()).grade == 1.0
    for value in ([], ["x"]):
        formulas = read_answer({"format": kind, "value": value, "of": {**EXPRESSION}})
        assert not isinstance(formulas, ExactAnswer)
        assert read_answer(formulas.specification()) == formulas


def test_texts_in_sets_may_hold_commas() -> None:
    """In quotes."""
    answer = read_answer({"format": "set", "value": ["a, b", "c}"], "of": {"format": "text"}})
    assert isinstance(answer, ExactAnswer)
    assert answer.check('{"c}", "a, b"}').grade == 1.0
    assert answer.check('{"c}", "a", "b"}').grade == 0.0


def test_tolerances_are_matched_both_ways() -> None:
    """0.1 agrees with 0 and with 0.2 within 0.15, and one given number cannot stand for both in a multiset."""
    of = {"format": "decimal", "abs_tol": 0.15}
    answer = read_answer({"format": "multiset", "value": [0, 0.2], "of": of})
    assert isinstance(answer, ExactAnswer)
    assert answer.check("{0.1, 0.3}").grade == 1.0
    assert answer.check("{0.3, 0.1}").grade == 1.0
    assert answer.check("{0.3, 0.3}").grade == 0.0
    assert answer.check("{0.1}").grade == 0.0


@given(st.lists(st.integers(0, 6), max_size=6), st.lists(st.integers(0, 6), max_size=6))
def test_pairings_and_coverings(left: list[int], right: list[int]) -> None:
    """With equality as agreement they are equality of multisets and of sets."""
    assert pairing_exists(left, right, int.__eq__) == (sorted(left) == sorted(right))
    assert each_finds_one(left, right, int.__eq__) == (set(left) == set(right))


@given(st.permutations(range(7)))
def test_a_pairing_is_found_where_only_one_exists(order: list[int]) -> None:
    """N agrees with n and n + 1: the only pairing of 0…6 with itself takes exchanges to find."""
    assert pairing_exists(order, list(range(7)), lambda first, second: second in {first, first + 1})


@given(st.text("(){}[],1 '", max_size=30))
def test_splitting_is_total(text: str) -> None:
    """Whatever stands in brackets is split, or refused, and never into nothing."""
    parts = members_of(f"{{{text}}}", "{")
    assert parts is None or all(parts)


@given(json_values)
def test_json_survives(value: object) -> None:
    """What JSON can write is read back the same, types included, and equal to itself alone."""
    assume("Infinity" not in json.dumps(value))
    answer_text = JsonAnswer({"enum": [value]}, value).truth()
    read, refused = read_json(answer_text)
    assert not refused
    assert same_json(read, value)
    assert not same_json(read, [value])


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (
            {"name": "subset_sum", "numbers": [3, 5, 5, 8], "target": 13},
            ["[5, 8]", "[8, 5]", "[3, 5, 5]"],
            ["[13]", "[8, 8]", "[]"],
        ),
        ({"name": "unordered", "items": [1, 1, 2]}, ["[2, 1, 1]"], ["[1, 2]", "[1, 2, 2]", "[1, 1, 2.0]"]),
        (
            {"name": "path", "edges": [[1, 2], [2, 3], [1, 3]], "start": 1, "end": 3, "steps": 2},
            ["[1, 3]", "[1, 2, 3]"],
            ["[3, 1]", "[1]", "[1, 2]", "[1, 2, 3, 3]"],
        ),
        (
            {"name": "satisfies", "variables": 2, "clauses": [[1, 2], [-1, 2]]},
            ["[1, 2]", "[-1, 2]"],
            ["[1, -2]", "[2]", "[1, 2, 2]", "[1, -1]"],
        ),
    ],
)
def test_rules(rule: dict[str, object], right: list[str], wrong: list[str]) -> None:
    """A named rule accepts every answer that obeys it and no other."""
    value, _ = read_json(right[0])
    answer = JsonAnswer({"type": "array"}, value, rule)
    assert [answer.check(text).grade for text in right] == [1.0] * len(right)
    assert [answer.check(text).grade for text in [*wrong, "{}", "x", "[null]"]] == [0.0] * (len(wrong) + 3)

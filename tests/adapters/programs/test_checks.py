"""The three checks of programs, in a real sandbox."""

import asyncio
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.programs.comparison import Failed, Returned, normal, outcome_of, same, same_tokens
from reasonforge.adapters.programs.differential import DifferentialTests
from reasonforge.adapters.programs.hidden_tests import HiddenTests
from reasonforge.adapters.programs.relations import first_calls, holds, second_calls
from reasonforge.adapters.programs.static_analysis import StaticAnalysis
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.artefacts.formal import formal_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.identity import TaskId
from reasonforge.domain.task import Task
from tests.adapters.programs.sandboxed import handed_in, judged, sandbox, task

pytestmark = pytest.mark.bwrap
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
DOUBLE = task("double", [([3], 6), ([5], 10), ([-1], -2), ([0], 0)], [([n], 2 * n) for n in range(-5, 6)])
ECHO = task("", [("3 4\n", "7\n"), ("1 1\n", "2\n")])
CHECKERS = (HiddenTests, StaticAnalysis, DifferentialTests)


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_canaries_pass(checker: Any) -> None:
    """Each check accepts its right program and refuses its wrong one."""
    result = asyncio.run(checker(sandbox()).self_test())
    assert result.passed, result


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_a_sandbox_without_tools_is_our_fault(checker: Any) -> None:
    """Where the toolchain is missing, the check is unavailable and its canary says so without raising."""
    empty = BubblewrapSandbox(toolchains={})
    with pytest.raises(ValidatorFault):
        asyncio.run(checker(empty).check(DOUBLE, handed_in("def double(n):\n    return 2 * n\n")))
    assert not asyncio.run(checker(empty).self_test()).passed


def test_the_share_of_tests_is_the_grade() -> None:
    """A program that is right on two of four tests gets a half, and is told the first that fails but not its value."""
    finding = judged(HiddenTests(sandbox()), DOUBLE, "def double(n):\n    return abs(2 * n) + (n == 5)\n")
    assert finding.grade == 0.5
    assert finding.reason == "passes 2 of 4 tests; the first to fail is test 2: another value"


def test_programs_read_standard_input() -> None:
    """Where there is no entry, the source is a script whose printed words are compared."""
    checker = HiddenTests(sandbox())
    right = "import sys\n\nif __name__ == '__main__':\n    print('', sum(map(int, sys.stdin.read().split())), '\\n')\n"
    assert judged(checker, ECHO, right).grade == 1.0
    assert judged(checker, ECHO, "a, b = map(int, input().split())\nprint(a + b)\nexit()\n").grade == 1.0
    assert judged(checker, ECHO, "a, b = map(int, input().split())\nprint('sum:', a + b)\n").grade == 0.0
    assert judged(checker, ECHO, "a, b = map(int, input().split())\nprint(a + b)\nraise SystemExit(1)\n").grade == 0.0
    assert judged(checker, ECHO, "print(7)\n").grade == 0.5


def test_a_test_has_nothing_of_the_others() -> None:
    """Every test is a process of its own: what one call leaves behind, no other finds."""
    source = "SEEN = []\n\n\ndef double(n):\n    SEEN.append(n)\n    return 2 * SEEN[0]\n"
    assert judged(HiddenTests(sandbox()), DOUBLE, source).grade == 1.0
    assert judged(DifferentialTests(sandbox()), DOUBLE, source).grade == 0.0


@pytest.mark.parametrize("source", [None, b"", b"  \n", b"\xff\xfe", b"x = 1\0", b"x" * 500_001], ids=range(6))
@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_what_is_no_source_is_refused(checker: Any, source: bytes | None) -> None:
    """Nothing, no text, or too much: the miner's failure, without a run."""
    assert judged(checker(sandbox()), DOUBLE, source).grade == 0.0


def test_time_is_not_spent_on_every_test() -> None:
    """After three tests without end, those left count as failed; the rest of the first eight is still run."""
    slow = task("f", [([n], n) for n in range(20)], seconds=0.3)
    finding = judged(HiddenTests(sandbox()), slow, "def f(n):\n    while n < 5:\n        pass\n    return n\n")
    assert finding.grade == pytest.approx(3 / 20)
    assert "time limit" in finding.reason


def test_relations_are_kept_or_broken() -> None:
    """Every kind of relation accepts a program that obeys it, and refuses one that does not."""
    turn = {"argument": 0, "to": "decode"}
    kinds: list[tuple[dict[str, Any], str, str]] = [
        ({"relation": "invariant", "transform": {"name": "sort", "argument": 0}}, "sum(v)", "v[0]"),
        ({"relation": "equivariant", "transform": {"name": "reverse", "argument": 0}}, "[2 * n for n in v]", "v[1:]"),
        ({"relation": "monotone", "transform": {"name": "add", "argument": 0, "by": 1}}, "max(v)", "-max(v)"),
        ({"relation": "concatenation", "argument": 0, "combine": "append"}, "[n + 1 for n in v]", "sorted(v)"),
        ({"relation": "idempotent", "argument": 0}, "sorted(v)", "[n + 1 for n in v]"),
    ]
    checker = DifferentialTests(sandbox())
    for relation, kept, broken in kinds:
        full = {**relation, "inputs": [[[3, 1, 2]], [[5, -4]]]}
        for expression, grade in ((kept, 1.0), (broken, 0.0)):
            value = eval(expression, {"v": [9]})  # noqa: S307 - our own, for the one case
            asked = task("f", [([[9]], value)], [([[9]], value)], [full])
            finding = judged(checker, asked, f"def f(v):\n    return {expression}\n")
            assert finding.grade == grade, (relation, expression, finding)
    inverse = {"relation": "inverse", "argument": 1, "turn": turn, "inputs": [["encode", 3], ["encode", 8]]}
    asked = task("f", [(["encode", 1], 2)], [(["encode", 1], 2)], [inverse])
    right = "def f(mode, n):\n    return n + 1 if mode == 'encode' else n - 1\n"
    assert judged(checker, asked, right).grade == 1.0
    assert judged(checker, asked, right.replace("n - 1", "n")).grade == 0.0


@pytest.mark.parametrize(
    "against",
    [
        {},
        {"cases": []},
        {"cases": [{"input": 3, "output": 4}]},
        {"cases": [{"input": [3]}]},
        {"cases": [{"input": [3], "output": 6}], "relations": [{"relation": "magic", "inputs": [[1]]}]},
        {"cases": [{"input": [3], "output": 6}] * 5_001},
    ],
    ids=["none", "empty", "no list", "no output", "magic", "too many"],
)
def test_a_malformed_task_costs_nobody(against: dict[str, Any]) -> None:
    """Cases or relations that make no sense are a fault of the task's author."""
    artefact = formal_artefact([([1], 2)])
    broken = type(artefact)(artefact.check, {}, against)
    asked = Task(DOUBLE.task_id, "x", Discipline.CODE, 1, DOUBLE.answer, ("tests", "formal"), artefacts=(broken,))
    with pytest.raises(ValidatorFault):
        judged(DifferentialTests(sandbox()), asked, "def double(n):\n    return 2 * n\n")


def test_other_formats_are_no_programs() -> None:
    """A task whose answer is a number is not for these checks."""
    asked = Task(TaskId("t"), "x", Discipline.CODE, 1, IntegerAnswer(1), ("tests",))
    with pytest.raises(ValidatorFault, match="not for a program"):
        judged(HiddenTests(sandbox()), asked, "x = 1\n")


CLEAN = "def double(n):\n    return 2 * n\n"


@pytest.mark.parametrize(
    "source",
    [
        CLEAN + "import os  # noqa\n",
        "# ruff: noqa\nimport os\n" + CLEAN,
        "# flake8: noqa\nimport os\n" + CLEAN,
        "# ruff: disable[F401]\nimport os\n" + CLEAN + "# ruff: enable[F401]\n",
        "# ruff: disable[F401, E402]\nimport os\n" + CLEAN,
        "# ruff: file-ignore[F401]\nimport os\n" + CLEAN,
        "import os  # ruff: ignore[F401]\n" + CLEAN,
        "# ruff: ignore[F401]\nimport os\n" + CLEAN,
        "# pylint: disable=all\n# type: ignore\nimport os\n" + CLEAN,
        "# ruff: isort: skip_file\nimport os\n" + CLEAN,
    ],
)
def test_suppressions_have_no_effect(source: str) -> None:
    """A comment that asks the linter to look away changes nothing."""
    assert judged(StaticAnalysis(sandbox()), DOUBLE, source).grade < 1.0


@pytest.mark.parametrize(
    "padding",
    ["\n" * 500, "# a comment\n" * 500, "pass\n" * 500, "...\n" * 500, "x = 1\n" * 500, '"""text"""\n' * 200],
    ids=["blank", "comment", "pass", "dots", "assignment", "text"],
)
def test_padding_does_not_raise_a_grade(padding: str) -> None:
    """Lines without content leave a grade as it is, or lower it."""
    poor = "import os\n\n\ndef double(n):\n    l = 2 * n\n    return l\n"
    checker = StaticAnalysis(sandbox())
    grade = judged(checker, DOUBLE, poor).grade
    assert 0.0 < grade < 1.0
    assert judged(checker, DOUBLE, poor + padding).grade <= grade
    assert judged(checker, DOUBLE, padding).grade < 1.0 or padding.startswith("x")


@pytest.mark.parametrize(
    "line",
    [
        *("eval('1')", "exec('x = 1')", "compile('1', 'a', 'eval')", "__import__('os')", "run = eval", "globals()"),
        *("import ctypes", "import subprocess as s", "from socket import socket", "import importlib.util", "import gc"),
        *("import os\nos.system('ls')", "import os\nos.execv('a', [])", "from os import system", "from os import *"),
        *("import sys\nsys.settrace(None)", "import sys\nsys._getframe()", "open('a', 'w')", "open('a', mode='a')"),
        *("open('a', chr(119))", "open('a', **{'mode': 'w'})", "().__class__.__bases__", "double.__globals__"),
        *("import pathlib\npathlib.Path('a').write_text('b')", "__builtins__", "import builtins", "ｅｖａｌ('1')"),
    ],
)
def test_banned_constructs_get_nothing(line: str) -> None:
    """What no task's program may contain brings the check to 0, wherever it stands."""
    finding = judged(StaticAnalysis(sandbox()), DOUBLE, f"{CLEAN}\n\n{line}\n")
    assert finding.grade == 0.0
    assert "no task's program may" in finding.reason, finding


@pytest.mark.parametrize(
    "source",
    [
        "import sys\n\nsys.setrecursionlimit(10_000)\n\n\n" + CLEAN,
        "import re\n\nWORD = re.compile('a+')\n\n\n" + CLEAN,
        "\ufeff" + CLEAN,
        "from functools import reduce\nfrom operator import add\n\n\ndef double(n):\n    return reduce(add, [n, n])\n",
        "NUMBERS = [int(text) for text in open(0).read().split()]\nprint(sum(NUMBERS))\n",
        CLEAN.replace("\n", "\r\n"),
    ],
)
def test_honest_sources_are_clean(source: str) -> None:
    """What honest programs do is no finding."""
    finding = judged(StaticAnalysis(sandbox()), ECHO if "open" in source else DOUBLE, source)
    assert finding.grade == 1.0, finding


@pytest.mark.parametrize("source", ["", "def f(:\n", "\n\n", "# nothing\n", "pass\n", "return 3\n"])
def test_what_is_no_program_is_not_clean(source: str) -> None:
    """An empty source, or one that does not parse, has no grade for its looks."""
    assert judged(StaticAnalysis(sandbox()), DOUBLE, source).grade < 1.0
    assert source.startswith("return") or judged(StaticAnalysis(sandbox()), DOUBLE, source).grade == 0.0


@given(JSON)
def test_values_equal_themselves(value: Any) -> None:
    """Equality is reflexive, through the channel too."""
    assert same(value, normal(value))
    outcome = outcome_of(b"=" + json.dumps(value).encode())
    assert outcome == Returned(value)


@given(JSON, JSON)
def test_different_values_differ(one: Any, other: Any) -> None:
    """Equality is symmetric, and two values whose JSON text is the same are equal."""
    assert same(one, other) == same(other, one)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(1, 1.0), (1, True), (0, False), (None, 0), ("1", 1), ([1], [1, 1]), ({}, []), ({"a": 1}, {"b": 1}), ([], None)],
)
def test_types_count(given: Any, expected: Any) -> None:
    """A value of another type is another value."""
    assert not same(given, expected)
    assert not same(expected, given)
    assert not same([{"x": given}], [{"x": expected}])


@given(st.binary() | st.text().map(str.encode))
def test_any_line_is_read(line: bytes) -> None:
    """Whatever a stranger writes is a value or a failure; it never raises, and never is NaN or infinite."""
    for text in (line, b"=" + line):
        outcome = outcome_of(text)
        assert isinstance(outcome, Failed) or not isinstance(outcome.value, float) or math.isfinite(outcome.value)


@pytest.mark.parametrize(
    "line",
    [
        *(b"=NaN", b"=Infinity", b"=-Infinity", b"=1e999", b"=[NaN]", b'={"a": 1, "a": 2}', b"=" + b"[" * 100_000),
        *(
            b"=" + b"9" * 5_000,
            b"=1 2",
            b"=",
            b"",
            b"1",
            b"= 1 #",
            b"=\xff",
            b"!",
            b"!raised",
            b"!unfit",
            b"=" + b"[" * 66 + b"]" * 66,
        ),
    ],
    ids=range(18),
)
def test_lines_that_are_no_value(line: bytes) -> None:
    """What is not exactly one finite JSON value of bounded size is refused."""
    assert isinstance(outcome_of(line), Failed)


def test_floats_have_a_tolerance() -> None:
    """Floats agree to 10⁻⁹ of their size, integers exactly."""
    assert same(0.1 + 0.2, 0.3)
    assert same(-0.0, 0.0)
    assert not same(1.0, 1.00000001)
    assert not same(10**20, 10**20 + 1)
    assert same_tokens(b" 1\n2 ", "1 2\n")
    assert not same_tokens(b"12", "1 2")
    assert not same_tokens(b"\xff", "1")


def test_deep_outputs_are_not_put_back_in() -> None:
    """What a program returns goes into its next call; a value nested hundreds deep is refused, and raises nothing."""
    source = "def f(v):\n    for _ in range(900 if v == [1] else 0):\n        v = [v]\n    return v\n"
    law = {"relation": "idempotent", "inputs": [[[1]]], "argument": 0}
    asked = task("f", [([[2]], [2])], [([[2]], [2])], [law])
    assert judged(DifferentialTests(sandbox()), asked, source).grade == 0.0
    assert outcome_of(b"=" + b"[" * 64 + b"1" + b"]" * 64) != Failed("gave no JSON value")


LAWS: list[dict[str, Any]] = [
    {"relation": "equivariant", "inputs": [[[1]]], "transform": {"name": "scale", "argument": 0, "by": 3}},
    {"relation": "equivariant", "inputs": [[[1]]], "transform": {"name": "rotate", "argument": 0, "by": 3}},
    {"relation": "monotone", "inputs": [[[1]]], "transform": {"name": "add", "argument": 0, "by": 1}},
    {"relation": "concatenation", "inputs": [[[1]], [[2]]], "argument": 0, "combine": "max"},
    {"relation": "idempotent", "inputs": [[[1]]], "argument": 0},
]


@given(st.sampled_from(LAWS), st.data())
def test_laws_take_any_values(law: dict[str, Any], data: st.DataObject) -> None:
    """Outputs of any kind keep a law or break it; none raises."""
    first = [data.draw(JSON) for _ in first_calls(law)]
    second = [data.draw(JSON) for _ in second_calls(law, first)]
    assert holds(law, first, second) in (True, False)


@pytest.mark.parametrize(
    "relation",
    [
        {"relation": "none", "inputs": [[1]]},
        {"relation": "idempotent", "inputs": [], "argument": 0},
        {"relation": "idempotent", "inputs": [[1]], "argument": 1},
        {"relation": "invariant", "inputs": [[1]]},
        {"relation": "invariant", "inputs": [[1]], "transform": {"name": "add", "argument": 0}},
        {"relation": "concatenation", "inputs": [[1]], "argument": 0, "combine": "add"},
        {"relation": "inverse", "inputs": [[1]], "argument": 0},
    ],
    ids=range(7),
)
def test_relations_outside_the_vocabulary_are_refused(relation: dict[str, Any]) -> None:
    """A builder's mistake is found when the task is made."""
    with pytest.raises(ValueError):
        formal_artefact([([1], 1)], [relation])
    with pytest.raises(ValueError):
        formal_artefact([], [])

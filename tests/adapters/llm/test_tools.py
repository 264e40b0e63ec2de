import asyncio
import doctest
import os
import random
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.llm import algebra_text
from reasonforge.adapters.llm.algebra_text import MAX_CHARACTERS, read_algebra, read_operation
from reasonforge.adapters.llm.bounded_process import Ending, run_bounded
from reasonforge.adapters.llm.tools import Finding, RlimitPython, SympyAlgebra, UnavailableCode, UnavailableProofs

ALPHABET = "0123456789xyze+-*/^(),= ._'\"[]{}\n\\ÿ²٣"
SLACK = 2.0  # seconds by which a busy machine may be late
ALGEBRA = SympyAlgebra(seconds=10.0)
PYTHON = RlimitPython(seconds=5.0)


def compute(request: str) -> Finding:
    return asyncio.run(ALGEBRA.compute(request, 10.0))


def run(source: str, given: str = "", seconds: float = 5.0) -> tuple[Finding, float]:
    start = time.monotonic()
    return asyncio.run(PYTHON.run(source, given, seconds)), time.monotonic() - start


def children() -> set[str]:
    """Our own children, dead ones that nobody has waited for included."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def test_worked_examples_are_right() -> None:
    """The examples in the docstrings give what they say."""
    assert doctest.testmod(algebra_text).failed == 0


@settings(max_examples=500)
@given(st.text(ALPHABET, max_size=60) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Reading raises nothing, whatever the text."""
    assert isinstance(read_algebra(text), list | None)
    assert isinstance(read_operation(text), tuple | None)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('id')",
        "x.__class__",
        "lambda: 1",
        "[1, 2]",
        "'a'",
        "1 2",
        "x(2)",
        "simplify(x)",
        "sqrt(1, 2)",
        "(" * 200 + ")" * 200,
        "-" * 150 + "1",
        "9" * 60,
        "x" * 13,
        "+".join(["x"] * 150),
        "1" + " " * MAX_CHARACTERS,
        "",
    ],
)
def test_what_is_no_plain_algebra_is_refused(text: str) -> None:
    """Code, attributes, unknown calls, and texts beyond the limits of size and depth have no tree."""
    assert read_algebra(text) is None


@pytest.mark.parametrize(
    "text", ["solve(x)", "solve(x, 2)", "x^2", "open(x, y)", "simplify(x = 1)", "solve(x, y) + 1", "diff(solve(x,x),x)"]
)
def test_only_known_operations_are_asked_for(text: str) -> None:
    """A request is one known operation with its arguments, and nothing besides."""
    assert read_operation(text) is None


@pytest.mark.parametrize(
    ("request_", "result"),
    [
        ("solve(x^2 - 5*x = -6, x)", "[2, 3]"),
        ("factor(x^2 - 1)", "(x - 1)*(x + 1)"),
        ("integrate(2*x, x)", "x**2"),
        ("simplify(1/3 + 0.25)", "7/12"),
        ("simplify(ln(e) + cos(pi) + binomial(5, 2))", "10"),
    ],
)
def test_algebra_is_exact(request_: str, result: str) -> None:
    """What is asked for is computed, decimals as the fractions they are."""
    assert compute(request_) == Finding(None, result)


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        ("sin(x)^2 + cos(x)^2", "1", True),
        ("(a+b)^2", "a^2 + 2*a*b + b^2", True),
        ("(a+b)^2", "a^2 + b^2", False),
        ("open(x)", "1", None),
        ("x = 1", "1", None),
    ],
)
def test_identities_are_told_from_others(left: str, right: str, verdict: bool | None) -> None:
    """Equal for all values is True, different is False, unreadable has no verdict."""
    assert asyncio.run(ALGEBRA.equal(left, right, 10.0)).verdict is verdict


@pytest.mark.parametrize(
    "request_",
    [
        "simplify(9^9^9^9)",
        "simplify(factorial(999999999999))",
        "expand((a+b+c+d+f)^9999)",
        "simplify(1/0)",
        "solve(0^(0-1), x)",
        "simplify((2^99999)^99999)",
        "simplify(binomial(10^12, 10^11))",
    ],
)
def test_hostile_algebra_is_bounded(request_: str) -> None:
    """Powers of powers, huge factorials and expansions end within the time given, and leave no process behind."""
    before = children()
    start = time.monotonic()
    found = asyncio.run(ALGEBRA.compute(request_, 1.0))
    assert time.monotonic() - start <= 1.0 + SLACK
    assert (found.verdict, len(found.text) <= 2_000) == (None, True)
    assert children() <= before


def test_memory_of_algebra_is_bounded() -> None:
    """What wants more memory than it is given fails in its own process."""
    small = SympyAlgebra(seconds=10.0, memory_bytes=1 << 20)
    found = asyncio.run(small.compute("expand((a+b+c+d)^20)", 10.0))
    assert found.text.startswith("failed")


def test_a_program_runs() -> None:
    """A program reads its input and what it writes comes back; it knows nothing of our environment."""
    source = "import os, math\nn = int(input())\nprint(math.factorial(n), sorted(os.environ) == ['LC_CTYPE'])"
    assert run(source, "5\n")[0] == Finding(True, "120 True\n")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", "out of time"),
        ("x = [0] * 10**10", "MemoryError"),
        ("b = []\nwhile True: b.append(bytes(10**7))", "MemoryError"),
        ("import os\nwhile True: os.fork()", "BlockingIOError"),
        ("import subprocess\nsubprocess.run(['/bin/true'])", "Error"),
        ("while True: print('a' * 1000)", "too much output"),
        ("print(9**9**9)", "stopped: out of time"),
        ("import signal, time\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(99)", "out of time"),
        ("import os\nos.close(1); os.close(2)\nwhile True: pass", "out of time"),
        ("f = lambda: f()\nf()", "RecursionError"),
        ("1/0", "ZeroDivisionError"),
        ("raise SystemExit(3)", "exit code 3"),
        ("bad syntax", "SyntaxError"),
        ("import resource as r\nr.setrlimit(r.RLIMIT_NPROC, (9, 9))", "Error"),
    ],
)
def test_hostile_programs_are_bounded(source: str, reason: str) -> None:
    """Loops, memory, forks, floods and ignored signals end within the time given, and leave no process behind."""
    before = children()
    found, seconds = run(source, seconds=1.0)
    assert found.verdict is False
    assert reason in found.text
    assert seconds <= 1.0 + SLACK
    assert children() <= before


def test_a_program_fills_no_disk(tmp_path: Path) -> None:
    """Not a byte of a file can be written."""
    tmp_path.chmod(0o777)
    target = tmp_path / "full"
    found, _ = run(f"f = open({str(target)!r}, 'w')\nf.write('x' * 99999)\nf.flush()")
    assert found.verdict is False
    assert not target.exists() or target.stat().st_size == 0


def test_a_program_is_not_root() -> None:
    """Who runs the miner as root does not run the model's programs as root."""
    found, _ = run("import os\nprint(os.geteuid())")
    assert found.text.strip() == str(os.geteuid() or 65_534)


def test_without_a_checker_there_is_no_verdict() -> None:
    """Where no sandbox or proof checker is set up, nothing runs and nothing is said of the work."""
    code = asyncio.run(UnavailableCode().run("print(1)", "", 1.0))
    proof = asyncio.run(UnavailableProofs().check({}, b"qed", 1.0))
    assert (code.verdict, proof.verdict) == (None, None)
    assert code.text.startswith("unavailable")
    assert proof.text.startswith("unavailable")


def test_without_time_nothing_starts() -> None:
    """A use that is given no time says so."""
    assert asyncio.run(ALGEBRA.compute("simplify(1)", 0.0)) == Finding(None, "no time was left")
    assert run("print(1)", seconds=-1.0)[0] == Finding(None, "no time was left")


def test_a_cancelled_use_kills_its_process() -> None:
    """Who is cancelled while a program runs leaves none running."""
    before = children()

    async def go() -> set[str]:
        task = asyncio.create_task(PYTHON.run("while True: pass", "", 5.0))
        while children() <= before:  # noqa: ASYNC110 - no event tells of a child's birth
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return children() - before

    assert asyncio.run(go()) == set()


def test_programs_run_one_at_a_time() -> None:
    """Of programs started together one runs while the others wait."""

    async def go() -> list[Finding]:
        source = "import time\nprint(time.monotonic(), end=' ')\ntime.sleep(0.2)\nprint(time.monotonic())"
        return await asyncio.gather(*(PYTHON.run(source, "", 5.0) for _ in range(3)))

    spans = sorted(tuple(map(float, found.text.split())) for found in asyncio.run(go()))
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_input_that_is_not_read_holds_nothing_up() -> None:
    """A child that ends without reading its input, more than a pipe holds, ends at once."""
    command = [sys.executable, "-I", "-S", "-c", "print('no')"]
    given_ = random.Random(1).randbytes(1 << 20)
    ran = asyncio.run(run_bounded(command, given_, wall_seconds=20.0, output_bytes=100))
    assert (ran.ending, ran.exit_code, ran.output) == (Ending.EXITED, 0, "no\n")


def test_a_command_that_is_not_there_is_told() -> None:
    """What cannot be started raises an OSError, which a tool turns into 'unavailable'."""
    with pytest.raises(OSError, match="No such file"):
        asyncio.run(run_bounded(["/no/such/program"], b"", wall_seconds=1.0, output_bytes=10))

"""The language of predict-the-output tasks: its meaning, and what is no program of it."""

import io
import re
from contextlib import redirect_stdout
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.tasks.families.program_output import ProgramOutput
from reasonforge.adapters.tasks.family import pose
from reasonforge.adapters.tasks.tiny_language import Program, execute, run_compiled

EXAMPLE = (
    "a = 7",
    "b = 3",
    "repeat 4 times:",
    "    a = (a * 3 + b) mod 17",
    "    if a > 8:",
    "        b = b - a",
    "    else:",
    "        b = b + 2",
    "print a + b",
)


def as_python(program: Program) -> str:
    """An oracle: the same program as Python source; only our own generator's programs come here."""
    source = "\n".join(program.listing)
    source = re.sub(r"repeat (\d+) times:", r"for _ in range(\1):", source)
    source = re.sub(r"mod (\d+) = ", r"% \1 == ", source).replace("mod", "%")
    return re.sub(r"print (.*)", r"print(\1)", source)


def python_prints(program: Program) -> int:
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(as_python(program), "<generated>", "exec"), {})  # noqa: S102 - our own generator's text
    return int(out.getvalue())


def test_example() -> None:
    """The module's own example, by hand: a = 7, b = 5, a = 9, b = -4 …"""
    program = Program(EXAMPLE)
    assert execute(program).printed == run_compiled(program) == python_prints(program)
    assert [claim.rhs for claim in execute(program).computed[2:6]] == ["7", "5", "9", "-4"]


@pytest.mark.parametrize("difficulty", range(1, 11))
def test_python_agrees(difficulty: int) -> None:
    """Tree walker, stack machine and Python print the same for generated programs."""
    for number in range(8):
        program = pose(ProgramOutput(), f"python {number}", difficulty).instance
        assert execute(program).printed == run_compiled(program) == python_prints(program)


@pytest.mark.parametrize(
    ("listing", "sentence"),
    [
        (("print 1",), "2 to 60 lines"),
        (("a = 1",) * 2, "the last prints"),
        (("a = 1",) * 60 + ("print a",), "2 to 60 lines"),
        (("f = 1", "print 1"), "no statement"),
        (("a = b", "print a"), "b is read before"),
        (("a = 1", "print b"), "b is read before"),
        (("a = 1 + 1 + 1", "print a"), "no expression"),
        (("a = (1 + 1) mod 0", "print a"), "modulo 0"),
        (("a = 1", "if a mod 0 = 1:", "    a = 2", "print a"), "modulo 0"),
        (("a = __import__('os')", "print a"), "no expression"),
        (("a = 1", "  b = 2", "print a"), "too far in or out"),
        (("repeat 2 times:", "print 1"), "a block needs a statement"),
        (("a = 1", "else:", "    a = 2", "print a"), "too far in or out"),
        (("repeat 99 times:", "    repeat 99 times:", "        a = 1", "print a"), "at most 1000 steps"),
        (("a = 1", "if a > 2:", *("    repeat 99 times:", "        a = 1") * 20, "print a"), "at most 1000 steps"),
        (("a = 9", "repeat 99 times:", "    a = a * a", "print a"), "too large"),
        (
            (
                "repeat 1 times:",
                "    repeat 1 times:",
                "        repeat 1 times:",
                "            repeat 1 times:",
                "                a = 1",
                "print a",
            ),
            "nests at most 3 deep",
        ),
    ],
)
def test_what_is_no_program(listing: tuple[str, ...], sentence: str) -> None:
    """A listing that is none, or would run too long or too large, is refused with the reason."""
    with pytest.raises(ValueError, match=sentence):
        Program(listing)


pieces = st.sampled_from(
    [
        "a = 1",
        "b = a + 2",
        "    a = 3",
        "if a > 1:",
        "else:",
        "repeat 3 times:",
        "    if a mod 2 = 0:",
        "        b = 7",
        "print a",
    ]
)


@given(st.lists(pieces, max_size=9), st.integers())
def test_any_listing_is_a_program_or_refused(lines: list[str], seed: int) -> None:
    """Lines in any order are refused, or are a program on which both machines agree."""
    Random(seed).shuffle(lines)
    try:
        program = Program((*lines, "print a"))
    except ValueError:
        return
    assert execute(program).printed == run_compiled(program)

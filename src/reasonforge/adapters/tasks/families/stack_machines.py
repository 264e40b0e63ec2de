import operator
import re
from collections.abc import Callable
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_CODE = re.compile(r"\b(PUSH [0-9]{1,3}(?:; [A-Z]{3,4}(?: [0-9]{1,3})?)+)\.")
_INSTRUCTION = re.compile(r"(?:PUSH|LOOP|MOD) [1-9][0-9]{0,2}|DUP|SWAP|OVER|ROT|ADD|SUB|MUL|END")
_NEEDS = {"DUP": 1, "SWAP": 2, "OVER": 2, "ROT": 3, "ADD": 2, "SUB": 2, "MUL": 2, "MOD": 1}
_GROWS = {"PUSH": 1, "DUP": 1, "OVER": 1, "ADD": -1, "SUB": -1, "MUL": -1}
_ARITHMETIC: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "ADD": ("+", operator.add),
    "SUB": ("-", operator.sub),
    "MUL": ("*", operator.mul),
}
_CAME_FROM = {"SWAP": (1, 0), "ROT": (2, 0, 1), "DUP": (0, 0), "OVER": (1, 0)}
"""From how far below the top the upper numbers were taken; those deeper down only move with the stack's height."""
_LARGEST = 10**12
_MOST_EXECUTED = 200
_MEANING = (
    "PUSH k puts k on top; DUP copies the top; SWAP exchanges the top two; OVER copies the second to the top; ROT "
    "moves the third to the top; ADD, SUB and MUL replace the top two by second + top, second - top and second · "
    "top; MOD k replaces the top by its remainder modulo k, from 0 to k - 1; LOOP k … END runs what is between k "
    "times"
)
_WAYS = (
    (
        "A stack machine starts with an empty stack and executes: {code}. Its instructions: {meaning}. What is the "
        "number on top at the end? The final answer is one integer."
    ),
    (
        "In this machine's language, {meaning}. Beginning with nothing on the stack, run the program {code}. Which "
        "number is then on top? The final answer is one integer."
    ),
    (
        "Interpret the following program for a stack machine: {code}. Here {meaning}. State the top of the stack "
        "after the last instruction. The final answer is one integer."
    ),
)


@frozen
class StackProgram:
    """Instructions with one loop, that never take from an empty stack, execute at most 200 and stay below 10¹²."""

    code: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        if not all(_INSTRUCTION.fullmatch(instruction) for instruction in self.code):
            raise ValueError("there is no such instruction")
        loops = [instruction for instruction in self.code if instruction == "END" or instruction.startswith("LOOP")]
        if len(loops) != 2 or loops[0] == "END" or loops[1] != "END":
            raise ValueError("a program has one loop")
        before, times, body, after = self.parts()
        if len(before) + times * len(body) + len(after) > _MOST_EXECUTED:
            message = f"a program executes at most {_MOST_EXECUTED} instructions"
            raise ValueError(message)
        _run(self)

    def parts(self) -> tuple[tuple[str, ...], int, tuple[str, ...], tuple[str, ...]]:
        """What comes before the loop, how often it runs, its body, and what comes after."""
        start = next(at for at, instruction in enumerate(self.code) if instruction.startswith("LOOP"))
        end = self.code.index("END")
        return self.code[:start], int(self.code[start].split()[1]), self.code[start + 1 : end], self.code[end + 1 :]

    def unrolled(self, missing: int = 0) -> tuple[str, ...]:
        """The instructions in the order of their execution, with so many rounds of the loop left out."""
        before, times, body, after = self.parts()
        return (*before, *body * (times - missing), *after)


class StackMachines:
    """What is on top of the stack after a small program.

    Difficulty d: a loop of 2 + d/2 rounds (rounded down) over 3 + d instructions, on three or more numbers. Size:
    rounds times instructions in the loop. Kept where taking SUB's operands the other way round, and one round less,
    give other numbers.
    """

    name: Final = "stack_machines"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> StackProgram:
        def draw() -> StackProgram | None:
            body = _body(rng, 3 + difficulty)
            if body is None:
                return None
            pushed = [f"PUSH {rng.randint(1, 9 + difficulty)}" for _ in range(3)]
            code = (*pushed, f"LOOP {2 + difficulty // 2}", *body, "END", rng.choice(("ADD", "SUB")))
            try:
                program = StackProgram(code)
                return program if _shortcuts_fail(program) else None
            except ValueError:
                return None

        return kept(draw, lambda _: True)

    def state(self, instance: StackProgram, phrasing: int) -> str:
        return _WAYS[phrasing].format(code="; ".join(instance.code), meaning=_MEANING)

    def answer(self, instance: StackProgram) -> IntegerAnswer:
        return IntegerAnswer(_run(instance)[0])

    def size(self, instance: StackProgram) -> int:
        _, times, body, _ = instance.parts()
        return times * len(body)

    def read(self, problem: str) -> StackProgram | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: StackProgram) -> WorkedSolution:
        """Executes the program."""
        top, claims = _run(instance)
        per_line = max(4, -(-len(claims) // 45))
        parts = [claims[at : at + per_line] for at in range(0, len(claims), per_line)]
        lines = tuple(line(_EXECUTE, "The stack computes", *part) for part in parts)
        return WorkedSolution(str(top), lines)

    def solve_again(self, instance: StackProgram) -> str:
        """Works backwards from the top: where does each number come from?"""
        code = instance.unrolled()
        known: dict[tuple[int, int], int] = {}
        return str(_traced(code, len(code), 0, known))

    def slip(self, instance: StackProgram, rng: Random) -> str:
        """Takes the operands of SUB the other way round, or one round too few."""
        if rng.random() < 0.5:
            return str(_run(instance, reverse=True)[0])
        return str(_run(instance, missing=1)[0])


_EXECUTE = "Execute the instructions in order on the stack, the loop's body as often as it says."


def _body(rng: Random, length: int) -> tuple[str, ...] | None:
    """Instructions that leave as many numbers as they find, three or more, and compute something."""
    body, depth = [], 3
    for _ in range(length):
        name = rng.choice(("PUSH", "DUP", "SWAP", "OVER", "ROT", "ADD", "SUB", "SUB", "MUL", "MOD"))
        if depth < _NEEDS.get(name, 0) or (name in _ARITHMETIC and depth < 3):
            return None
        numbers = {"PUSH": f" {rng.randint(2, 9)}", "MOD": f" {rng.randint(7, 29)}"}
        body.append(name + numbers.get(name, ""))
        depth += _GROWS.get(name, 0)
    return tuple(body) if depth == 3 and "SUB" in body else None


def _run(program: StackProgram, *, reverse: bool = False, missing: int = 0) -> tuple[int, list[Claim]]:
    """The top at the end, and what was computed.

    Raises:
        ValueError: too few numbers on the stack, or one too large.
    """
    stack: list[int] = []
    claims: list[Claim] = []
    for instruction in program.unrolled(missing):
        name, _, number = instruction.partition(" ")
        if len(stack) < _NEEDS.get(name, 0):
            raise ValueError("there is too little on the stack")
        if name == "PUSH":
            stack.append(int(number))
        elif name == "MOD":
            value = stack.pop()
            stack.append(value % int(number))
            claims.append(equals(f"{written(value)} mod {number}", stack[-1]))
        elif name in _ARITHMETIC:
            right, left = stack.pop(), stack.pop()
            if name == "SUB" and reverse:
                left, right = right, left
            sign, operation = _ARITHMETIC[name]
            stack.append(operation(left, right))
            claims.append(equals(f"{written(left)} {sign} {written(right)}", stack[-1]))
        else:
            _shuffled(stack, name)
        if stack and abs(stack[-1]) > _LARGEST:
            raise ValueError("a number grows too large")
    if not stack:
        raise ValueError("nothing is left on the stack")
    return stack[-1], claims


def _shuffled(stack: list[int], name: str) -> None:
    if name == "DUP":
        stack.append(stack[-1])
    elif name == "OVER":
        stack.append(stack[-2])
    else:
        stack.append(stack.pop(-2 if name == "SWAP" else -3))


def _traced(code: tuple[str, ...], at: int, below: int, known: dict[tuple[int, int], int]) -> int:
    """The number `below` places below the top after the first `at` instructions."""
    if (at, below) not in known:
        name, _, number = code[at - 1].partition(" ")
        if name == "PUSH" and below == 0:
            value = int(number)
        elif name == "MOD" and below == 0:
            value = _traced(code, at - 1, 0, known) % int(number)
        elif name in _ARITHMETIC and below == 0:
            right, left = _traced(code, at - 1, 0, known), _traced(code, at - 1, 1, known)
            value = _ARITHMETIC[name][1](left, right)
        else:
            places = _CAME_FROM.get(name, ())
            place = places[below] if below < len(places) else below - _GROWS.get(name, 0)
            value = _traced(code, at - 1, place, known)
        known[at, below] = value
    return known[at, below]


def _shortcuts_fail(program: StackProgram) -> bool:
    right = _run(program)[0]
    return right not in (_run(program, reverse=True)[0], _run(program, missing=1)[0])


def _parse(problem: str) -> StackProgram | None:
    code = _CODE.search(problem)
    return StackProgram(tuple(code[1].split("; "))) if code else None

"""A language small enough to be run by hand: integers, assignments, conditionals, counted loops, one print.

    a = 7
    b = 3
    repeat 4 times:
        a = (a * 3 + b) mod 17
        if a > 8:
            b = b - a
        else:
            b = b + 2
    print a + b

An expression has one or two operations, worked from left to right inside parentheses as arithmetic has it.
"""

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import field, frozen

from reasonforge.adapters.tasks.family import equals, written
from reasonforge.domain.submission import Claim

MOST_STEPS: Final = 1_000
"""Statements that a program would execute if it took both branches everywhere; a longer one is refused."""
_LARGEST = 10**30
_MAX_LINES = 60
_MAX_INDENT = 3

_ATOM = r"[a-e]|[0-9]{1,4}"
_EXPRESSION = re.compile(
    rf"(?:\(({_ATOM}) ([-+*]) ({_ATOM})(?: ([-+]) ({_ATOM}))?\) mod ([0-9]{{1,4}})|({_ATOM})(?: ([-+*]) ({_ATOM}))?)"
)
_ASSIGNMENT = re.compile(r"([a-e]) = (.+)")
_REPEAT = re.compile(r"repeat ([0-9]{1,2}) times:")
_CONDITION = re.compile(rf"if ([a-e]) (>|<|mod [0-9]{{1,2}} =) ({_ATOM}):")


@frozen
class Expression:
    """`first (sign other)*`, then `mod modulus` unless that is 0. Atoms are variable names or digits."""

    first: str
    rest: tuple[tuple[str, str], ...]
    modulus: int = 0


@frozen
class Assign:
    """name = expression."""

    name: str
    expression: Expression


@frozen
class Repeat:
    """The body, so many times."""

    times: int
    body: tuple["Statement", ...]


@frozen
class Choose:
    """`name > other`, `name < other` or `name mod m = other` decides between two blocks."""

    name: str
    relation: str
    other: str
    then: tuple["Statement", ...]
    otherwise: tuple["Statement", ...]


Statement = Assign | Repeat | Choose


@frozen
class Program:
    """A listing that is a program of the language, and ends within `MOST_STEPS` with numbers below 10³⁰.

    Raises:
        ValueError: when it is not.
    """

    listing: tuple[str, ...]
    body: tuple[Statement, ...] = field(init=False, eq=False, repr=False)
    result: Expression = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.listing) <= _MAX_LINES or not self.listing[-1].startswith("print "):
            message = f"a program has 2 to {_MAX_LINES} lines, of which the last prints"
            raise ValueError(message)
        lines = list(reversed(self.listing[:-1]))
        body = _block(lines, 0)
        if lines:
            message = f"this line stands too far in or out: {lines[-1]!r}"
            raise ValueError(message)
        if _steps(body) > MOST_STEPS:
            message = f"a program takes at most {MOST_STEPS} steps"
            raise ValueError(message)
        object.__setattr__(self, "body", body)
        object.__setattr__(self, "result", _expression(self.listing[-1].removeprefix("print ")))
        execute(self)


def _steps(statements: Sequence[Statement]) -> int:
    """How many statements at most are executed; what both branches take is added up."""
    total = len(statements)
    for statement in statements:
        match statement:
            case Repeat(times, body):
                total += times * _steps(body)
            case Choose():
                total += _steps(statement.then) + _steps(statement.otherwise)
            case _:
                pass
    return total


@frozen
class Run:
    """What a program prints, and every computation on the way, in order."""

    printed: int
    computed: tuple[Claim, ...]


def execute(program: Program) -> Run:
    """Walks the tree.

    Raises:
        ValueError: a number too large, or a variable read before it has a value.
    """
    machine = _Walker()
    machine.run(program.body)
    printed = machine.value_of(program.result)
    return Run(printed, tuple(machine.computed))


class _Walker:
    def __init__(self) -> None:
        self._variables: dict[str, int] = {}
        self.computed: list[Claim] = []

    def run(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            match statement:
                case Assign(name, expression):
                    self._variables[name] = self.value_of(expression)
                case Repeat(times, body):
                    for _ in range(times):
                        self.run(body)
                case Choose():
                    self.run(statement.then if self._holds(statement) else statement.otherwise)

    def value_of(self, expression: Expression) -> int:
        value = self._atom(expression.first)
        text = written(value)
        for sign, atom in expression.rest:
            other = self._atom(atom)
            text = f"{text} {sign} {written(other)}"
            value = value + other if sign == "+" else value - other if sign == "-" else value * other
        if expression.modulus:
            text = f"({text}) mod {expression.modulus}"
            value %= expression.modulus
        if abs(value) > _LARGEST:
            raise ValueError("a number grows too large")
        self.computed.append(equals(text, value))
        return value

    def _atom(self, atom: str) -> int:
        if atom.isdigit():
            return int(atom)
        if atom not in self._variables:
            message = f"{atom} is read before it has a value"
            raise ValueError(message)
        return self._variables[atom]

    def _holds(self, choose: Choose) -> bool:
        value, other = self._atom(choose.name), self._atom(choose.other)
        if choose.relation == ">":
            return value > other
        if choose.relation == "<":
            return value < other
        return value % int(choose.relation.split()[1]) == other


def run_compiled(program: Program) -> int:
    """What a program prints, by a stack machine that shares nothing with `execute` but the parsed tree."""
    code = [*_compiled(program.body), *_pushed(program.result)]
    memory: dict[str, int] = {}
    stack: list[int] = []
    at = 0
    while at < len(code):
        operation, argument = code[at]
        at += 1
        match operation:
            case "push":
                stack.append(int(argument))
            case "load":
                stack.append(memory[argument])
            case "store":
                memory[argument] = stack.pop()
            case "skip":
                at += int(argument)
            case "skip unless":
                at += 0 if stack.pop() else int(argument)
            case _:
                right, left = stack.pop(), stack.pop()
                stack.append(_ARITHMETIC[operation](left, right))
    return stack.pop()


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "mod": operator.mod,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


def _compiled(statements: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    for statement in statements:
        match statement:
            case Assign(name, expression):
                yield from _pushed(expression)
                yield "store", name
            case Repeat(times, body):
                yield from list(_compiled(body)) * times
            case Choose():
                then, otherwise = list(_compiled(statement.then)), list(_compiled(statement.otherwise))
                yield from _tested(statement)
                yield "skip unless", str(len(then) + 1)
                yield from then
                yield "skip", str(len(otherwise))
                yield from otherwise


def _tested(choose: Choose) -> Iterator[tuple[str, str]]:
    yield _fetched(choose.name)
    if choose.relation.startswith("mod"):
        yield "push", choose.relation.split()[1]
        yield "mod", ""
    yield _fetched(choose.other)
    yield choose.relation[-1], ""


def _pushed(expression: Expression) -> Iterator[tuple[str, str]]:
    yield _fetched(expression.first)
    for sign, atom in expression.rest:
        yield _fetched(atom)
        yield sign, ""
    if expression.modulus:
        yield "push", str(expression.modulus)
        yield "mod", ""


def _fetched(atom: str) -> tuple[str, str]:
    return ("push" if atom.isdigit() else "load"), atom


def _expression(text: str) -> Expression:
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        message = f"this is no expression: {text[:60]!r}"
        raise ValueError(message)
    if match[7]:
        return Expression(match[7], ((match[8], match[9]),) if match[8] else ())
    rest = [(match[2], match[3])] + ([(match[4], match[5])] if match[4] else [])
    if int(match[6]) == 0:
        raise ValueError("there is no remainder modulo 0")
    return Expression(match[1], tuple(rest), int(match[6]))


def _block(lines: list[str], depth: int) -> tuple[Statement, ...]:
    """Takes the statements at this depth off the end of `lines`, which are in reverse."""
    statements: list[Statement] = []
    indent = "    " * depth
    while lines and lines[-1].startswith(indent) and not lines[-1].startswith((f"{indent} ", f"{indent}else:")):
        line = lines.pop().removeprefix(indent)
        if match := _ASSIGNMENT.fullmatch(line):
            statements.append(Assign(match[1], _expression(match[2])))
        elif match := _REPEAT.fullmatch(line):
            statements.append(Repeat(int(match[1]), _inner(lines, depth)))
        elif match := _CONDITION.fullmatch(line):
            statements.append(_choose(match, lines, depth))
        else:
            message = f"this is no statement: {line[:60]!r}"
            raise ValueError(message)
    return tuple(statements)


def _choose(head: re.Match[str], lines: list[str], depth: int) -> Choose:
    if head[2] == "mod 0 =" or head[2] == "mod 00 =":
        raise ValueError("there is no remainder modulo 0")
    then = _inner(lines, depth)
    otherwise: tuple[Statement, ...] = ()
    if lines and lines[-1] == "    " * depth + "else:":
        lines.pop()
        otherwise = _inner(lines, depth)
    return Choose(head[1], head[2], head[3], then, otherwise)


def _inner(lines: list[str], depth: int) -> tuple[Statement, ...]:
    block = _block(lines, depth + 1) if depth < _MAX_INDENT else ()
    if not block:
        message = f"a block needs a statement, and nests at most {_MAX_INDENT} deep"
        raise ValueError(message)
    return block

"""Final answers of every format that formulas make, read and compared."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from reasonforge.adapters.symbolic.grammar import Notation, read_equation, read_tree
from reasonforge.adapters.symbolic.identity import compare, difference, proportional
from reasonforge.adapters.symbolic.intervals import Piece, read_intervals, same_set
from reasonforge.adapters.symbolic.points import Range
from reasonforge.adapters.symbolic.quantities import Quantity, judge_quantity, read_quantity
from reasonforge.adapters.symbolic.tree import Node, Unreadable
from reasonforge.domain.answer import AnswerSpecification, ExactAnswer
from reasonforge.domain.answers.bracketed import members_of
from reasonforge.domain.answers.collection import rows_of
from reasonforge.domain.answers.formula import (
    MAX_MEMBERS,
    EquationAnswer,
    ExpressionAnswer,
    FormulaCollection,
    IntervalAnswer,
    QuantityAnswer,
)
from reasonforge.domain.answers.matching import each_finds_one, pairing_exists
from reasonforge.domain.answers.reading import read_answer

_BRACKETS = {"set": "{", "multiset": "{", "tuple": "(", "list": "["}
_MATRICES = ("matrix", "pmatrix", "bmatrix")
MAX_COLLECTION_CHARACTERS = 8_000

Reading = Node | tuple[Node, Node] | tuple[Piece, ...] | Quantity | str | list[Any]


@frozen
class Judgement:
    """Whether a reading agrees with the truth; `unproved` trees are the same in numbers and wait for a proof."""

    right: bool
    reason: str
    unproved: tuple[Node, Node] | None = None


def notation_of(answer: ExpressionAnswer | EquationAnswer) -> Notation:
    """How formulas of this answer are read."""
    return Notation(frozenset(answer.variables), latex=answer.latex, imaginary=is_complex(answer))


def is_complex(answer: ExpressionAnswer | EquationAnswer) -> bool:
    """Whether its numbers are complex."""
    asked = isinstance(answer, ExpressionAnswer) and answer.complex_numbers
    return asked or any("complex" in words.split() for words in answer.assumptions.values())


def ranges_of(answer: ExpressionAnswer | EquationAnswer) -> Mapping[str, Range]:
    """What is known of its variables."""
    ranges = {}
    for name in answer.variables:
        low, high = answer.domain.get(name, (None, None))
        ranges[name] = Range(frozenset(answer.assumptions.get(name, "real").split()), low, high)
    return ranges


def read_final(answer: AnswerSpecification, text: str) -> Reading:
    """What a final answer, in which nothing is forgiven any more, says. Pure; at most some milliseconds.

    Raises:
        Unreadable: it is not of the answer's format; the message is the end of a sentence about it.
    """
    match answer:
        case ExpressionAnswer():
            if "=" in text:
                raise Unreadable("is an equation or a chain of them, where one expression is due")
            return read_tree(text, notation_of(answer))
        case EquationAnswer():
            return read_equation(text, notation_of(answer))
        case IntervalAnswer():
            return read_intervals(text, answer.latex)
        case QuantityAnswer():
            return read_quantity(text)
        case FormulaCollection():
            return _members(answer, text)
        case _:
            return text


def _members(answer: FormulaCollection, text: str) -> list[Any]:
    if len(text) > MAX_COLLECTION_CHARACTERS:
        raise Unreadable(f"is longer than {MAX_COLLECTION_CHARACTERS} characters")
    if answer.columns:
        rows = _rows(answer, text)
        if len(rows) * answer.columns != len(answer.value) or any(len(row) != answer.columns for row in rows):
            raise Unreadable("has not the right number of rows and columns")
        parts: tuple[str, ...] | None = tuple(part for row in rows for part in row)
    else:
        parts = members_of(text, _BRACKETS[answer.format])
    if parts is None:
        raise Unreadable(f"is not one {answer.format}, in its brackets")
    if answer.format != "set" and len(parts) != len(answer.value):
        raise Unreadable(f"has {len(parts)} elements, which is not how many there are")
    if len(parts) > MAX_MEMBERS:
        raise Unreadable(f"has more than {MAX_MEMBERS} elements")
    if not answer.value:
        if parts:
            raise Unreadable("has elements, where there is none")
        return []
    return [read_final(answer.value[0], part) for part in parts]


def _rows(answer: FormulaCollection, text: str) -> tuple[tuple[str, ...], ...]:
    if answer.of.get("latex", False):
        for name in _MATRICES:
            start, end = f"\\begin{{{name}}}", f"\\end{{{name}}}"
            if text.startswith(start) and text.endswith(end):
                body = text[len(start) : -len(end)].strip().removesuffix("\\\\")
                return tuple(tuple(cell.strip() for cell in row.split("&")) for row in body.split("\\\\"))
    rows = rows_of(text)
    if rows is None:
        raise Unreadable("is not one matrix, rows in brackets within brackets")
    return rows


def read_truth(specification: Any) -> tuple[AnswerSpecification, Reading]:
    """An answer and the reading of its truth.

    Raises:
        ValueError: the task's own answer is malformed.
    """
    answer = read_answer(specification)
    try:
        if isinstance(answer, FormulaCollection):
            return answer, [read_truth(element.specification())[1] for element in answer.value]
        if isinstance(answer, QuantityAnswer):
            return answer, read_quantity_truth(answer)
        return answer, read_final(answer, answer.truth())
    except Unreadable as unreadable:
        message = f"the task's own answer {unreadable}"
        raise ValueError(message) from unreadable


def read_quantity_truth(answer: QuantityAnswer) -> Quantity:
    """The task's quantity; its value is exact, whatever its text shows."""
    read = read_quantity(f"1 {answer.unit}".strip())
    return Quantity(answer.value, read.unit)


def agree(answer: AnswerSpecification, truth: Any, given: Any) -> Judgement:
    """Whether two readings of the same answer agree.

    Raises:
        Unreadable: together they pass a limit.
    """
    match answer:
        case ExpressionAnswer():
            compared = compare(truth, given, ranges_of(answer), is_complex(answer))
            waits = compared.equal and not compared.exact
            return Judgement(compared.equal, compared.reason, (truth, given) if waits else None)
        case EquationAnswer():
            both, sides = proportional(difference(truth), difference(given), ranges_of(answer), is_complex(answer))
            return Judgement(both.equal, both.reason, sides if both.equal and not both.exact else None)
        case IntervalAnswer():
            right = same_set(truth, given)
            return Judgement(right, "is right" if right else "is wrong")
        case QuantityAnswer():
            return Judgement(*judge_quantity(answer, given))
        case FormulaCollection():
            return _agree_in_collection(answer, truth, given)
        case ExactAnswer():
            finding = answer.check(given)
            return Judgement(finding.grade == 1.0, finding.reason)
        case _:
            message = f"answers of format {answer.format} are not formulas"
            raise ValueError(message)


def _agree_in_collection(answer: FormulaCollection, truth: list[Any], given: list[Any]) -> Judgement:
    if not answer.value:
        return Judgement(True, "is right")
    element = answer.value[0]
    known: dict[tuple[int, int], bool] = {}

    def same(first: tuple[int, Any], second: tuple[int, Any]) -> bool:
        key = (first[0], second[0])
        if key not in known:
            of = answer.value[first[0]]
            known[key] = agree(of if isinstance(of, QuantityAnswer) else element, first[1], second[1]).right
        return known[key]

    left, right = list(enumerate(truth)), list(enumerate(given))
    if answer.format == "set":
        equal = each_finds_one(left, right, same)
    elif answer.format == "multiset":
        equal = pairing_exists(left, right, same)
    else:
        equal = all(same(first, second) for first, second in zip(left, right, strict=True))
    return Judgement(equal, "is right" if equal else "is wrong")

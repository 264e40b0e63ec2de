"""From an answer object as JSON (the database's form) to the specification it stands for."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeGuard

from reasonforge.domain.answer import AnswerSpecification, ExactAnswer
from reasonforge.domain.answers.collection import MatrixAnswer, MultisetAnswer, SetAnswer, TupleAnswer
from reasonforge.domain.answers.fields import as_array, as_count, as_flag, as_number, as_object, as_text, as_texts
from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.formula import (
    EquationAnswer,
    ExpressionAnswer,
    FormulaCollection,
    IntervalAnswer,
    QuantityAnswer,
)
from reasonforge.domain.answers.json_answer import JsonAnswer
from reasonforge.domain.answers.numeric import (
    DecimalAnswer,
    FractionAnswer,
    IntegerAnswer,
    as_tolerance,
    read_integer,
)
from reasonforge.domain.answers.open_answer import OPEN, OpenAnswer
from reasonforge.domain.answers.program import CodeAnswer, CodeTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.answers.sequence import MAX_NESTING, Element, ListAnswer
from reasonforge.domain.answers.wording import ChoiceAnswer, TextAnswer

_FORMULA = frozenset({"value", "variables", "assumptions", "domain", "latex"})
_FIELDS: Mapping[str, frozenset[str]] = {
    "integer": frozenset({"value"}),
    "fraction": frozenset({"value"}),
    "decimal": frozenset({"value", "abs_tol", "rel_tol", "digits"}),
    "list": frozenset({"value", "of"}),
    "set": frozenset({"value", "of"}),
    "multiset": frozenset({"value", "of"}),
    "tuple": frozenset({"value", "of"}),
    "matrix": frozenset({"value", "of"}),
    "choice": frozenset({"value", "options"}),
    "text": frozenset({"value", "any_of", "case"}),
    "quantity": frozenset({"value", "unit", "abs_tol", "rel_tol"}),
    "expression": _FORMULA | {"complex_numbers"},
    "equation": _FORMULA,
    "interval": frozenset({"value", "latex"}),
    "json": frozenset({"value", "schema", "checker"}),
    "code": frozenset({"language", "entry", "tests", "reference", "seconds", "memory_mb"}),
    OPEN: frozenset(),
    "proof": frozenset(
        {"system", "base", "statement", "theorem", "allowed_axioms", "reference", "seconds", "memory_mb"}
    ),
}
FORMATS = tuple(_FIELDS)
"""Every answer format there is."""
_COLLECTIONS = frozenset({"list", "set", "multiset", "tuple", "matrix"})


def read_answer(answer: Any) -> AnswerSpecification:
    """The specification an answer object stands for; `read_answer(a.specification()) == a`.

    Numbers may be JSON numbers or texts, which keeps integers above 2⁵³ exact. The elements of a list, set, multiset
    or tuple, and of the rows of a matrix, are either answer objects or bare values of the format that `of` names.

    Raises:
        ValueError: one sentence that says what is wrong with the object.
    """
    name = _format_of(answer)
    if name == "code":
        return _code(answer)
    if name == "proof":
        return _proof(answer)
    if name == OPEN:
        return OpenAnswer()
    return _valued(answer, MAX_NESTING)


def read_element(answer: Any, nesting: int = MAX_NESTING) -> Element:
    """As `read_answer`, of an answer that can stand inside a list that needs no tool."""
    name = _format_of(answer)
    if name in {"code", "proof"} and "value" in answer:
        message = f"a {name} answer cannot stand inside a list"
        raise ValueError(message)
    element = _valued(answer, nesting)
    if not _is_element(element):
        message = f"a {name} answer cannot stand inside a list that needs no tool"
        raise ValueError(message)
    return element


def _is_element(answer: AnswerSpecification) -> TypeGuard[Element]:
    return isinstance(answer, ExactAnswer)


def _valued(answer: Mapping[str, Any], nesting: int) -> AnswerSpecification:
    """An answer of a format that has a value."""
    name = _format_of(answer)
    if "value" not in answer:
        message = f"a {name} answer needs a value"
        raise ValueError(message)
    if name in _COLLECTIONS:
        return _collection(name, answer["value"], answer.get("of"), nesting)
    reader = _READERS.get(name)
    if reader is None:
        message = f"a {name} answer cannot stand inside a list"
        raise ValueError(message)
    return reader(answer)


def _code(answer: Mapping[str, Any]) -> CodeAnswer:
    tests = answer.get("tests")
    if not isinstance(tests, list) or not all(isinstance(test, Mapping) for test in tests):
        raise ValueError("a code answer's tests must be an array of objects with input and output")
    if any({"input", "output"} != set(test) for test in tests):
        raise ValueError("each test of a code answer has an input, an output and nothing else")
    return CodeAnswer(
        tests=tuple(CodeTest(test["input"], test["output"]) for test in tests),
        reference=as_text(answer.get("reference"), "reference"),
        entry=as_text(answer.get("entry", ""), "entry"),
        language=as_text(answer.get("language", "python"), "language"),
        seconds=as_tolerance(answer.get("seconds", 2.0), "seconds"),
        memory_mb=as_count(answer.get("memory_mb", 256), "memory_mb"),
    )


def _proof(answer: Mapping[str, Any]) -> ProofAnswer:
    return ProofAnswer(
        system=as_text(answer.get("system"), "system"),
        base=as_text(answer.get("base"), "base"),
        statement=as_text(answer.get("statement"), "statement"),
        theorem=as_text(answer.get("theorem"), "theorem"),
        reference=as_text(answer.get("reference"), "reference"),
        allowed_axioms=as_texts(answer.get("allowed_axioms", []), "allowed_axioms"),
        seconds=as_tolerance(answer.get("seconds", 30.0), "seconds"),
        memory_mb=as_count(answer.get("memory_mb", 1_024), "memory_mb"),
    )


def _format_of(answer: Any) -> str:
    """The format of an object that has no field its format does not know."""
    if not isinstance(answer, Mapping):
        message = f"an answer must be an object, not {quoted(str(answer))}"
        raise ValueError(message)  # noqa: TRY004 - what a task file holds is a value, whatever its type
    name = answer.get("format")
    if not isinstance(name, str) or name not in _FIELDS:
        message = f"the answer's format must be one of {', '.join(_FIELDS)}, not {quoted(str(name))}"
        raise ValueError(message)
    strange = sorted(str(key) for key in answer if key not in _FIELDS[name] | {"format"})
    if strange:
        message = f"a {name} answer has no field {quoted(strange[0])}"
        raise ValueError(message)
    return name


def _integer(value: Any) -> IntegerAnswer:
    if type(value) is int:
        return IntegerAnswer(value)
    number = read_integer(value) if isinstance(value, str) else None
    if number is None:
        message = f"an integer answer's value must be an integer, not {quoted(str(value))}"
        raise ValueError(message)
    return IntegerAnswer(number)


def _decimal(answer: Mapping[str, Any]) -> DecimalAnswer:
    return DecimalAnswer(
        value=as_number(answer["value"], "decimal", decimals=True),
        abs_tol=as_tolerance(answer.get("abs_tol", 0.0), "abs_tol"),
        rel_tol=as_tolerance(answer.get("rel_tol", 0.0), "rel_tol"),
        digits=answer.get("digits", 6),
    )


def _fraction(answer: Mapping[str, Any]) -> FractionAnswer:
    return FractionAnswer(as_number(answer["value"], "fraction"))


def _choice(answer: Mapping[str, Any]) -> ChoiceAnswer:
    return ChoiceAnswer(as_text(answer["value"], "value"), as_texts(answer.get("options"), "options"))


def _wording(answer: Mapping[str, Any]) -> TextAnswer:
    others = as_texts(answer.get("any_of", []), "any_of")
    return TextAnswer(as_text(answer["value"], "value"), others, case=as_flag(answer.get("case", False), "case"))


def _quantity(answer: Mapping[str, Any]) -> QuantityAnswer:
    return QuantityAnswer(
        value=as_number(answer["value"], "quantity", decimals=True),
        unit=as_text(answer.get("unit"), "unit"),
        abs_tol=as_tolerance(answer.get("abs_tol", 0.0), "abs_tol"),
        rel_tol=as_tolerance(answer.get("rel_tol", 0.0), "rel_tol"),
    )


def _formula(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    assumptions = as_object(answer.get("assumptions", {}), "assumptions")
    return {
        "value": as_text(answer["value"], "value"),
        "variables": as_texts(answer.get("variables", []), "variables"),
        "assumptions": {name: as_text(words, f"the assumption on {name}") for name, words in assumptions.items()},
        "domain": {name: _bounds(both) for name, both in as_object(answer.get("domain", {}), "domain").items()},
        "latex": as_flag(answer.get("latex", False), "latex"),
    }


def _bounds(both: Any) -> tuple[Fraction | None, Fraction | None]:
    low_high = as_array(both, "a variable's domain", "two bounds")
    if len(low_high) != 2:
        raise ValueError("a variable's domain has two bounds, a number or null each")
    low, high = (None if bound is None else as_number(bound, "domain", decimals=True) for bound in low_high)
    return low, high


def _expression(answer: Mapping[str, Any]) -> ExpressionAnswer:
    complex_numbers = as_flag(answer.get("complex_numbers", False), "complex_numbers")
    return ExpressionAnswer(**_formula(answer), complex_numbers=complex_numbers)


def _equation(answer: Mapping[str, Any]) -> EquationAnswer:
    return EquationAnswer(**_formula(answer))


def _interval(answer: Mapping[str, Any]) -> IntervalAnswer:
    return IntervalAnswer(as_text(answer["value"], "value"), latex=as_flag(answer.get("latex", False), "latex"))


def _json(answer: Mapping[str, Any]) -> JsonAnswer:
    return JsonAnswer(as_object(answer.get("schema"), "schema"), answer["value"], answer.get("checker"))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], AnswerSpecification]] = {
    "integer": lambda answer: _integer(answer["value"]),
    "fraction": _fraction,
    "decimal": _decimal,
    "choice": _choice,
    "text": _wording,
    "quantity": _quantity,
    "expression": _expression,
    "equation": _equation,
    "interval": _interval,
    "json": _json,
}


def _collection(name: str, value: Any, of: Any, nesting: int) -> AnswerSpecification:
    if nesting == 0:
        message = f"{name} answers nest at most {MAX_NESTING} deep"
        raise ValueError(message)
    if not isinstance(value, list) or not isinstance(of, Mapping):
        message = f"a {name} answer needs an array as its value, and an object `of` that describes an element"
        raise ValueError(message)  # noqa: TRY004 - as above
    if name == "matrix":
        rows = [_elements(as_array(row, "a row of a matrix", "elements"), of, nesting) for row in value]
        return _matrix(rows)
    elements = _elements(value, of, nesting)
    described = dict(elements[0].wire_format()) if elements else _empty(of, nesting)
    exact = [element for element in elements if _is_element(element)]
    if len(exact) < len(elements) or (not elements and _needs_tool(described)):
        return FormulaCollection(name, tuple(elements), described)
    members = tuple(exact)
    match name:
        case "set":
            return SetAnswer(members, described)
        case "multiset":
            return MultisetAnswer(members, described)
        case "tuple":
            return TupleAnswer(members, described)
        case _:
            return ListAnswer(members, described)


def _elements(items: list[Any], of: Mapping[str, Any], nesting: int) -> list[AnswerSpecification]:
    return [_valued(item if isinstance(item, Mapping) else {**of, "value": item}, nesting - 1) for item in items]


def _matrix(rows: list[list[AnswerSpecification]]) -> AnswerSpecification:
    if not rows or not rows[0] or len({len(row) for row in rows}) > 1:
        raise ValueError("a matrix has rows of the same length, at least one of at least one element")
    described = dict(rows[0][0].wire_format())
    exact = [tuple(element for element in row if _is_element(element)) for row in rows]
    if sum(map(len, exact)) < sum(map(len, rows)):
        return FormulaCollection(
            "matrix", tuple(element for row in rows for element in row), described, columns=len(rows[0])
        )
    return MatrixAnswer(tuple(exact), described)


def _needs_tool(of: Mapping[str, Any]) -> bool:
    while isinstance(of.get("of"), Mapping):
        of = of["of"]
    return of.get("format") in {"expression", "equation", "interval", "quantity"}


def _empty(of: Mapping[str, Any], nesting: int) -> dict[str, Any]:
    """What describes an element where there is none to ask."""
    name = _format_of({**of, "value": None})
    if name in _COLLECTIONS and name != "matrix":
        _collection(name, [], of.get("of"), nesting - 1)
    return dict(of)

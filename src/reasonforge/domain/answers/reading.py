"""From an answer object as JSON (the database's form) to the specification it stands for."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.numeric import (
    DecimalAnswer,
    FractionAnswer,
    IntegerAnswer,
    as_tolerance,
    read_decimal,
    read_fraction,
    read_integer,
)
from reasonforge.domain.answers.program import CodeAnswer, CodeTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.answers.sequence import MAX_NESTING, Element, ListAnswer
from reasonforge.domain.answers.wording import ChoiceAnswer, TextAnswer

_FIELDS = {
    "integer": {"value"},
    "fraction": {"value"},
    "decimal": {"value", "abs_tol", "rel_tol", "digits"},
    "list": {"value", "of"},
    "choice": {"value", "options"},
    "text": {"value", "any_of", "case"},
    "code": {"language", "entry", "tests", "reference", "seconds", "memory_mb"},
    "proof": {"system", "base", "statement", "theorem", "allowed_axioms", "reference", "seconds", "memory_mb"},
}


def read_answer(answer: Any) -> AnswerSpecification:
    """The specification an answer object stands for; `read_answer(a.specification()) == a`.

    Numbers may be JSON numbers or texts, which keeps integers above 2⁵³ exact. The elements of a list are either
    answer objects or bare values of the format that `of` names.

    Raises:
        ValueError: one sentence that says what is wrong with the object.
    """
    name = _format_of(answer)
    if name == "code":
        return _code(answer)
    if name == "proof":
        return _proof(answer)
    return read_element(answer)


def read_element(answer: Any, nesting: int = MAX_NESTING) -> Element:
    """As `read_answer`, of an answer that can stand inside a list."""
    name = _format_of(answer)
    if "value" not in answer:
        message = f"a {name} answer needs a value"
        raise ValueError(message)
    value = answer["value"]
    match name:
        case "integer":
            return _integer(value)
        case "fraction":
            return FractionAnswer(_number(value, "fraction"))
        case "decimal":
            return _decimal(answer)
        case "list":
            return _list(value, answer.get("of"), nesting)
        case "choice":
            return ChoiceAnswer(_text(value, "value"), _texts(answer.get("options"), "options"))
        case "text":
            others = _texts(answer.get("any_of", []), "any_of")
            return TextAnswer(_text(value, "value"), others, case=_flag(answer.get("case", False), "case"))
        case _:
            message = f"a {name} answer cannot stand inside a list"
            raise ValueError(message)


def _code(answer: Mapping[str, Any]) -> CodeAnswer:
    tests = answer.get("tests")
    if not isinstance(tests, list) or not all(isinstance(test, Mapping) for test in tests):
        raise ValueError("a code answer's tests must be an array of objects with input and output")
    if any({"input", "output"} != set(test) for test in tests):
        raise ValueError("each test of a code answer has an input, an output and nothing else")
    return CodeAnswer(
        tests=tuple(CodeTest(test["input"], test["output"]) for test in tests),
        reference=_text(answer.get("reference"), "reference"),
        entry=_text(answer.get("entry", ""), "entry"),
        language=_text(answer.get("language", "python"), "language"),
        seconds=as_tolerance(answer.get("seconds", 2.0), "seconds"),
        memory_mb=_count(answer.get("memory_mb", 256), "memory_mb"),
    )


def _proof(answer: Mapping[str, Any]) -> ProofAnswer:
    return ProofAnswer(
        system=_text(answer.get("system"), "system"),
        base=_text(answer.get("base"), "base"),
        statement=_text(answer.get("statement"), "statement"),
        theorem=_text(answer.get("theorem"), "theorem"),
        reference=_text(answer.get("reference"), "reference"),
        allowed_axioms=_texts(answer.get("allowed_axioms", []), "allowed_axioms"),
        seconds=as_tolerance(answer.get("seconds", 30.0), "seconds"),
        memory_mb=_count(answer.get("memory_mb", 1_024), "memory_mb"),
    )


def _count(value: Any, name: str) -> int:
    if type(value) is not int:
        message = f"{name} must be a whole number, not {quoted(str(value))}"
        raise ValueError(message)
    return value


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


def _number(value: Any, name: str) -> Fraction:
    if type(value) is int:
        return Fraction(value)
    text = repr(value) if type(value) is float and name == "decimal" else value
    number = None
    if isinstance(text, str):
        number = read_fraction(text)
        if number is None and name == "decimal":
            number = read_decimal(text)
    if number is None:
        message = f"a {name} answer's value must be a number, not {quoted(str(value))}"
        raise ValueError(message)
    return number


def _decimal(answer: Mapping[str, Any]) -> DecimalAnswer:
    return DecimalAnswer(
        value=_number(answer["value"], "decimal"),
        abs_tol=as_tolerance(answer.get("abs_tol", 0.0), "abs_tol"),
        rel_tol=as_tolerance(answer.get("rel_tol", 0.0), "rel_tol"),
        digits=answer.get("digits", 6),
    )


def _list(value: Any, of: Any, nesting: int) -> ListAnswer:
    if nesting == 0:
        message = f"list answers nest at most {MAX_NESTING} deep"
        raise ValueError(message)
    if not isinstance(value, list) or not isinstance(of, Mapping):
        message = "a list answer needs an array as its value, and an object `of` that describes an element"
        raise ValueError(message)  # noqa: TRY004 - as above
    elements = tuple(
        read_element(item if isinstance(item, Mapping) else {**of, "value": item}, nesting - 1) for item in value
    )
    return ListAnswer(elements, dict(elements[0].wire_format()) if elements else _empty(of, nesting))


def _empty(of: Mapping[str, Any], nesting: int) -> dict[str, Any]:
    """What describes an element where there is none to ask."""
    name = _format_of({**of, "value": None})
    if name == "list":
        _list([], of.get("of"), nesting - 1)
    return dict(of)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        message = f"{name} must be a text, not {quoted(str(value))}"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        message = f"{name} must be true or false, not {quoted(str(value))}"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        message = f"{name} must be an array of texts, not {quoted(str(value))}"
        raise ValueError(message)  # noqa: TRY004 - as above
    return tuple(_text(item, f"an element of {name}") for item in value)

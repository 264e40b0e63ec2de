"""Answers that are formulas: expressions, equations and intervals, and collections of them.

What they say is decided by a tool (adapters/symbolic); here they are bounded texts with what is known of their
variables.
"""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Protocol

from attrs import field, frozen

from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.answers.final_text import quoted
from reasonforge.domain.answers.numeric import significant
from reasonforge.domain.numbers import nonnegative

MAX_FORMULA = 400
"""Characters of a formula."""
MAX_MEMBERS = 64
"""Elements of a collection of formulas."""
MAX_VARIABLES = 8
ASSUMPTIONS = frozenset({"positive", "nonnegative", "negative", "nonzero", "real", "integer", "complex"})

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_]{0,10}[A-Za-z0-9])?")
_OPENING = {")": "(", "]": "[", "}": "{"}


class _OfVariables(Protocol):
    @property
    def value(self) -> str: ...
    @property
    def variables(self) -> tuple[str, ...]: ...
    @property
    def assumptions(self) -> Mapping[str, str]: ...
    @property
    def domain(self) -> Mapping[str, tuple[Fraction | None, Fraction | None]]: ...


def _refuse_odd_text(value: str, name: str, *, half_open: bool = False) -> None:
    if not value.strip() or len(value) > MAX_FORMULA or not value.isprintable():
        message = f"the value of an answer of format {name} must have 1 to {MAX_FORMULA} printable characters"
        raise ValueError(message)
    opened: list[str] = []
    for character in value:
        if character in "([{":
            opened.append(character)
        elif character in ")]}" and (not opened or (opened.pop() != _OPENING[character] and not half_open)):
            break
    else:
        if not opened:
            return
    message = f"the value of an answer of format {name} has brackets that do not match: {quoted(value)}"
    raise ValueError(message)


def _refuse_odd_variables(answer: _OfVariables) -> None:
    names = answer.variables
    if len(names) > MAX_VARIABLES or len(set(names)) != len(names):
        message = f"a formula has at most {MAX_VARIABLES} variables, each named once"
        raise ValueError(message)
    for name in names:
        if not _NAME.fullmatch(name):
            message = f"a variable is a letter with up to 11 letters, digits or underscores, not {quoted(name)}"
            raise ValueError(message)
    for name, words in answer.assumptions.items():
        if name not in names or not words.split() or not set(words.split()) <= ASSUMPTIONS:
            known = ", ".join(sorted(ASSUMPTIONS))
            message = f"assumptions give some of the variables words out of {known}, not {quoted(f'{name}: {words}')}"
            raise ValueError(message)
    for name, (low, high) in answer.domain.items():
        if name not in names or (low is not None and high is not None and low >= high):
            message = f"domain gives some of the variables a lower and a higher bound, and {quoted(name)} has none such"
            raise ValueError(message)


def _wire(answer: "ExpressionAnswer | EquationAnswer") -> dict[str, Any]:
    bounds = {
        name: [None if bound is None else str(bound) for bound in both] for name, both in sorted(answer.domain.items())
    }
    return {
        "format": answer.format,
        "variables": list(answer.variables),
        **({"assumptions": dict(sorted(answer.assumptions.items()))} if answer.assumptions else {}),
        **({"domain": bounds} if bounds else {}),
        **({"latex": True} if answer.latex else {}),
    }


@frozen
class ExpressionAnswer:
    """An expression that must be the same function of its variables as the value, exactly.

    A decimal stands for the rational number it writes, so `0.333333` is not `1/3`; and `x = 5` is an equation, not
    the expression `5`.

    Attributes:
        value: in the notation of the format, at most 400 characters.
        variables: the names that may occur.
        assumptions: for some of the variables, words of `ASSUMPTIONS`, a space between them; real where none is given.
        domain: for some of the variables, bounds (low, high) between which both must agree; None is no bound.
        latex: LaTeX is read too.
        complex_numbers: `i` is the imaginary unit although no variable is complex.
    """

    value: str
    variables: tuple[str, ...] = ()
    assumptions: Mapping[str, str] = field(factory=dict)
    domain: Mapping[str, tuple[Fraction | None, Fraction | None]] = field(factory=dict)
    latex: bool = False
    complex_numbers: bool = False
    format: str = field(default="expression", init=False)

    def __attrs_post_init__(self) -> None:
        _refuse_odd_text(self.value, self.format)
        _refuse_odd_variables(self)

    def wire_format(self) -> Mapping[str, Any]:
        return {**_wire(self), **({"complex_numbers": True} if self.complex_numbers else {})}

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "value": self.value}

    def truth(self) -> str:
        return self.value


@frozen
class EquationAnswer:
    """One equation in its variables, up to a constant factor that is not zero, and up to which side is which.

    Attributes: as of `ExpressionAnswer`; at least one variable.
    """

    value: str
    variables: tuple[str, ...]
    assumptions: Mapping[str, str] = field(factory=dict)
    domain: Mapping[str, tuple[Fraction | None, Fraction | None]] = field(factory=dict)
    latex: bool = False
    format: str = field(default="equation", init=False)

    def __attrs_post_init__(self) -> None:
        _refuse_odd_text(self.value, self.format)
        _refuse_odd_variables(self)
        if self.value.count("=") != 1 or not self.variables:
            raise ValueError("an equation has one sign of equality, and at least one variable")

    def wire_format(self) -> Mapping[str, Any]:
        return _wire(self)

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "value": self.value}

    def truth(self) -> str:
        return self.value


@frozen
class IntervalAnswer:
    """Real intervals and single numbers, united: `[0, 1) ∪ (2, oo)`, `(-oo, 3]`, `{1} ∪ [2, 3]`, `R`, `∅`.

    Bounds are expressions without variables. Which are open matters; order, overlaps and cuts don't.
    """

    value: str
    latex: bool = False
    format: str = field(default="interval", init=False)

    def __attrs_post_init__(self) -> None:
        _refuse_odd_text(self.value, self.format, half_open=True)

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, **({"latex": True} if self.latex else {})}

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "value": self.value}

    def truth(self) -> str:
        return self.value


@frozen
class QuantityAnswer:
    """A number with a unit, within a tolerance on the value in its own unit; any unit of that dimension will do.

    Attributes:
        value: in `unit`.
        unit: as `m/s`, `m s^-2`, `N·m`, `kg*m^2`; whether the unit exists is the tool's to say. Empty where the
            quantity has no dimension: then a unit is wrong, and so is `%`.
        abs_tol: ≥ 0, in `unit`. rel_tol: ≥ 0, of the larger of the two.
    """

    value: Fraction
    unit: str
    abs_tol: float = 0.0
    rel_tol: float = 0.0
    format: str = field(default="quantity", init=False)

    def __attrs_post_init__(self) -> None:
        nonnegative(self.abs_tol, "abs_tol")
        nonnegative(self.rel_tol, "rel_tol")
        if len(self.unit) > 60 or self.unit != self.unit.strip() or not self.unit.isprintable():
            message = f"a unit has at most 60 characters, not {quoted(self.unit)}"
            raise ValueError(message)
        limit = 10**400
        if abs(self.value.numerator) >= limit or self.value.denominator >= limit:
            raise ValueError("a quantity's value must be a number of at most 400 digits")

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "unit": self.unit, "abs_tol": self.abs_tol, "rel_tol": self.rel_tol}

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "value": str(self.value)}

    def truth(self) -> str:
        return f"{_decimal(self.value)} {self.unit}".strip()


def _decimal(value: Fraction) -> str:
    """Exactly where it ends within 30 digits, otherwise to 15."""
    below = value.denominator
    while below % 2 == 0:
        below //= 2
    while below % 5 == 0:
        below //= 5
    text = significant(value, 40)
    if below == 1 and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if below == 1 and len(text) <= 32 else significant(value, 15)


@frozen
class FormulaCollection:
    """A set, multiset, tuple, list or matrix of answers that a tool decides.

    Attributes:
        format: `set`, `multiset`, `tuple`, `list` or `matrix`.
        value: the elements, all as `of` describes them; those of a matrix are its rows one after another.
        of: the wire format of every element.
        columns: of a matrix; 0 elsewhere.
    """

    format: str
    value: tuple[AnswerSpecification, ...]
    of: Mapping[str, Any]
    columns: int = 0

    def __attrs_post_init__(self) -> None:
        if len(self.value) > MAX_MEMBERS:
            message = f"a collection of formulas has at most {MAX_MEMBERS} elements, not {len(self.value)}"
            raise ValueError(message)
        if any(element.wire_format() != self.of for element in self.value):
            message = f"every element of a {self.format} answer must have the format that `of` names"
            raise ValueError(message)
        if (self.format == "matrix") != (self.columns > 0) or (self.columns and len(self.value) % self.columns):
            raise ValueError("a matrix has rows of the same length, at least one of at least one element")

    def wire_format(self) -> Mapping[str, Any]:
        return {"format": self.format, "of": self.of}

    def specification(self) -> Mapping[str, Any]:
        values = [_short(element.specification(), self.of) for element in self.value]
        return {**self.wire_format(), "value": list(self._rows(values)) if self.columns else values}

    def truth(self) -> str:
        texts = [element.truth() for element in self.value]
        if self.columns:
            return f"[{', '.join(_joined('list', row) for row in self._rows(texts))}]"
        return _joined(self.format, texts)

    def _rows(self, items: list[Any]) -> Iterable[list[Any]]:
        return (items[at : at + self.columns] for at in range(0, len(items), self.columns))


def _joined(name: str, texts: list[str]) -> str:
    opening, closing = {"set": ("{", "}"), "multiset": ("{", "}"), "tuple": ("(", ")")}.get(name, ("[", "]"))
    return f"{opening}{', '.join(texts)}{closing}"


def _short(specification: Mapping[str, Any], of: Mapping[str, Any]) -> Any:
    """An element's value alone where `of` says the rest."""
    return specification["value"] if specification.keys() - of.keys() == {"value"} else specification

"""The thirteen equations as data, read off `ScoringEngine` itself, so that they are written down once."""

import doctest
import inspect
import re
from collections.abc import Sequence

from pydantic import BaseModel

from reasonforge.domain.engine import ScoringEngine

_NUMBERED = re.compile(r"Eq\. (\d+): ")
_CONSTANT = re.compile(r"parameters\.(\w+)|DEFAULT_PARAMETERS\.(\w+)")


class Example(BaseModel):
    """A worked example: what is evaluated, and what it gives."""

    expression: str
    gives: str


class Formula(BaseModel):
    """One equation. `number` is the whitepaper's; None for a rule that it does not number."""

    number: int | None
    method: str
    signature: str
    rule: str
    details: str
    constants: list[str]
    example: Example | None


def formulas() -> list[Formula]:
    """Every public method of the engine, by equation number, the unnumbered last."""
    found = [
        _formula(name, member.__func__)
        for name, member in vars(ScoringEngine).items()
        if isinstance(member, staticmethod) and not name.startswith("_")
    ]
    return sorted(found, key=lambda formula: formula.number or 1_000)


def _formula(name: str, method: object) -> Formula:
    text = inspect.getdoc(method) or ""
    parts = doctest.DocTestParser().parse(text)
    prose = "".join(part for part in parts if isinstance(part, str)).strip()
    first, _, rest = prose.partition("\n\n")
    number = _NUMBERED.match(first)
    return Formula(
        number=int(number[1]) if number else None,
        method=name,
        signature=_signature(name, method),
        rule=" ".join(_NUMBERED.sub("", first, count=1).split()),
        details=" ".join(rest.split()),
        constants=_constants(method),
        example=_example([part for part in parts if isinstance(part, doctest.Example)]),
    )


def _signature(name: str, method: object) -> str:
    assert callable(method)  # noqa: S101 - the function inside a staticmethod
    given = [one for one in inspect.signature(method).parameters if one != "parameters"]
    return f"{name}({', '.join(given)})"


def _constants(method: object) -> list[str]:
    """The names of the constants it uses, in the order it names them."""
    assert inspect.isfunction(method)  # noqa: S101 - as above
    named = (one or other for one, other in _CONSTANT.findall(inspect.getsource(method)))
    return list(dict.fromkeys(named))


def _example(examples: Sequence[doctest.Example]) -> Example | None:
    """The one that gives something; the lines before it only prepare."""
    for example in examples:
        if example.want:
            return Example(expression=" ".join(example.source.split()), gives=example.want.strip())
    return None

"""A closed model of a scientific task: its parameters, its formulas, and the quantities that an artefact tells."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from reasonforge.domain.answers.numeric import significant
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.simulation import CHECK, simulation_artefact

Formula = Any
"""As JSON, see `domain.artefacts.formula`."""
_DIGITS = 8


@frozen
class Simulated:
    """What the `simulation` check runs again.

    Attributes:
        params: name → (value, unit).
        define: (name, formula) in order; at most 40.
        asked: name of a quantity → its unit, a relative error of 1/1000 being accepted.
    """

    params: Mapping[str, tuple[Fraction, str]]
    define: Sequence[tuple[str, Formula]]
    asked: Mapping[str, str]

    def specification(self) -> ArtefactSpecification:
        """What is asked, and the model to hold it against."""
        return simulation_artefact(
            {"kind": "expressions", "define": [list(each) for each in self.define]},
            {name: {"value": _exact(value), "unit": unit} for name, (value, unit) in self.params.items()},
            {name: {"unit": unit} for name, unit in self.asked.items()},
        )

    def told(self, values: Mapping[str, Fraction]) -> Mapping[str, Any]:
        """The artefact in which the quantities have these values, with eight significant digits."""
        return {
            CHECK: {
                "params": {name: _plain(value) for name, (value, _) in self.params.items()},
                "quantities": [
                    {"name": name, "value": float(significant(values[name], _DIGITS)), "unit": unit}
                    for name, unit in self.asked.items()
                ],
            }
        }


def total(parts: Sequence[Formula]) -> Formula:
    """The formula of a sum of any number of parts."""
    return ["add", *parts] if len(parts) > 1 else parts[0] if parts else 0


def _exact(value: Fraction) -> int | str:
    return int(value) if value.denominator == 1 else str(value)


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)

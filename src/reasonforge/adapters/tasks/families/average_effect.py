import re
from fractions import Fraction
from random import Random
from typing import Final

from reasonforge.adapters.tasks.causal_artefacts import (
    as_seen,
    effect_specification,
    graph_of,
    parents_adjusted,
    told,
)
from reasonforge.adapters.tasks.causal_model import (
    Model,
    adjusted,
    drawn_model,
    joint,
    probability,
    read_tables,
    tables,
    truncated_factors,
)
from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.adapters.tasks.hidden_inputs import HiddenInputs
from reasonforge.adapters.tasks.sum_of_products import sum_of_products, total_of
from reasonforge.adapters.tasks.wrong_ending import ended_in, seed_of
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline

_QUERY = re.compile(r"effect of ([A-Z]) on ([A-Z])")


class AverageEffect(HiddenInputs):
    """The average causal effect, P(y | do x=1) - P(y | do x=0), in a causal model with exact tables.

    Difficulty d: 3 + d/2 variables (rounded down), up to 2 causes each, chances in tenths. Size: the number of
    variables. Kept where there is an effect and the observed difference P(y | x=1) - P(y | x=0) is another.
    """

    name: Final = "average_effect"
    version: Final = 3
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Model:
        return kept(lambda: drawn_model(rng, 3 + difficulty // 2, 2), _seeing_is_not_doing)

    def state(self, instance: Model, phrasing: int) -> str:
        x, y = instance.treatment, instance.outcome
        given = tables(instance)
        ending = (
            f"The artefact `docalculus` writes P({y} | do({x})), which both terms are cases of, as an estimand over "
            "the variables. The final answer is a fraction p/q in lowest terms, with its sign."
        )
        return (
            (
                f"Each of these variables is 0 or 1 and is brought about by those after the bar in its table, and by "
                f"nothing that two of them share: {given}. Compute the average causal effect of {x} on {y}, which is "
                f"P({y}=1 | do({x}=1)) minus P({y}=1 | do({x}=0)). {ending}"
            ),
            (
                f"A simulation draws the following variables in order, each from its table: {given}. In one variant of "
                f"the program the line for {x} is replaced by {x} = 1, in another by {x} = 0. By how much is the "
                f"probability of {y} = 1 greater in the first variant than in the second (the effect of {x} on {y})? "
                f"{ending}"
            ),
            (
                f"What is the average effect of {x} on {y} in the whole population, when {x} is set from outside to 1 "
                f"rather than to 0? All variables are binary, the tables list their direct causes after the bar, and "
                f"there are no hidden causes: {given}. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Model) -> FractionAnswer:
        return FractionAnswer(_effect(instance))

    def size(self, instance: Model) -> int:
        return len(instance.mechanisms)

    def read(self, problem: str) -> Model | None:
        return recognised(self, problem, _parse, _seeing_is_not_doing)

    def solve(self, instance: Model) -> WorkedSolution:
        """The truncated factorisation with the treatment at 1, and at 0."""
        set_to_one, first = sum_of_products(_TRUNCATED, _setting(instance, 1), truncated_factors(instance, 1))
        set_to_zero, second = sum_of_products(_TRUNCATED, _setting(instance, 0), truncated_factors(instance, 0))
        difference = set_to_one - set_to_zero
        claim = equals(f"{written(set_to_one)} - {written(set_to_zero)}", difference)
        last = line("The effect is the difference of the two.", f"{instance.treatment} on {instance.outcome}", claim)
        return WorkedSolution(str(difference), (*first, *second, last), told(parents_adjusted(instance)))

    def solve_again(self, instance: Model) -> str:
        """Adjusts for the direct causes of the treatment (back-door), from the whole joint distribution."""
        worlds = joint(instance)
        return str(adjusted(instance, worlds, 1, {}) - adjusted(instance, worlds, 0, {}))

    def slip(self, instance: Model, rng: Random) -> str:
        """Answers the observed difference, or the effect the wrong way round."""
        return str(_observed(instance) if rng.random() < 0.8 else -_effect(instance))

    def checks(self, instance: Model) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("docalculus",)

    def artefacts(self, instance: Model) -> tuple[ArtefactSpecification, ...]:
        return (
            effect_specification(
                graph_of(instance), instance.treatment, instance.outcome, seed_of(self.state(instance, 0), self.secret)
            ),
        )

    def go_wrong(self, instance: Model, rng: Random) -> WorkedSolution:
        """Ends in a slip, and takes seeing for doing."""
        return ended_in(
            self.solve(instance), self.slip(instance, rng), told(as_seen(instance.treatment, instance.outcome))
        )


_TRUNCATED = (
    "With the treatment set, its own table drops out; the tables of what leads to the outcome are multiplied and "
    "summed over everything else."
)


def _setting(model: Model, value: int) -> str:
    return f"Setting {model.treatment} to {value}, {model.outcome}=1"


def _effect(model: Model) -> Fraction:
    one, zero = (total_of(truncated_factors(model, value)) for value in (1, 0))
    return one - zero


def _observed(model: Model) -> Fraction:
    """P(y | x=1) - P(y | x=0)."""
    worlds = joint(model)
    one, zero = (probability(worlds, {model.outcome: 1}, {model.treatment: value}) for value in (1, 0))
    return one - zero


def _seeing_is_not_doing(model: Model) -> bool:
    return _effect(model) not in {Fraction(0), _observed(model)}


def _parse(problem: str) -> Model | None:
    query = _QUERY.search(problem)
    return Model(read_tables(problem), query[1], query[2]) if query else None

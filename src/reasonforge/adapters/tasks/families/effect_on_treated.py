import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Final

from reasonforge.adapters.tasks.causal_model import (
    Model,
    adjusted,
    drawn_model,
    joint,
    probability,
    read_tables,
    settings,
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
from reasonforge.adapters.tasks.sum_of_products import sum_of_products, total_of
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline

_QUERY = re.compile(r"\bwhere ([A-Z]) = 1\b.*\bchance of ([A-Z]) = 1\b")


class EffectOnTreated:
    """The effect on the treated, P(Y=1 | X=1) - P(Y=1 had X been 0 | X=1), in a causal model with exact tables.

    Difficulty d: 3 + d/2 variables (rounded down), up to 2 causes each, chances in tenths. Size: the number of
    variables. Kept where it differs from 0, from the average effect and from P(y | x=1) - P(y | x=0).
    """

    name: Final = "effect_on_treated"
    version: Final = 1
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Model:
        return kept(lambda: drawn_model(rng, 3 + difficulty // 2, 2), _treated_are_special)

    def state(self, instance: Model, phrasing: int) -> str:
        x, y = instance.treatment, instance.outcome
        told = tables(instance)
        ending = "The final answer is a fraction p/q in lowest terms, with its sign."
        return (
            (
                f"A causal model without hidden common causes has binary variables, each depending directly on those "
                f"after the bar in its table: {told}. Consider the cases where {x} = 1 came about by itself. By how "
                f"much is the chance of {y} = 1 greater among them than it would have been, had {x} been 0 in these "
                f"same cases (the effect of treatment on the treated)? {ending}"
            ),
            (
                f"Units differ in their binary traits, which arise by these tables, direct causes after the bar and "
                f"chance independent from trait to trait: {told}. Take only the units where {x} = 1. How much do they "
                f"owe to it: their chance of {y} = 1 as it is, minus what it would be, had somebody switched {x} to 0 "
                f"in just these units? {ending}"
            ),
            (
                f"Every variable is 0 or 1 and is caused by what stands after the bar: {told}. An auditor picks the "
                f"runs where {x} = 1 occurred of its own accord, and has them replayed with {x} forced to 0. What is "
                f"the chance of {y} = 1 in the runs as they went, less the one in the replays (in which whatever {x} "
                f"does not influence stays as it was)? {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Model) -> FractionAnswer:
        return FractionAnswer(_effect(instance))

    def size(self, instance: Model) -> int:
        return len(instance.mechanisms)

    def read(self, problem: str) -> Model | None:
        return recognised(self, problem, _parse, _treated_are_special)

    def solve(self, instance: Model) -> WorkedSolution:
        """Splits the treatment into the value it took and the value that its effects see."""
        x, y = instance.treatment, instance.outcome
        as_it_was, first = sum_of_products(_SPLIT, f"{x} was 1, {y}=1", _split_factors(instance, 1))
        had_it_been, second = sum_of_products(_SPLIT, f"{x} was 1 but acts as 0, {y}=1", _split_factors(instance, 0))
        treated, third = sum_of_products(_TREATED, f"P({x}=1)", _treated_factors(instance))
        effect = (as_it_was - had_it_been) / treated
        claim = equals(f"({written(as_it_was)} - {written(had_it_been)}) / {written(treated)}", effect)
        last = line("The difference is divided by the chance of being treated.", f"among {x}=1", claim)
        return WorkedSolution(str(effect), (*first, *second, *third, last))

    def solve_again(self, instance: Model) -> str:
        """Standardises over the direct causes as they are distributed among the treated, from the joint."""
        worlds = joint(instance)
        treated = {instance.treatment: 1}
        return str(adjusted(instance, worlds, 1, treated) - adjusted(instance, worlds, 0, treated))

    def slip(self, instance: Model, rng: Random) -> str:
        """Answers the observed difference, or the average effect over everybody."""
        return str(rng.choice(_shortcuts(instance)))


_SPLIT = (
    "The treatment's own table is taken at the value that came about, the tables of its effects at the value that "
    "they are shown; sum over everything else."
)
_TREATED = "The chance of being treated comes from the treatment's table and its causes'."


def _split_factors(model: Model, shown: int) -> Iterator[tuple[Fraction, ...]]:
    """Products whose sum is P(treatment = 1, and outcome = 1 had its effects been shown another value)."""
    x, y = model.treatment, model.outcome
    relevant = (model.ancestors(y, past_treatment=False) | model.ancestors(x)) - {x, y}
    free = [name for name in model.names() if name in relevant]
    for setting in settings(free):
        world = setting | {x: shown, y: 1}
        own = model.of(x).chance(setting | {x: 1})
        yield (own, *(model.of(name).chance(world) for name in (*free, y)))


def _treated_factors(model: Model) -> Iterator[tuple[Fraction, ...]]:
    """Products whose sum is P(treatment = 1)."""
    causes = [name for name in model.names() if name in model.ancestors(model.treatment) - {model.treatment}]
    for setting in settings(causes):
        world = setting | {model.treatment: 1}
        yield tuple(model.of(name).chance(world) for name in (*causes, model.treatment))


def _effect(model: Model) -> Fraction:
    return (total_of(_split_factors(model, 1)) - total_of(_split_factors(model, 0))) / total_of(_treated_factors(model))


def _shortcuts(model: Model) -> tuple[Fraction, Fraction]:
    """The observed difference, and the average effect."""
    worlds = joint(model)
    one, zero = (probability(worlds, {model.outcome: 1}, {model.treatment: value}) for value in (1, 0))
    return one - zero, total_of(truncated_factors(model, 1)) - total_of(truncated_factors(model, 0))


def _treated_are_special(model: Model) -> bool:
    effect = _effect(model)
    return effect != 0 and effect not in _shortcuts(model)


def _parse(problem: str) -> Model | None:
    query = _QUERY.search(problem)
    return Model(read_tables(problem), query[1], query[2]) if query else None

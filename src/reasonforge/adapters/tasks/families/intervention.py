import math
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random
from typing import Final

from reasonforge.adapters.tasks.causal_artefacts import as_seen, effect_specification, graph_of, told, truncated
from reasonforge.adapters.tasks.causal_model import Model, World, drawn_model, joint, read_tables, tables
from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.adapters.tasks.hidden_inputs import HiddenInputs
from reasonforge.adapters.tasks.wrong_ending import ended_in, seed_of
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_QUERY = re.compile(r"P\(([A-Z])=1 \| do\(([A-Z])=1\)\)|set ([A-Z]) to 1 .* probability that ([A-Z]) is 1")
_TERMS_PER_LINE = 4


class Intervention(HiddenInputs):
    """P(y | do x) in a causal model with exact tables.

    Difficulty d: 3 + d/2 variables (rounded down), up to 2 causes each (3 from difficulty 7 on), chances in tenths.
    Size: the number of variables. Kept where P(y | x) and P(y) both differ from P(y | do x).
    """

    name: Final = "intervention"
    version: Final = 3
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Model:
        return kept(lambda: drawn_model(rng, 3 + difficulty // 2, 2 if difficulty < 7 else 3), _seeing_is_not_doing)

    def state(self, instance: Model, phrasing: int) -> str:
        given = tables(instance)
        x, y = instance.treatment, instance.outcome
        ending = (
            f"The artefact `docalculus` writes P({y} | do({x})) as an estimand over the variables, for any values of "
            f"{x} and {y}. The final answer is a fraction p/q in lowest terms."
        )
        if phrasing == 0:
            return (
                f"In a causal model all variables are 0 or 1, and each depends only on the variables after the bar in "
                f"its table, which are its direct causes: {given}. Compute P({y}=1 | do({x}=1)). {ending}"
            )
        return (
            f"A machine switches its lamps on (1) or off (0) one after the other, each by chance according to lamps "
            f"switched before, which cause it: {given}. Now somebody reaches in and will set {x} to 1 whatever its "
            f"causes say, all else working as before. What is then the probability that {y} is 1? {ending}"
        )

    def answer(self, instance: Model) -> FractionAnswer:
        return FractionAnswer(sum((weight for _, weight in _terms(instance)), Fraction(0)))

    def size(self, instance: Model) -> int:
        return len(instance.mechanisms)

    def read(self, problem: str) -> Model | None:
        return recognised(self, problem, _parse, _seeing_is_not_doing)

    def solve(self, instance: Model) -> WorkedSolution:
        """The truncated factorisation, over the causes of the outcome that are left when the treatment is set."""
        x, y = instance.treatment, instance.outcome
        relevant = [name for name in instance.names() if name in instance.ancestors(y, past_treatment=False)]
        lines: list[WorkedLine] = []
        total = Fraction(0)
        terms = list(_terms(instance))
        for start in range(0, len(terms), _TERMS_PER_LINE):
            claims: list[Claim] = []
            for world, weight in terms[start : start + _TERMS_PER_LINE]:
                factors = [written(instance.of(name).chance(world)) for name in relevant if name != x]
                claims.append(equals(" * ".join(factors), weight))
                claims.append(equals(f"{written(total)} + {written(weight)}", total + weight))
                total += weight
            named = ", ".join(name for name in relevant if name not in {x, y}) or "no variable"
            lines.append(line(_TRUNCATED, f"Summing over {named}, with {x}=1 and {y}=1", *claims))
        return WorkedSolution(str(total), tuple(lines), told(truncated(instance)))

    def solve_again(self, instance: Model) -> str:
        """Adjusts for the direct causes of the treatment (back-door), from the whole joint distribution."""
        x, y = instance.treatment, instance.outcome
        worlds = joint(instance)
        result = Fraction(0)
        parents = instance.of(x).parents
        for setting in product((0, 1), repeat=len(parents)):
            given = dict(zip(parents, setting, strict=True))
            stratum = [(world, weight) for world, weight in worlds if given.items() <= world.items()]
            treated = [(world, weight) for world, weight in stratum if world[x] == 1]
            success = sum((weight for world, weight in treated if world[y] == 1), Fraction(0))
            among = sum((weight for _, weight in treated), Fraction(0))
            result += sum((weight for _, weight in stratum), Fraction(0)) * success / among
        return str(result)

    def slip(self, instance: Model, rng: Random) -> str:
        """Answers P(y | x), or P(y)."""
        return str(rng.choice(_shortcuts(instance)))

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
    "Setting the treatment cuts it off from its causes, so its own table drops out and the others are multiplied and "
    "summed; variables that do not lead to the outcome sum to 1."
)


def _terms(model: Model) -> Iterator[tuple[World, Fraction]]:
    """Each setting of the remaining causes with its weight, treatment and outcome at 1."""
    relevant = model.ancestors(model.outcome, past_treatment=False)
    free = [name for name in model.names() if name in relevant - {model.treatment, model.outcome}]
    for setting in product((0, 1), repeat=len(free)):
        world = dict(zip(free, setting, strict=True)) | {model.treatment: 1, model.outcome: 1}
        factors = (model.of(name).chance(world) for name in (*free, model.outcome))
        yield world, math.prod(factors, start=Fraction(1))


def _shortcuts(model: Model) -> tuple[Fraction, Fraction]:
    """P(y | x) and P(y)."""
    both = treated = success = Fraction(0)
    for world, weight in joint(model):
        both += weight * world[model.treatment] * world[model.outcome]
        treated += weight * world[model.treatment]
        success += weight * world[model.outcome]
    return both / treated, success


def _seeing_is_not_doing(model: Model) -> bool:
    return sum((weight for _, weight in _terms(model)), Fraction(0)) not in _shortcuts(model)


def _parse(problem: str) -> Model | None:
    query = _QUERY.search(problem)
    if query is None:
        return None
    return Model(read_tables(problem), query[2] or query[3], query[1] or query[4])

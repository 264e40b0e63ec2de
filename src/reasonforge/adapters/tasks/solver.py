"""A reasoner that really solves the families' problems, and errs as a miner of a stated skill would."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from attrs import evolve, field, frozen

from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily, WorkedSolution
from reasonforge.adapters.tasks.narrator import Narrator, seeded
from reasonforge.adapters.tasks.registry import FAMILIES
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.numbers import unit
from reasonforge.domain.task import Question

_SECONDS_AT_ONCE, _SECONDS_A_DIFFICULTY = 4.0, 6.0
_SLOWEST, _GAIN_OF_SKILL = 1.2, 0.3
_JITTER = 0.15
_LEAST_SECONDS_A_DIFFICULTY = 0.6
_SHARE_OF_BUDGET = 0.75


def steepness(difficulty: int) -> float:
    """How much a lack of skill costs at a difficulty from 1 to 10: k(d) = 0.2 + 0.3·(d − 1), from 0.2 to 2.9."""
    return 0.2 + 0.3 * (difficulty - 1)


def chance(skill: float, difficulty: int) -> float:
    """The expected share of right answers at a difficulty from 1 to 10: skill^k(d), in [0, 1].

    >>> [round(chance(skill, 5), 2) for skill in (0.0, 0.3, 0.6, 0.9, 1.0)]
    [0.0, 0.19, 0.49, 0.86, 1.0]
    >>> [round(chance(0.6, difficulty), 2) for difficulty in (1, 4, 7, 10)]
    [0.9, 0.57, 0.36, 0.23]
    """
    return float(skill ** steepness(difficulty))


def hardness(kind: str, difficulty: int) -> float:
    """The least skill that solves this kind of problem, in [0, 1): u^(1/k(d)) with u uniform and drawn by both.

    So P(hardness ≤ skill) over kinds of a difficulty is `chance(skill, difficulty)`, and on each of them whoever has
    more skill is right wherever one with less is (a Guttman scale), whichever instance of it each is asked.
    """
    digest = hashlib.sha256(f"{kind}/{difficulty}".encode("utf-8", "surrogatepass")).digest()
    drawn = int.from_bytes(digest[:6], "big") / 2**48
    return float(drawn ** (1 / steepness(difficulty)))


@frozen
class SolverReasoner:
    """Reads the problem as its family states it, solves it, and is right iff its skill is at least the family's
    hardness.

    It sees what a miner sees: the question. Where it errs, its answer is the family's plausible slip and the last
    line of its solution goes missing. Its confidence is `chance`, which is calibrated over the families of a
    difficulty. It thinks for (4 + 6·difficulty) s · (1.2 − 0.3·skill), ± 15 % by family and difficulty; at most three
    quarters of its budget, and never so fast that it could not have thought (0.6 s a difficulty): with too little time
    for that, it has no answer.
    A problem that no family reads is one it has no answer to.

    Attributes:
        skill: in [0, 1]; 1 is always right, `chance` says how often less is.
        voice: its own wording and slips; two of one skill and voice are one miner.
        families: what it can read.
    """

    skill: float = field(validator=unit)
    voice: str
    clock: Clock
    families: Sequence[AnyFamily] = FAMILIES

    @property
    def name(self) -> str:
        return f"solver/{self.skill:g}"

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        found = _worked(tuple(self.families), question.discipline, question.problem)
        kind = "" if found is None else found[0].name
        seconds = self._seconds(kind, question.difficulty)
        least = _LEAST_SECONDS_A_DIFFICULTY * question.difficulty
        if least > budget_seconds:
            return NoAnswer(f"difficulty {question.difficulty} takes {least:g} s of thought at least")
        await self.clock.sleep(max(least, min(seconds, _SHARE_OF_BUDGET * budget_seconds)))
        return self._solved(question, found)

    def _solved(self, question: Question, found: tuple[AnyFamily, Any, WorkedSolution] | None) -> Solution | NoAnswer:
        if found is None:
            return NoAnswer("no family that I know states this problem")
        family, instance, worked = found
        if self.skill < hardness(family.name, question.difficulty):
            rng = seeded("slip", self.voice, question.problem)
            if isinstance(family, ArtefactFamily):
                worked = family.go_wrong(instance, rng)
            else:
                worked = _gone_wrong(worked, family.slip(instance, rng))
        confidence = round(chance(self.skill, question.difficulty), 4)
        narrator = Narrator(self.voice, question.problem)
        return Solution(
            steps=narrator.tell(worked, confidence),
            final_answer=worked.final_answer,
            artifact=dict(worked.artifact) or None,
            proof_artifact=worked.proof.encode() or None,
            code_artifact=worked.code.encode() or None,
        )

    def _seconds(self, kind: str, difficulty: int) -> float:
        jitter = seeded("pace", kind, str(difficulty)).uniform(1 - _JITTER, 1 + _JITTER)
        pace = _SLOWEST - _GAIN_OF_SKILL * self.skill
        return (_SECONDS_AT_ONCE + _SECONDS_A_DIFFICULTY * difficulty) * pace * jitter


@lru_cache(maxsize=256)
def _worked(
    families: tuple[AnyFamily, ...], discipline: Discipline, problem: str
) -> tuple[AnyFamily, Any, WorkedSolution] | None:
    """The family that states the problem, its instance and solution; remembered, since a subnet's solvers share it."""
    for family in families:
        if family.discipline is discipline and (instance := family.read(problem)) is not None:
            return family, instance, family.solve(instance)
    return None


def _gone_wrong(worked: WorkedSolution, slip: str) -> WorkedSolution:
    """A solution that ends in a slip: what its last line should have computed is not there."""
    unfinished = tuple(evolve(line, facts="", claims=()) for line in worked.lines[-1:])
    return WorkedSolution(slip, (*worked.lines[:-1], *unfinished))

from random import Random
from typing import ClassVar, Final

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.formal.sheet import FINAL_ANSWER, GIVEN_UP, FormalInstance, FormalSheet
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline


class FormalFamily:
    """Theorems to be proved in one formal system; which ones, and in which, its sheet says.

    Difficulty d: the d-th of the sheet's theorems, ordered by how much of a proof they need, with numbers drawn into
    it. Size: that place, from 1. Kept where counting over small numbers finds the statement true.
    """

    name: ClassVar[str]
    sheet: ClassVar[FormalSheet]
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> FormalInstance:
        return kept(lambda: self.sheet.draw(rng, difficulty), self.sheet.holds)

    def state(self, instance: FormalInstance, phrasing: int) -> str:
        return self.sheet.state(instance, phrasing)

    def answer(self, instance: FormalInstance) -> ProofAnswer:
        return self.sheet.answer(instance)

    def size(self, instance: FormalInstance) -> int:
        return instance.rank + 1

    def read(self, problem: str) -> FormalInstance | None:
        return recognised(self, problem, self.sheet.read, self.sheet.holds)

    def solve(self, instance: FormalInstance) -> WorkedSolution:
        """The reference proof, theorem by theorem."""
        return self.sheet.solve(instance)

    def solve_again(self, instance: FormalInstance) -> str:
        """Counts over small numbers whether the statement is true at all."""
        return FINAL_ANSWER if self.sheet.holds(instance) else GIVEN_UP

    def slip(self, instance: FormalInstance, rng: Random) -> str:  # noqa: ARG002 - there is one way to give up
        """Believes a true statement to be false."""
        return GIVEN_UP

    def checks(self, instance: FormalInstance) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("proof",)

    def artefacts(self, instance: FormalInstance) -> tuple[ArtefactSpecification, ...]:  # noqa: ARG002 - the same for all
        return ()

    def go_wrong(self, instance: FormalInstance, rng: Random) -> WorkedSolution:  # noqa: ARG002 - one near miss each
        """The reference proof with one slip in it."""
        return self.sheet.go_wrong(instance)

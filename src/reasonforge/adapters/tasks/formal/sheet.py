"""What the families of formal tasks share: a numbered list of theorems, one a difficulty, stated and proved."""

import re
from random import Random

from attrs import frozen

from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, line
from reasonforge.adapters.tasks.formal.theorem import FormalTheorem, Numbers
from reasonforge.domain.answers.proof import ProofAnswer

FINAL_ANSWER = "see proof_artifact"
GIVEN_UP = "the statement is false"
THEOREM = "goal"
_SOURCE = re.compile(r"\n\n(?P<statement>.*?)\n\n", re.DOTALL)


@frozen
class FormalInstance:
    """One theorem of the list, by its place, with its numbers in the order of their names."""

    rank: int
    numbers: tuple[tuple[str, int], ...]


@frozen
class FormalSheet:
    """How one proof system's theorems are stated as tasks.

    Attributes:
        system, base: as `ProofAnswer` has them.
        tongue: the system in words, with the base.
        rules: what a proof file there may use, two or three sentences.
        theorems: easiest first; the theorem of rank n is that of difficulty n + 1.
    """

    system: str
    base: str
    tongue: str
    rules: str
    theorems: tuple[FormalTheorem, ...]

    def draw(self, rng: Random, difficulty: int) -> FormalInstance:
        numbers = self.theorems[difficulty - 1].draw(rng)
        return FormalInstance(difficulty - 1, tuple(sorted(numbers.items())))

    def state(self, instance: FormalInstance, phrasing: int) -> str:
        theorem, numbers = self._of(instance)
        told, source = theorem.told(numbers), theorem.stated(numbers)
        told = f"{told[0].upper()}{told[1:]}" if phrasing == 0 else told
        opening = (
            f"{told}. Prove it in {self.tongue}, where it is stated so:",
            f"Give a formal proof in {self.tongue} that {told}. The statement to be proved is this one:",
            f"In {self.tongue} the constant Goal_statement is defined as below; it says that {told}. Prove it:",
        )[phrasing]
        return f"{opening}\n\n{source}\n\n{self._how()}"

    def read(self, problem: str) -> FormalInstance | None:
        found = _SOURCE.search(problem)
        if found is None:
            return None
        for rank, theorem in enumerate(self.theorems):
            numbers = theorem.numbers_in(found["statement"])
            if numbers is not None:
                return FormalInstance(rank, tuple(sorted(numbers.items())))
        return None

    def answer(self, instance: FormalInstance) -> ProofAnswer:
        theorem, numbers = self._of(instance)
        return ProofAnswer(self.system, self.base, theorem.stated(numbers), THEOREM, theorem.proved(numbers))

    def holds(self, instance: FormalInstance) -> bool:
        """Whether the statement is true, by counting over small numbers instead of proving."""
        theorem, numbers = self._of(instance)
        return theorem.true_of(numbers)

    def solve(self, instance: FormalInstance) -> WorkedSolution:
        theorem, numbers = self._of(instance)
        proof = theorem.proved(numbers)
        return WorkedSolution(FINAL_ANSWER, self._lines(proof), proof=proof)

    def go_wrong(self, instance: FormalInstance) -> WorkedSolution:
        theorem, numbers = self._of(instance)
        proof = theorem.missed(numbers)
        return WorkedSolution(GIVEN_UP, self._lines(proof), proof=proof)

    def _of(self, instance: FormalInstance) -> tuple[FormalTheorem, Numbers]:
        return self.theorems[instance.rank], dict(instance.numbers)

    def _lines(self, proof: str) -> tuple[WorkedLine, ...]:
        """One line for each theorem of the proof file."""
        parts = [part for part in re.split(r"(?m)^(?=[Tt]heorem )", proof) if part.strip()]
        return tuple(line(_IDEA, " ".join(part.split())) for part in parts)

    def _how(self) -> str:
        return (
            f"The answer goes into proof_artifact: the source of one {self.tongue} file, encoded in base64 (it may be "
            f"compressed by zlib first), that proves a theorem named {THEOREM} at its top level, of the type "
            f"Goal_statement, which is defined before the file begins. {self.rules} No axioms are allowed, and none of "
            f"your own. The final answer is the text: {FINAL_ANSWER}"
        )


_IDEA = "A part of the proof file: each theorem may use those before it, and the last one is the goal."

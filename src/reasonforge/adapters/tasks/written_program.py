"""What families have in common whose answer is a program: hidden tests, cases, a reference and a plausible bug."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final, Generic, TypeVar

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.hidden_inputs import HiddenInputs
from reasonforge.domain.answers.program import CodeAnswer, CodeTest
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.formal import formal_artefact
from reasonforge.domain.discipline import Discipline

InstanceT = TypeVar("InstanceT")
Arguments = list[Any]

FINAL_ANSWER: Final = "see code_artifact"
HAND_IN: Final = (
    "Hand in its Python source code as the code artefact; it may use the standard library, must not print, and is "
    "called in a process of its own, for 2 seconds at most. It returns a new value and leaves its arguments as they "
    "are. The final answer is the text: see code_artifact"
)
_TRIED_BUGS = 12


class ProgramFamily(HiddenInputs, ABC, Generic[InstanceT]):
    """A family whose instance is the meaning of a function, evaluated by two implementations of our own.

    The source handed to a sandbox is written from the same instance; neither implementation runs it. Hidden tests and
    formal cases are drawn by the instance itself. Kept where not one value answers more than half of the tests, and
    where a mutated meaning (a plausible bug) is told apart by a test and by a case; inputs drawn under a secret find
    the same bugs.
    """

    name: str
    version: int
    phrasings: int
    entry: str
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY

    @abstractmethod
    def draw(self, rng: Random, difficulty: int) -> InstanceT | None: ...

    @abstractmethod
    def state(self, instance: InstanceT, phrasing: int) -> str: ...

    @abstractmethod
    def size(self, instance: InstanceT) -> int: ...

    @abstractmethod
    def parse(self, problem: str) -> InstanceT | None:
        """The instance of a statement; may be lenient, and raise ValueError."""

    @abstractmethod
    def value(self, instance: InstanceT, arguments: Arguments) -> Any:
        """What the function returns; leaves the arguments as they are."""

    @abstractmethod
    def value_again(self, instance: InstanceT, arguments: Arguments) -> Any:
        """The same by another implementation."""

    @abstractmethod
    def source(self, instance: InstanceT) -> str:
        """A right program, without findings of static analysis."""

    @abstractmethod
    def mutants(self, instance: InstanceT) -> list[InstanceT]:
        """Meanings that are nearly right, in a fixed order."""

    @abstractmethod
    def test_inputs(self, instance: InstanceT, rng: Random) -> list[Arguments]: ...

    @abstractmethod
    def case_inputs(self, instance: InstanceT, rng: Random) -> list[Arguments]:
        """Small inputs, all of them up to a bound, and random ones."""

    @abstractmethod
    def explained(self, instance: InstanceT) -> tuple[WorkedLine, ...]:
        """How the program comes about."""

    def relations(self, instance: InstanceT) -> list[Mapping[str, Any]]:  # noqa: ARG002 - for those that have some
        """Laws of every right program."""
        return []

    def generate(self, rng: Random, difficulty: int) -> InstanceT:
        return kept(lambda: self.draw(rng, difficulty), self.worthwhile)

    def read(self, problem: str) -> InstanceT | None:
        return recognised(self, problem, self.parse, self.worthwhile)

    def answer(self, instance: InstanceT) -> CodeAnswer:
        tests = self.test_inputs(instance, self._rng(instance, "tests"))
        return CodeAnswer(
            tests=tuple(CodeTest(one, self.value(instance, one)) for one in tests),
            reference=self.source(instance),
            entry=self.entry,
        )

    def checks(self, instance: InstanceT) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("tests", "static_analysis", "formal")

    def artefacts(self, instance: InstanceT) -> tuple[ArtefactSpecification, ...]:
        cases = self.case_inputs(instance, self._rng(instance, "cases"))
        return (formal_artefact([(one, self.value(instance, one)) for one in cases], self.relations(instance)),)

    def solve(self, instance: InstanceT) -> WorkedSolution:
        return WorkedSolution(FINAL_ANSWER, self.explained(instance), code=self.source(instance))

    def solve_again(self, instance: InstanceT) -> str:
        tests = self.test_inputs(instance, self._rng(instance, "tests"))
        agree = all(self.value(instance, one) == self.value_again(instance, one) for one in tests)
        return FINAL_ANSWER if agree else "the implementations differ"

    def slip(self, instance: InstanceT, rng: Random) -> str:  # noqa: ARG002 - what is wrong is the program
        return FINAL_ANSWER

    def go_wrong(self, instance: InstanceT, rng: Random) -> WorkedSolution:
        """Hands in the program of a mutated meaning; the last line of its reasoning went missing."""
        bug = rng.choice(self.bugs(instance))
        lines = self.explained(bug)
        unfinished = (*lines[:-1], WorkedLine(lines[-1].idea, ""))
        return WorkedSolution(FINAL_ANSWER, unfinished, code=self.source(bug))

    def worthwhile(self, instance: InstanceT) -> bool:
        """Whether tests and cases tell right from wrong."""
        tests = self.test_inputs(instance, self._rng(instance, "tests"))
        told = Counter(json.dumps(self.value(instance, one)) for one in tests)
        return 2 * max(told.values()) <= len(tests) and bool(self.bugs(instance, most=1))

    def tells(self, instance: InstanceT) -> bool:
        """Whether they are worthwhile, and find every bug that is found without the secret."""
        tests = self.test_inputs(instance, self._rng(instance, "tests"))
        cases = self.case_inputs(instance, self._rng(instance, "cases"))
        return self.worthwhile(instance) and all(
            self._differ(instance, bug, tests) and self._differ(instance, bug, cases)
            for bug in self.under("").bugs(instance)
        )

    def bugs(self, instance: InstanceT, most: int = 4) -> list[InstanceT]:
        """The first mutants that a test and a case find out."""
        mutants = self.mutants(instance)
        self._rng(instance, "bugs").shuffle(mutants)
        tests = self.test_inputs(instance, self._rng(instance, "tests"))
        cases = self.case_inputs(instance, self._rng(instance, "cases"))
        found: list[InstanceT] = []
        for mutant in mutants[:_TRIED_BUGS]:
            if self._differ(instance, mutant, tests) and self._differ(instance, mutant, cases):
                found.append(mutant)
                if len(found) == most:
                    break
        return found

    def _differ(self, instance: InstanceT, mutant: InstanceT, inputs: Sequence[Arguments]) -> bool:
        return any(self.value(instance, one) != self.value(mutant, one) for one in inputs)

    def _rng(self, instance: InstanceT, purpose: str) -> Random:
        name = f"{self.name}/{self.version}/{purpose}/{self.secret}/{self.state(instance, 0)}"
        return Random(int.from_bytes(hashlib.sha256(name.encode()).digest(), "big"))


def number_lists(rng: Random, count: int, longest: int = 12, largest: int = 25) -> list[list[int]]:
    """So many lists of integers from -largest to largest; the first is empty, the second has one number."""
    lengths = [0, 1, *(rng.randint(2, longest) for _ in range(count - 2))]
    return [[rng.randint(-largest, largest) for _ in range(length)] for length in lengths]

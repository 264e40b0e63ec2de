import math
import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline

_SYSTEM = re.compile(r"x ≡ ([0-9]{1,3}) \(mod ([0-9]{1,3})\)")
_ROWS = re.compile(r"rows of ([0-9]{1,3}) leave ([0-9]{1,3}) over")


@frozen
class System:
    """x ≡ residue (mod modulus) for each pair; moduli pairwise coprime, 2…999, at most 16 of them."""

    residues: tuple[int, ...]
    moduli: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        pairs = list(zip(self.residues, self.moduli, strict=True))
        if not 2 <= len(pairs) <= 16 or any(not 0 <= residue < modulus for residue, modulus in pairs):
            raise ValueError("a system has 2 to 16 congruences, each residue below its modulus")
        if any(math.gcd(m, n) != 1 for i, m in enumerate(self.moduli) for n in self.moduli[:i]):
            raise ValueError("the moduli must be pairwise coprime")


class Congruences:
    """The smallest non-negative solution of a system of congruences.

    Difficulty d: d + 1 congruences, moduli from 3 to 11 + 3d. Size: the number of congruences.
    Kept where the last congruence matters, so that leaving it out gives another answer.
    """

    name: Final = "congruences"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> System:
        def draw() -> System | None:
            moduli: list[int] = []
            for candidate in rng.sample(range(3, 12 + 3 * difficulty), 9 + 3 * difficulty):
                if all(math.gcd(candidate, modulus) == 1 for modulus in moduli):
                    moduli.append(candidate)
            moduli = moduli[: difficulty + 1]
            residues = tuple(rng.randrange(modulus) for modulus in moduli)
            return System(residues, tuple(moduli)) if len(moduli) > difficulty else None

        return kept(draw, _last_one_matters)

    def state(self, instance: System, phrasing: int) -> str:
        pairs = list(zip(instance.residues, instance.moduli, strict=True))
        if phrasing == 0:
            lines = "\n".join(f"x ≡ {residue} (mod {modulus})" for residue, modulus in pairs)
            return f"Find the smallest non-negative integer x with\n{lines}\nThe final answer is one integer."
        rows = "; ".join(f"rows of {modulus} leave {residue} over" for residue, modulus in pairs)
        return (
            f"A box of beads is laid out in rows, again and again, with these remainders: {rows}. "
            "What is the smallest number of beads, 0 included, that the box can hold? The final answer is one integer."
        )

    def answer(self, instance: System) -> IntegerAnswer:
        return IntegerAnswer(int(self.solve(instance).final_answer))

    def size(self, instance: System) -> int:
        return len(instance.moduli)

    def read(self, problem: str) -> System | None:
        return recognised(self, problem, _parse, _last_one_matters)

    def solve(self, instance: System) -> WorkedSolution:
        """Merges one congruence after the other, each time with a modular inverse (Garner)."""
        solution, product = instance.residues[0], instance.moduli[0]
        lines = []
        for residue, modulus in zip(instance.residues[1:], instance.moduli[1:], strict=True):
            inverse = pow(product, -1, modulus)
            multiple = (residue - solution) * inverse % modulus
            merged = solution + product * multiple
            merge = line(
                _IDEA,
                f"x ≡ {residue} (mod {modulus})",
                equals(f"{product} * {inverse} mod {modulus}", 1),
                equals(f"({residue} - {solution}) * {inverse} mod {modulus}", multiple),
                equals(f"{merged} mod {modulus}", residue),
                equals(f"{solution} + {product} * {multiple}", merged),
            )
            lines.append(merge)
            solution, product = merged, product * modulus
        return WorkedSolution(str(solution), tuple(lines))

    def solve_again(self, instance: System) -> str:
        return str(_sieved(instance))

    def slip(self, instance: System, rng: Random) -> str:
        """Leaves out the last congruence, or goes one period too far."""
        if rng.random() < 0.5:
            return str(_sieved(instance, leave_out=1))
        return str(_sieved(instance) + math.prod(instance.moduli))


_IDEA = (
    "The solutions so far repeat with the product of their moduli, so the next congruence is met by adding that "
    "product as often as its inverse modulo the new modulus says."
)


def _sieved(system: System, leave_out: int = 0) -> int:
    """Steps through the solutions of the first congruences until the next holds too; the last ones can be left out."""
    solution, step = 0, 1
    count = len(system.moduli) - leave_out
    for residue, modulus in list(zip(system.residues, system.moduli, strict=True))[:count]:
        while solution % modulus != residue:
            solution += step
        step *= modulus
    return solution


def _last_one_matters(system: System) -> bool:
    return _sieved(system) != _sieved(system, leave_out=1)


def _parse(problem: str) -> System:
    pairs = _SYSTEM.findall(problem) or [(residue, modulus) for modulus, residue in _ROWS.findall(problem)]
    return System(tuple(int(residue) for residue, _ in pairs), tuple(int(modulus) for _, modulus in pairs))

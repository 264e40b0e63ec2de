import math
import re
from fractions import Fraction
from random import Random
from typing import Final

from attrs import frozen

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
from reasonforge.domain.answers.numeric import DecimalAnswer, significant, within
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_NUCLIDE = re.compile(
    r"N([1-7]): half-life ([1-9][0-9]?) h, ([0-9]{1,3}) mmol at first(?:, ([1-9][0-9]?) % become N[2-7])?"
)
_TIME = re.compile(r"\bafter ([1-9][0-9]{0,2}) h\b")
_DIGITS = 4
_TOLERANCE = 1e-3
_PERIODS = (12, 24, 36, 48, 60)


@frozen
class Chain:
    """Nuclides that decay into one another in order, 2 to 7 of them; how much is left of the last one?

    Half-lives in hours, all different, divide the time; `amounts` in mmol; `branches` in percent, one fewer, say how
    many of a nuclide's decays make the next one (the others leave the chain).
    """

    hours: int
    half_lives: tuple[int, ...]
    amounts: tuple[int, ...]
    branches: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        count = len(self.half_lives)
        if not 2 <= count <= 7 or len(set(self.half_lives)) != count:
            raise ValueError("a chain has 2 to 7 nuclides of different half-lives")
        if len(self.amounts) != count or len(self.branches) != count - 1 or self.amounts[0] < 1:
            raise ValueError("a chain says how much there is of each nuclide, and has some of the first")
        if any(self.hours % half_life or self.hours // half_life > 30 for half_life in self.half_lives):
            raise ValueError("the time is 1 to 30 of each half-life")

    def rates(self) -> list[Fraction]:
        """Decays per hour and ln 2; the factor ln 2 cancels everywhere."""
        return [Fraction(1, half_life) for half_life in self.half_lives]

    def left(self, nuclide: int) -> Fraction:
        """The share of a nuclide that has not decayed."""
        return Fraction(1, 2 ** (self.hours // self.half_lives[nuclide]))


class DecayChain:
    """How much of the last nuclide of a decay chain there is after a time that every half-life divides.

    Difficulty d: 2 + (d - 1)/2 nuclides (rounded down); from 4 on decays branch, from 6 on daughters are there too.
    Size: the number of nuclides. Kept where neither a stable last nuclide, nor one that is all there from the start,
    leads into ten times the tolerance.
    """

    name: Final = "decay_chain"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Chain:
        count = 2 + (difficulty - 1) // 2

        def draw() -> Chain | None:
            hours = rng.choice(_PERIODS)
            divisors = [n for n in range(1, hours + 1) if hours % n == 0 and hours // n <= 8]
            if len(divisors) < count:
                return None
            later = [rng.randint(1, 99) if difficulty >= 6 and rng.random() < 0.5 else 0 for _ in range(count - 1)]
            branches = [rng.choice(range(50, 100, 5)) if difficulty >= 4 else 100 for _ in range(count - 1)]
            amounts = (10 * rng.randint(10, 90), *later)
            return Chain(hours, tuple(rng.sample(divisors, count)), amounts, tuple(branches))

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Chain, phrasing: int) -> str:
        count = len(instance.half_lives)
        told = [
            f"N{at}: half-life {half_life} h, {amount} mmol at first"
            for at, (half_life, amount) in enumerate(zip(instance.half_lives, instance.amounts, strict=True), start=1)
        ]
        into = [
            f", {share} % become N{at}" if share < 100 else "" for at, share in enumerate(instance.branches, start=2)
        ]
        nuclides = "; ".join(f"{one}{branch}" for one, branch in zip(told, (*into, ""), strict=True))
        ending = (
            "Where a percentage stands, only that share of the decays makes the next nuclide, else all do. The final "
            f"answer is a decimal number of mmol with {_DIGITS} significant digits, without a unit; a relative "
            f"error of {_TOLERANCE} is accepted."
        )
        if phrasing == 0:
            return (
                f"Each nuclide of a chain decays into the next: {nuclides}. How much of N{count} is there after "
                f"{instance.hours} h? {ending}"
            )
        if phrasing == 1:
            return (
                f"A sample holds the first {count} members of a radioactive series, N1 → … → N{count}, which itself "
                f"decays too: {nuclides}. Find the amount of N{count} after {instance.hours} h. {ending}"
            )
        return (
            f"What is left of N{count} after {instance.hours} h, if N1 feeds N2 and so on? Data: {nuclides}. {ending}"
        )

    def answer(self, instance: Chain) -> DecimalAnswer:
        return DecimalAnswer(_by_products(instance), rel_tol=_TOLERANCE, digits=_DIGITS)

    def size(self, instance: Chain) -> int:
        return len(instance.half_lives)

    def read(self, problem: str) -> Chain | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Chain) -> WorkedSolution:
        """Each amount is a sum of exponentials of the half-lives so far; their factors follow from the one before."""
        rates = instance.rates()
        lines: list[WorkedLine] = []
        factors: list[Fraction] = []
        for at, rate in enumerate(rates):
            claims: list[Claim] = []
            passed: list[Fraction] = []
            for before, factor in enumerate(factors):
                branch, fed = instance.branches[at - 1], rates[at - 1]
                passed.append(factor * fed * branch / 100 / (rate - rates[before]))
                feed = f"{written(factor)} * {written(fed)} * {branch} / 100"
                claims.append(equals(f"{feed} / ({written(rate)} - {written(rates[before])})", passed[-1]))
            rest = instance.amounts[at] - sum(passed, Fraction(0))
            taken = "".join(f" - {written(one)}" for one in passed)
            claims.append(equals(f"{instance.amounts[at]}{taken}", rest))
            factors = [*passed, rest]
            lines.append(line(_FACTORS, f"N{at + 1} has the factors {', '.join(map(str, factors))}", *claims))
        result = sum((factor * instance.left(at) for at, factor in enumerate(factors)), Fraction(0))
        terms = " + ".join(
            f"{written(factor)} / 2 ^ {instance.hours // instance.half_lives[at]}" for at, factor in enumerate(factors)
        )
        final = significant(result, _DIGITS)
        lines.append(line(_EVALUATE, f"{final} mmol", equals(terms, result)))
        return WorkedSolution(final, tuple(lines))

    def solve_again(self, instance: Chain) -> str:
        """Bateman's closed formula, for what each nuclide held at first."""
        return significant(_by_products(instance), _DIGITS)

    def slip(self, instance: Chain, rng: Random) -> str:
        """Lets the last nuclide be stable, or be all there from the start."""
        return significant(rng.choice(_shortcuts(instance)), _DIGITS)


_FACTORS = (
    "N_k(t) is a sum of c_i · 2^(-t/T_i). The feed from the nuclide before gives c_i = b·λ'·c_i' / (λ - λ_i), and "
    "the last factor makes the amount at first right; ln 2 cancels."
)
_EVALUATE = "Put in the time, which is a whole number of every half-life."


def _by_products(chain: Chain) -> Fraction:
    """Bateman (1910): for each nuclide held at first, Σᵢ 2^(-t/Tᵢ) · Π λ / Π (λⱼ - λᵢ) over the chain from it on."""
    rates, last = chain.rates(), len(chain.half_lives) - 1
    total = Fraction(0)
    for start, amount in enumerate(chain.amounts):
        passed = math.prod((rates[at] * chain.branches[at] / 100 for at in range(start, last)), start=Fraction(amount))
        for at in range(start, last + 1):
            gaps = math.prod((rates[j] - rates[at] for j in range(start, last + 1) if j != at), start=Fraction(1))
            total += passed * chain.left(at) / gaps
    return total


def _shortcuts(chain: Chain) -> tuple[Fraction, Fraction]:
    """What leaves N1 becomes the last nuclide at once and stays; or N1 is the last nuclide from the start."""
    reached = math.prod((Fraction(branch, 100) for branch in chain.branches), start=Fraction(chain.amounts[0]))
    last = len(chain.half_lives) - 1
    return reached * (1 - chain.left(0)) + chain.amounts[-1], reached * chain.left(last) + chain.amounts[-1]


def _shortcuts_fail(chain: Chain) -> bool:
    right = _by_products(chain)
    return right > Fraction(1, 100) and not any(
        within(wrong, right, 0.0, 10 * _TOLERANCE) for wrong in _shortcuts(chain)
    )


def _parse(problem: str) -> Chain | None:
    hours = _TIME.search(problem)
    told = _NUCLIDE.findall(problem)
    if hours is None or not told:
        return None
    return Chain(
        int(hours[1]),
        tuple(int(half_life) for _, half_life, _, _ in told),
        tuple(int(amount) for _, _, amount, _ in told),
        tuple(int(share or "100") for _, _, _, share in told[:-1]),
    )

import math
import re
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
)
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_TOWER = re.compile(r"\b([0-9]{1,3}(?:\^\(?[0-9]{1,3})+)\)*")
_MODULUS = re.compile(r"\b(?:divided by|modulo) ([0-9]{1,4})\b")
_WAYS = (
    "What remainder does {} leave when it is divided by {}? The final answer is one integer.",
    "Compute {} modulo {}, as the least non-negative residue. The final answer is one integer.",
    (
        "The seats of a wheel are numbered from 0, and {} steps are taken from seat 0, each to the next seat; after "
        "the last one comes seat 0 again, so seats count modulo {}. At which seat does this end? The final answer is "
        "one integer."
    ),
)


@frozen
class Tower:
    """a^(b^(c…)) with 2 to 5 numbers of 2…999, modulo 10…2,000."""

    numbers: tuple[int, ...]
    modulus: int

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.numbers) <= 5 or not 10 <= self.modulus <= 2_000 or min(self.numbers) < 2:
            raise ValueError("a tower has 2 to 5 numbers of 2 or more, and a modulus of 10…2,000")


class PowerTowers:
    """A tower of powers modulo m.

    Difficulty d: 3 + d/5 numbers (rounded down), of 2 to 20 + d, modulo 20d + 1 to 20d + 20. Size: numbers times
    the modulus by 20, rounded up. Kept where reducing the exponents by m itself gives another remainder.
    """

    name: Final = "power_towers"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Tower:
        def draw() -> Tower:
            numbers = tuple(rng.randint(2, 20 + difficulty) for _ in range(3 + difficulty // 5))
            return Tower(numbers, 20 * difficulty + rng.randint(1, 20))

        return kept(draw, _exponents_matter)

    def state(self, instance: Tower, phrasing: int) -> str:
        *lower, top = map(str, instance.numbers)
        text = "^(".join(lower) + f"^{top}" + ")" * (len(lower) - 1)
        return _WAYS[phrasing].format(text, instance.modulus)

    def answer(self, instance: Tower) -> IntegerAnswer:
        return IntegerAnswer(_euler(instance.numbers, instance.modulus) % instance.modulus)

    def size(self, instance: Tower) -> int:
        return len(instance.numbers) * -(-instance.modulus // 20)

    def read(self, problem: str) -> Tower | None:
        return recognised(self, problem, _parse, _exponents_matter)

    def solve(self, instance: Tower) -> WorkedSolution:
        """Reduces each exponent by Euler's totient (but keeps it at least that large), from the top down."""
        moduli = [instance.modulus]
        lines = []
        for _ in instance.numbers[1:]:
            lines.append(line(_TOTIENT, f"phi({moduli[-1]})", _totient_claim(moduli[-1])))
            moduli.append(_totient(moduli[-1]))
        exponent = _kept_large(instance.numbers[-1], moduli[-1])
        for number, modulus in list(zip(instance.numbers, moduli, strict=True))[-2::-1]:
            claims = _squarings(number % modulus, exponent, modulus)
            told = f"{number} to the exponent {exponent}, modulo {modulus}"
            lines.extend(line(_POWER, told, *claims[at : at + 20]) for at in range(0, len(claims), 20))
            exponent = _power(number, exponent, modulus)
            lines.append(WorkedLine(_KEEP, f"It goes on as {exponent}."))
        return WorkedSolution(str(exponent % instance.modulus), tuple(lines))

    def solve_again(self, instance: Tower) -> str:
        """Walks through the powers until they repeat, and so finds what the exponent is to be reduced by."""
        return str(_cycled(instance.numbers, instance.modulus) % instance.modulus)

    def slip(self, instance: Tower, rng: Random) -> str:
        """Reduces the exponents by the modulus, or works from the bottom up: ((a^b)^c)."""
        right = _euler(instance.numbers, instance.modulus) % instance.modulus
        wrong = {_naive(instance), _from_below(instance)} - {right}
        return str(rng.choice(sorted(wrong)))


_TOTIENT = "Powers modulo m repeat with Euler's phi(m) at the latest, so the exponent matters only modulo phi(m)."
_POWER = "Square and multiply."
_KEEP = "An exponent is reduced but stays at least as large as its modulus, since the base need not be prime to it."


def _totient(number: int) -> int:
    return sum(math.gcd(number, other) == 1 for other in range(1, number + 1))


def _totient_claim(number: int) -> Claim:
    text, left = str(number), number
    for prime in range(2, number + 1):
        if left % prime == 0:
            text += f" * (1 - 1/{prime})"
            while left % prime == 0:
                left //= prime
    return equals(text, _totient(number))


def _kept_large(value: int, modulus: int) -> int:
    """A number with the same residue that is the number itself, or at least the modulus."""
    return value if value < modulus else value % modulus + modulus


def _power(base: int, exponent: int, modulus: int) -> int:
    """base^exponent, reduced but kept at least as large as the modulus if it is."""
    small = 1
    for _ in range(exponent):
        small *= base
        if small >= modulus:
            return pow(base, exponent, modulus) + modulus
    return small


def _euler(numbers: tuple[int, ...], modulus: int) -> int:
    if len(numbers) == 1:
        return _kept_large(numbers[0], modulus)
    return _power(numbers[0], _euler(numbers[1:], _totient(modulus)), modulus)


def _cycled(numbers: tuple[int, ...], modulus: int) -> int:
    """The tower, reduced by where and with what period the powers of its base repeat; large values stay large."""
    if len(numbers) == 1:
        return numbers[0]
    seen: dict[int, int] = {}
    power, exponent = 1 % modulus, 0
    while power not in seen:
        seen[power] = exponent
        power, exponent = power * numbers[0] % modulus, exponent + 1
    before, period = seen[power], exponent - seen[power]
    above = _cycled(numbers[1:], period)
    tall = above if len(numbers) == 2 else _at_least(numbers[1:], before + period)
    wanted = tall if tall < before + period else before + (above - before) % period
    return next(residue for residue, at in seen.items() if at == wanted)


def _at_least(numbers: tuple[int, ...], limit: int) -> int:
    """The tower's value where it is below the limit, otherwise some number that is not."""
    value = numbers[-1]
    for base in reversed(numbers[:-1]):
        value = base ** min(value, limit.bit_length() + 1)
    return value


def _squarings(base: int, exponent: int, modulus: int) -> list[Claim]:
    claims, power = [], base
    for digit in bin(exponent)[3:]:
        claims.append(equals(f"{power} * {power} mod {modulus}", power * power % modulus))
        power = power * power % modulus
        if digit == "1":
            claims.append(equals(f"{power} * {base} mod {modulus}", power * base % modulus))
            power = power * base % modulus
    return claims


def _naive(tower: Tower) -> int:
    exponent = tower.numbers[-1]
    for number in tower.numbers[-2::-1]:
        exponent = pow(number, exponent % tower.modulus, tower.modulus)
    return exponent


def _from_below(tower: Tower) -> int:
    return pow(tower.numbers[0], math.prod(tower.numbers[1:]), tower.modulus)


def _exponents_matter(tower: Tower) -> bool:
    right = _euler(tower.numbers, tower.modulus) % tower.modulus
    return right > 1 and right != _naive(tower) and tower.numbers[0] % tower.modulus > 1


def _parse(problem: str) -> Tower | None:
    tower, modulus = _TOWER.search(problem), _MODULUS.search(problem)
    if tower is None or modulus is None:
        return None
    return Tower(tuple(int(number) for number in tower[1].replace("(", "").split("^")), int(modulus[1]))

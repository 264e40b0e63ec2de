"""Points to try an identity at: rational, drawn from a seed that the compared texts fix, within the assumptions.

Small numbers first, which reject most wrong answers; then numbers from 10⁻⁴ to 10⁷, whole numbers, and numbers around
the constants that occur, where absolute values and roundings have their corners.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random

from attrs import frozen

from reasonforge.adapters.symbolic.evaluation import Point
from reasonforge.adapters.symbolic.tree import Node

_DENOMINATORS = (97, 101, 103, 107, 109, 113, 127, 131, 137, 139)


@frozen
class Range:
    """What is known of a symbol.

    Attributes:
        words: of positive, nonnegative, negative, nonzero, real, integer, complex.
        low, high: bounds, strict where `open_low`, `open_high`; None where there is none.
        fixed: the only value.
    """

    words: frozenset[str] = frozenset()
    low: Fraction | None = None
    high: Fraction | None = None
    fixed: Fraction | None = None

    @property
    def is_complex(self) -> bool:
        return "complex" in self.words

    @property
    def is_integer(self) -> bool:
        return "integer" in self.words

    def admits(self, value: Fraction) -> bool:
        """Whether a real number is within what is known."""
        signs = {
            "positive": value > 0,
            "nonnegative": value >= 0,
            "negative": value < 0,
            "nonzero": value != 0,
            "integer": value.denominator == 1,
        }
        return (
            all(holds for word, holds in signs.items() if word in self.words)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.fixed is None or value == self.fixed)
        )


def seed_of(texts: Iterable[str]) -> Random:
    """A generator that the texts fix, whatever their order."""
    digest = hashlib.sha256("\0".join(sorted(texts)).encode("utf-8", "surrogatepass")).digest()
    return Random(int.from_bytes(digest, "big"))


def corners_of(nodes: Sequence[Node]) -> tuple[Fraction, ...]:
    """The rational constants in some trees, and roots of them, with both signs; rising."""
    found = {
        node.exact for tree in nodes for node in tree.walk() if node.exact is not None and abs(node.exact) < 10**60
    }
    sizes = {abs(value) for value in found} | {_root(abs(value)) for value in found}
    return tuple(sorted({sign * size for size in sizes for sign in (1, -1)}))[:64]


def _root(value: Fraction) -> Fraction:
    return Fraction(float(value) ** 0.5).limit_denominator(1_000)


def corner_points(ranges: Mapping[str, Range], corners: Sequence[Fraction], random: Random) -> Iterator[Point]:
    """For each symbol and corner: the corner itself, both of its sides, near and far; the other symbols are drawn."""
    others = points(ranges, corners, random)
    for name in sorted(ranges):
        if ranges[name].is_complex or ranges[name].fixed is not None:
            continue
        for corner in corners:
            for value in (corner, *_around(corner, whole=ranges[name].is_integer)):
                rest = next(others, None)
                if rest is None:
                    return
                if ranges[name].admits(value):
                    yield {**rest, name: value}


def _around(corner: Fraction, whole: bool) -> tuple[Fraction, ...]:
    if whole:
        return tuple(Fraction(round(corner) + step) for step in (-1, 0, 1))
    near, beside = Fraction(1, 10**12), Fraction(1, 7)
    return (corner - near, corner + near, corner - beside, corner + beside, corner * Fraction(3, 2))


def points(ranges: Mapping[str, Range], corners: Sequence[Fraction], random: Random) -> Iterator[Point]:
    """Points without end, until no new one is found; the same symbols and generator give the same points."""
    seen: set[tuple[object, ...]] = set()
    names = sorted(ranges)
    stale = 0
    kind = 0
    while stale < 200:
        point = {name: _value(ranges[name], kind, corners, random) for name in names}
        kind += 1
        key = tuple(point.values())
        if any(value is None for value in key) or key in seen:
            stale += 1
            continue
        stale = 0
        seen.add(key)
        yield {name: value for name, value in point.items() if value is not None}
        if not names:
            return


def _value(
    known: Range, kind: int, corners: Sequence[Fraction], random: Random
) -> Fraction | tuple[Fraction, Fraction] | None:
    """A number of the kind's size that the range admits; None when ten tries find none."""
    if known.fixed is not None:
        return known.fixed if known.admits(known.fixed) else None
    for _ in range(10):
        value = _integer(known, kind, corners, random) if known.is_integer else _rational(known, kind, corners, random)
        if known.is_complex:
            return value, (Fraction(0) if kind % 5 == 3 else _rational(Range(), kind + 1, (), random))
        if known.admits(value):
            return value
    return None


def _signed(size: Fraction, known: Range, random: Random) -> Fraction:
    if {"positive", "nonnegative"} & known.words:
        return size
    return -size if "negative" in known.words or random.random() < 0.5 else size


def _bounded(known: Range, random: Random) -> Fraction | None:
    """A number between the bounds, or beyond the only one; None where there is none."""
    if known.low is None and known.high is None:
        return None
    part = Fraction(random.randrange(1, 10_007), 10_007)
    if known.low is not None and known.high is not None:
        return known.low + (known.high - known.low) * part
    reach = part * Fraction(10) ** random.randrange(-2, 4)
    return known.low + reach if known.low is not None else (known.high or Fraction(0)) - reach


def _rational(known: Range, kind: int, corners: Sequence[Fraction], random: Random) -> Fraction:
    inside = _bounded(known, random)
    if inside is not None and kind % 7 != 6:
        return inside
    below = random.choice(_DENOMINATORS)
    match kind % 7 if kind >= 8 else kind % 2:
        case 0:
            size = Fraction(random.randrange(below // 4, 3 * below), below)
        case 1:
            size = Fraction(random.randrange(1, below), below)
        case 2:
            size = Fraction(random.randrange(below, 12 * below), below)
        case 3:
            size = Fraction(round(10 ** random.uniform(-4, 7) * below), below) + Fraction(1, 10_007)
        case 4 | 5 if corners:
            return random.choice(corners) + Fraction(random.choice((-1, 1)) * random.randrange(1, below), 2 * below)
        case 4 | 5:
            size = Fraction(random.randrange(1, 40 * below), below)
        case _:
            size = Fraction(random.randrange(1, 12))
    return _signed(size, known, random)


def _integer(known: Range, kind: int, corners: Sequence[Fraction], random: Random) -> Fraction:
    if known.low is not None or known.high is not None:
        start = known.low if known.low is not None else (known.high or Fraction(0)) - 40
        end = known.high if known.high is not None else start + 40
        return Fraction(random.randint(-(-start // 1), max(-(-start // 1), end // 1)))
    match kind % 4:
        case 0:
            size = random.randrange(1, 9)
        case 1:
            size = random.randrange(0, 25)
        case 2 if corners:
            return Fraction(round(random.choice(corners)) + random.randrange(-3, 4))
        case 2:
            size = random.randrange(10, 60)
        case _:
            size = random.randrange(0, 120)
    return _signed(Fraction(size), known, random)

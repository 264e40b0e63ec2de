import re
from collections.abc import Callable
from random import Random
from string import Template

from attrs import field, frozen

Numbers = dict[str, int]
LARGEST_DIGITS = 9


@frozen
class FormalTheorem:
    """A statement with numbers in it, and how it is proved.

    In the three texts `$a` stands for the number named a.

    Attributes:
        name: lower case, unique in its list.
        words: the statement in words, one sentence, without its full stop.
        statement: source that defines `Goal_statement`.
        proof: source that proves it as the theorem `goal`.
        near_miss: the same with one slip in it, that does not prove it.
        draw: numbers for which the statement holds.
        holds: whether it does for these numbers, found without the proof; total over numbers from 1 to `most`.
        most: the largest number that may stand in it; Coq writes larger ones of type nat otherwise.
        witness: further numbers that the proofs name, worked out from those of the statement, for which it holds.
    """

    name: str
    words: str
    statement: str
    proof: str
    near_miss: str
    draw: Callable[[Random], Numbers]
    holds: Callable[[Numbers], bool]
    witness: Callable[[Numbers], Numbers] = field(default=lambda _: {})
    most: int = 999_999_999

    def true_of(self, numbers: Numbers) -> bool:
        """Whether the statement with these numbers is one of ours, and true."""
        return all(1 <= number <= self.most for number in numbers.values()) and self.holds(numbers)

    def stated(self, numbers: Numbers) -> str:
        return Template(self.statement).substitute(numbers)

    def told(self, numbers: Numbers) -> str:
        return Template(self.words).substitute(numbers)

    def proved(self, numbers: Numbers) -> str:
        return Template(self.proof).substitute({**numbers, **self.witness(numbers)})

    def missed(self, numbers: Numbers) -> str:
        return Template(self.near_miss).substitute({**numbers, **self.witness(numbers)})

    def numbers_in(self, statement: str) -> Numbers | None:
        """The numbers with which `statement` is this theorem's; None when it is another's."""
        pattern, seen = "", set()
        for at, part in enumerate(re.split(r"\$([a-z])", self.statement)):
            if at % 2 == 0:
                pattern += re.escape(part)
            else:
                pattern += f"(?P={part})" if part in seen else f"(?P<{part}>0|[1-9][0-9]{{0,{LARGEST_DIGITS - 1}}})"
                seen.add(part)
        found = re.fullmatch(pattern, statement)
        return {name: int(text) for name, text in found.groupdict().items()} if found else None

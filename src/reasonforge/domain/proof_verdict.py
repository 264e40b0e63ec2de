"""What became of a formal proof (4-verification §4.3). Every value but `PROVED` is the miner's doing."""

from enum import StrEnum

from attrs import frozen

MAX_QUOTE = 80


class ProofVerdict(StrEnum):
    """How checking a proof ended."""

    PROVED = "proved"
    REJECTED_SOURCE = "rejected source"
    COMPILE_ERROR = "compile error"
    MISSING_THEOREM = "missing theorem"
    STATEMENT_MISMATCH = "statement mismatch"
    FORBIDDEN_AXIOM = "forbidden axiom"
    UNSOUND_FLAGS = "unsound flags"
    KERNEL_REJECTED = "kernel rejected"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    OUTPUT_LIMIT = "output limit"


@frozen
class ProofOutcome:
    """A verdict and what it rests on.

    Attributes:
        reason: one sentence for people; quotes at most 80 characters of the miner.
        seconds: wall-clock time of all stages together, ≥ 0.
        axioms: what the theorem rests on, as far as the audit came; sorted.
    """

    verdict: ProofVerdict
    reason: str
    seconds: float = 0.0
    axioms: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        return self.verdict is ProofVerdict.PROVED


def excerpt(text: str) -> str:
    """At most 80 printable characters of a stranger's text, on one line.

    >>> excerpt("two  words")
    'two words'
    """
    printable = "".join(character if character.isprintable() else " " for character in text[: 4 * MAX_QUOTE])
    line = " ".join(printable.split())
    return line if len(line) <= MAX_QUOTE else f"{line[: MAX_QUOTE - 1]}…"

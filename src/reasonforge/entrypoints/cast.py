"""The parts miners play on the in-process subnet, and who plays them."""

from collections.abc import Callable
from typing import Protocol

from attrs import frozen

from reasonforge.adapters.memory.characters import Bluffer as BlufferReasoner
from reasonforge.adapters.memory.characters import Malformed as MalformedHandler
from reasonforge.adapters.memory.characters import Plagiarist as PlagiaristReasoner
from reasonforge.adapters.memory.characters import Silent as SilentHandler
from reasonforge.adapters.memory.characters import SolveHandler
from reasonforge.adapters.memory.characters import TimeLiar as TimeLiarHandler
from reasonforge.adapters.tasks.solver import SolverReasoner
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.domain.identity import Hotkey, Uid

BEST_SKILL, LEAST_SKILL = 1.0, 0.88
"""What solvers are cast with: the best is right on everything it can read, the least on two thirds at
difficulty 10."""
LIARS_SKILL = 0.5
FEWEST_FOR_CHARACTERS = 6

VoiceOf = Callable[[int], str]
"""The voice of the miner with this number (from 1)."""


@frozen
class CastMember:
    """One neuron of the subnet.

    Attributes:
        what: its part in a few words; does: in a sentence.
        honest: whether it plays fair.
        skill: of its solver, in [0, 1], where it has one.
    """

    hotkey: Hotkey
    uid: Uid
    what: str
    does: str
    honest: bool
    skill: float | None = None


class MinerPart(Protocol):
    """A part that a miner can play."""

    @property
    def what(self) -> str:
        """In a few words."""
        ...

    @property
    def does(self) -> str:
        """In a sentence."""
        ...

    @property
    def honest(self) -> bool: ...

    @property
    def skill(self) -> float | None:
        """Of its solver, where it has one."""
        ...

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        """What it thinks with; `number` is the miner's own."""
        ...

    def handler(self, honest: SolveHandler, clock: Clock) -> SolveHandler:
        """What it does with a question, where an honest miner does `honest`."""
        ...


@frozen
class _ThinkingPart:
    """A part that hands in what it thought, as an honest miner does."""

    def handler(self, honest: SolveHandler, clock: Clock) -> SolveHandler:  # noqa: ARG002 - an honest miner's handler has one
        return honest


@frozen
class Solver(_ThinkingPart):
    """Really solves the tasks, with a skill in [0, 1]."""

    skill: float

    @property
    def what(self) -> str:
        return f"solver {self.skill:.3f}"

    @property
    def does(self) -> str:
        return f"Really solves the tasks, with a skill of {self.skill:.3f}."

    @property
    def honest(self) -> bool:
        return True

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return SolverReasoner(self.skill, voice_of(number), clock)


@frozen
class Plagiarist(_ThinkingPart):
    """Copies the reasoning of the solver with number `victim`, whose skill it must be told."""

    victim: int
    skill: float
    honest: bool = False

    @property
    def what(self) -> str:
        return f"plagiarist of miner-{self.victim:02d}"

    @property
    def does(self) -> str:
        return PlagiaristReasoner.does

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return PlagiaristReasoner(SolverReasoner(self.skill, voice_of(self.victim), clock), clock, voice_of(number))


@frozen
class Bluffer(_ThinkingPart):
    """Long, fluent, very sure, and wrong."""

    skill: float | None = None
    honest: bool = False

    @property
    def what(self) -> str:
        return "bluffer"

    @property
    def does(self) -> str:
        return BlufferReasoner.does

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return BlufferReasoner(clock, voice_of(number))


@frozen
class TimeLiar:
    """A weak solver that claims to need no time."""

    skill: float = LIARS_SKILL
    honest: bool = False

    @property
    def what(self) -> str:
        return f"liar about time {self.skill:.3f}"

    @property
    def does(self) -> str:
        return TimeLiarHandler.does

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return SolverReasoner(self.skill, voice_of(number), clock)

    def handler(self, honest: SolveHandler, clock: Clock) -> SolveHandler:  # noqa: ARG002 - its handler takes its own time
        return TimeLiarHandler(honest)


@frozen
class Silent:
    """Takes every question and answers none."""

    skill: float | None = None
    honest: bool = False

    @property
    def what(self) -> str:
        return "silent"

    @property
    def does(self) -> str:
        return SilentHandler.does

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return SolverReasoner(0.0, voice_of(number), clock)

    def handler(self, honest: SolveHandler, clock: Clock) -> SolveHandler:  # noqa: ARG002 - it never thinks
        return SilentHandler(clock)


@frozen
class Malformed:
    """Sends what is no reply."""

    skill: float | None = None
    honest: bool = False

    @property
    def what(self) -> str:
        return "malformed"

    @property
    def does(self) -> str:
        return MalformedHandler.does

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return SolverReasoner(0.0, voice_of(number), clock)

    def handler(self, honest: SolveHandler, clock: Clock) -> SolveHandler:  # noqa: ARG002 - it never thinks
        return MalformedHandler()


def cast_miners(count: int) -> tuple[MinerPart, ...]:
    """Solvers of evenly falling skill, and from six miners on a character of each kind while a third may be one."""
    characters = min(5, count // 3) if count >= FEWEST_FOR_CHARACTERS else 0
    solvers = count - characters
    step = (BEST_SKILL - LEAST_SKILL) / max(1, solvers - 1)
    skills = [round(BEST_SKILL - step * place, 4) for place in range(solvers)]
    victim = solvers // 2
    parts = (Plagiarist(victim + 1, skills[victim]), Bluffer(), TimeLiar(), Silent(), Malformed())
    return (*(Solver(skill) for skill in skills), *parts[:characters])

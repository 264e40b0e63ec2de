from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from attrs import field, frozen

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.events import Declined
from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId, Uid
from reasonforge.domain.metagraph import Neuron
from reasonforge.domain.reply import Reply, Silence
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question


@frozen
class Request:
    """One question to one miner. The reply is keyed by this, whatever the reply says of itself."""

    neuron: Neuron
    question: Question


@frozen
class Health:
    """A miner's own word on whether it can be asked (HealthCheck of 3-protocol §3.1)."""

    status: str
    supported_disciplines: frozenset[Discipline]
    model: str = ""
    version: str = ""


@frozen
class TaskScore:
    """What one task earned, told to the miner."""

    query_id: QueryId
    cms: float
    rank: int
    dimensions: DimensionScores
    checks: Mapping[str, str]


@frozen
class ScoreNotice:
    """TaskResult of 3-protocol §3.1: informational, lets a miner see why it earned what it earned."""

    epoch: EpochNumber
    neuron: Neuron
    scores: tuple[TaskScore, ...]
    s_epoch: float
    rank: int
    total_tao: float


class Transport(Protocol):
    """The validator's way to the miners.

    Promises of `ask`: one reply a request, in the order of the requests, whatever order they arrived in; no miner can
    make it raise, delay another's reply past that one's own deadline, or change which request its reply belongs to;
    `elapsed_seconds` is measured here; a reply past the question's deadline is `Silence(TIMEOUT)`; a body over the
    byte limit is `Silence(TOO_LARGE)`, one that is no JSON object `Silence(MALFORMED)`.
    """

    async def ask(self, requests: Sequence[Request]) -> Sequence[Reply]: ...

    async def health(self, neurons: Sequence[Neuron]) -> Sequence[Health | Silence]:
        """One finding a neuron, in order; never raises for what a miner does."""
        ...

    async def notify(self, notices: Sequence[ScoreNotice]) -> int:
        """Tell miners their scores; how many took it. Loss is harmless."""
        ...


@frozen
class Refusal:
    """A miner's short no, with the reason; `kind` sorts it for figures and is no part of what it says."""

    reason: str
    kind: Declined = field(default=Declined.OTHER, eq=False)


def _nothing(_caller: Hotkey) -> None:
    """What is foreseen where nobody looks ahead."""


@frozen
class MinerHandlers:
    """What a miner does with each of the three exchanges.

    `solve` gives back the wire fields, or a `Refusal`; `admit` decides on the caller before any work is done. `foresee`
    says at no cost, of a caller that nobody has verified, what `admit` is certain to say; it may know nothing, and
    changes nothing.
    """

    admit: Callable[[Hotkey], Awaitable[Refusal | None]]
    solve: Callable[[Hotkey, Question], Awaitable[WireFields | Refusal]]
    health: Callable[[], Awaitable[Health]]
    learn: Callable[[Hotkey, ScoreNotice], Awaitable[None]]
    foresee: Callable[[Hotkey], Refusal | None] = _nothing


class MinerTransport(Protocol):
    """The miner's side.

    Promises: `admit` is asked before `solve`, for every call; a refused caller costs no work; a handler past the
    question's deadline is cancelled; a handler that raises is a refusal to that caller and nothing else; after
    `close` no new call is taken.
    """

    async def serve(self, uid: Uid, handlers: MinerHandlers) -> None: ...

    async def close(self) -> None: ...

"""What becomes of a call once the miner has dealt with it: whether it arrives, what of it, and when."""

from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise

from attrs import evolve, frozen

from reasonforge.adapters.memory.faults import Mishaps
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.bounded_json import excerpt
from reasonforge.domain.metagraph import Neuron
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.submission import DEFAULT_LIMITS

_OVERTAKEN_BY = 1_000  # ticks of the clock


class Exchange(Enum):
    """Which of the three a message belongs to (3-protocol §3.1)."""

    SOLVE = auto()
    HEALTH = auto()
    LEARN = auto()


@frozen
class Call:
    """One message to one miner. `name` is unique among the validator's calls."""

    name: str
    neuron: Neuron
    exchange: Exchange
    body: bytes
    timeout_seconds: float


@frozen
class Delivery:
    """What became of a call: the reply's bytes or a silence, and how many ticks after the question it was there."""

    outcome: bytes | Silence
    ticks: int


_TOO_LATE = Silence(SilenceReason.TIMEOUT, "the reply came too late")
LOST = Delivery(Silence(SilenceReason.TIMEOUT, "no reply"), ticks=2**62)


def arrived(outcome: bytes | Refusal | Silence, mishaps: Mishaps) -> bytes | Silence:
    """What the validator reads of it: no more bytes than a message may have."""
    if isinstance(outcome, Refusal):
        return Silence(SilenceReason.REFUSED, excerpt(outcome.reason))
    if isinstance(outcome, Silence):
        return outcome
    body = mishaps.befall(outcome)
    if len(body) > DEFAULT_LIMITS.message_bytes:
        return Silence(SilenceReason.TOO_LARGE, f"the reply is over {DEFAULT_LIMITS.message_bytes} bytes")
    return body


def overtaken(deliveries: Sequence[Delivery], mishaps: Sequence[Mishaps]) -> list[Delivery]:
    """The same deliveries with those held back that are overtaken: each until the next one has arrived."""
    arriving = (index for index, delivery in enumerate(deliveries) if delivery is not LOST)
    arrivals = sorted(arriving, key=lambda index: (deliveries[index].ticks, index))
    late = list(deliveries)
    for index, overtaker in pairwise(arrivals):
        if mishaps[index].overtaken:
            late[index] = evolve(deliveries[index], ticks=deliveries[overtaker].ticks + _OVERTAKEN_BY)
    return late


def in_time(delivery: Delivery, deadline: int) -> Delivery:
    """The delivery, or the timeout that it is past its deadline."""
    if delivery.ticks <= deadline:
        return delivery
    outcome = delivery.outcome
    timed_out = isinstance(outcome, Silence) and outcome.reason is SilenceReason.TIMEOUT
    return Delivery(outcome if timed_out else _TOO_LATE, deadline)

"""What a process shows of itself on its health pages."""

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from http import HTTPStatus

from attrs import define, field, frozen

from reasonforge.adapters.telemetry.page_server import Asked, Page, Show
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.events import BlockSeen, Event, SeedCommitted, SubnetSeen, VitalSigns, WeightsPublished
from reasonforge.domain.identity import BlockNumber, Hotkey
from reasonforge.domain.weights import WeightsCommitted, WeightsSet

OVERDUE_TEMPOS = 3
CHAIN_SECONDS = 120.0
"""Ten blocks: a chain that does not answer for longer is away."""
LAG_SECONDS = 2.0
SIGNS_SECONDS = 60.0
"""Vital signs older than this say nothing."""
LEAST_FREE_BYTES = 100_000_000


class Neuron(StrEnum):
    """Whose board it is."""

    VALIDATOR = "validator"
    MINER = "miner"


@frozen
class Part:
    """One thing that must be well."""

    name: str
    well: bool
    detail: str


@define
class Noticeboard:
    """Telemetry that answers three questions: does it live, can it do its work, has it started?

    `/livez` is 503 when the event loop is late; who sees that may start the process anew. `/readyz` is 503 when what it
    stands on is away: that a restart would not mend. `/startupz` is 503 until it has started. A loop that is stuck
    answers nothing at all.

    Attributes:
        posted: more that an operator wants to see there, such as the commitment to an epoch's seed; never a reason for
            a 503. Who posts sees to it that nothing of it is secret.
    """

    neuron: Neuron
    own: Hotkey | None
    clock: Clock
    posted: dict[str, str] = field(factory=dict)
    started: bool = False
    _signs: VitalSigns | None = None
    _block: BlockNumber | None = None
    _block_seen_at: float = 0.0
    _first_block: BlockNumber | None = None
    _weights_block: BlockNumber | None = None
    _tempo: int | None = None

    def post(self, name: str, value: str) -> None:
        """Show one more line, or another value of one."""
        self.posted[name] = value

    def emit(self, event: Event) -> None:
        match event:
            case VitalSigns():
                self._signs = event
            case BlockSeen(_, block, at):
                self._first_block = block if self._first_block is None else self._first_block
                self._block, self._block_seen_at = block, at
            case SubnetSeen():
                own = event.metagraph.of(event.observer)
                self._tempo = event.hyperparameters.tempo
                if own is not None:
                    self._see_weights(own.last_update)
            case SeedCommitted(_, record):
                self.post("committed seed", f"epoch {record.committed.epoch.number}: {record.committed.commitment}")
            case WeightsPublished(_, publication):
                if isinstance(publication.outcome, WeightsSet | WeightsCommitted):
                    self._see_weights(publication.outcome.block)

    def pages(self) -> dict[str, Show]:
        """By path."""
        return {
            "/livez": _page(self.live),
            "/readyz": _page(self.ready),
            "/startupz": _page(self.up),
        }

    def live(self) -> "Answer":
        """Does it live?"""
        return Answer(self, (self._lag(),))

    def ready(self) -> "Answer":
        """Can it do its work?"""
        parts = [self._start(), self._store(), self._chain()]
        if self.neuron is Neuron.VALIDATOR:
            parts.append(self._weights())
        return Answer(self, (*parts, *self._sandbox(), self._lag()))

    def up(self) -> "Answer":
        """Has it started?"""
        return Answer(self, (self._start(),))

    def _see_weights(self, block: BlockNumber) -> None:
        self._weights_block = max(block, self._weights_block or block)

    def _start(self) -> Part:
        return Part("started", self.started, "it does its work" if self.started else "still starting")

    def _store(self) -> Part:
        signs = self._fresh_signs()
        if signs is None:
            return Part("store", False, "not looked at yet, or not lately")
        if signs.store_seconds is None:
            return Part("store", False, f"cannot be written: {signs.store_fault}")
        if signs.free_bytes is not None and signs.free_bytes < LEAST_FREE_BYTES:
            return Part("store", False, f"the disk is full: {signs.free_bytes / 1e6:.0f} MB are free")
        return Part("store", True, f"an empty write took {signs.store_seconds * 1000:.1f} ms")

    def _chain(self) -> Part:
        if self._block is None:
            return Part("chain", False, "has not answered yet")
        age = max(0.0, self.clock.now() - self._block_seen_at)
        said = f"block {self._block}, seen {age:.0f} s ago"
        return Part("chain", age <= CHAIN_SECONDS, said)

    def _weights(self) -> Part:
        """Young enough, counted from the first block that this process saw: a first epoch has none yet."""
        if self._block is None or self._first_block is None or self._tempo is None:
            return Part("weights", True, "no epoch has been looked at yet")
        since = max(self._first_block, self._weights_block or self._first_block)
        age, most = max(0, self._block - since), OVERDUE_TEMPOS * (self._tempo + 1)
        last = "none" if self._weights_block is None else f"last in block {self._weights_block}"
        return Part("weights", age <= most, f"{last}; {age} of at most {most} blocks waited")

    def _sandbox(self) -> tuple[Part, ...]:
        signs = self._fresh_signs()
        if signs is None or signs.sandbox_answers is None:
            return ()
        said = "its runner answers" if signs.sandbox_answers else "its runner does not answer: no miner loses by that"
        return (Part("sandbox", signs.sandbox_answers, said),)

    def _lag(self) -> Part:
        signs = self._fresh_signs()
        if signs is None:
            return Part("event loop", True, "not measured yet")
        return Part("event loop", signs.lag_seconds <= LAG_SECONDS, f"woke {signs.lag_seconds:.3f} s late at worst")

    def _fresh_signs(self) -> VitalSigns | None:
        signs = self._signs
        return signs if signs is not None and self.clock.now() - signs.at <= SIGNS_SECONDS else None


@frozen
class Answer:
    """To one of the three questions: yes, when every part is well."""

    board: Noticeboard
    parts: Sequence[Part]

    @property
    def well(self) -> bool:
        return all(part.well for part in self.parts)

    def page(self) -> Page:
        """As JSON, with 200 or 503."""
        document = {
            "status": "ok" if self.well else "unavailable",
            "neuron": self.board.neuron.value,
            "hotkey": self.board.own,
            "parts": [{"name": one.name, "ok": one.well, "detail": one.detail} for one in self.parts],
            "shown": self.board.posted,
        }
        body = json.dumps(document, indent=2).encode() + b"\n"
        status = HTTPStatus.OK if self.well else HTTPStatus.SERVICE_UNAVAILABLE
        return Page(body, status, "application/json")


def _page(ask: Callable[[], Answer]) -> Show:
    async def show(_asked: Asked) -> Page:
        return ask().page()

    return show

"""The Store without a disk: for the in-process subnet and for tests. It forgets everything when it is let go."""

from collections.abc import Collection, Mapping, Sequence

from attrs import Factory, define, frozen

from reasonforge.domain.commitment import HISTORY_EPOCHS, EpochCommitment, SeedRecord, other_seed
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey
from reasonforge.domain.report import (
    HAS_RESULTS,
    EpochReport,
    EpochState,
    MinerResult,
    PendingWeights,
    Publication,
    ScoredTask,
    ValidatorResult,
)
from reasonforge.domain.seed import EpochSeed
from reasonforge.domain.similarity import PastReasoning
from reasonforge.domain.standing import KEPT_STANDINGS, Standing
from reasonforge.domain.weights import WeightRow, WeightsCommitted, WeightsSet, WeightsUnreachable

_UNSETTLED = frozenset({EpochState.CLOSED, EpochState.PUBLISHING})


@frozen
class _Recorded:
    """One scored task with what its replies added to the history."""

    scored: ScoredTask
    reasoning: tuple[PastReasoning, ...]


@define
class _Ledger:
    """Everything known of one epoch. The only thing in this module that changes."""

    epoch: Epoch
    state: EpochState = EpochState.OPEN
    failure: str = ""
    tasks: dict[int, _Recorded] = Factory(dict)
    miners: tuple[MinerResult, ...] = ()
    validators: tuple[ValidatorResult, ...] = ()
    standing: Standing = Factory(Standing)
    pending: WeightRow | None = None
    sent_after: BlockNumber | None = None
    set_in: BlockNumber | None = None
    seed: SeedRecord | None = None
    instances: frozenset[str] = frozenset()


class MemoryStore:
    """The promises of the Store port, but for what a crash leaves: nothing.

    Each method runs without a pause, so that no two of them overlap on one event loop. `prune` bounds what is kept of
    tasks and reasoning; results, standings and weights stay, as the port promises.
    """

    def __init__(self, owner: Hotkey) -> None:
        self.owner = owner
        self._ledgers: dict[EpochNumber, _Ledger] = {}

    async def open_epoch(self, epoch: Epoch) -> EpochState:
        return self._ledgers.setdefault(epoch.number, _Ledger(epoch)).state

    async def commit(self, commitment: EpochCommitment, instances: Collection[str]) -> None:
        ledger = self._expect(commitment.epoch.number, {EpochState.OPEN}, "it cannot be bound to a seed")
        if ledger.seed is None:
            ledger.seed, ledger.instances = SeedRecord(commitment), frozenset(instances)
        elif ledger.seed.committed.commitment != commitment.commitment:
            raise other_seed(commitment.epoch.number)

    async def reveal(self, epoch: EpochNumber, seed: EpochSeed) -> None:
        ledger = self._expect(epoch, {*HAS_RESULTS, EpochState.FAILED}, "its seed cannot be revealed")
        if ledger.seed is None or ledger.seed.committed.commitment != seed.commitment():
            raise other_seed(epoch)
        ledger.seed = SeedRecord(ledger.seed.committed, seed)

    async def commitment_of(self, epoch: EpochNumber) -> SeedRecord | None:
        ledger = self._ledgers.get(epoch)
        return None if ledger is None else ledger.seed

    async def commitments(self, limit: int) -> Sequence[SeedRecord]:
        found = [ledger.seed for ledger in reversed(self._in_order()) if ledger.seed is not None]
        return found[: max(0, limit)]

    async def asked_instances(self, since: EpochNumber, before: EpochNumber) -> frozenset[str]:
        noted = (ledger.instances for ledger in self._in_order() if since <= ledger.epoch.number < before)
        return frozenset[str]().union(*noted)

    async def open_epochs(self, before: EpochNumber) -> Sequence[EpochNumber]:
        return [
            ledger.epoch.number
            for ledger in self._in_order()
            if ledger.state is EpochState.OPEN and ledger.epoch.number < before
        ]

    async def record(self, epoch: Epoch, scored: ScoredTask, reasoning: Sequence[PastReasoning]) -> None:
        ledger = self._expect(epoch.number, {EpochState.OPEN}, "nothing can be recorded")
        ledger.tasks.setdefault(scored.index, _Recorded(scored, tuple(reasoning)))

    async def recorded(self, epoch: EpochNumber) -> Mapping[int, ScoredTask]:
        ledger = self._ledgers.get(epoch)
        return {} if ledger is None else {index: ledger.tasks[index].scored for index in sorted(ledger.tasks)}

    async def close(self, report: EpochReport, standing: Standing) -> None:
        if report.validator != self.owner:
            raise StoreFault(f"this store belongs to {self.owner}, and the report to {report.validator}")
        ledger = self._expect(report.epoch.number, {EpochState.OPEN, *HAS_RESULTS}, "it cannot be closed")
        if ledger.state in HAS_RESULTS:
            return
        _refuse_twins([result.hotkey for result in report.miners])
        _refuse_twins([result.hotkey for result in report.validators])
        ledger.miners = tuple(sorted(report.miners, key=lambda result: result.rank))
        ledger.validators = report.validators
        ledger.standing = standing
        ledger.pending = report.weights if isinstance(report.weights, WeightRow) else None
        ledger.state = EpochState.CLOSED

    async def fail(self, epoch: EpochNumber, reason: str) -> None:
        ledger = self._expect(epoch, {EpochState.OPEN, EpochState.FAILED}, "it cannot be given up")
        if ledger.state is EpochState.OPEN:
            ledger.state, ledger.failure = EpochState.FAILED, reason

    async def unpublished(self) -> Sequence[PendingWeights]:
        last_set = max((ledger.set_in for ledger in self._in_order() if ledger.set_in is not None), default=None)
        return [
            PendingWeights(ledger.epoch, ledger.pending, ledger.sent_after, last_set)
            for ledger in self._in_order()
            if ledger.state in _UNSETTLED and ledger.pending is not None
        ]

    async def sending(self, epoch: EpochNumber, after: BlockNumber) -> None:
        ledger = self._expect(epoch, _UNSETTLED, "its weights cannot be sent")
        ledger.state, ledger.sent_after = EpochState.PUBLISHING, after

    async def publish(self, publication: Publication) -> None:
        ledger = self._expect(publication.epoch.number, HAS_RESULTS, "it has no weights to publish")
        if ledger.state is EpochState.PUBLISHED:
            return
        if not isinstance(publication.outcome, WeightsUnreachable):
            ledger.state = EpochState.PUBLISHED
        if isinstance(publication.outcome, WeightsSet | WeightsCommitted):
            ledger.set_in = publication.outcome.block

    async def standing_before(self, epoch: EpochNumber) -> Standing:
        closed = [ledger for ledger in self._in_order() if ledger.state in HAS_RESULTS and ledger.epoch.number < epoch]
        return closed[-1].standing if closed else Standing()

    async def history(self, family: str, since: EpochNumber, limit: int) -> Sequence[PastReasoning]:
        found = [
            past
            for ledger in self._in_order()
            if ledger.epoch.number >= since
            for index in sorted(ledger.tasks)
            for past in ledger.tasks[index].reasoning
            if ledger.tasks[index].scored.task.family == family
        ]
        return found[-limit:] if limit > 0 else []

    async def state_of(self, epoch: EpochNumber) -> EpochState | None:
        ledger = self._ledgers.get(epoch)
        return None if ledger is None else ledger.state

    async def miner_results(self, epoch: EpochNumber) -> Sequence[MinerResult]:
        ledger = self._ledgers.get(epoch)
        return () if ledger is None else ledger.miners

    async def validator_results(self, epoch: EpochNumber) -> Sequence[ValidatorResult]:
        ledger = self._ledgers.get(epoch)
        return () if ledger is None else ledger.validators

    async def results_of(self, miner: Hotkey, limit: int) -> Sequence[tuple[EpochNumber, MinerResult]]:
        found = [
            (ledger.epoch.number, result)
            for ledger in reversed(self._in_order())
            for result in ledger.miners
            if result.hotkey == miner
        ]
        return found[: max(0, limit)]

    async def prune(self, keep_epochs: int) -> int:
        if keep_epochs < 0:
            message = f"no store can keep {keep_epochs} epochs"
            raise ValueError(message)
        ledgers = self._in_order()
        dropped = 0
        for ledger in ledgers[: max(0, len(ledgers) - keep_epochs)]:
            if ledger.state is not EpochState.OPEN:
                dropped += sum(1 + len(one.scored.replies) + len(one.reasoning) for one in ledger.tasks.values())
                ledger.tasks.clear()
        for ledger in ledgers[: max(0, len(ledgers) - keep_epochs - HISTORY_EPOCHS - 1)]:
            ledger.instances = frozenset()
        closed = [ledger for ledger in ledgers if ledger.state in HAS_RESULTS]
        for ledger in closed[:-KEPT_STANDINGS]:
            ledger.standing = ledger.standing.figures()
        return dropped

    def _in_order(self) -> list[_Ledger]:
        return [self._ledgers[number] for number in sorted(self._ledgers)]

    def _expect(self, epoch: EpochNumber, states: frozenset[EpochState] | set[EpochState], otherwise: str) -> _Ledger:
        ledger = self._ledgers.get(epoch)
        if ledger is None or ledger.state not in states:
            known = "unknown" if ledger is None else ledger.state.value
            raise StoreFault(f"epoch {epoch} is {known}: {otherwise}")
        return ledger


def _refuse_twins(hotkeys: Sequence[Hotkey]) -> None:
    if len(set(hotkeys)) < len(hotkeys):
        raise StoreFault("the report has two results for one hotkey")

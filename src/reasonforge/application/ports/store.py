from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from reasonforge.domain.commitment import EpochCommitment, SeedRecord
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey
from reasonforge.domain.report import (
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
from reasonforge.domain.standing import Standing


class Store(Protocol):
    """Everything of one validator that must survive. Each method is one transaction: all of it or nothing.

    Promises:
        - what a method returned from is still there after a crash;
        - `open_epoch` and `record` are idempotent: what was recorded first stays, so that nothing counts twice;
        - values come back equal to what went in;
        - failures of the medium are `StoreFault` with one sentence, and lose nothing recorded before.
    """

    async def open_epoch(self, epoch: Epoch) -> EpochState:
        """Note that work on the epoch began; its state so far (OPEN the first time)."""
        ...

    async def commit(self, commitment: EpochCommitment, instances: Collection[str]) -> None:
        """Bind the open epoch to a seed, and note which instances it asks. The first commitment stays.

        `StoreFault` when the epoch is not open, or is bound to another seed.
        """
        ...

    async def reveal(self, epoch: EpochNumber, seed: EpochSeed) -> None:
        """Note the seed of an epoch that is over; `StoreFault` while it is open, or for another seed."""
        ...

    async def commitment_of(self, epoch: EpochNumber) -> SeedRecord | None:
        """What the epoch is bound to; None when it is not."""
        ...

    async def commitments(self, limit: int) -> Sequence[SeedRecord]:
        """The newest `limit` of them, newest first."""
        ...

    async def asked_instances(self, since: EpochNumber, before: EpochNumber) -> frozenset[str]:
        """Every instance that was noted in epochs from `since` up to, and without, `before`."""
        ...

    async def open_epochs(self, before: EpochNumber) -> Sequence[EpochNumber]:
        """Epochs before this one that are neither closed nor given up, oldest first."""
        ...

    async def record(self, epoch: Epoch, scored: ScoredTask, reasoning: Sequence[PastReasoning]) -> None:
        """One scored task with what its replies add to the history; `StoreFault` when the epoch is not open."""
        ...

    async def recorded(self, epoch: EpochNumber) -> Mapping[int, ScoredTask]:
        """The scored tasks of an epoch by their index in the plan."""
        ...

    async def close(self, report: EpochReport, standing: Standing) -> None:
        """The epoch's results, the standing it leaves, and its weights as 'to publish': one transaction.

        Closing an epoch that is closed already changes nothing.
        """
        ...

    async def fail(self, epoch: EpochNumber, reason: str) -> None:
        """Give an open epoch up, with the reason; what was recorded of it stays readable."""
        ...

    async def unpublished(self) -> Sequence[PendingWeights]:
        """Weights of closed epochs that the chain has not answered for, oldest first."""
        ...

    async def sending(self, epoch: EpochNumber, after: BlockNumber) -> None:
        """Note that a closed epoch's weights are about to be sent, before they are; and the block after which the chain
        shows no weights of ours yet, so that a later one tells that they arrived. Sent again, the last note counts.
        """
        ...

    async def publish(self, publication: Publication) -> None:
        """Note what the chain answered. Set, committed and refused settle the epoch; unreachable leaves it pending."""
        ...

    async def standing_before(self, epoch: EpochNumber) -> Standing:
        """What the last closed epoch before this one left; empty when there is none."""
        ...

    async def history(self, family: str, since: EpochNumber, limit: int) -> Sequence[PastReasoning]:
        """Reasoning on a family of tasks recorded in epochs ≥ `since`, newest `limit` of it, oldest first."""
        ...

    async def state_of(self, epoch: EpochNumber) -> EpochState | None:
        """How far an epoch came; None when it is not known."""
        ...

    async def miner_results(self, epoch: EpochNumber) -> Sequence[MinerResult]:
        """The results of a closed epoch by rank; empty when it is not closed."""
        ...

    async def validator_results(self, epoch: EpochNumber) -> Sequence[ValidatorResult]:
        """The judges' results of a closed epoch, in the report's order."""
        ...

    async def results_of(self, miner: Hotkey, limit: int) -> Sequence[tuple[EpochNumber, MinerResult]]:
        """A miner's newest `limit` closed epochs, newest first."""
        ...

    async def prune(self, keep_epochs: int) -> int:
        """Drop submissions' texts and history older than the newest `keep_epochs` epochs; how many rows went.

        What was asked is not forgotten before the window of the oldest epoch that is kept has passed; commitments are
        not forgotten.

        Figures (results, standings, weights) stay for ever; of the standings of closed epochs, all but the newest
        `KEPT_STANDINGS` become their `figures()`.
        """
        ...

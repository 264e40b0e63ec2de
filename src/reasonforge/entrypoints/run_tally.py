"""What a run of the in-process subnet came to, summed up while it goes on."""

from collections.abc import Sequence

from attrs import define, frozen

from reasonforge.adapters.memory.emission import ChainEpoch
from reasonforge.application.ports.notifier import OperatorNotice
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import Hotkey, Rao
from reasonforge.domain.report import EpochReport, MinerResult, Publication
from reasonforge.domain.score import DimensionScores
from reasonforge.entrypoints.cast import CastMember


@frozen
class SubnetEpoch:
    """One epoch as everybody saw it.

    Attributes:
        reports: one a validator, in the order of their uids.
        publications: what the chain answered to each of them, in the same order; None where nothing was to publish.
        chain: what Yuma Consensus made of their weights, and whom it paid.
    """

    epoch: Epoch
    reports: tuple[EpochReport, ...]
    publications: tuple[Publication | None, ...]
    chain: ChainEpoch


@frozen
class Place:
    """One miner over a whole run: means over all validators' epochs, sums of what was paid.

    Attributes:
        s_epoch, dimensions: the mean, in [0, 4] and [0, 1].
        right, asked: final answers right, of tasks asked.
        paid: by the chain, in Rao.
    """

    member: CastMember
    s_epoch: float
    dimensions: DimensionScores
    right: int
    asked: int
    paid: Rao


@frozen
class SubnetRun:
    """What `run_epochs` did. `leaderboard` is sorted by mean S_epoch, then uid."""

    leaderboard: tuple[Place, ...]
    notices: tuple[OperatorNotice, ...]
    paid: Rao
    unallocated: Rao
    emitted: Rao
    epochs: tuple[SubnetEpoch, ...] = ()


class RunTally:
    """Sums a run up while it goes on, so that no epoch need be kept for it."""

    def __init__(self, miners: Sequence[CastMember], emission_per_epoch: Rao) -> None:
        self._miners = tuple(miners)
        self._emission = emission_per_epoch
        self._results: dict[Hotkey, _Sums] = {member.hotkey: _Sums() for member in miners}
        self._emitted = self._paid = self._unallocated = 0

    def add(self, epoch: SubnetEpoch) -> None:
        """One more epoch, in order."""
        for report in epoch.reports:
            for result in report.miners:
                if result.hotkey in self._results:  # who joined by other ways is not of the cast
                    self._results[result.hotkey].add(result)
        for uid, emission in epoch.chain.emission.items():
            self._paid += emission
            sums = self._results.get(epoch.chain.hotkeys[uid])
            if sums is not None:
                sums.paid += emission
        self._unallocated += epoch.chain.unallocated
        self._emitted += self._emission

    def finish(self, notices: Sequence[OperatorNotice]) -> SubnetRun:
        """The run so far, with what its operators were told."""
        rows = [self._results[member.hotkey].place(member) for member in self._miners]
        return SubnetRun(
            leaderboard=tuple(sorted(rows, key=lambda row: (-row.s_epoch, row.member.uid))),
            notices=tuple(notices),
            paid=Rao(self._paid),
            unallocated=Rao(self._unallocated),
            emitted=Rao(self._emitted),
        )


@define
class _Sums:
    """One miner's figures over a run, added up epoch by epoch."""

    epochs: int = 0
    s_epoch: float = 0.0
    dimensions: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    right: int = 0
    asked: int = 0
    paid: int = 0

    def add(self, result: MinerResult) -> None:
        scores = result.dimensions
        fresh = (scores.quality, scores.accuracy, scores.novelty, scores.efficiency)
        quality, accuracy, novelty, efficiency = (
            total + score for total, score in zip(self.dimensions, fresh, strict=True)
        )
        self.dimensions = (quality, accuracy, novelty, efficiency)
        self.epochs += 1
        self.s_epoch += result.s_epoch
        self.right += result.right
        self.asked += result.asked

    def place(self, member: CastMember) -> Place:
        count = max(1, self.epochs)
        dimensions = DimensionScores(*(min(1.0, total / count) for total in self.dimensions))
        return Place(member, self.s_epoch / count, dimensions, self.right, self.asked, Rao(self.paid))

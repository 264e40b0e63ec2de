"""What past blocks showed."""

from bisect import bisect_right
from collections.abc import Mapping

from attrs import frozen

from reasonforge.domain.identity import BlockNumber, Uid
from reasonforge.domain.metagraph import Neuron


@frozen
class Snapshot:
    """The subnet at one block: neurons in the order of their uids, and the revealed weights as shares of each row."""

    neurons: tuple[Neuron, ...]
    weights: Mapping[Uid, Mapping[Uid, float]]


class SnapshotLog:
    """The snapshots of the last `keep` blocks; blocks in a row that show the same share one.

    Memory grows with what changed, not with blocks: a snapshot holds references to neurons and rows that its
    neighbours hold too.
    """

    def __init__(self, keep: int) -> None:
        if keep < 1:
            message = f"the state of at least one block must be kept, not of {keep}"
            raise ValueError(message)
        self._keep = keep
        self._starts: list[BlockNumber] = []
        self._snapshots: list[Snapshot] = []
        self._settled = BlockNumber(-1)

    def __len__(self) -> int:
        return len(self._starts)

    def settle(self, block: BlockNumber, snapshot: Snapshot) -> None:
        """`block` shows `snapshot` from now on; the first word on a block stands. Blocks come in rising order."""
        if block <= self._settled:
            return
        self._settled = block
        if not self._snapshots or self._snapshots[-1] != snapshot:
            self._starts.append(block)
            self._snapshots.append(snapshot)
        outdated = bisect_right(self._starts, self.oldest(block)) - 1
        if outdated > 0:
            del self._starts[:outdated], self._snapshots[:outdated]

    def oldest(self, newest: BlockNumber) -> BlockNumber:
        """The oldest block that is kept when `newest` is the newest."""
        return BlockNumber(max(0, newest - self._keep + 1))

    def at(self, block: BlockNumber) -> Snapshot:
        """What `block` shows: it is settled, and no older than `oldest`."""
        return self._snapshots[bisect_right(self._starts, block) - 1]

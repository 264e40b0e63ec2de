"""Epochs as ranges of blocks, by the chain's own arithmetic.

Subtensor runs a subnet's epoch in every block where (block + netuid + 1) mod (tempo + 1) is 0. An epoch is therefore
`tempo + 1` blocks long, and subnets take turns.
"""

from attrs import frozen

from reasonforge.domain.identity import BlockNumber, EpochNumber, NetUid


@frozen
class Epoch:
    """Blocks `first_block` to `last_block`, both included; the chain pays out at the end of `last_block`."""

    number: EpochNumber
    first_block: BlockNumber
    last_block: BlockNumber

    def __contains__(self, block: BlockNumber) -> bool:
        return self.first_block <= block <= self.last_block


@frozen
class Tempo:
    """A subnet's rhythm. `tempo` ≥ 1 blocks as the chain's hyperparameter has it.

    >>> Tempo(tempo=360, netuid=NetUid(1)).epoch_at(BlockNumber(0))
    Epoch(number=0, first_block=0, last_block=359)
    >>> Tempo(tempo=360, netuid=NetUid(1)).epoch_at(BlockNumber(360))
    Epoch(number=1, first_block=360, last_block=720)
    """

    tempo: int
    netuid: NetUid

    def epoch_at(self, block: BlockNumber) -> Epoch:
        """The epoch that `block` belongs to. The one that holds block 0 is number 0 and may be shorter."""
        length = self.tempo + 1
        number, passed = divmod(block + self.netuid + 1, length)
        if passed == 0:  # the epoch ends in this block
            number, passed = number - 1, length
        last = block + length - passed
        start = (self.netuid + 1) // length
        if (self.netuid + 1) % length == 0:
            start -= 1
        return Epoch(
            number=EpochNumber(number - start),
            first_block=BlockNumber(max(0, last - length + 1)),
            last_block=BlockNumber(last),
        )

    def ends_at(self, block: BlockNumber) -> bool:
        """Whether the chain runs its epoch in this block."""
        return (block + self.netuid + 1) % (self.tempo + 1) == 0

    def after(self, epoch: Epoch) -> Epoch:
        """The epoch that follows."""
        return self.epoch_at(BlockNumber(epoch.last_block + 1))

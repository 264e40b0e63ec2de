"""Epochs as ranges of blocks, by the chain's arithmetic."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.domain.epoch import Epoch, Tempo
from reasonforge.domain.identity import BlockNumber, EpochNumber, NetUid

EXAMPLES = settings(max_examples=300, deadline=None)
tempos = st.builds(Tempo, tempo=st.integers(1, 400), netuid=st.integers(0, 2_000).map(NetUid))
blocks = st.integers(0, 10_000_000).map(BlockNumber)


@EXAMPLES
@given(tempo=tempos, block=blocks)
def test_a_block_is_in_its_own_epoch(tempo: Tempo, block: BlockNumber) -> None:
    """The epoch of a block holds it, and every block of that epoch says the same."""
    epoch = tempo.epoch_at(block)
    assert block in epoch
    assert tempo.epoch_at(epoch.first_block) == tempo.epoch_at(epoch.last_block) == epoch
    assert BlockNumber(epoch.first_block - 1) not in epoch
    assert BlockNumber(epoch.last_block + 1) not in epoch


@EXAMPLES
@given(tempo=tempos, block=blocks)
def test_epochs_follow_one_another_without_gap_or_overlap(tempo: Tempo, block: BlockNumber) -> None:
    """The next epoch begins right after this one, has the next number, and is tempo + 1 blocks long."""
    epoch = tempo.epoch_at(block)
    following = tempo.after(epoch)
    assert following.number == epoch.number + 1
    assert following.first_block == epoch.last_block + 1
    assert following.last_block - following.first_block == tempo.tempo


@EXAMPLES
@given(tempo=tempos)
def test_epochs_tile_the_blocks_from_the_first(tempo: Tempo) -> None:
    """Epoch 0 holds block 0 and is no longer than the others; from there on every block is in exactly one epoch."""
    epoch = tempo.epoch_at(BlockNumber(0))
    assert (epoch.number, epoch.first_block) == (0, 0)
    assert 0 <= epoch.last_block <= tempo.tempo
    covered: list[int] = []
    while len(covered) < 3 * tempo.tempo:
        covered += range(epoch.first_block, epoch.last_block + 1)
        epoch = tempo.after(epoch)
    assert covered == list(range(len(covered)))


@EXAMPLES
@given(tempo=tempos, block=blocks)
def test_the_chain_pays_in_the_last_block_of_an_epoch_and_in_no_other(tempo: Tempo, block: BlockNumber) -> None:
    """`ends_at` agrees with the chain's formula and with `last_block`."""
    epoch = tempo.epoch_at(block)
    assert tempo.ends_at(epoch.last_block)
    assert tempo.ends_at(block) == (block == epoch.last_block)
    assert tempo.ends_at(block) == ((block + tempo.netuid + 1) % (tempo.tempo + 1) == 0)


def test_a_worked_subnet() -> None:
    """Subnet 3 at tempo 4 pays in blocks 1, 6, 11 …"""
    tempo = Tempo(tempo=4, netuid=NetUid(3))
    assert [block for block in range(12) if tempo.ends_at(BlockNumber(block))] == [1, 6, 11]
    assert tempo.epoch_at(BlockNumber(0)) == Epoch(EpochNumber(0), BlockNumber(0), BlockNumber(1))
    assert tempo.epoch_at(BlockNumber(11)) == Epoch(EpochNumber(2), BlockNumber(7), BlockNumber(11))

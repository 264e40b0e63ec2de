"""What a validator binds itself to before it asks anybody, and what it shows afterwards (7-tasks §7.6)."""

from attrs import field, frozen

from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import EpochNumber, TaskId
from reasonforge.domain.seed import EpochSeed

HISTORY_EPOCHS = 30
"""How far back no task is asked twice: the window of the similarity's history."""


@frozen
class EpochCommitment:
    """A seed's commitment, and everything beside the seed and earlier epochs that decides which tasks are drawn.

    Attributes:
        commitment: `EpochSeed.commitment()`.
        tasks, traps: how many are drawn, and how many of them are traps.
        families: `name/version` of each, in the order of the source.
        timeout_seconds: every drawn task's deadline.
        window: epochs before this one of which no instance is asked again.
        user_tasks: those of users that take a place in the epoch, beside the drawn ones.
        pool_tasks: those of the operator's own pool that do.
    """

    epoch: Epoch
    commitment: str
    tasks: int
    traps: int
    families: tuple[str, ...]
    timeout_seconds: float
    window: int = HISTORY_EPOCHS
    user_tasks: tuple[TaskId, ...] = ()
    pool_tasks: tuple[TaskId, ...] = ()

    def since(self) -> EpochNumber:
        """The first epoch of the window."""
        return EpochNumber(max(0, self.epoch.number - self.window))


@frozen
class SeedRecord:
    """What was committed to, and the seed once it is revealed; None before.

    Raises:
        ValueError: the seed is not the one committed to.
    """

    committed: EpochCommitment
    revealed: EpochSeed | None = field(default=None)

    def __attrs_post_init__(self) -> None:
        if self.revealed is not None and self.revealed.commitment() != self.committed.commitment:
            message = f"the seed revealed of epoch {self.committed.epoch.number} is not the one committed to"
            raise ValueError(message)


def other_seed(epoch: EpochNumber) -> StoreFault:
    """What a store says when an epoch's seed is not the one it is bound to."""
    return StoreFault(
        f"epoch {epoch} is bound to another seed: restore the validator's secret beside its database, or wait for the "
        "next epoch"
    )

"""What an epoch is bound to ↔ a row of `epoch_plans`."""

from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import Fields, UnreadableError, read_json, read_texts, write_json
from reasonforge.domain.commitment import EpochCommitment, SeedRecord
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import BlockNumber, EpochNumber, TaskId
from reasonforge.domain.seed import EpochSeed


def plan_row(epoch_id: int, commitment: EpochCommitment, committed_at: float) -> dict[str, Any]:
    """Of an epoch whose seed is still a secret."""
    return {
        "epoch_id": epoch_id,
        "commitment": commitment.commitment,
        "tasks": commitment.tasks,
        "traps": commitment.traps,
        "families": write_json(commitment.families),
        "timeout_seconds": commitment.timeout_seconds,
        "history_epochs": commitment.window,
        "user_tasks": write_json(commitment.user_tasks),
        "pool_tasks": write_json(commitment.pool_tasks),
        "committed_at": committed_at,
    }


def read_seed_record(row: Fields) -> SeedRecord:
    """What `plan_row` wrote, beside the epoch's number and blocks."""
    epoch = Epoch(
        EpochNumber(row.integer("number")),
        BlockNumber(row.integer("first_block")),
        BlockNumber(row.integer("last_block")),
    )
    commitment = EpochCommitment(
        epoch=epoch,
        commitment=row.text("commitment"),
        tasks=row.integer("tasks"),
        traps=row.integer("traps"),
        families=read_texts(read_json(row.any("families"))),
        timeout_seconds=row.number("timeout_seconds"),
        window=row.integer("history_epochs"),
        user_tasks=tuple(TaskId(one) for one in read_texts(read_json(row.any("user_tasks")))),
        pool_tasks=tuple(TaskId(one) for one in read_texts(read_json(row.any("pool_tasks")))),
    )
    seed = row.blob_or_none("seed")
    try:
        return SeedRecord(commitment, None if seed is None else EpochSeed(seed))
    except ValueError as error:
        raise UnreadableError(str(error)) from error

"""Past reasoning ↔ rows of `embedding_history`: hashes and vectors as blobs, each in its domain value's own form."""

from collections.abc import Sequence
from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import FORMAT, Fields, check_format
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.report import ScoredTask
from reasonforge.domain.similarity import Fingerprint, PartVectors, PastReasoning

Row = dict[str, Any]


def past_rows(epoch_id: int, scored: ScoredTask, reasoning: Sequence[PastReasoning]) -> list[Row]:
    """What a scored task adds to the history of its family, in order."""
    return [
        {
            "epoch_id": epoch_id,
            "task_index": scored.index,
            "position": position,
            "format": FORMAT,
            "family": scored.task.family,
            "hotkey": past.hotkey,
            "epoch": past.epoch,
            "fingerprint": past.fingerprint.to_bytes(),
            "embedder": past.embedder,
            "embedding": None if past.embedding is None else past.embedding.to_bytes(),
        }
        for position, past in enumerate(reasoning)
    ]


def read_past(row: Fields) -> PastReasoning:
    """The entry that `past_rows` wrote."""
    check_format(row.integer("format"))
    embedding = row.blob_or_none("embedding")
    return PastReasoning(
        hotkey=Hotkey(row.text("hotkey")),
        epoch=EpochNumber(row.integer("epoch")),
        fingerprint=Fingerprint.from_bytes(row.blob("fingerprint")),
        embedding=None if embedding is None else PartVectors.from_bytes(embedding),
        embedder=row.text("embedder"),
    )

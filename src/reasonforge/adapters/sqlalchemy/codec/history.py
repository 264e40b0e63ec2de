"""Past reasoning ↔ rows of `embedding_history`: hashes and vectors as blobs, each in its domain value's own form."""

from collections.abc import Sequence
from types import NoneType
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


PAST_COLUMNS = ("format", "hotkey", "epoch", "fingerprint", "embedder", "embedding")
_AS_WRITTEN = {(int, str, int, bytes, str, kind) for kind in (bytes, NoneType)}


def read_past(row: Sequence[Any]) -> PastReasoning:
    """The entry that `past_rows` wrote, out of its `PAST_COLUMNS`. A validator reads tens of thousands when it starts,
    so its types are looked at together, and one by one only to say what is wrong.
    """
    if tuple(map(type, row)) not in _AS_WRITTEN:
        _complain(Fields(dict(zip(PAST_COLUMNS, row, strict=True))))
    written, hotkey, epoch, fingerprint, embedder, embedding = row
    check_format(written)
    return PastReasoning(
        Hotkey(hotkey),
        EpochNumber(epoch),
        Fingerprint.from_bytes(fingerprint),
        None if embedding is None else PartVectors.from_bytes(embedding),
        embedder,
    )


def _complain(row: Fields) -> None:
    for name in ("format", "epoch"):
        row.integer(name)
    for name in ("hotkey", "embedder"):
        row.text(name)
    row.blob("fingerprint")
    row.blob_or_none("embedding")

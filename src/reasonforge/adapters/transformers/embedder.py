"""The Embedder behind sentence-transformers; torch is imported when the first text arrives."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reasonforge.adapters.transformers.models import DEFAULT_MODEL, Model, resolve_model
from reasonforge.domain.errors import OperatorError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_LONGEST = 20_000  # characters: far beyond the 256 word pieces that the model reads
_BATCH = 16


class SentenceTransformerEmbedder:
    """A sentence-transformers model, all-MiniLM-L6-v2 unless told otherwise, on the CPU in float32.

    Texts are deduplicated, sorted by length and run in batches of `batch_size`, so that little is spent on padding.
    The model is loaded once, at the first use (or by `load`), and runs in a thread, one call at a time.

    Args:
        model: what `resolve_model` understands, or what it gave.
        batch_size: texts in one pass, ≥ 1.

    Raises:
        OperatorError: at once when the model is a path or package that holds none; when loading, when the extra is
            not installed or the hub cannot be reached.
    """

    def __init__(self, model: str | Model = DEFAULT_MODEL, batch_size: int = _BATCH) -> None:
        if batch_size < 1:
            message = f"batch_size must be at least 1, and is {batch_size}"
            raise ValueError(message)
        self._model = resolve_model(model) if isinstance(model, str) else model
        self._batch_size = batch_size
        self._lock = threading.RLock()
        self._loaded: SentenceTransformer | None = None
        self._dimensions = 0

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def dimensions(self) -> int:
        """d; loads the model."""
        self.load()
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return await asyncio.to_thread(self._embed, list(texts))

    def load(self) -> "SentenceTransformer":
        """Load the model now rather than at the first text: seconds, and about 500 MB."""
        with self._lock:
            if self._loaded is None:
                self._loaded = _loaded(self._model)
                self._dimensions = int(_encode(self._loaded, ["one"], 1).shape[1])
            return self._loaded

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        with self._lock:
            model = self.load()
            readable = [text[:_LONGEST].encode("utf-8", "ignore").decode().strip() for text in texts]
            distinct = sorted({text for text in readable if text}, key=lambda text: (len(text), text))
            matrix = np.zeros((len(distinct) + 1, self._dimensions), dtype=np.float32)
            for start in range(0, len(distinct), self._batch_size):
                batch = distinct[start : start + self._batch_size]
                matrix[start : start + len(batch)] = _encode(model, batch, self._batch_size)
        rows = {text: row for row, text in enumerate(distinct)}
        return matrix[[rows.get(text, len(distinct)) for text in readable]]


def _encode(model: "SentenceTransformer", texts: list[str], batch_size: int) -> NDArray[np.float32]:
    matrix: NDArray[np.float32] = model.encode(
        texts,
        batch_size=batch_size,
        show_progress_bar=False,
        convert_to_numpy=True,
        normalize_embeddings=True,
    )
    return matrix


def _loaded(model: Model) -> "SentenceTransformer":
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds and 500 MB, only when used
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415 - as above
    except ImportError as missing:
        message = "embeddings need sentence-transformers: pip install 'reasonforge[embeddings]'"
        raise OperatorError(message) from missing
    silence: Callable[[], None] = disable_progress_bar
    silence()
    try:
        return SentenceTransformer(model.location, device="cpu", local_files_only=model.local)
    except (OSError, ValueError) as failure:
        message = (
            f"the embedding model {model.location!r} cannot be loaded; "
            "set it to a directory that holds it, or pip install 'reasonforge[model]'"
        )
        raise OperatorError(message) from failure

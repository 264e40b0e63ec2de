from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their likeness.

    Promises of `embed`: one row a text, in order; float32, L2-normalised (a text with nothing to embed gives a zero
    row); the same text gives the same row within 1e-5, whatever it is batched with; no texts give a 0 × d matrix.
    """

    @property
    def name(self) -> str:
        """Model and version: vectors of different names are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """The width d of every row."""
        ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

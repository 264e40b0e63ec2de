import asyncio
import random
import subprocess
import sys

import numpy as np

from reasonforge.adapters.memory.embedder import HashingEmbedder
from tests.contracts.embedder import TEXTS, EmbedderContract
from tests.domain.solutions import WRITERS, drawn, synonyms


class TestHashingEmbedder(EmbedderContract):
    def embedder(self) -> HashingEmbedder:
        return HashingEmbedder()


def test_strangers_are_far_and_near_copies_near() -> None:
    """Honest writers of one step stay below 0.6; three words in ten replaced stays above 0.6."""
    problem, embedder = drawn(random.Random(4)), HashingEmbedder()
    honest = asyncio.run(embedder.embed([" ".join(write(problem)) for write in WRITERS]))
    copied = asyncio.run(embedder.embed([" ".join(synonyms(write(problem), random.Random(7))) for write in WRITERS]))
    assert (honest @ honest.T)[~np.eye(len(WRITERS), dtype=bool)].max() < 0.6
    assert (honest * copied).sum(axis=1).min() > 0.6


def test_no_run_differs() -> None:
    """The same text gives the same bytes in another process with another PYTHONHASHSEED."""
    code = (
        "import asyncio\n"
        "from reasonforge.adapters.memory.embedder import HashingEmbedder\n"
        f"print(asyncio.run(HashingEmbedder(16).embed({TEXTS!r})).tobytes().hex())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] == asyncio.run(HashingEmbedder(16).embed(TEXTS)).tobytes().hex() + "\n"

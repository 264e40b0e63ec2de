"""What every adapter of the Embedder port keeps (application/ports/embedder.py)."""

import asyncio
from abc import abstractmethod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reasonforge.application.ports.embedder import Embedder

TEXTS = (
    "The area of a right triangle is half the product of its legs.",
    "Stable matching ends because no proposer asks anyone twice.",
    "12 * 7 = 84",
    "The area of a right triangle is half the product of its two legs.",
)
HOSTILE = (
    "a" * 1_000_000,
    " " * 100_000 + "late",
    "\ud800 lone \udfff surrogates",
    "👩‍👩‍👧‍👦🏳️‍🌈" * 50,
    "\u202eright to left שלום مرحبا",
    "\x00\x01\x02 control",
    "Z" + "\u0301" * 5_000,
    "漢字かな交じり文",
)


class EmbedderContract:
    """Subclass it, name the class `Test…`, and give `embedder`; override `examples` where a text is expensive."""

    examples = 100

    @abstractmethod
    def embedder(self) -> Embedder:
        """The one under test; the same instance each time is fine."""

    def embed(self, *texts: str) -> NDArray[np.float32]:
        return asyncio.run(self.embedder().embed(texts))

    def test_shape_and_type(self) -> None:
        """One float32 row of d numbers a text."""
        matrix = self.embed(*TEXTS)
        assert matrix.shape == (len(TEXTS), self.embedder().dimensions)
        assert matrix.dtype == np.float32

    def test_no_texts(self) -> None:
        """No texts give a 0 × d matrix."""
        assert self.embed().shape == (0, self.embedder().dimensions)

    @pytest.mark.parametrize("blank", ["", " ", "\n\t \u2003"])
    def test_nothing_to_embed(self, blank: str) -> None:
        """A text with nothing to embed gives a zero row, and leaves its neighbours alone."""
        matrix = self.embed(TEXTS[0], blank, TEXTS[1])
        assert not matrix[1].any()
        assert np.allclose(matrix[[0, 2]], self.embed(TEXTS[0], TEXTS[1]), atol=1e-5)

    def test_order(self) -> None:
        """Rows come back in the order of the texts, whatever their length."""
        assert np.allclose(self.embed(*reversed(TEXTS)), self.embed(*TEXTS)[::-1], atol=1e-5)

    def test_the_same_text_is_itself(self) -> None:
        """The cosine of a text with itself is 1, and no text is a stranger's likeness."""
        one, other, _, near = self.embed(*TEXTS)
        again = self.embed(TEXTS[0])[0]
        assert float(one @ again) == pytest.approx(1.0, abs=1e-5)
        assert float(one @ other) < 0.5 < float(one @ near)

    def test_hostile_texts(self) -> None:
        """Whatever a miner writes gives a finite row of length 1 or 0."""
        matrix = self.embed(*HOSTILE)
        assert np.isfinite(matrix).all()
        lengths = np.linalg.norm(matrix, axis=1)
        assert all(abs(length - 1) < 1e-4 or length == 0 for length in lengths)

    def test_name_is_stable(self) -> None:
        """The name says which vectors can be compared: it never changes, and is not empty."""
        assert self.embedder().name == self.embedder().name != ""

    def test_batching_changes_nothing(self) -> None:
        """A text's row is the same within 1e-5 whatever it is batched with; lengths are 1, or 0 for nothing."""

        @settings(max_examples=self.examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
        def check(texts: list[str]) -> None:
            together = self.embed(*texts)
            assert np.allclose(together[:1], self.embed(texts[0]), atol=1e-5)
            lengths = np.linalg.norm(together, axis=1)
            assert all(abs(length - 1) < 1e-4 or length == 0 for length in lengths)

        check()

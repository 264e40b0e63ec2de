from collections.abc import Iterator
from contextlib import contextmanager

from reasonforge.adapters.memory.score_book import MemoryScoreBook
from reasonforge.application.ports.score_book import DEFAULT_BOOK_LIMITS, BookLimits, ScoreBook
from tests.contracts.score_book import ScoreBookContract


class TestMemoryScoreBook(ScoreBookContract):
    @contextmanager
    def fresh(self, limits: BookLimits = DEFAULT_BOOK_LIMITS) -> Iterator[ScoreBook]:
        yield MemoryScoreBook(limits)

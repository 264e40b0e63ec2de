from collections.abc import Mapping

from reasonforge.adapters.memory.retrieval import MemoryRetrieval
from tests.contracts.retrieval import RetrievalContract


class TestMemoryRetrieval(RetrievalContract):
    def retrieval(self, documents: Mapping[str, str]) -> MemoryRetrieval:
        return MemoryRetrieval(documents)

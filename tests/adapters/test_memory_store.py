from collections.abc import Iterator
from contextlib import contextmanager

from reasonforge.adapters.memory.store import MemoryStore
from reasonforge.application.ports.store import Store
from tests.contracts.store import OWNER, StoreContract


class TestMemoryStore(StoreContract):
    @contextmanager
    def fresh(self) -> Iterator[Store]:
        yield MemoryStore(OWNER)

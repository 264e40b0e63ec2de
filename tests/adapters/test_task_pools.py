"""The pool without a disk, in a file and on a server keep the same promises."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reasonforge.adapters.memory.task_pool import MemoryTaskPool
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.task_pool import SqlAlchemyTaskPool
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.task_pool import TaskPool
from reasonforge.domain.task import Task
from tests.contracts.task_pool import EIGHT, NINE, OTHER, OURS, TASKS, TaskPoolContract
from tests.postgres import Cluster, postgres

__all__ = ["postgres"]


class TestMemoryTaskPool(TaskPoolContract):
    @contextmanager
    def fresh(self) -> Iterator[TaskPool]:
        yield MemoryTaskPool()


class TestSqliteTaskPool(TaskPoolContract):
    @contextmanager
    def fresh(self) -> Iterator[TaskPool]:
        with TemporaryDirectory() as folder, open_database(Path(folder) / "state.db") as database:
            yield SqlAlchemyTaskPool(database, SystemClock())


@pytest.mark.postgres
class TestPostgresTaskPool(TaskPoolContract):
    @pytest.fixture(autouse=True)
    def _served(self, postgres: Cluster) -> None:
        self.cluster = postgres

    @contextmanager
    def fresh(self) -> Iterator[TaskPool]:
        with open_database(self.cluster.database()) as database:
            yield SqlAlchemyTaskPool(database, SystemClock())


@pytest.mark.postgres
def test_two_processes_on_a_server_share_no_task(postgres: Cluster) -> None:
    """Two connections that take at once wait for each other."""
    url = postgres.database()

    async def go(first: TaskPool, second: TaskPool) -> list[Task]:
        await first.add(TASKS)
        taken = await asyncio.gather(first.take(OURS, EIGHT, 3), second.take(OTHER, NINE, 3))
        return [task for one in taken for task in one]

    with open_database(url, claim=False) as one, open_database(url, claim=False) as other:
        clock = SystemClock()
        taken = asyncio.run(go(SqlAlchemyTaskPool(one, clock), SqlAlchemyTaskPool(other, clock)))
    assert sorted(task.task_id for task in taken) == [task.task_id for task in TASKS]


def test_a_file_that_is_opened_again_remembers(tmp_path: Path) -> None:
    """What was taken is taken, for whoever comes after a crash."""
    with open_database(tmp_path / "state.db") as database:
        pool = SqlAlchemyTaskPool(database, SystemClock())
        asyncio.run(pool.add(TASKS))
        asyncio.run(pool.take(OURS, EIGHT, 2))
    with open_database(tmp_path / "state.db") as database:
        again = SqlAlchemyTaskPool(database, SystemClock())
        assert tuple(asyncio.run(again.take(OURS, EIGHT, 2))) == TASKS[:2]
        assert tuple(asyncio.run(again.take(OURS, NINE, 2))) == TASKS[2:4]

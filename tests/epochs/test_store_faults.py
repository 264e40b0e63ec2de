"""A validator whose database fails under it: it says what is wrong, loses nothing, and goes on when that is mended.

Each test breaks the real medium in the midst of an epoch, after some of its three tasks were recorded, and compares the
epoch's end with that of a validator that nothing happened to.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attrs import define, evolve, field
from dependency_injector import providers

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.sqlalchemy import sqlite_file
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.adapters.sqlalchemy.upkeep import copy_to, look_over
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.transport import Health, Request, ScoreNotice, Transport
from reasonforge.application.validator.keep_running import KeepRunning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.events import EpochStarted, Event, TaskScored, WeightsPublished
from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId
from reasonforge.domain.metagraph import Neuron
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.reply import Reply, Silence
from reasonforge.domain.report import EpochState, MinerResult
from tests.postgres import cluster

ME, ZERO = Hotkey("validator-01"), EpochNumber(0)
RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=3))
TASKS, MINERS = 3, 2
AWAY_SECONDS = 10.0
AFTER = pytest.mark.parametrize("after", [1, TASKS], ids=["in the midst", "when it is closed"])
Results = tuple[MinerResult, ...]


class Killed(BaseException):
    """The process ends here."""


def nothing() -> None:
    """Nothing breaks."""


def kill() -> None:
    raise Killed


@define
class Strike:
    """Telemetry that breaks something when so many tasks are recorded."""

    breaks: Callable[[], None]
    after: int = 1
    resumed: list[int] = field(factory=list)
    published: asyncio.Event = field(factory=asyncio.Event)
    _recorded: int = 0

    def emit(self, event: Event) -> None:
        match event:
            case WeightsPublished():
                self.published.set()
            case EpochStarted():
                self.resumed.append(event.resumed)
            case TaskScored():
                self._recorded += 1
                if self._recorded == self.after:
                    self.breaks()
            case _:
                pass


@define
class Counted:
    """A transport that counts how often each question goes out."""

    transport: Transport
    asked: Counter[QueryId] = field(factory=Counter)

    async def ask(self, requests: Sequence[Request]) -> Sequence[Reply]:
        self.asked.update(one.question.query_id for one in requests)
        return await self.transport.ask(requests)

    async def health(self, neurons: Sequence[Neuron]) -> Sequence[Health | Silence]:
        return await self.transport.health(neurons)

    async def notify(self, notices: Sequence[ScoreNotice]) -> int:
        return await self.transport.notify(notices)


@define
class Running:
    """A validator of a subnet of its own, with what it told."""

    subnet: InProcessSubnet
    loop: KeepRunning
    notifier: MemoryNotifier
    strike: Strike
    asked: Counter[QueryId]

    @property
    def told(self) -> list[str]:
        return [notice.what for notice in self.notifier.notices]

    async def results(self) -> Results:
        """Of the epoch, which is published, whole, and was asked once where it was recorded once."""
        store = self.subnet.store_of(ME)
        assert await store.state_of(ZERO) is EpochState.PUBLISHED
        assert sorted(await store.recorded(ZERO)) == list(range(TASKS))
        return tuple(await store.miner_results(ZERO))


@asynccontextmanager
async def validator(
    where: Path | str | None, breaks: Callable[[], None] = nothing, after: int = 1
) -> AsyncIterator[Running]:
    """The same seed each time: the same chain, miners and tasks."""
    async with InProcessSubnet(1, MINERS, 3, rules=RULES, database=where) as subnet:
        strike, notifier, container = Strike(breaks, after), MemoryNotifier(), subnet.container_of(ME)
        counted = Counted(container.adapters.transport())
        container.adapters.transport.override(providers.Object(counted))
        subnet.watch(strike)
        loop = KeepRunning(
            chain=MemoryChain(subnet.ledger, ME),
            run_epoch=container.run_epoch(),
            publish_weights=container.publish_weights(),
            clock=SystemClock(),
            notifier=notifier,
            telemetry=container.adapters.telemetry(),
            look_seconds=0.2,
        )
        yield Running(subnet, loop, notifier, strike, counted.asked)


@pytest.fixture(scope="module")
def undisturbed() -> Results:
    async def go() -> Results:
        async with validator(None) as running:
            await running.loop.look()
            return await running.results()

    return asyncio.run(go())


@define
class Trouble:
    """What befalls a medium, and what it is told as."""

    breaks: Callable[[], None]
    mends: Callable[[], None]
    sentence: str


def goes_on(where: Path, trouble: Trouble, after: int, undisturbed: Results) -> None:
    """Two looks at a broken medium, one at a mended one."""

    async def go() -> None:
        async with validator(where, trouble.breaks, after) as running:
            await running.loop.look()
            await running.loop.look()
            (told,) = running.told  # the same again is no news
            assert told == f"the database {where} {trouble.sentence}"
            assert await running.subnet.store_of(ME).state_of(ZERO) is EpochState.OPEN
            trouble.mends()
            await running.loop.look()
            assert await running.results() == undisturbed
            assert running.told == [told]
            assert len(running.asked) == running.asked.total() == TASKS * MINERS  # once each, however long it lasts
            assert running.strike.resumed[-1] == min(after + 1, TASKS)  # one more was scored, and waited

    asyncio.run(go())


def takes_up(where: Path, undisturbed: Results, resumed: int) -> None:
    """A new process finds `resumed` tasks and ends the epoch as if nothing had happened."""

    async def go() -> None:
        async with validator(where) as running:
            await running.loop.look()
            assert running.told == []
            assert running.strike.resumed == [resumed]
            assert len(running.asked) == running.asked.total() == (TASKS - resumed) * MINERS
            assert await running.results() == undisturbed

    asyncio.run(go())


def killed_after_the_first_task(where: Path, before: Callable[[], None] = nothing) -> None:
    def breaks() -> None:
        before()
        kill()

    async def go() -> None:
        async with validator(where, breaks) as running:
            with pytest.raises(Killed):
                await running.loop.look()

    asyncio.run(go())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill_up(place: Path) -> None:
    with (place / "ballast").open("wb", buffering=0) as ballast:
        try:
            while ballast.write(bytes(4096)):
                pass
        except OSError:
            assert shutil.disk_usage(place).free == 0


@AFTER
def test_a_full_disk(small_disk: Path, undisturbed: Results, after: int) -> None:
    """The disk fills up in the midst of an epoch: that is said, and with room again the epoch goes on."""
    full = "cannot grow: the disk is full; free some space"
    trouble = Trouble(lambda: fill_up(small_disk), (small_disk / "ballast").unlink, full)
    goes_on(small_disk / "v.db", trouble, after, undisturbed)


def test_a_disk_that_became_read_only(small_disk: Path, undisturbed: Results) -> None:
    """Started again on a disk that is read-only now, the validator is refused with the reason; on one that can be
    written it takes the epoch up.
    """

    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(small_disk)], check=True)

    where = small_disk / "v.db"
    killed_after_the_first_task(where)
    remount("ro")
    with pytest.raises(OperatorError) as refused:
        open_database(where)
    assert f"{where} cannot be written: the file or its folder is read-only" in str(refused.value)
    remount("rw")
    takes_up(where, undisturbed, resumed=1)


@AFTER
def test_another_programs_lock(
    tmp_path: Path, undisturbed: Results, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the file for longer than a writer waits: that is said, and afterwards the epoch goes on."""
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_MS", 30)
    where, held = tmp_path / "v.db", []

    def hold() -> None:
        held.append(sqlite3.connect(where, isolation_level=None))
        held[0].execute("BEGIN IMMEDIATE")

    def release() -> None:
        held[0].close()

    locked = "is locked by another program; stop that one, or wait until it is done"
    goes_on(where, Trouble(hold, release, locked), after, undisturbed)


def test_a_damaged_file_and_its_backup(tmp_path: Path, undisturbed: Results) -> None:
    """A file that was damaged is refused; with the backup in its place, as the guide says, the epoch goes on."""
    where, backup = tmp_path / "v.db", tmp_path / "backup.db"
    killed_after_the_first_task(where, before=lambda: assert_copied(where, backup))
    content = where.read_bytes()
    where.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    with pytest.raises(OperatorError, match="is damaged; restore it from a backup"):
        open_database(where)
    for name in ("v.db", "v.db-wal", "v.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    backup.rename(where)
    assert look_over(where).complaints == ()
    takes_up(where, undisturbed, resumed=1)


def assert_copied(where: Path, backup: Path) -> None:
    assert copy_to(where, backup) > 0


def test_a_newer_programs_file(tmp_path: Path, undisturbed: Results) -> None:
    """A file that a newer version has upgraded is refused and left alone; with the old schema the epoch goes on."""
    where = tmp_path / "v.db"
    killed_after_the_first_task(where)

    def stamp(version: int) -> None:
        with sqlite3.connect(where) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (f"{version:04d}",))
        connection.close()

    stamp(SCHEMA_VERSION + 1)
    with pytest.raises(OperatorError, match="was written by a newer ReasonForge"):
        open_database(where)
    stamp(SCHEMA_VERSION)
    takes_up(where, undisturbed, resumed=1)


def torn(log: bytes, rng: random.Random) -> bytes:
    """Cut off, or with a bit turned over, somewhere."""
    at = rng.randrange(len(log))
    return log[:at] if rng.random() < 0.5 else log[:at] + bytes([log[at] ^ 1 << rng.randrange(8)]) + log[at + 1 :]


def test_a_torn_log(tmp_path: Path, undisturbed: Results) -> None:
    """Whatever a power cut left of the write-ahead log: the file is read up to some transaction, what is there of tasks
    is the first of them, whole, and the epoch ends as if nothing had happened.
    """
    where, image = tmp_path / "v.db", tmp_path / "image"
    image.mkdir()

    def photograph() -> None:
        for name in ("v.db", "v.db-wal"):
            shutil.copy(tmp_path / name, image / name)

    async def two_tasks() -> None:
        seen = 0

        class Second(Strike):
            def emit(self, event: Event) -> None:
                nonlocal seen
                if isinstance(event, TaskScored):
                    seen += 1
                    if seen == TASKS - 1:
                        photograph()

        async with validator(where) as running:
            running.subnet.watch(Second(nothing))
            await running.loop.look()

    asyncio.run(two_tasks())
    log, found = (image / "v.db-wal").read_bytes(), Counter[int]()
    for seed in range(12):
        broken = tmp_path / str(seed)
        shutil.copytree(image, broken)
        (broken / "v.db-wal").write_bytes(torn(log, random.Random(seed)))

        async def go(path: Path) -> None:
            async with validator(path) as running:
                await running.loop.look()
                assert running.told == []
                (resumed,) = running.strike.resumed
                found[resumed] += 1
                assert len(running.asked) == running.asked.total() == (TASKS - resumed) * MINERS
                assert await running.results() == undisturbed

        asyncio.run(go(broken / "v.db"))
        assert look_over(broken / "v.db").complaints == ()
    assert len(found) > 1, "the logs were torn at one place only"


@pytest.mark.postgres
def test_a_server_that_is_away_for_ten_seconds(undisturbed: Results) -> None:
    """PostgreSQL is stopped at once in the midst of an epoch and comes back ten seconds later: the validator looks
    again and again, says it once for each way in which the server is gone, and ends the epoch by itself.
    """

    async def go() -> None:
        with cluster() as server:
            async with validator(server.database(), server.stop) as running:
                looking = asyncio.create_task(running.loop())
                await asyncio.sleep(AWAY_SECONDS)
                assert running.strike.resumed == [0]
                assert not looking.done()
                server.start()
                async with asyncio.timeout(20):
                    await running.strike.published.wait()
                looking.cancel()
                assert await running.results() == undisturbed
                assert len(running.asked) == running.asked.total() == TASKS * MINERS
                assert 1 <= len(running.told) <= 2
                assert all("cannot be reached" in one or "is going away" in one for one in running.told)

    asyncio.run(go())

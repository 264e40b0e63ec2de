"""A chain, miners and a validator in processes of their own; epochs in which the validator is killed, and what is left.

What is compared with the epoch that nobody disturbed: every row of the database, the weights on the chain, what the
miners were asked.
"""

import asyncio
import json
import shutil
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, field, frozen
from sqlalchemy import Connection, create_engine, select

from reasonforge.adapters.sqlalchemy.access_keys import SqlAlchemyAccessKeys
from reasonforge.adapters.sqlalchemy.database import open_database, url_of
from reasonforge.adapters.sqlalchemy.gateway_tables import public_events
from reasonforge.adapters.sqlalchemy.tables import epochs, metadata, submissions
from reasonforge.adapters.sqlalchemy.user_tasks import SqlAlchemyUserTasks
from reasonforge.application.ports.user_tasks import NewTask, QueueRules
from reasonforge.domain.access_key import AccessKey, KeyId, Tier
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import TaskId
from reasonforge.domain.user_task import UserTask
from tests.crash.points import Point
from tests.crash.still import NOON
from tests.crash.talk import Fields, Servant, keypair_of, servants
from tests.crash.validator import VALIDATOR
from tests.postgres import Cluster

MOST_LIVES = 60
"""Of one epoch: a validator that comes to no end has lost its way."""
Table = list[tuple[Any, ...]]
SKILLS = {"miner-1": 1.0, "miner-2": 0.8, "miner-3": 0.9, "miner-4": 0.6}
QUICK = ("permutation_orders", "smallest_multiples", "stable_matching", "lru_evictions")
_Found = TypeVar("_Found")
_KEY = KeyId("k" * 18)
_COMPILED: defaultdict[str, dict[Any, Any]] = defaultdict(dict)


@frozen
class Story:
    """What is played.

    Attributes:
        epochs, miners, tasks: how many; tasks an epoch.
        users: tasks that users have queued before it begins.
        users_share: of an epoch's tasks.
        commit_reveal: whether the chain hides weights.
        families: what tasks are drawn from.
    """

    epochs: int = 1
    miners: int = 2
    tasks: int = 2
    users: int = 1
    users_share: float = 0.5
    commit_reveal: bool = False
    families: tuple[str, ...] = QUICK


@frozen
class Life:
    """One process of the validator.

    Attributes:
        died: where it was killed; None when it came to its end.
        recorded: the queries that were recorded when it ended, by anyone.
        asked: what all miners were asked in it, and how often.
        came: the places that it came to and how often, when it came to its end.
    """

    died: Point | None
    recorded: frozenset[str]
    asked: Counter[str]
    came: dict[str, int]
    total: int


@frozen
class Ending:
    """What is left of a story.

    Attributes:
        lives: of the validator, in their order.
        tables: every table's rows; ids that the database gave are replaced by what they stand for.
        sent: every row of weights that came to the chain, and what it said.
        weights: what the chain shows at the end.
        told: epochs that each miner was told of, by miner.
        blocks_passed: whether blocks passed from one life to the next.
    """

    lives: tuple[Life, ...]
    tables: dict[str, Table]
    sent: list[Fields]
    weights: dict[str, dict[str, float]]
    told: tuple[tuple[int, ...], ...]
    blocks_passed: bool


@define
class World:
    """The processes. One story at a time."""

    folder: Path
    chain: Servant
    nursery: Servant
    miners: tuple[Servant, ...]
    cluster: Cluster | None = None
    _numbers: "count[int]" = field(factory=count, init=False)
    _templates: dict[str, str] = field(factory=dict, init=False)

    def play(
        self,
        story: Story,
        kills: Sequence[Point | int | None] = (),
        *,
        server: bool = False,
        late: Sequence[int] = (),
        meddle: Callable[[str], None] | None = None,
    ) -> Ending:
        """The story with the validator killed at these points, of one life after another.

        Args:
            story: what is played.
            kills: the point where each of the first lives ends; None where it is not killed.
            server: whether the database is PostgreSQL's.
            late: blocks that pass before the validator is started again, after each of the first deaths.
            meddle: does something to the database after each death: what the comparison must find.
        """
        miners = self.miners[: story.miners]
        keys = [keypair_of(name).ss58_address for name in [*SKILLS][: story.miners]]
        chain = self.chain.ask(
            do="begin", validator=keypair_of(VALIDATOR).ss58_address, miners=keys, commit_reveal=story.commit_reveal
        )["url"]
        _all(miners, do="come", chain=chain)
        database = self._database(story.users, server=server)
        self.chain.ask(do="pass", blocks=3)
        waiting, pauses, lives = list(kills), list(late), list[Life]()
        heard, passed = Counter[str](), 0
        for _ in range(story.epochs):
            for _ in range(MOST_LIVES):
                life = self._live(story, chain, database, waiting.pop(0) if waiting else None, watched=not kills)
                heard_now = Counter(query for told in _all(miners, do="tell") for query in told["asked"])
                lives.append(Life(life.died, queries(database), heard_now - heard, life.came, life.total))
                heard = heard_now
                if life.died is None and _is_settled(database):
                    break
                if life.died is not None and meddle is not None:
                    meddle(database)
                blocks = 1 if life.died is None else (pauses.pop(0) if pauses else 0)
                self.chain.ask(do="pass", blocks=blocks)
                passed += blocks
            else:
                raise AssertionError(f"the epoch is not over after {MOST_LIVES} lives")
            now = self.chain.ask(do="tell")
            self.chain.ask(do="pass", blocks=now["last_block"] + 4 - now["block"])
        seen = self.chain.ask(do="tell")
        told = tuple(tuple(one["told"]) for one in _all(miners, do="tell"))
        tables = rows_of(database)
        return Ending(tuple(lives), tables, seen["sent"], seen["weights"], told, passed > 0)

    def _live(self, story: Story, chain: str, database: str, at: Point | int | None, *, watched: bool) -> Life:
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        code = self.nursery.ask(
            chain=chain,
            database=database,
            tasks=story.tasks,
            users_share=story.users_share,
            families=story.families,
            at=[at.place, at.time] if isinstance(at, Point) else at,
            watched=at is not None or watched,
            report=str(report),
        )["code"]
        assert code in {0, -signal.SIGKILL}, f"the validator ended with {code}:\n{self.nursery.log.read_text()[-4000:]}"
        said = json.loads(report.read_text())
        died = None if code == 0 else Point(*said["died"])
        return Life(died, frozenset(), Counter(), said.get("came", {}), said.get("total", 0))

    def _database(self, users: int, *, server: bool) -> str:
        """A new one in which users' tasks wait."""
        kind = f"{server}/{users}"
        number = next(self._numbers)
        if server:
            assert self.cluster is not None
            if kind not in self._templates:
                self._templates[kind] = self.cluster.database()
                _prepare(self._templates[kind], users)
            return self.cluster.database(self._templates[kind])
        template = self.folder / f"template-{users}.db"
        if not template.exists():
            _prepare(str(template), users)
        for old in self.folder.glob("run-*"):
            old.unlink()
        path = self.folder / f"run-{number}.db"
        shutil.copyfile(template, path)
        return str(path)


@contextmanager
def world(folder: Path, cluster: Cluster | None = None) -> Iterator[World]:
    """Everybody's processes, started and at the end stopped."""
    names = [f"miner/{name}/{skill}" for name, skill in SKILLS.items()]
    with servants(folder / "log", "tests.crash.nursery", "chain", "validator", *names) as (chain, nursery, *miners):
        yield World(folder, chain, nursery, tuple(miners), cluster)


def _all(servants: Sequence[Servant], **what: Any) -> list[Fields]:
    for servant in servants:
        servant.tell(**what)
    return [servant.answer() for servant in servants]


def _prepare(database: str, users: int) -> None:
    async def go() -> None:
        with open_database(database) as opened:
            await SqlAlchemyAccessKeys(opened).add(AccessKey(_KEY, "ann", "a key", Tier.PRO, b"d" * 32, 1, NOON))
            desk = SqlAlchemyUserTasks(opened)
            for number in range(users):
                task = UserTask(
                    TaskId(f"task_{number}"), "ann", f"Which metal is liquid at {20 + number} °C?",
                    Discipline.SCIENTIFIC, 3, 120.0, NOON,
                )  # fmt: skip
                await desk.submit(
                    NewTask(task, _KEY, str(number), "https://ann.example/told"), QueueRules("2026-11", None)
                )

    asyncio.run(go())


def _read(database: str, work: Callable[[Connection], _Found]) -> _Found:
    engine = create_engine(url_of(database).set(drivername=_driver(database)))
    try:
        with engine.connect() as connection:
            return work(connection.execution_options(compiled_cache=_COMPILED[engine.name]))
    finally:
        engine.dispose()


def _driver(database: str) -> str:
    return "postgresql+psycopg" if "://" in database else "sqlite"


def queries(database: str) -> frozenset[str]:
    """The queries whose replies are recorded."""
    return _read(database, lambda one: frozenset(one.execute(select(submissions.c.query_id)).scalars()))


def _is_settled(database: str) -> bool:
    """Whether the newest epoch needs nothing more."""
    newest = select(epochs.c.state).order_by(epochs.c.number.desc()).limit(1)
    return bool(_read(database, lambda one: one.execute(newest).scalar()) in {"published", "failed"})


def rows_of(database: str) -> dict[str, Table]:
    """Every table, but for what onlookers are shown, which may be lost and told twice."""

    def work(connection: Connection) -> dict[str, Table]:
        numbers = {row.id: row.number for row in connection.execute(select(epochs.c.id, epochs.c.number))}
        found = {}
        for table in metadata.sorted_tables:
            if table is public_events:
                continue
            rows = []
            for row in connection.execute(select(table)).mappings():
                given = dict(row)
                if table is epochs:
                    del given["id"]
                if "epoch_id" in given:
                    given["epoch_id"] = numbers[given["epoch_id"]]
                rows.append(tuple(given.items()))
            found[table.name] = sorted(rows, key=repr)
        return found

    return _read(database, work)

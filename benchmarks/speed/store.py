"""What recording one epoch costs, beside plain `sqlite3.executemany` of the very same rows; and reading the past.

python benchmarks/speed/store.py [--postgres postgresql+psycopg://USER@HOST/EMPTY_DATABASE]

Both make a new file in WAL with synchronous=FULL and commit once a task and once at the end; the plain one is handed
its rows ready-made, so that the ratio is what values, codec and SQLAlchemy cost. CPU seconds are the whole process's.

The past is 50,000 entries of one family, each with a chain's fingerprint and one embedded part of 384 numbers, read
beside a plain `SELECT` of the same blobs that makes nothing of them; in a new process's first look, and as an epoch
later, when only the last epoch's entries are read (`RecallReasoning`).
"""

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
from sqlalchemy import Connection
from sqlalchemy import text as text_of

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.store import Store
from reasonforge.application.validator.recall_reasoning import RecallReasoning
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, QueryId, Rao, TaskId, Uid
from reasonforge.domain.judgement import Consensus, Judgement
from reasonforge.domain.likeness import Likeness
from reasonforge.domain.report import EpochReport, MinerResult, ScoredReply, ScoredTask, ValidatorResult
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.similarity import Fingerprint, PartVectors, PastReasoning, SimilarityRules
from reasonforge.domain.standing import MinerStanding, Standing, ValidatorStanding, VasReading
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verdict
from reasonforge.domain.weights import WeightRow

TASKS, MINERS, JUDGES, ROUNDS = 12, 192, 3, 7
STEPS, STEP_CHARACTERS = 8, 400
HISTORY, HISTORY_EPOCHS, HISTORY_GRAMS, FAMILY = 50_000, 25, 300, "mathematics/0"
GRAMS, PARTS, DIMENSIONS, EMBEDDED_SHARE = 700, 8, 384, 0.02
WORDS = (
    "let us assume",
    "that the sum",
    "of both sides",
    "is even;",
    "then by induction",
    "x + 1 = 2 · n",
    "holds for every n.",
)
OWNER = Hotkey("5F3sa2TJAWMqDhXG6jhV4N8ko9SxwGy8TpaNS1repo5EYjQX")
EPOCH = Epoch(EpochNumber(7), BlockNumber(2520), BlockNumber(2879))

Recorded = tuple[ScoredTask, list[PastReasoning]]


def text(rng: Random, characters: int) -> str:
    return " ".join(rng.choices(WORDS, k=characters // 8))[:characters]


def miner(number: int) -> Hotkey:
    return Hotkey(f"5Miner{number:042}")


def dimensions(rng: Random) -> DimensionScores:
    return DimensionScores(rng.random(), rng.random(), rng.random(), rng.random())


def reply(rng: Random, number: int) -> ScoredReply:
    query_id = QueryId(f"{rng.getrandbits(128):032x}")
    steps = tuple(
        ReasoningStep(at, text(rng, STEP_CHARACTERS), "the task", rng.random(), "", (Claim("x + 1", "=", "2*n"),))
        for at in range(1, STEPS + 1)
    )
    return ScoredReply(
        query_id=query_id,
        uid=Uid(number),
        hotkey=miner(number),
        elapsed_seconds=rng.uniform(1, 300),
        submission=Submission(query_id, steps, "42", {"witness": [1, 2, 3]}, claimed_ms=rng.uniform(1, 3e5)),
        checks={
            name: Verdict(rng.random(), "equal to the truth", "numbers") for name in ("proof", "steps", "numerical")
        },
        correctness=1.0,
        likeness=Likeness(0.0, rng.random() / 3, rng.random() / 3),
        own_cms=rng.random(),
        consensus=Consensus(
            tuple(Judgement(Hotkey(f"5Judge{at:042}"), 1e3, rng.random()) for at in range(JUDGES)), 0.5
        ),
        dimensions=dimensions(rng),
        cms=rng.random(),
    )


def past(rng: Random, number: int) -> PastReasoning:
    numbers = np.random.default_rng(rng.getrandbits(64))

    def grams() -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        return np.unique(numbers.integers(0, 2**32, GRAMS, np.uint32))

    vectors = numbers.standard_normal((PARTS, DIMENSIONS)).astype(np.float32)
    embedding = PartVectors(vectors, np.full(PARTS, 60, np.float32)) if rng.random() < EMBEDDED_SHARE else None
    return PastReasoning(miner(number), EPOCH.number, Fingerprint(grams(), grams()), embedding, "MiniLM/parts")


def epoch_of_work(rng: Random) -> list[Recorded]:
    """The scored tasks with what they add to the history."""
    work: list[Recorded] = []
    for index in range(TASKS):
        task = Task(
            task_id=TaskId(f"task-{index}"),
            problem=text(rng, 600),
            discipline=Discipline.MATHEMATICS,
            difficulty=5,
            answer=IntegerAnswer(42),
            checks=("proof", "steps", "numerical"),
            family=f"mathematics/{index % 4}",
        )
        replies = tuple(reply(rng, number) for number in range(MINERS))
        work.append((ScoredTask(index, task, replies), [past(rng, number) for number in range(MINERS)]))
    return work


def closing(rng: Random) -> tuple[EpochReport, Standing]:
    results = tuple(
        MinerResult(miner(n), Uid(n), 12, 12, 0, 9, dimensions(rng), 0.5, 1.0, rng.random(), n + 1, 3, 0.1, 1 / MINERS)
        for n in range(MINERS)
    )
    judges = [Hotkey(f"5Judge{number:042}") for number in range(JUDGES)]
    readings = tuple(VasReading(BlockNumber(360 * at), rng.random()) for at in range(140))
    recent = tuple(rng.random() for _ in range(20))
    standing = Standing(
        {miner(n): MinerStanding(miner(n), 0.5, 0.1, n + 1, 3, 99, 0, Rao(10**12), recent) for n in range(MINERS)},
        {judge: ValidatorStanding(judge, readings, 1.2, 0.0, Rao(10**11)) for judge in judges},
    )
    report = EpochReport(
        epoch=EPOCH,
        validator=OWNER,
        tasks=(),
        miners=results,
        validators=tuple(ValidatorResult(judge, 1e3, 500, 0.9, 1.2, 0.0) for judge in judges),
        flags=(),
        weights=WeightRow(tuple(map(Uid, range(MINERS))), (65_535,) * MINERS),
    )
    return report, standing


def record_with_store(path: Path, work: list[Recorded], report: EpochReport, standing: Standing) -> None:
    async def run() -> None:
        store = SqlAlchemyStore(database, OWNER, SystemClock())
        await store.open_epoch(EPOCH)
        for scored, reasoning in work:
            await store.record(EPOCH, scored, reasoning)
        await store.close(report, standing)

    with open_database(path) as database:
        asyncio.run(run())


Batch = list[tuple[str, list[tuple[object, ...]]]]


def rows_of(path: Path) -> tuple[list[str], list[Batch]]:
    """The tables of a recorded epoch, and its rows by transaction: one for the epoch and each task, one for closing."""
    connection = sqlite3.connect(path)
    made_by_us = "sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    schema = [sql for (sql,) in connection.execute(f"SELECT sql FROM sqlite_schema WHERE {made_by_us}")]  # noqa: S608

    def rows(table: str, where: str = "1") -> tuple[str, list[tuple[object, ...]]]:
        found = connection.execute(f"SELECT * FROM {table} WHERE {where}").fetchall()  # noqa: S608 - our own names
        places = ", ".join("?" * len(found[0]))
        return f"INSERT INTO {table} VALUES ({places})", found  # noqa: S608 - as above

    recorded = ("task_results", "submissions", "embedding_history")  # no miner had an instance of its own
    tasks = [[rows(table, f"task_index = {index}") for table in recorded] for index in range(TASKS)]
    closed = ("miner_epochs", "validator_epochs", "miner_standings", "validator_standings", "weights")
    batches = [[rows("epochs")], *tasks, [rows(table) for table in closed]]
    connection.close()
    return schema, batches


def record_plainly(path: Path, schema: list[str], batches: list[Batch]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    for statement in schema:
        connection.execute(statement)
    connection.execute("COMMIT")
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in batch:
            connection.executemany(statement, rows)
        connection.execute("COMMIT")
    connection.close()


def timed(record: Callable[[Path], None]) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds and bytes of one new file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "epoch.db"
        wall, cpu = time.perf_counter(), time.process_time()
        record(path)
        return time.perf_counter() - wall, time.process_time() - cpu, path.stat().st_size


def compare_recording() -> None:
    rng = Random(8)
    work = epoch_of_work(rng)
    report, standing = closing(rng)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "epoch.db"
        record_with_store(path, work, report, standing)
        schema, batches = rows_of(path)
    rounds = [  # in turn, so that what else the machine does falls on both alike
        (
            timed(lambda path: record_with_store(path, work, report, standing)),
            timed(lambda path: record_plainly(path, schema, batches)),
        )
        for _ in range(ROUNDS)
    ]
    store, plain = ([median(figure) for figure in zip(*runs, strict=True)] for runs in zip(*rounds, strict=True))
    assert store[2] >= plain[2] * 0.9, "the baseline must write what the store wrote"
    print(f"record an epoch of {TASKS} × {MINERS} replies, {TASKS + 2} commits, {store[2] / 1e6:.1f} MB")
    print(f"  store              {store[0] * 1e3:7.1f} ms wall  {store[1] * 1e3:7.1f} ms CPU")
    print(f"  plain executemany  {plain[0] * 1e3:7.1f} ms wall  {plain[1] * 1e3:7.1f} ms CPU")
    print(f"  ratio              {store[0] / plain[0]:7.2f}          {store[1] / plain[1]:7.2f}")


@dataclass
class LastEpochOnly:
    """How many entries were read of a store."""

    store: Store
    read: int = 0

    async def history(self, family: str, since: EpochNumber, limit: int) -> Sequence[PastReasoning]:
        found = await self.store.history(family, since, limit)
        self.read += len(found)
        return found


def typical(numbers: np.random.Generator, number: int, epoch: int) -> PastReasoning:
    def grams() -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        return np.unique(numbers.integers(0, 2**32, HISTORY_GRAMS, np.uint32))

    vector = numbers.standard_normal((1, DIMENSIONS)).astype(np.float32)
    embedding = PartVectors(vector, np.full(1, 60, np.float32))
    return PastReasoning(miner(number), EpochNumber(epoch), Fingerprint(grams(), grams()), embedding, "MiniLM/parts")


async def fill(store: Store) -> None:
    """As many entries in each epoch, all of one family."""
    numbers = np.random.default_rng(9)
    each = HISTORY // HISTORY_EPOCHS
    for number in range(HISTORY_EPOCHS):
        epoch = Epoch(EpochNumber(number), BlockNumber(360 * number), BlockNumber(360 * number + 359))
        task = Task(
            task_id=TaskId("task"),
            problem="x",
            discipline=Discipline.MATHEMATICS,
            difficulty=5,
            answer=IntegerAnswer(42),
            checks=("steps",),
            family=FAMILY,
        )
        await store.open_epoch(epoch)
        past = [typical(numbers, at % MINERS, number) for at in range(each)]
        await store.record(epoch, ScoredTask(0, task, ()), past)


def read_plainly(connection: Connection) -> int:
    rows = connection.execute(text_of("SELECT fingerprint, embedding FROM embedding_history")).all()
    return sum(len(fingerprint) + len(embedding) for fingerprint, embedding in rows)


async def compare_reading(name: str, where: str | Path) -> None:
    """Each read three times, in turn; the least of each, since what disturbs only adds."""
    with open_database(where) as database:
        await fill(SqlAlchemyStore(database, OWNER, SystemClock()))
    first, later, plain = [], [], []
    sized = 0
    newest = EpochNumber(HISTORY_EPOCHS - 1)
    for _ in range(3):
        with open_database(where) as database:
            counted = LastEpochOnly(SqlAlchemyStore(database, OWNER, SystemClock()))
            recall = RecallReasoning(cast("Store", counted), SimilarityRules(max_history=HISTORY))
            began = time.perf_counter(), time.process_time()
            assert len(await recall(FAMILY, newest)) == counted.read == HISTORY
            first.append((time.perf_counter() - began[0], time.process_time() - began[1]))
            began, counted.read = (time.perf_counter(), time.process_time()), 0
            assert len(await recall(FAMILY, newest)) == HISTORY
            assert counted.read == HISTORY // HISTORY_EPOCHS
            later.append((time.perf_counter() - began[0], time.process_time() - began[1]))
            began = time.perf_counter(), time.process_time()
            sized = await database.read(read_plainly)
            plain.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    print(f"read {HISTORY} entries of the past, {sized / 1e6:.0f} MB, from {name}")
    for what, runs in (("at start", first), ("an epoch later", later), ("plain SELECT", plain)):
        wall, cpu = (min(figure) for figure in zip(*runs, strict=True))
        print(f"  {what:17}  {wall * 1e3:7.0f} ms wall  {cpu * 1e3:7.0f} ms CPU")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", default="", help="URL of an empty database to read the past from, too")
    chosen = parser.parse_args(arguments)
    compare_recording()
    with TemporaryDirectory() as folder:
        asyncio.run(compare_reading("SQLite", Path(folder) / "history.db"))
    if chosen.postgres:
        asyncio.run(compare_reading("PostgreSQL", chosen.postgres))


if __name__ == "__main__":
    main()

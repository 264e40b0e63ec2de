"""How long recording one epoch takes, beside plain `sqlite3.executemany` of the very same rows.

Both make a new file in WAL with synchronous=FULL and commit once a task and once at the end; the plain one is handed
its rows ready-made, so that the ratio is what values, codec and SQLAlchemy cost. CPU seconds are the whole process's.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, QueryId, Rao, TaskId, Uid
from reasonforge.domain.judgement import Consensus, Judgement
from reasonforge.domain.likeness import Likeness
from reasonforge.domain.report import EpochReport, MinerResult, ScoredReply, ScoredTask, ValidatorResult
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.similarity import Fingerprint, PartVectors, PastReasoning
from reasonforge.domain.standing import MinerStanding, Standing, ValidatorStanding, VasReading
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verdict
from reasonforge.domain.weights import WeightRow

TASKS, MINERS, JUDGES, ROUNDS = 12, 192, 3, 7
STEPS, STEP_CHARACTERS = 8, 400
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
    schema = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")]

    def rows(table: str, where: str = "1") -> tuple[str, list[tuple[object, ...]]]:
        found = connection.execute(f"SELECT * FROM {table} WHERE {where}").fetchall()  # noqa: S608 - our own names
        places = ", ".join("?" * len(found[0]))
        return f"INSERT INTO {table} VALUES ({places})", found  # noqa: S608 - as above

    recorded = ("task_results", "submissions", "embedding_history")
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


def main() -> None:
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


if __name__ == "__main__":
    main()

"""Nothing that travels tells a trap from another task: a classifier trained on it does no better than chance."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray

from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.memory.store import MemoryStore
from reasonforge.adapters.memory.task_desk import MemoryTaskDesk
from reasonforge.adapters.system.entropy import HmacEntropy
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.application.validator.draw_plan import DrawPlan
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.application.validator.take_user_tasks import TakeUserTasks
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import BlockNumber, Coldkey, EpochNumber, Hotkey, NetUid, Uid
from reasonforge.domain.metagraph import Endpoint, Metagraph, Neuron
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.task import Question

VALIDATOR = Hotkey("validator")
TASKS_AN_EPOCH, TRAP_RATE = 50, 0.3
GRAM, BUCKETS = 4, 4_096
Wire = tuple[int, Question, bool]


def metagraph() -> Metagraph:
    neurons = [
        Neuron(
            Uid(number), Hotkey(name), Coldkey(name), 1e12 if number == 0 else 0.0, number == 0,
            Endpoint("10.0.0.1", 9_000 + number), BlockNumber(0),
        )
        for number, name in enumerate(("validator", "miner-1"))
    ]  # fmt: skip
    return Metagraph(NetUid(1), BlockNumber(0), tuple(neurons))


async def asked(epochs: int, secret: bytes) -> list[Wire]:
    """What one miner sees over so many epochs, in the order of asking: (place, question, whether it was a trap)."""
    rules = ValidatorRules(
        parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=TASKS_AN_EPOCH, trap_rate=TRAP_RATE), sample_size=1
    )
    store = MemoryStore(VALIDATOR)
    take = TakeUserTasks(MemoryTaskDesk(), MemoryNotifier(), rules)
    draw_plan = DrawPlan(GeneratedTasks(), take, store, HmacEntropy(secret), rules)
    seen = []
    for number in range(epochs):
        epoch = Epoch(EpochNumber(number), BlockNumber(361 * number), BlockNumber(361 * number + 360))
        await store.open_epoch(epoch)
        plan = await draw_plan(epoch, metagraph(), VALIDATOR)
        await store.commit(plan.commitment, plan.instances)
        seen += [(batch.index, batch.requests[0].question, batch.task.is_trap) for batch in plan.batches]
    return seen


def _buckets(told: bytes) -> NDArray[np.intp]:
    """Where the text's runs of four bytes fall: Fibonacci hashing of each as one number."""
    letters = np.frombuffer(told, np.uint8).astype(np.uint32)
    runs = len(letters) - GRAM + 1
    grams = np.zeros(runs, np.uint32)
    for at in range(GRAM):
        grams = (grams << np.uint32(8)) | letters[at : at + runs]
    return ((grams * np.uint32(2_654_435_769)) >> np.uint32(32 - BUCKETS.bit_length() + 1)).astype(np.intp)


def features(wires: Sequence[Wire]) -> NDArray[np.float64]:
    """Hashed 4-grams of everything that travels, and what is a number: place, sizes, timeout, difficulty."""
    rows: NDArray[np.float64] = np.zeros((len(wires), BUCKETS + 8))
    for row, (place, question, _) in zip(rows, wires, strict=True):
        told = json.dumps(
            [
                question.problem,
                question.discipline,
                dict(question.answer_format),
                question.context,
                question.constraints,
            ],
            sort_keys=True,
        )
        row[_buckets(told.encode())] = 1.0
        numbers = (
            place, len(question.problem), len(told), question.timeout_seconds, question.difficulty,
            int(question.query_id[:4], 16), int(question.query_id[-4:], 16), len(question.query_id),
        )  # fmt: skip
        row[BUCKETS:] = numbers
    deviation = rows.std(axis=0)
    return np.asarray((rows - rows.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0), dtype=np.float64)


def trained(rows: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ridge regression onto the label: the best linear score, in closed form through the smaller Gram matrix."""
    centred = labels - labels.mean()
    kernel = rows @ rows.T + 0.5 * rows.shape[1] * np.eye(len(rows))
    return np.asarray(rows.T @ np.linalg.solve(kernel, centred))


def area_under_curve(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """The chance that a trap scores above another task."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    traps = labels > 0
    count, others = traps.sum(), (~traps).sum()
    return float((ranks[traps].sum() - count * (count + 1) / 2) / (count * others))


def judged(wires: Sequence[Wire], mark: Any = None) -> float:
    """The classifier's area under the curve on the second half, trained on the first; `mark` changes what travels."""
    marked = [(place, mark(question, trap) if mark else question, trap) for place, question, trap in wires]
    rows, labels = features(marked), np.array([float(trap) for _, _, trap in marked])
    half = len(marked) // 2
    return area_under_curve(rows[half:] @ trained(rows[:half], labels[:half]), labels[half:])


@pytest.mark.slow
def test_a_classifier_tells_traps_no_better_than_chance() -> None:
    """Trained on 2,500 tasks and tried on 2,500 more, within three standard deviations of a coin; a leak is found."""
    wires = asyncio.run(asked(100, b"a secret of thirty-two bytes or so"))
    assert len(wires) == 5_000
    assert len({question.query_id for _, question, _ in wires}) == 5_000
    assert sum(trap for _, _, trap in wires) == 1_500
    # Hanley and McNeil: with 750 traps among 2,500 the standard deviation of a coin's area is 0.0126.
    assert abs(judged(wires) - 0.5) < 0.038
    assert judged(wires, lambda question, trap: evolve(question, context="?" * trap)) > 0.95
    assert judged(wires, lambda question, trap: evolve(question, timeout_seconds=300.0 + trap)) > 0.95


def test_traps_are_asked_as_the_rest_is() -> None:
    """The same fields, deadlines and kind of ids; traps at any place, of any discipline and difficulty."""
    wires = asyncio.run(asked(2, b"another secret of thirty-two bytes"))
    traps = [(place, question) for place, question, trap in wires if trap]
    rest = [(place, question) for place, question, trap in wires if not trap]
    assert len(traps) == 30
    for kind in (traps, rest):
        assert {question.timeout_seconds for _, question in kind} == {300.0}
        assert {(question.context, question.constraints) for _, question in kind} == {("", "")}
        assert {len(question.query_id) for _, question in kind} == {32}
        assert len({question.discipline for _, question in kind}) == 6
        assert len({question.difficulty for _, question in kind}) >= 7
    assert min(place for place, _ in traps) < 10
    assert max(place for place, _ in traps) > 40

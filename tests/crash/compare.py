"""What must be the same after any crash, and what must not have happened."""

from collections import Counter
from collections.abc import Iterator

from tests.crash.world import Ending, Table

_ON_THE_WAY = {"weights": {"sent_after", "block", "reveals_at", "outcome"}}
"""When the chain took the weights, as far as the validator knows: passing blocks change it, and under commit-reveal one
that was killed learns only that they were taken. Which they are does not change."""


def faults(ending: Ending, undisturbed: Ending) -> list[str]:
    """What a crash has spoilt, a sentence each."""
    return [
        *_rows(ending, undisturbed),
        *_weights(ending, undisturbed),
        *_asked_again(ending),
        *_asked_otherwise(ending, undisturbed),
        *_told(ending, undisturbed),
    ]


def broken_promises(ending: Ending) -> list[str]:
    """What must not be, also where an epoch's blocks have passed before it was over."""
    return [*_asked_again(ending), *_unsettled(ending), *_set_twice(ending)]


def _rows(ending: Ending, undisturbed: Ending) -> Iterator[str]:
    for name, expected in undisturbed.tables.items():
        left_out = _ON_THE_WAY.get(name, set()) if ending.blocks_passed else set()
        found, wanted = (_without(table, left_out) for table in (ending.tables[name], expected))
        if found != wanted:
            other = [row for row in found if row not in wanted]
            missing = [row for row in wanted if row not in found]
            yield f"the table {name} holds {len(found)} rows, {other} instead of {missing}"


def _without(table: Table, columns: set[str]) -> Table:
    return [tuple(one for one in row if one[0] not in columns) for row in table]


def _weights(ending: Ending, undisturbed: Ending) -> Iterator[str]:
    if ending.weights != undisturbed.weights:
        yield f"the chain shows {ending.weights} and not {undisturbed.weights}"
    rows = {one["epoch"]: one["row"] for one in undisturbed.sent}
    for epoch, row in rows.items():
        sent = [one for one in ending.sent if one["epoch"] == epoch]
        if [one["taken"] for one in sent] != [False] * (len(sent) - 1) + [True]:
            yield f"the weights of epoch {epoch} were set more or less than once, or sent again: {sent}"
        if any(one["row"] != row for one in sent):
            yield f"epoch {epoch} sent other weights: {sent} and not {row}"
    if other := [one for one in ending.sent if one["epoch"] not in rows]:
        yield f"weights of no epoch were sent: {other}"


def _asked_again(ending: Ending) -> Iterator[str]:
    recorded: frozenset[str] = frozenset()
    for number, life in enumerate(ending.lives, start=1):
        if again := recorded & life.asked.keys():
            yield f"life {number} asked {sorted(again)} again, which were recorded"
        if twice := {query: times for query, times in life.asked.items() if times > 1}:
            yield f"life {number} asked more than once: {twice}"
        recorded |= life.recorded


def _asked_otherwise(ending: Ending, undisturbed: Ending) -> Iterator[str]:
    ever, expected = ({query for life in one.lives for query in life.asked} for one in (ending, undisturbed))
    if ever != expected:
        yield f"the miners were asked {sorted(ever)} and not {sorted(expected)}"


def _told(ending: Ending, undisturbed: Ending) -> Iterator[str]:
    for place, (told, expected) in enumerate(zip(ending.told, undisturbed.told, strict=True)):
        if not Counter(told) <= Counter(expected):
            yield f"miner {place} was told of {told}, at most once each of {expected}"


def _unsettled(ending: Ending) -> Iterator[str]:
    """Epochs are published or failed, all of their weights answered for; users' tasks are done, and told of once."""
    epochs = {row["number"]: row["state"] for row in map(dict, ending.tables["epochs"])}
    if left := {number: state for number, state in epochs.items() if state not in {"published", "failed"}}:
        yield f"epochs are left: {left}"
    for weights in map(dict, ending.tables["weights"]):
        if weights["outcome"] not in {"set", "committed"}:
            yield f"the weights of epoch {weights['epoch_id']} are {weights['outcome']}: {weights['detail']}"
    tasks = {row["task_id"]: row["state"] for row in map(dict, ending.tables["user_tasks"])}
    if set(tasks.values()) != {"completed"}:
        yield f"users' tasks are left: {tasks}"
    parcels = Counter(row["task_id"] for row in map(dict, ending.tables["webhook_outbox"]))
    if parcels != dict.fromkeys(tasks, 1):
        yield f"users are told {parcels} of {tasks}"


def _set_twice(ending: Ending) -> Iterator[str]:
    """As often as epochs were closed, and not once more."""
    taken = sum(one["taken"] for one in ending.sent)
    if taken != len(ending.tables["weights"]):
        yield f"{len(ending.tables['weights'])} epochs have weights, and these were sent: {ending.sent}"

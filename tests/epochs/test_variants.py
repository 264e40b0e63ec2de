"""Whole epochs in which a miner hands in another one's answers; seeds committed to and revealed; nothing twice."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve

from reasonforge import InProcessSubnet
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.events import Event, SeedCommitted, SeedRevealed, TaskScored
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochReport, EpochState, ScoredReply, ScoredTask
from reasonforge.domain.seed import EpochSeed
from reasonforge.entrypoints.cast import MinerPart, Plagiarist, Solver

FEW_TASKS = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=6))
VALIDATOR = Hotkey("validator-01")


class Seen:
    """Telemetry that keeps everything."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


async def lived(epochs: int, *, database: Path | None = None, seed: int = 4) -> tuple[list[EpochReport], list[Event]]:
    seen = Seen()
    async with InProcessSubnet(
        1, [Solver(1.0), Solver(1.0), Plagiarist(1, 1.0)], seed, rules=FEW_TASKS, database=database
    ) as subnet:
        subnet.watch(seen)
        run = await subnet.run_epochs(epochs)
    return [report for epoch in run.epochs for report in epoch.reports], seen.events


@pytest.fixture(scope="module")
def epochs() -> tuple[list[EpochReport], list[Event]]:
    return asyncio.run(lived(4))


def replies_of(reports: Sequence[EpochReport], miner: str) -> list[tuple[ScoredTask, ScoredReply]]:
    return [
        (scored, reply)
        for report in reports
        for scored in report.tasks
        for reply in scored.replies
        if reply.hotkey == miner
    ]


def test_a_replayed_answer_is_wrong(epochs: tuple[list[EpochReport], list[Event]]) -> None:
    """Who hands in what a perfect miner said is wrong on every task with variants; that miner is right on all."""
    own = [(scored, reply) for scored, reply in replies_of(epochs[0], "miner-01") if reply.variant is not None]
    copied = [(scored, reply) for scored, reply in replies_of(epochs[0], "miner-03") if reply.variant is not None]
    assert len(own) == len(copied) >= 12
    assert {reply.correctness for _, reply in own} == {1.0}
    said = {scored.task.task_id: reply.submission.final_answer for scored, reply in own if reply.submission}
    replayed = [(one.task.task_id, reply) for one, reply in copied if reply.submission is not None]
    assert len(replayed) >= 0.8 * len(copied)
    same = [reply for task, reply in replayed if reply.submission and reply.submission.final_answer == said[task]]
    assert len(same) >= 0.8 * len(replayed)
    assert {reply.correctness for reply in same} == {0.0}
    # Another check may hold by chance: what is feasible for one instance can be feasible for the next, and not optimal.
    assert max(reply.cms for reply in same) < 0.2
    assert sorted(reply.cms for reply in same)[len(same) // 2] == 0.0


def test_the_copy_is_found_all_the_same(epochs: tuple[list[EpochReport], list[Event]]) -> None:
    """A chain about another instance is a copy of the chain it was taken from; two honest ones are none."""
    copied = [reply for _, reply in replies_of(epochs[0], "miner-03") if reply.submission is not None]
    assert sum(reply.likeness.penalised for reply in copied) >= 0.8 * len(copied)
    for honest in ("miner-01", "miner-02"):
        assert not any(reply.likeness.penalised for _, reply in replies_of(epochs[0], honest))


def test_every_miner_has_its_own(epochs: tuple[list[EpochReport], list[Event]]) -> None:
    """Of one task no two miners have one instance or one right answer; all of them or none have their own."""
    for report in epochs[0]:
        for scored in report.tasks:
            own = [reply.variant for reply in scored.replies if reply.variant is not None]
            assert len(own) in {0, len(scored.replies)}
            assert len({one.instance for one in own}) == len({one.truth for one in own}) == len(own)


def test_no_instance_is_asked_twice(epochs: tuple[list[EpochReport], list[Event]]) -> None:
    """Over all epochs, of tasks and variants alike."""
    asked = [
        name
        for report in epochs[0]
        for scored in report.tasks
        for name in {scored.task.instance, *(reply.variant.instance for reply in scored.replies if reply.variant)}
    ]
    assert len(asked) == len(set(asked))


def test_a_seed_is_committed_to_before_and_revealed_after(epochs: tuple[list[EpochReport], list[Event]]) -> None:
    """Committed before the first task of its epoch is scored, revealed after the last, and it is the same seed."""
    events = epochs[1]
    for number in range(4):
        (committed,) = (
            (at, event.record)
            for at, event in enumerate(events)
            if isinstance(event, SeedCommitted) and event.record.committed.epoch.number == number
        )
        (revealed,) = (
            (at, event.record)
            for at, event in enumerate(events)
            if isinstance(event, SeedRevealed) and event.record.committed.epoch.number == number
        )
        scored = [
            at for at, event in enumerate(events) if isinstance(event, TaskScored) and event.epoch.number == number
        ]
        assert committed[0] < min(scored) <= max(scored) < revealed[0]
        assert committed[1].revealed is None
        assert isinstance(revealed[1].revealed, EpochSeed)
        assert revealed[1].revealed.commitment() == committed[1].committed.commitment


def test_a_restart_goes_on_with_what_it_was_bound_to(tmp_path: Path) -> None:
    """Stopped in its middle and started again with other settings, it asks what it would have asked without."""
    undisturbed, _ = asyncio.run(lived(2, database=tmp_path / "whole.db"))

    class Stop(Exception):  # noqa: N818 - what it simulates
        """The process dies here."""

    class StopAt:
        def emit(self, event: Event) -> None:
            if isinstance(event, TaskScored) and event.epoch.number == 1 and event.scored.index == 2:
                raise Stop

    async def disturbed() -> tuple[list[EpochReport], list[EpochState | None]]:
        miners: list[MinerPart] = [Solver(1.0), Solver(1.0), Plagiarist(1, 1.0)]
        path = tmp_path / "stopped.db"
        async with InProcessSubnet(1, miners, 4, rules=FEW_TASKS, database=path) as subnet:
            reports = list((await subnet.run_epochs(1)).epochs[0].reports)
            subnet.watch(StopAt())
            with pytest.raises(Stop):
                await subnet.run_epochs(1)
            other = evolve(subnet.rules, parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=9))
            container = subnet.container_of(VALIDATOR)
            container.rules.override(other)
            container.reset_singletons()
            epoch = subnet.ledger.tempo.epoch_at(subnet.ledger.block)
            report = await container.run_epoch()(epoch)
            assert report is not None
            store = subnet.store_of(VALIDATOR)
            return [*reports, report], [await store.state_of(EpochNumber(number)) for number in range(2)]

    reports, states = asyncio.run(disturbed())
    assert [[scored.task for scored in one.tasks] for one in reports] == [
        [scored.task for scored in one.tasks] for one in undisturbed
    ]
    assert EpochState.OPEN not in states

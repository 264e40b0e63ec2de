"""What every Store promises (application/ports/store.py)."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.application.ports.store import Store
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.commitment import EpochCommitment, SeedRecord
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.flag import Flag, FlagKind
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, QueryId, Rao, TaskId, Uid
from reasonforge.domain.judgement import Consensus, Judgement
from reasonforge.domain.likeness import CopyEvidence, Likeness
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.report import (
    EpochReport,
    EpochState,
    MinerResult,
    PendingWeights,
    Publication,
    ScoredReply,
    ScoredTask,
    ValidatorResult,
    Variant,
)
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.seed import SEED_BYTES, EpochSeed
from reasonforge.domain.similarity import Fingerprint, PartVectors, PastReasoning
from reasonforge.domain.similarity.fingerprint import NO_GRAMS
from reasonforge.domain.standing import MinerStanding, Standing, ValidatorStanding, VasReading
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verdict
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)
from tests import strategies
from tests.strategies import epoch_of

OWNER = Hotkey("5Owner")
ALICE, BOB = Hotkey("5Alice"), Hotkey("5Bob")
HALF = DimensionScores(0.5, 0.25, 0.1 + 0.2, 1.0)

SUBMISSION = Submission(
    query_id=QueryId("00ff"),
    steps=(
        ReasoningStep(1, "Let x be 0.\0", "the task", 0.1, "theorem", (Claim("x", "=", "0", ("x real", "x > -1")),)),
        ReasoningStep(2, "so… 𝒙 ≠ ½"),
    ),
    final_answer="42",
    artifact={"a": [1, 1.0, True, None, {"": -0.0}], "big": 2**90, "text": "\ud800 half of a pair"},
    proof_artifact=bytes(range(256)),
    code_artifact=b"",
    claimed_ms=12.5,
    proof_status="none",
    notes=("steps after 50 cut",),
)
ANSWERED = ScoredReply(
    query_id=QueryId("00ff"),
    uid=Uid(7),
    hotkey=ALICE,
    elapsed_seconds=1 / 3,
    submission=SUBMISSION,
    checks={
        "numerical": Verdict(0.0, "wrong", "numbers", 0.01),
        "proof": Verdict(Unavailable("no Lean here"), "not made", "lean"),
    },
    correctness=0.0,
    likeness=Likeness(0.5, 0.6, 0.7, 0.8, (CopyEvidence("fingerprint", BOB, "batch", 0.6, 0.41),)),
    own_cms=0.123456789012345678,
    consensus=Consensus((Judgement(Hotkey("5Judge"), 1e3, 0.75), Judgement(Hotkey("5Idle"), 0.0, 0.0)), 0.75),
    dimensions=HALF,
    cms=1.5,
    breakthrough=True,
    flags=("too_fast", "confidently_wrong"),
    variant=Variant("00ff", "instance", "What is 6 · 8?", "48"),
)
SILENT = ScoredReply(
    query_id=QueryId("ff00"),
    uid=Uid(8),
    hotkey=BOB,
    elapsed_seconds=300.0,
    silence=Silence(SilenceReason.TIMEOUT, "after \ud83d 300 s", 300.0),
)
ROW = WeightRow((Uid(7), Uid(8)), (65_535, 1))
NO_ROW = WeightsRefused(RefusalReason.NOBODY_EARNED, "nobody earned anything")
STANDING = Standing(
    miners={
        BOB: MinerStanding(BOB, 0.5, 0.2, 1, 3, 36, 1, Rao(21_000_000 * 10**9), (0.1, 0.2)),
        ALICE: MinerStanding(ALICE),
    },
    validators={
        OWNER: ValidatorStanding(OWNER, (VasReading(BlockNumber(360), 0.9),), 1.25, 0.125, Rao(1)),
    },
)

SETTLING: Sequence[WeightsOutcome] = (
    WeightsSet(BlockNumber(1000)),
    WeightsCommitted(BlockNumber(1000), BlockNumber(1720)),
    WeightsRefused(RefusalReason.NO_PERMIT, "no permit"),
)
PAST = (
    PastReasoning(ALICE, EpochNumber(0), NO_GRAMS),
    PastReasoning(
        BOB,
        EpochNumber(0),
        Fingerprint(np.array([1, 2, 2**32 - 1], np.uint32), np.array([7], np.uint32)),
        PartVectors(np.array([[0.6, 0.8], [-1.0, 0.0]], np.float32), np.array([40, 7.5], np.float32)),
        "MiniLM/steps",
    ),
)


SEEDS = [EpochSeed(bytes([number]) * SEED_BYTES) for number in range(64)]


def commitment(number: int) -> EpochCommitment:
    return EpochCommitment(
        epoch_of(number),
        SEEDS[number].commitment(),
        9,
        2,
        ("knapsack/1", "voting/2"),
        0.1 + 0.2,
        30,
        (TaskId("user-1"),),
    )


def scored(index: int, family: str = "mathematics/derivative", replies: Iterable[ScoredReply] = ()) -> ScoredTask:
    """A task of a family; by default one that nobody was asked."""
    task = Task(
        task_id=TaskId(f"task-{index}"),
        problem="What is 6 · 7?",
        discipline=Discipline.MATHEMATICS,
        difficulty=3,
        answer=IntegerAnswer(42),
        checks=("numerical", "proof"),
        family=family,
    )
    return ScoredTask(index, task, tuple(replies))


def result(hotkey: Hotkey, rank: int) -> MinerResult:
    return MinerResult(
        hotkey, Uid(rank), 12, 11, 1, 10, HALF, None if rank == 1 else 0.25, 0.8, 0.9, rank, 2, 0.2, 0.5, 1, 0
    )


def report_of(epoch: Epoch, weights: WeightRow | WeightsRefused = ROW) -> EpochReport:
    return EpochReport(
        epoch=epoch,
        validator=OWNER,
        tasks=(),
        miners=(result(BOB, 1), result(ALICE, 2)),
        validators=(
            ValidatorResult(OWNER, 5e3, 24, 0.97, 1.4, 0.0),
            ValidatorResult(Hotkey("5Idle"), 1e3, 0, None, 1.0, 0.0),
        ),
        flags=(Flag(FlagKind.COLLUSION, (ALICE, BOB), "alike on 3 tasks"),),
        weights=weights,
    )


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


class StoreContract:
    """Subclasses say how a fresh store of `OWNER` is had.

    Properties are made inside their tests: hypothesis wants one function for each class that runs it.
    """

    def fresh(self) -> AbstractContextManager[Store]:
        raise NotImplementedError

    def test_a_new_epoch_is_open(self) -> None:
        """An epoch that was never heard of is unknown, and open once work on it began."""

        async def scenario(store: Store) -> None:
            assert await store.state_of(EpochNumber(3)) is None
            assert await store.open_epoch(epoch_of(3)) is EpochState.OPEN
            assert await store.state_of(EpochNumber(3)) is EpochState.OPEN

        with self.fresh() as store:
            run(scenario(store))

    def test_opening_again_tells_how_far_it_came(self) -> None:
        """Opening an epoch again changes nothing and gives back its state."""

        async def scenario(store: Store) -> None:
            for number in range(4):
                await store.open_epoch(epoch_of(number))
            await store.close(report_of(epoch_of(1)), STANDING)
            await store.close(report_of(epoch_of(2)), STANDING)
            await store.publish(Publication(epoch_of(2), SETTLING[0]))
            await store.fail(EpochNumber(3), "the chain was gone")
            states = [await store.open_epoch(epoch_of(number)) for number in range(4)]
            assert states == [EpochState.OPEN, EpochState.CLOSED, EpochState.PUBLISHED, EpochState.FAILED]
            assert [await store.state_of(EpochNumber(number)) for number in range(4)] == states

        with self.fresh() as store:
            run(scenario(store))

    def test_an_epoch_is_bound_to_its_first_commitment(self) -> None:
        """What was committed to comes back whole, without its seed; the first stays, and another seed is refused."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(3))
            assert await store.commitment_of(EpochNumber(3)) is None
            await store.commit(commitment(3), ["b", "a", "a"])
            await store.commit(evolve(commitment(3), tasks=99), ["c"])
            assert await store.commitment_of(EpochNumber(3)) == SeedRecord(commitment(3))
            with pytest.raises(StoreFault, match="epoch 3 is bound to another seed"):
                await store.commit(evolve(commitment(3), commitment=SEEDS[4].commitment()), [])
            assert await store.commitment_of(EpochNumber(3)) == SeedRecord(commitment(3))
            assert await store.asked_instances(EpochNumber(0), EpochNumber(4)) == {"a", "b"}

        with self.fresh() as store:
            run(scenario(store))

    def test_only_an_open_epoch_can_be_bound(self) -> None:
        """Neither a strange epoch nor one that is over takes a commitment."""

        async def scenario(store: Store) -> None:
            with pytest.raises(StoreFault, match="epoch 3 is unknown: it cannot be bound"):
                await store.commit(commitment(3), [])
            await store.open_epoch(epoch_of(3))
            await store.fail(EpochNumber(3), "why")
            with pytest.raises(StoreFault, match="epoch 3 is failed: it cannot be bound"):
                await store.commit(commitment(3), [])

        with self.fresh() as store:
            run(scenario(store))

    @pytest.mark.parametrize("failed", [False, True])
    def test_a_seed_is_revealed_when_the_epoch_is_over(self, failed: bool) -> None:
        """Not before it is closed or given up, and no other than the one committed to; twice is as good as once."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(3))
            await store.commit(commitment(3), [])
            with pytest.raises(StoreFault, match="epoch 3 is open: its seed cannot be revealed"):
                await store.reveal(EpochNumber(3), SEEDS[3])
            if failed:
                await store.fail(EpochNumber(3), "why")
            else:
                await store.close(report_of(epoch_of(3)), STANDING)
            with pytest.raises(StoreFault, match="epoch 3 is bound to another seed"):
                await store.reveal(EpochNumber(3), SEEDS[4])
            for _ in range(2):
                await store.reveal(EpochNumber(3), SEEDS[3])
            assert await store.commitment_of(EpochNumber(3)) == SeedRecord(commitment(3), SEEDS[3])

        with self.fresh() as store:
            run(scenario(store))

    def test_commitments_come_newest_first(self) -> None:
        """At most as many as were asked for; epochs without one are left out."""

        async def scenario(store: Store) -> None:
            for number in (1, 4, 2, 3):
                await store.open_epoch(epoch_of(number))
                if number != 2:
                    await store.commit(commitment(number), [])
            found = [[one.committed.epoch.number for one in await store.commitments(limit)] for limit in (0, 2, 9)]
            assert found == [[], [4, 3], [4, 3, 1]]

        with self.fresh() as store:
            run(scenario(store))

    def test_what_was_asked_is_known_by_epochs(self) -> None:
        """Instances of the epochs from the first up to, and without, the last; pruning does not forget the window."""

        async def scenario(store: Store) -> None:
            for number in range(4):
                await store.open_epoch(epoch_of(number))
                await store.commit(commitment(number), [f"i{number}", "every"])
                await store.close(report_of(epoch_of(number)), STANDING)
            for _ in range(2):
                assert await store.asked_instances(EpochNumber(1), EpochNumber(3)) == {"i1", "i2", "every"}
                assert await store.asked_instances(EpochNumber(3), EpochNumber(3)) == frozenset()
                await store.prune(0)
            for number in range(4, 40):
                await store.open_epoch(epoch_of(number))
            await store.prune(0)
            assert await store.asked_instances(EpochNumber(0), EpochNumber(40)) == frozenset()
            assert len(await store.commitments(99)) == 4

        with self.fresh() as store:
            run(scenario(store))

    def test_epochs_that_were_left_open_are_found(self) -> None:
        """Oldest first, before the one that is asked about, without those that are over."""

        async def scenario(store: Store) -> None:
            for number in (5, 1, 2, 3, 4):
                await store.open_epoch(epoch_of(number))
            await store.fail(EpochNumber(2), "why")
            await store.close(report_of(epoch_of(3)), STANDING)
            assert list(await store.open_epochs(EpochNumber(5))) == [1, 4]

        with self.fresh() as store:
            run(scenario(store))

    def test_a_scored_task_comes_back_whole(self) -> None:
        """Answers with every field filled, and silences, come back equal, in the order of the plan."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            first, second = scored(0, replies=[ANSWERED, SILENT]), scored(1, replies=[SILENT, ANSWERED])
            await store.record(epoch_of(0), second, [])
            await store.record(epoch_of(0), first, [])
            recorded = await store.recorded(EpochNumber(0))
            assert dict(recorded) == {0: first, 1: second}
            assert list(recorded) == [0, 1]
            checks = recorded[0].replies[0].checks
            assert checks["numerical"].outcome == 0.0
            assert checks["proof"].outcome == Unavailable("no Lean here")

        with self.fresh() as store:
            run(scenario(store))

    def test_whatever_is_recorded_comes_back_equal(self) -> None:
        """Recorded tasks equal what went in, by index, whatever they hold, to the kind of number and the last bit."""

        @settings(max_examples=100, deadline=None)
        @given(st.lists(strategies.scored_tasks, max_size=2, unique_by=lambda task: task.index))
        def property_(tasks: list[ScoredTask]) -> None:
            async def scenario(store: Store) -> None:
                await store.open_epoch(epoch_of(0))
                for task in tasks:
                    await store.record(epoch_of(0), task, [])
                recorded = dict(await store.recorded(EpochNumber(0)))
                assert recorded == {task.index: task for task in tasks}
                # Equal is not yet the same: 1 == 1.0 == True, and 0.0 == -0.0.
                assert [repr(recorded[task.index]) for task in tasks] == [repr(task) for task in tasks]

            with self.fresh() as store:
                run(scenario(store))

        property_()

    def test_kinds_of_json_numbers_stay_apart(self) -> None:
        """1, 1.0 and true, 0.0 and -0.0 are told apart after the store as before it."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            minus = evolve(ANSWERED, elapsed_seconds=-0.0)
            await store.record(epoch_of(0), scored(0, replies=[minus]), [])
            back = (await store.recorded(EpochNumber(0)))[0].replies[0]
            assert repr(back) == repr(minus)

        with self.fresh() as store:
            run(scenario(store))

    def test_the_first_record_stays(self) -> None:
        """Recording a task's index again changes neither the task nor the history."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            await store.record(epoch_of(0), scored(0, replies=[ANSWERED]), PAST[:1])
            await store.record(epoch_of(0), scored(0, replies=[SILENT]), PAST[1:])
            assert dict(await store.recorded(EpochNumber(0))) == {0: scored(0, replies=[ANSWERED])}
            assert list(await store.history("mathematics/derivative", EpochNumber(0), 9)) == [PAST[0]]

        with self.fresh() as store:
            run(scenario(store))

    def test_recording_needs_an_open_epoch(self) -> None:
        """An epoch that is unknown, closed, published or given up takes no more tasks, not even recorded ones."""

        async def scenario(store: Store) -> None:
            with pytest.raises(StoreFault, match="epoch 0 is unknown"):
                await store.record(epoch_of(0), scored(0), [])
            await store.open_epoch(epoch_of(0))
            await store.record(epoch_of(0), scored(0), [])
            await store.close(report_of(epoch_of(0)), STANDING)
            with pytest.raises(StoreFault, match="epoch 0 is closed"):
                await store.record(epoch_of(0), scored(0), [])
            await store.publish(Publication(epoch_of(0), SETTLING[0]))
            with pytest.raises(StoreFault, match="epoch 0 is published"):
                await store.record(epoch_of(0), scored(1), [])
            await store.open_epoch(epoch_of(1))
            await store.fail(EpochNumber(1), "the chain was gone")
            with pytest.raises(StoreFault, match="epoch 1 is failed"):
                await store.record(epoch_of(1), scored(0), [])
            assert dict(await store.recorded(EpochNumber(0))) == {0: scored(0)}
            assert dict(await store.recorded(EpochNumber(1))) == {}

        with self.fresh() as store:
            run(scenario(store))

    def test_nothing_is_recorded_of_a_strange_epoch(self) -> None:
        """What is asked of an epoch that was never opened is empty."""

        async def scenario(store: Store) -> None:
            assert dict(await store.recorded(EpochNumber(9))) == {}
            assert list(await store.miner_results(EpochNumber(9))) == []
            assert list(await store.validator_results(EpochNumber(9))) == []
            assert list(await store.results_of(ALICE, 9)) == []
            assert list(await store.unpublished()) == []
            assert await store.standing_before(EpochNumber(9)) == Standing()
            assert list(await store.history("", EpochNumber(0), 9)) == []
            assert await store.prune(0) == 0

        with self.fresh() as store:
            run(scenario(store))

    def test_a_closed_epoch_has_results(self) -> None:
        """Closing makes the results readable: miners by rank, judges in the report's order."""

        async def scenario(store: Store) -> None:
            report = report_of(epoch_of(0))
            await store.open_epoch(epoch_of(0))
            assert list(await store.miner_results(EpochNumber(0))) == []
            await store.close(report, STANDING)
            assert await store.state_of(EpochNumber(0)) is EpochState.CLOSED
            assert list(await store.miner_results(EpochNumber(0))) == list(report.miners)
            assert list(await store.validator_results(EpochNumber(0))) == list(report.validators)

        with self.fresh() as store:
            run(scenario(store))

    def test_whatever_is_closed_comes_back_equal(self) -> None:
        """Results, standing and weights equal what went in, whatever they hold."""

        @settings(max_examples=100, deadline=None)
        @given(strategies.epoch_reports(OWNER, st.just(epoch_of(1))), strategies.standings)
        def property_(report: EpochReport, standing: Standing) -> None:
            async def scenario(store: Store) -> None:
                await store.open_epoch(report.epoch)
                await store.close(report, standing)
                assert list(await store.miner_results(EpochNumber(1))) == list(report.miners)
                assert list(await store.validator_results(EpochNumber(1))) == list(report.validators)
                found = await store.standing_before(EpochNumber(2))
                assert found == standing
                assert (list(found.miners), list(found.validators)) == (
                    list(standing.miners),
                    list(standing.validators),
                )
                row = report.weights
                pending = [PendingWeights(report.epoch, row)] if isinstance(row, WeightRow) else []
                assert list(await store.unpublished()) == pending

            with self.fresh() as store:
                run(scenario(store))

        property_()

    def test_closing_again_changes_nothing(self) -> None:
        """The first report and standing of an epoch stay, before and after it is published."""

        async def scenario(store: Store) -> None:
            first = report_of(epoch_of(0))
            second = evolve(first, miners=(), validators=(), weights=NO_ROW)
            await store.open_epoch(epoch_of(0))
            await store.close(first, STANDING)
            await store.close(second, Standing())
            assert list(await store.unpublished()) == [PendingWeights(epoch_of(0), ROW)]
            await store.publish(Publication(epoch_of(0), SETTLING[0]))
            await store.close(second, Standing())
            assert await store.state_of(EpochNumber(0)) is EpochState.PUBLISHED
            assert list(await store.miner_results(EpochNumber(0))) == list(first.miners)
            assert await store.standing_before(EpochNumber(1)) == STANDING

        with self.fresh() as store:
            run(scenario(store))

    def test_only_what_was_opened_can_be_closed(self) -> None:
        """An epoch that is unknown or was given up cannot be closed, and a report by another validator is refused."""

        async def scenario(store: Store) -> None:
            with pytest.raises(StoreFault, match="epoch 0 is unknown"):
                await store.close(report_of(epoch_of(0)), STANDING)
            await store.open_epoch(epoch_of(0))
            with pytest.raises(StoreFault, match="belongs to 5Owner, and the report to 5Bob"):
                await store.close(evolve(report_of(epoch_of(0)), validator=BOB), STANDING)
            await store.fail(EpochNumber(0), "the chain was gone")
            with pytest.raises(StoreFault, match="epoch 0 is failed"):
                await store.close(report_of(epoch_of(0)), STANDING)
            assert await store.standing_before(EpochNumber(1)) == Standing()

        with self.fresh() as store:
            run(scenario(store))

    def test_a_refused_report_leaves_nothing(self) -> None:
        """A report with two results for one miner is a fault, and the epoch stays open without results."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            twins = evolve(report_of(epoch_of(0)), miners=(result(BOB, 1), result(BOB, 2)))
            with pytest.raises(StoreFault):
                await store.close(twins, STANDING)
            assert await store.state_of(EpochNumber(0)) is EpochState.OPEN
            assert list(await store.validator_results(EpochNumber(0))) == []
            await store.close(report_of(epoch_of(0)), STANDING)
            assert await store.state_of(EpochNumber(0)) is EpochState.CLOSED

        with self.fresh() as store:
            run(scenario(store))

    def test_what_was_recorded_of_a_failed_epoch_stays_readable(self) -> None:
        """A given-up epoch keeps its tasks; giving it up again changes nothing; it leaves no standing or weights."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            await store.record(epoch_of(0), scored(0, replies=[SILENT]), [])
            await store.fail(EpochNumber(0), "the chain was \ud800 gone\0")
            await store.fail(EpochNumber(0), "again")
            assert await store.state_of(EpochNumber(0)) is EpochState.FAILED
            assert dict(await store.recorded(EpochNumber(0))) == {0: scored(0, replies=[SILENT])}
            assert list(await store.unpublished()) == []

        with self.fresh() as store:
            run(scenario(store))

    def test_only_an_open_epoch_can_be_given_up(self) -> None:
        """An unknown, closed or published epoch cannot fail."""

        async def scenario(store: Store) -> None:
            with pytest.raises(StoreFault, match="epoch 0 is unknown"):
                await store.fail(EpochNumber(0), "why")
            await store.open_epoch(epoch_of(0))
            await store.close(report_of(epoch_of(0)), STANDING)
            with pytest.raises(StoreFault, match="epoch 0 is closed"):
                await store.fail(EpochNumber(0), "why")
            await store.publish(Publication(epoch_of(0), SETTLING[0]))
            with pytest.raises(StoreFault, match="epoch 0 is published"):
                await store.fail(EpochNumber(0), "why")

        with self.fresh() as store:
            run(scenario(store))

    def test_weights_on_their_way_are_told_from_those_never_sent(self) -> None:
        """What was noted before weights are sent is there until they are settled; the last note counts."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            with pytest.raises(StoreFault, match="epoch 0 is open"):
                await store.sending(EpochNumber(0), BlockNumber(5))
            await store.close(report_of(epoch_of(0)), STANDING)
            assert list(await store.unpublished()) == [PendingWeights(epoch_of(0), ROW, None)]
            await store.sending(EpochNumber(0), BlockNumber(5))
            await store.sending(EpochNumber(0), BlockNumber(9))
            assert await store.state_of(EpochNumber(0)) is EpochState.PUBLISHING
            assert list(await store.unpublished()) == [PendingWeights(epoch_of(0), ROW, BlockNumber(9))]
            assert await store.standing_before(EpochNumber(1)) == STANDING
            await store.publish(Publication(epoch_of(0), SETTLING[0]))
            assert list(await store.unpublished()) == []
            with pytest.raises(StoreFault, match="epoch 0 is published"):
                await store.sending(EpochNumber(0), BlockNumber(9))

        with self.fresh() as store:
            run(scenario(store))

    def test_pending_weights_know_of_the_last_ones_that_were_set(self) -> None:
        """The block is that of the latest weights that the chain took, of whatever epoch; what it refused has none."""
        answers = (WeightsSet(BlockNumber(11)), WeightsCommitted(BlockNumber(9), BlockNumber(30)), SETTLING[-1])

        async def scenario(store: Store) -> None:
            for number in range(4):
                await store.open_epoch(epoch_of(number))
                await store.close(report_of(epoch_of(number)), STANDING)
            assert {one.last_set for one in await store.unpublished()} == {None}
            for number, answer in enumerate(answers):
                await store.publish(Publication(epoch_of(number), answer))
            assert list(await store.unpublished()) == [PendingWeights(epoch_of(3), ROW, None, BlockNumber(11))]

        with self.fresh() as store:
            run(scenario(store))

    @pytest.mark.parametrize("outcome", SETTLING, ids=lambda outcome: type(outcome).__name__)
    def test_an_answer_of_the_chain_settles_the_epoch(self, outcome: WeightsOutcome) -> None:
        """Set, committed and refused weights are not pending any more."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            await store.close(report_of(epoch_of(0)), STANDING)
            await store.publish(Publication(epoch_of(0), outcome))
            assert await store.state_of(EpochNumber(0)) is EpochState.PUBLISHED
            assert list(await store.unpublished()) == []
            assert list(await store.results_of(BOB, 1)) == [(0, result(BOB, 1))]

        with self.fresh() as store:
            run(scenario(store))

    def test_no_answer_of_the_chain_settles_nothing(self) -> None:
        """Weights that may not have reached the chain stay pending until it answers, and settled ones stay settled."""

        async def scenario(store: Store) -> None:
            lost = Publication(epoch_of(0), WeightsUnreachable("no answer in 12 s \ud800"))
            await store.open_epoch(epoch_of(0))
            await store.close(report_of(epoch_of(0)), STANDING)
            await store.publish(lost)
            assert await store.state_of(EpochNumber(0)) is EpochState.CLOSED
            assert list(await store.unpublished()) == [PendingWeights(epoch_of(0), ROW)]
            await store.publish(Publication(epoch_of(0), SETTLING[0]))
            await store.publish(lost)
            assert await store.state_of(EpochNumber(0)) is EpochState.PUBLISHED
            assert list(await store.unpublished()) == []

        with self.fresh() as store:
            run(scenario(store))

    def test_an_epoch_without_a_row_has_nothing_to_publish(self) -> None:
        """A report that says why there are no weights leaves none pending."""

        async def scenario(store: Store) -> None:
            await store.open_epoch(epoch_of(0))
            await store.close(report_of(epoch_of(0), NO_ROW), STANDING)
            assert await store.state_of(EpochNumber(0)) is EpochState.CLOSED
            assert list(await store.unpublished()) == []

        with self.fresh() as store:
            run(scenario(store))

    def test_only_closed_epochs_are_published(self) -> None:
        """Neither an unknown, nor an open, nor a given-up epoch has weights to publish."""

        async def scenario(store: Store) -> None:
            publication = Publication(epoch_of(0), SETTLING[0])
            with pytest.raises(StoreFault, match="epoch 0 is unknown"):
                await store.publish(publication)
            await store.open_epoch(epoch_of(0))
            with pytest.raises(StoreFault, match="epoch 0 is open"):
                await store.publish(publication)
            await store.fail(EpochNumber(0), "why")
            with pytest.raises(StoreFault, match="epoch 0 is failed"):
                await store.publish(publication)

        with self.fresh() as store:
            run(scenario(store))

    def test_pending_weights_come_oldest_first(self) -> None:
        """Unconfirmed weights are in the order of their epochs, not of their closing."""

        async def scenario(store: Store) -> None:
            for number in (4, 2, 3):
                await store.open_epoch(epoch_of(number))
                await store.close(report_of(epoch_of(number)), STANDING)
            assert [pending.epoch for pending in await store.unpublished()] == [epoch_of(2), epoch_of(3), epoch_of(4)]

        with self.fresh() as store:
            run(scenario(store))

    def test_a_standing_is_the_last_closed_epochs(self) -> None:
        """`standing_before` looks strictly before its epoch and skips epochs that are open or were given up."""

        async def scenario(store: Store) -> None:
            standings = {number: Standing({ALICE: MinerStanding(ALICE, streak=number)}) for number in range(6)}
            for number in range(6):
                await store.open_epoch(epoch_of(number))
            for number in (1, 2, 5):
                await store.close(report_of(epoch_of(number)), standings[number])
            await store.publish(Publication(epoch_of(2), SETTLING[0]))
            await store.fail(EpochNumber(3), "why")
            before = [await store.standing_before(EpochNumber(number)) for number in range(7)]
            empty = Standing()
            two = standings[2]
            assert before == [empty, empty, standings[1], two, two, two, standings[5]]

        with self.fresh() as store:
            run(scenario(store))

    def test_results_of_a_miner_come_newest_first(self) -> None:
        """A miner's results are those of its newest closed epochs, at most as many as asked for."""

        async def scenario(store: Store) -> None:
            for number in (0, 2, 1, 3, 4):
                await store.open_epoch(epoch_of(number))
            for number, rank in ((2, 3), (0, 1), (1, 2)):
                await store.close(evolve(report_of(epoch_of(number)), miners=(result(ALICE, rank),)), STANDING)
            await store.close(evolve(report_of(epoch_of(3)), miners=(result(BOB, 1),)), STANDING)
            everything = [(2, result(ALICE, 3)), (1, result(ALICE, 2)), (0, result(ALICE, 1))]
            assert list(await store.results_of(ALICE, 9)) == everything
            assert list(await store.results_of(ALICE, 2)) == everything[:2]
            assert list(await store.results_of(ALICE, 0)) == []

        with self.fresh() as store:
            run(scenario(store))

    def test_history_is_by_family_newest_last(self) -> None:
        """History is one family's newest entries since an epoch, in the order of epochs, tasks and replies."""

        @settings(max_examples=60, deadline=None)
        @given(st.lists(strategies.past_reasonings, min_size=8, max_size=8))
        def property_(past: list[PastReasoning]) -> None:
            async def scenario(store: Store) -> None:
                for number in (1, 0, 2):
                    await store.open_epoch(epoch_of(number))
                await store.record(epoch_of(1), scored(1, "a"), past[4:6])
                await store.record(epoch_of(1), scored(0, "a"), past[3:4])
                await store.record(epoch_of(2), scored(0, "b"), past[6:7])
                await store.record(epoch_of(0), scored(0, "a"), past[0:3])
                await store.record(epoch_of(2), scored(1, "a"), past[7:8])
                ours = [*past[0:6], past[7]]
                assert list(await store.history("a", EpochNumber(0), 99)) == ours
                assert list(await store.history("a", EpochNumber(1), 99)) == ours[3:]
                assert list(await store.history("a", EpochNumber(0), 2)) == ours[-2:]
                assert list(await store.history("a", EpochNumber(0), 0)) == []
                assert list(await store.history("b", EpochNumber(0), 99)) == [past[6]]
                assert list(await store.history("", EpochNumber(0), 99)) == []

            with self.fresh() as store:
                run(scenario(store))

        property_()

    def test_pruning_drops_texts_and_keeps_figures(self) -> None:
        """Tasks, replies and history of old epochs go and are counted; results, standings and weights stay."""

        async def scenario(store: Store) -> None:
            for number in range(3):
                await store.open_epoch(epoch_of(number))
                await store.record(epoch_of(number), scored(0, "a", [ANSWERED, SILENT]), PAST)
                await store.close(report_of(epoch_of(number)), STANDING)
            assert await store.prune(3) == 0
            assert await store.prune(1) == 2 * (1 + 2 + 2)
            assert await store.prune(1) == 0
            for number in range(3):
                kept = {} if number < 2 else {0: scored(0, "a", [ANSWERED, SILENT])}
                assert dict(await store.recorded(EpochNumber(number))) == kept
                assert list(await store.miner_results(EpochNumber(number))) == [result(BOB, 1), result(ALICE, 2)]
                assert list(await store.validator_results(EpochNumber(number))) != []
                assert await store.standing_before(EpochNumber(number + 1)) == STANDING
                assert await store.state_of(EpochNumber(number)) is EpochState.CLOSED
            assert len(await store.unpublished()) == 3
            assert list(await store.history("a", EpochNumber(0), 9)) == list(PAST)

        with self.fresh() as store:
            run(scenario(store))

    def test_pruning_leaves_figures_of_old_standings(self) -> None:
        """The ten newest closed epochs' standings stay whole, whatever is open or failed between; older ones keep
        their figures, and pruning again changes nothing.
        """
        closed = [number for number in range(14) if number not in {3, 12}]

        async def scenario(store: Store) -> None:
            for number in range(14):
                await store.open_epoch(epoch_of(number))
                if number in closed:
                    await store.close(report_of(epoch_of(number)), STANDING)
            await store.fail(EpochNumber(3), "why")
            for _ in range(2):
                await store.prune(20)
                left = [await store.standing_before(EpochNumber(number + 1)) for number in closed]
                assert left == [STANDING.figures()] * 2 + [STANDING] * 10

        with self.fresh() as store:
            run(scenario(store))

    def test_what_a_kept_epoch_was_drawn_from_is_kept(self) -> None:
        """The oldest epoch that is kept can be drawn again: what was asked in the thirty before it is still known."""

        async def scenario(store: Store) -> None:
            for number in range(36):
                await store.open_epoch(epoch_of(number))
                await store.commit(commitment(number), [f"i{number}"])
            await store.prune(3)
            known = await store.asked_instances(EpochNumber(0), EpochNumber(36))
            assert known == {f"i{number}" for number in range(2, 36)}

        with self.fresh() as store:
            run(scenario(store))

    def test_pruning_spares_what_is_still_worked_on(self) -> None:
        """An open epoch is never pruned, however old: what it recorded must not be asked again."""

        async def scenario(store: Store) -> None:
            for number in range(3):
                await store.open_epoch(epoch_of(number))
                await store.record(epoch_of(number), scored(0, "a", [SILENT]), PAST[:1])
            await store.fail(EpochNumber(1), "why")
            assert await store.prune(0) == 3
            assert [len(await store.recorded(EpochNumber(number))) for number in range(3)] == [1, 0, 1]
            with pytest.raises(ValueError, match="-1"):
                await store.prune(-1)

        with self.fresh() as store:
            run(scenario(store))

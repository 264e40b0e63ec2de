"""Whole epochs on the in-process subnet: who earns, what is conserved, what a restart and a fault cost."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import define, evolve

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.faults import FaultPlan
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import OperatorError, StoreFault, ValidatorFault
from reasonforge.domain.events import Event, TaskScored
from reasonforge.domain.flag import FlagKind
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.reply import SilenceReason
from reasonforge.domain.report import EpochReport, EpochState
from reasonforge.domain.scoring.policies import policy_named
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verification
from reasonforge.domain.weights import WeightRow, WeightsCommitted, WeightsRefused, WeightsSet
from reasonforge.entrypoints.cast import Bluffer, Malformed, MinerPart, Plagiarist, Silent, Solver, TimeLiar
from reasonforge.entrypoints.report_json import as_text, run_document, subnet_epoch
from reasonforge.entrypoints.run_tally import SubnetRun

FEW_TASKS = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=6))
CHARACTERS: tuple[MinerPart, ...] = (
    Solver(1.0), Solver(0.9), Plagiarist(2, 0.9), Bluffer(), TimeLiar(), Silent(), Malformed(),
)  # fmt: skip


def run(subnet: InProcessSubnet, epochs: int = 1) -> SubnetRun:
    async def go() -> SubnetRun:
        async with subnet:
            return await subnet.run_epochs(epochs)

    return asyncio.run(go())


def document(subnet: InProcessSubnet, epochs: int = 1) -> str:
    finished = run(subnet, epochs)
    return as_text(run_document(subnet, finished, [subnet_epoch(epoch) for epoch in finished.epochs]))


@pytest.fixture(scope="module")
def characters() -> SubnetRun:
    return run(InProcessSubnet(validators=2, miners=CHARACTERS, seed=3), 2)


def flags_of(finished: SubnetRun, miner: int) -> set[FlagKind]:
    hotkey = f"miner-{miner:02d}"
    return {
        flag.kind
        for epoch in finished.epochs
        for report in epoch.reports
        for flag in report.flags
        if hotkey in flag.hotkeys
    }


class TestWhoEarns:
    def test_solvers_come_first_by_skill(self, characters: SubnetRun) -> None:
        """Honest miners rank by skill, above everybody else."""
        assert [place.member.hotkey for place in characters.leaderboard][:2] == ["miner-01", "miner-02"]

    def test_a_plagiarist_is_named_with_its_source(self, characters: SubnetRun) -> None:
        """A copy with reordered steps, other words and a new introduction is found, and its source is told."""
        (detail,) = {
            flag.detail.split("mostly of ")[1].split("'s")[0]
            for epoch in characters.epochs
            for report in epoch.reports
            for flag in report.flags
            if flag.kind is FlagKind.PLAGIARISM
        }
        assert flags_of(characters, 3) >= {FlagKind.PLAGIARISM}
        assert detail == "miner-02"

    def test_honest_miners_are_never_called_plagiarists(self, characters: SubnetRun) -> None:
        """Two honest chains on one task are no copies of one another."""
        assert FlagKind.PLAGIARISM not in flags_of(characters, 1) | flags_of(characters, 2)

    def test_a_bluffer_earns_nothing(self, characters: SubnetRun) -> None:
        """Long, fluent and sure of itself, it earns what its lucky guesses earn, and is named."""
        (bluffer,) = (place for place in characters.leaderboard if place.member.hotkey == "miner-04")
        honest = min(place.s_epoch for place in characters.leaderboard if place.member.honest)
        assert bluffer.s_epoch < 0.25 * honest
        assert FlagKind.CONFIDENTLY_WRONG in flags_of(characters, 4)

    def test_a_liar_about_time_is_named(self, characters: SubnetRun) -> None:
        """A time that the round trip rules out is flagged, and changes no score."""
        assert FlagKind.CLAIMED_TIME in flags_of(characters, 5)

    @pytest.mark.parametrize(("miner", "kind"), [(6, FlagKind.SILENT), (7, FlagKind.REJECTED)])
    def test_who_does_not_answer_earns_nothing(self, characters: SubnetRun, miner: int, kind: FlagKind) -> None:
        """The silent and the malformed score 0 and are named."""
        (place,) = (place for place in characters.leaderboard if place.member.hotkey == f"miner-{miner:02d}")
        assert (place.s_epoch, place.paid) == (0.0, 0)
        assert kind in flags_of(characters, miner)

    def test_the_best_miner_has_the_highest_weight(self, characters: SubnetRun) -> None:
        """Every validator's row is largest for the best solver, and sums to 1 as shares."""
        for epoch in characters.epochs:
            for report in epoch.reports:
                assert isinstance(report.weights, WeightRow)
                shares = report.weights.shares()
                assert sum(shares.values()) == pytest.approx(1.0, abs=1e-12)
                assert max(report.weights.values) == 65_535
                assert max(shares, key=lambda uid: shares[uid]) == report.miners[0].uid

    def test_under_the_whitepaper_policy_bluffing_pays(self) -> None:
        """The plan's literal policy pays confident nonsense: what `verified` is there for."""
        earned = {}
        for policy in ("whitepaper", "verified"):
            rules = evolve(FEW_TASKS, policy=policy_named(policy))
            finished = run(InProcessSubnet(1, [Solver(1.0), Bluffer()], 5, rules=rules))
            replies = [
                reply.cms
                for scored in finished.epochs[0].reports[0].tasks
                for reply in scored.replies
                if reply.hotkey == "miner-02" and reply.correctness == 0.0
            ]
            earned[policy] = sum(replies) / len(replies)
        assert earned["verified"] == 0.0
        assert earned["whitepaper"] > 0.5


class TestEmission:
    def test_what_is_paid_and_unallocated_is_what_was_emitted(self, characters: SubnetRun) -> None:
        """Emission is conserved to the Rao."""
        assert characters.paid + characters.unallocated == characters.emitted

    def test_the_chain_pays_miners_by_rank(self, characters: SubnetRun) -> None:
        """TAO follows the leaderboard."""
        paid = [place.paid for place in characters.leaderboard]
        assert paid == sorted(paid, reverse=True)
        assert paid[0] > 0

    def test_standings_remember_what_the_chain_paid(self) -> None:
        """Before the third epoch a miner's total is what the first two epochs paid it."""

        async def go() -> tuple[int, int]:
            async with InProcessSubnet(1, 2, 1, rules=FEW_TASKS) as subnet:
                finished = await subnet.run_epochs(3)
                standing = await subnet.store_of(Hotkey("validator-01")).standing_before(EpochNumber(3))
                uid = finished.leaderboard[0].member.uid
                paid = sum(epoch.chain.emission[uid] for epoch in finished.epochs[:2])
                return standing.of_miner(finished.leaderboard[0].member.hotkey).total_earned, paid

        remembered, paid = asyncio.run(go())
        assert remembered == paid > 0


class TestReplay:
    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        """A run is decided by its seed."""
        first, again = (document(InProcessSubnet(2, 6, 11, rules=FEW_TASKS), 2) for _ in range(2))
        assert first == again

    def test_another_seed_gives_another_run(self) -> None:
        """Tasks, voices and latencies come from the seed."""
        assert document(InProcessSubnet(1, 3, 1, rules=FEW_TASKS)) != document(
            InProcessSubnet(1, 3, 2, rules=FEW_TASKS)
        )

    def test_a_database_changes_nothing(self, tmp_path: Path) -> None:
        """The same run over SQLite and over memory."""
        in_memory = document(InProcessSubnet(2, 6, 4, rules=FEW_TASKS), 2)
        on_disk = document(InProcessSubnet(2, 6, 4, rules=FEW_TASKS, database=tmp_path / "a.db"), 2)
        assert in_memory == on_disk


class Crash(Exception):  # noqa: N818 - what it simulates
    """The process dies here."""


class CrashAfter:
    """Telemetry that dies after so many tasks were recorded."""

    def __init__(self, tasks: int) -> None:
        self.left = tasks

    def emit(self, event: Event) -> None:
        if isinstance(event, TaskScored):
            self.left -= 1
            if self.left == 0:
                raise Crash


class TestRestart:
    @pytest.mark.parametrize("tasks", [1, 3, 6])
    def test_a_restarted_epoch_ends_as_if_nothing_had_happened(self, tmp_path: Path, tasks: int) -> None:
        """Killed after any task and started again on its file: the same report, nobody asked twice."""
        undisturbed = run(InProcessSubnet(1, 4, 9, rules=FEW_TASKS)).epochs[0].reports

        async def go() -> tuple[Sequence[EpochReport], list[str]]:
            asked: list[str] = []

            async def life(*onlookers: Telemetry) -> SubnetRun:
                async with InProcessSubnet(1, 4, 9, rules=FEW_TASKS, database=tmp_path / "a.db") as subnet:
                    for onlooker in (Asked(asked), *onlookers):
                        subnet.watch(onlooker)
                    return await subnet.run_epochs(1)

            with pytest.raises(Crash):
                await life(CrashAfter(tasks))
            return (await life()).epochs[0].reports, asked

        reports, asked = asyncio.run(go())
        assert reports == undisturbed
        assert len(asked) == len(set(asked))

    def test_a_closed_epoch_is_not_run_again(self, tmp_path: Path) -> None:
        """Started again on a file whose epoch is closed, a validator asks nobody."""
        run(InProcessSubnet(1, 3, 9, rules=FEW_TASKS, database=tmp_path / "a.db"))
        asked: list[str] = []
        again = InProcessSubnet(1, 3, 9, rules=FEW_TASKS, database=tmp_path / "a.db")
        again.watch(Asked(asked))
        assert run(again).epochs[0].reports == ()
        assert asked == []


class Asked:
    """Telemetry that notes every query that was scored."""

    def __init__(self, into: list[str]) -> None:
        self._into = into

    def emit(self, event: Event) -> None:
        if isinstance(event, TaskScored):
            self._into += [reply.query_id for reply in event.scored.replies]


@define
class FragileVerifier:
    """A validator's own tools, which can break down."""

    works: bool = False

    async def judge(self, task: Task, submissions: Sequence[Submission]) -> Sequence[Verification]:
        if self.works:
            return await RoutedVerifier(MemoryClock()).judge(task, submissions)
        raise ValidatorFault(f"the sandbox is down, so {len(submissions)} replies to {task.task_id} cannot be checked")

    async def judge_each(self, tasks: Sequence[Task], submissions: Sequence[Submission]) -> Sequence[Verification]:
        if self.works:
            return await RoutedVerifier(MemoryClock()).judge_each(tasks, submissions)
        raise ValidatorFault(f"the sandbox is down, so {len(submissions)} replies to {len(tasks)} tasks are unchecked")

    async def self_test(self) -> Sequence[SelfTest]:
        return ()


class TestWhoseFault:
    def test_a_validator_s_fault_costs_no_miner(self) -> None:
        """With its tools down a validator leaves ranks and weights alone, sets none, and says so."""
        finished = run(InProcessSubnet(1, 3, 2, rules=FEW_TASKS, verifier=FragileVerifier()))
        report = finished.epochs[0].reports[0]
        assert all(reply.void for scored in report.tasks for reply in scored.replies)
        assert all(
            isinstance(verdict.outcome, Unavailable)
            for scored in report.tasks
            for reply in scored.replies
            for verdict in reply.checks.values()
        )
        assert {result.rank for result in report.miners} == {0}
        assert isinstance(report.weights, WeightsRefused)
        assert any("the sandbox is down" in notice.what for notice in finished.notices)

    def test_a_fault_in_a_later_epoch_keeps_the_weights_that_were_earned(self) -> None:
        """Tools that break after a good epoch leave everybody's weight as it was."""

        async def go() -> tuple[WeightRow | WeightsRefused, WeightRow | WeightsRefused]:
            tools = FragileVerifier(works=True)
            async with InProcessSubnet(1, 3, 2, rules=FEW_TASKS, verifier=tools) as subnet:
                good = (await subnet.run_epochs(1)).epochs[0].reports[0]
                tools.works = False
                return good.weights, (await subnet.run_epochs(1)).epochs[0].reports[0].weights

        good, broken = asyncio.run(go())
        assert isinstance(good, WeightRow)
        assert good == broken


class TestSeveralValidators:
    def test_a_validator_that_inverts_loses_its_accuracy(self) -> None:
        """Eq. 7 tells a validator that reports one minus the score from those that do not."""
        profiles = ["honest", "honest", "honest", "inverting"]
        finished = run(InProcessSubnet(profiles, 6, 1))
        *honest, inverting = (one.vas or 0.0 for one in finished.epochs[0].reports[0].validators)
        assert inverting > 0.0
        assert min(honest) > inverting + 0.2

    def test_a_minority_of_bad_validators_does_not_change_who_wins(self) -> None:
        """Yuma Consensus pays the best solver whatever one of three validators says."""
        finished = run(InProcessSubnet(["honest", "honest", "inverting"], [Solver(1.0), Solver(0.7), Bluffer()], 6))
        incentive = finished.epochs[0].chain.incentive
        hotkeys = finished.epochs[0].chain.hotkeys
        assert hotkeys[max(incentive, key=lambda uid: incentive[uid])] == "miner-01"

    def test_every_reply_is_judged_by_three_validators(self) -> None:
        """The jury of a reply has VALIDATORS_PER_TASK members."""
        finished = run(InProcessSubnet(5, 2, 1, rules=FEW_TASKS))
        juries = [
            len(reply.consensus.judgements)
            for report in finished.epochs[0].reports
            for scored in report.tasks
            for reply in scored.replies
            if reply.consensus is not None
        ]
        assert set(juries) == {DEFAULT_PARAMETERS.validators_per_task}

    def test_without_a_jury_validators_are_audited_by_what_they_publish(self) -> None:
        """As on a chain: nobody is judged before weights are published, and then who inverts is far from the rest."""
        profiles = ["honest", "honest", "honest", "inverting"]
        finished = run(InProcessSubnet(profiles, 6, 5, jury=False), 2)
        before, after = (epoch.reports[0].validators for epoch in finished.epochs)
        assert {one.vas for one in before} == {None}
        *honest, inverting = (one.vas or 0.0 for one in after)
        assert min(honest) > inverting + 0.2


class TestTheChain:
    def test_weights_are_set_and_published(self) -> None:
        """Each validator's weights are set in its epoch, and the store says published."""

        async def go() -> tuple[object, EpochState | None]:
            async with InProcessSubnet(1, 3, 2, rules=FEW_TASKS) as subnet:
                finished = await subnet.run_epochs(1)
                (published,) = finished.epochs[0].publications
                assert published is not None
                return published.outcome, await subnet.store_of(Hotkey("validator-01")).state_of(published.epoch.number)

        outcome, state = asyncio.run(go())
        assert isinstance(outcome, WeightsSet)
        assert state is EpochState.PUBLISHED

    def test_with_commit_reveal_weights_count_after_they_are_revealed(self) -> None:
        """A commit pays nobody in its own epoch; once revealed it does."""
        chain = Hyperparameters(commit_reveal=True, reveal_period=1)
        finished = run(InProcessSubnet(2, 3, 2, rules=FEW_TASKS, chain=chain), 3)
        outcomes = [one.outcome for epoch in finished.epochs for one in epoch.publications if one is not None]
        assert all(isinstance(outcome, WeightsCommitted) for outcome in outcomes)
        assert sum(finished.epochs[-1].chain.incentive.values()) == pytest.approx(1.0)

    def test_a_rate_limit_longer_than_an_epoch_leaves_every_other_epoch_s_weights_unset(self) -> None:
        """Weights that come too soon are refused by the chain, the epoch goes on, and the next ones overtake them."""
        chain = Hyperparameters(weights_rate_limit=500)
        finished = run(InProcessSubnet(1, 3, 2, rules=FEW_TASKS, chain=chain), 3)
        set_in = [any(isinstance(one.outcome, WeightsSet) for one in e.publications if one) for e in finished.epochs]
        assert set_in == [True, False, True]

    def test_a_miner_that_leaves_is_not_asked_and_a_newcomer_is(self) -> None:
        """The metagraph of the epoch's first block decides who is asked."""

        async def go() -> tuple[set[str], set[str]]:
            async with InProcessSubnet(1, 3, 2, rules=FEW_TASKS) as subnet:
                before = (await subnet.run_epochs(1)).epochs[0].reports[0]
                subnet.ledger.deregister(Hotkey("miner-02"))
                after = (await subnet.run_epochs(1)).epochs[0].reports[0]
                return {one.hotkey for one in before.miners}, {one.hotkey for one in after.miners}

        before, after = asyncio.run(go())
        assert before - after == {"miner-02"}


class TestFaults:
    @pytest.mark.parametrize(
        "fault",
        ["drop", "delay", "duplicate", "reorder", "truncate", "corrupt", "lie_about_time", "wrong_hash"],
    )
    def test_an_epoch_survives_a_fault_on_every_second_call(self, fault: str) -> None:
        """Weights are set, and whoever's reply was damaged is not paid for it."""
        rate = 1.0 if fault == "delay" else 0.5  # most delays are shorter than what is left of the deadline
        plan = FaultPlan(**{fault: rate}, seed=1)
        finished = run(InProcessSubnet(1, [Solver(1.0), Solver(0.9), Solver(0.8)], 5, rules=FEW_TASKS, faults=plan))
        (report,) = finished.epochs[0].reports
        assert isinstance(report.weights, WeightRow)
        silences = [reply.silence for scored in report.tasks for reply in scored.replies if reply.silence]
        expected = {
            "drop": {SilenceReason.TIMEOUT},
            "delay": {SilenceReason.TIMEOUT},
            "truncate": {SilenceReason.MALFORMED},
            "corrupt": {SilenceReason.MALFORMED, SilenceReason.HASH_MISMATCH},
            "wrong_hash": {SilenceReason.HASH_MISMATCH},
        }.get(fault, set())
        assert {one.reason for one in silences} <= expected
        assert bool(silences) == bool(expected)


def test_zero_miners_is_an_operator_s_error() -> None:
    """A subnet without miners is refused with a sentence."""
    with pytest.raises(OperatorError, match="miners"):
        InProcessSubnet(miners=0)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """A file that is no database of ours is refused before anything runs."""
    (tmp_path / "a.db").write_text("not a database, and longer than nothing at all")
    with pytest.raises((OperatorError, StoreFault)):
        run(InProcessSubnet(1, 3, 1, database=tmp_path / "a.db"))

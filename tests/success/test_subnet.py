"""Success criteria of the plan: whole epochs, on the in-process subnet."""

import asyncio
import math
from pathlib import Path

import pytest
from attrs import evolve

from reasonforge import InProcessSubnet
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.flag import FlagKind
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochReport
from reasonforge.domain.standing import Standing
from reasonforge.domain.weights import WeightRow, WeightsSet
from reasonforge.entrypoints.cast import Bluffer, Plagiarist, Solver
from reasonforge.entrypoints.run_tally import SubnetEpoch, SubnetRun

RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=6))
MINERS = (Solver(1.0), Solver(0.8), Solver(0.3), Plagiarist(2, 0.9), Bluffer())
VALIDATOR = Hotkey("validator-01")


@pytest.fixture(scope="module")
def run() -> SubnetRun:
    async def go() -> SubnetRun:
        async with InProcessSubnet(validators=1, miners=MINERS, seed=3, rules=RULES) as subnet:
            return await subnet.run_epochs(2)

    return asyncio.run(go())


@pytest.fixture
def epoch(run: SubnetRun) -> SubnetEpoch:
    return run.epochs[0]


@pytest.fixture
def report(epoch: SubnetEpoch) -> EpochReport:
    return epoch.reports[0]


def test_a_full_epoch(report: EpochReport) -> None:
    """Full epoch tasks → scoring → weights: every task is asked and scored, and what was earned is what is weighed."""
    assert len(report.tasks) == 6
    assert all(len(scored.replies) == len(MINERS) for scored in report.tasks)
    assert isinstance(report.weights, WeightRow)
    earned = {result.uid: result.s_epoch * (1 + result.peb) for result in report.miners if result.s_epoch > 0}
    total = math.fsum(earned.values())
    assert report.weights.shares() == pytest.approx({uid: one / total for uid, one in earned.items()}, abs=1e-4)


def test_weights_are_normalised_and_submitted(epoch: SubnetEpoch, report: EpochReport) -> None:
    """Weights normalised and submitted: shares sum to 1, the row's largest is 65,535, and the chain took it."""
    assert isinstance(report.weights, WeightRow)
    assert math.fsum(report.weights.shares().values()) == pytest.approx(1.0, abs=1e-12)
    assert max(report.weights.values) == 65_535
    (publication,) = epoch.publications
    assert publication is not None
    assert isinstance(publication.outcome, WeightsSet)


def test_emission_is_conserved(run: SubnetRun) -> None:
    """Emission conserved: what was paid and what stayed unallocated is what was emitted, to the Rao."""
    assert run.emitted > 0
    assert run.paid > 0
    assert run.paid + run.unallocated == run.emitted


def test_traps_penalise(run: SubnetRun) -> None:
    """Traps penalise: whoever fell for one earns less by Eq. 9, and whoever saw through it does not."""
    results = [result for one in run.epochs for result in one.reports[0].miners if result.trap_score is not None]
    fell = [result for result in results if result.trap_score is not None and result.trap_score < 0.3]
    saw = [result for result in results if result.trap_score is not None and result.trap_score >= 0.3]
    assert fell
    assert saw
    assert all(result.trap_penalty < 1.0 for result in fell)
    assert all(result.trap_penalty == 1.0 for result in saw)


def test_plagiarism_within_a_batch(run: SubnetRun) -> None:
    """Plagiarism within a batch: the copier is named and pays, the copied and the others are not."""
    named = {
        hotkey
        for one in run.epochs
        for flag in one.reports[0].flags
        if flag.kind is FlagKind.PLAGIARISM
        for hotkey in flag.hotkeys
    }
    assert named == {"miner-04"}
    assert any(result.plagiarised for one in run.epochs for result in one.reports[0].miners)


def test_the_best_of_several_miners_gets_the_highest_weight(run: SubnetRun) -> None:
    """The best of several miners gets the highest weight."""
    for one in run.epochs:
        row = one.reports[0].weights
        assert isinstance(row, WeightRow)
        best = max(one.reports[0].miners, key=lambda result: result.s_epoch * (1 + result.peb))
        assert dict(zip(row.uids, row.values, strict=True))[best.uid] == 65_535
        assert best.hotkey == "miner-01"


def lives(database: Path, epochs: int) -> tuple[int, Standing]:
    """How many epochs a validator on this file runs now, and what it then knows."""

    async def go() -> tuple[int, Standing]:
        async with InProcessSubnet(1, 3, 9, rules=RULES, database=database) as subnet:
            run = await subnet.run_epochs(epochs)
            known = await subnet.store_of(VALIDATOR).standing_before(EpochNumber(epochs))
            return sum(bool(one.reports) for one in run.epochs), known

    return asyncio.run(go())


def test_state_saves_and_loads(tmp_path: Path) -> None:
    """State saves and loads: another life on the same file knows every standing that the first one left."""
    ran, left = lives(tmp_path / "state.db", 1)
    again, found = lives(tmp_path / "state.db", 1)
    assert (ran, again) == (1, 0)
    assert found == left
    assert max(left.of_miner(Hotkey(f"miner-0{number}")).streak for number in (1, 2, 3)) == 1


def test_state_across_a_restart(tmp_path: Path) -> None:
    """State across a restart: two epochs in two lives leave the standings of two epochs in one."""
    _, in_one = lives(tmp_path / "one.db", 2)
    lives(tmp_path / "two.db", 1)
    ran, in_two = lives(tmp_path / "two.db", 2)
    assert ran == 1
    for number in (1, 2, 3):
        miner = Hotkey(f"miner-0{number}")
        assert in_two.of_miner(miner).streak == in_one.of_miner(miner).streak
    assert max(in_two.of_miner(Hotkey(f"miner-0{number}")).streak for number in (1, 2, 3)) == 2

"""Two hundred demo-sized epochs under every kind of transport fault."""

import asyncio
import os
from collections.abc import Mapping

import pytest
from attrs import define, field

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.characters import SolveHandler
from reasonforge.adapters.memory.faults import FaultPlan
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.receive import receive
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question
from reasonforge.domain.weights import WeightRow, WeightsSet
from reasonforge.entrypoints.cast import MinerPart, VoiceOf, cast_miners
from reasonforge.entrypoints.run_tally import SubnetRun

SEEDS = int(os.environ.get("RF_FAULT_SEEDS", "24"))
"""How many plans of faults; 200 where there is time: `RF_FAULT_SEEDS=200 make check`."""
BATCHES = min(20, SEEDS)
KINDS = ("drop", "delay", "duplicate", "reorder", "truncate", "corrupt", "lie_about_time", "wrong_hash")

Sent = dict[QueryId, WireFields]


@define
class Witnessed:
    """A part, and what it really sent."""

    part: MinerPart
    sent: Sent = field(factory=dict)

    @property
    def what(self) -> str:
        return self.part.what

    @property
    def does(self) -> str:
        return self.part.does

    @property
    def honest(self) -> bool:
        return self.part.honest

    @property
    def skill(self) -> float | None:
        return self.part.skill

    def reasoner(self, number: int, voice_of: VoiceOf, clock: Clock) -> Reasoner:
        return self.part.reasoner(number, voice_of, clock)

    def handler(self, honest: SolveHandler, clock: Clock) -> SolveHandler:
        inner = self.part.handler(honest, clock)

        async def solve(caller: Hotkey, question: Question) -> WireFields | Refusal:
            fields = await inner(caller, question)
            if not isinstance(fields, Refusal):
                self.sent[question.query_id] = fields
            return fields

        return solve


def plan(seed: int) -> FaultPlan:
    """Each seed has one fault on a third of all calls, and a twentieth of every other."""
    rates = dict.fromkeys(KINDS, 0.05)
    rates[KINDS[seed % len(KINDS)]] = 0.33
    return FaultPlan(**rates, seed=seed)


def run(seed: int) -> tuple[SubnetRun, Mapping[QueryId, WireFields]]:
    sent: Sent = {}
    parts = [Witnessed(part, sent) for part in cast_miners(16)]

    async def go() -> SubnetRun:
        async with InProcessSubnet(validators=3, miners=parts, seed=seed, faults=plan(seed)) as subnet:
            return await subnet.run_epochs(1)

    return asyncio.run(go()), sent


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_an_epoch_under_faults_ends_with_weights_set_and_pays_only_for_what_was_sent(batch: int) -> None:
    """Whatever the network does, weights are set, emission is conserved, and a paid reply is what its miner sent."""
    for seed in range(batch, SEEDS, BATCHES):
        finished, sent = run(seed)
        (epoch,) = finished.epochs
        assert [type(one.outcome) for one in epoch.publications if one] == [WeightsSet] * 3
        assert finished.paid + finished.unallocated == finished.emitted
        for report in epoch.reports:
            assert isinstance(report.weights, WeightRow)
            for scored in report.tasks:
                for reply in scored.replies:
                    if reply.silence is not None:
                        assert reply.cms == 0.0
                        continue
                    assert reply.submission is not None
                    honest = receive(sent[reply.query_id], reply.query_id)
                    same = ("steps", "final_answer", "artifact", "proof_artifact", "code_artifact")
                    assert [getattr(reply.submission, name) for name in same] == [
                        getattr(honest, name) for name in same
                    ]

import asyncio

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.application.miner.remember_scores import RememberScores
from reasonforge.application.miner.report_health import ReportHealth
from reasonforge.application.ports.reasoner import NoAnswer
from reasonforge.application.ports.transport import Health
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import Hotkey
from tests.application.thinker import Thinker
from tests.contracts.transport import neuron, notice_for


def test_the_newest_scores_are_remembered() -> None:
    """Who told what is kept in order; beyond the limit the oldest is forgotten."""

    async def go() -> RememberScores:
        remember = RememberScores(limit=2)
        for number in range(3):
            await remember(Hotkey(f"v{number}"), notice_for(neuron(number)))
        return remember

    assert asyncio.run(go()).told == tuple((Hotkey(f"v{number}"), notice_for(neuron(number))) for number in (1, 2))


def test_health_says_what_we_think_with() -> None:
    """The disciplines we take, the reasoner's name, our version."""
    thinker = Thinker(MemoryClock(), NoAnswer("busy"))
    report = ReportHealth(thinker, frozenset({Discipline.CAUSAL}), "1.2.3")
    assert asyncio.run(report()) == Health("ready", frozenset({Discipline.CAUSAL}), "thinker", "1.2.3")

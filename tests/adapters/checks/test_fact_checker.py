import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from reasonforge.adapters.checks.fact_checker import CheckedFact, FactChecker, FactStatus
from reasonforge.adapters.memory.retrieval import MemoryRetrieval
from reasonforge.application.ports.retrieval import Passage, Retrieval
from reasonforge.domain.errors import ValidatorFault
from tests.hostile.scientific import ANYTHING

DOCUMENTS = {"memo": "The pump failed on 3 May after 1,200 hours. Nobody had changed its seals."}
LIBRARY = {"manual": "Change the seals of the pump every 1,000 hours, or after any overheating. Use grease."}
SEALS = "Change the seals of the pump every 1,000 hours"


class BrokenRetrieval:
    """A service that is down, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def search(self, query: str, limit: int) -> Sequence[Passage]:
        self.asked.append(query)
        message = f"the service is down ({limit})"
        raise ValidatorFault(message)


def checked(citations: Any, retrieval: Retrieval | None = None) -> list[FactStatus]:
    return [fact.status for fact in asyncio.run(FactChecker(retrieval).check(citations, DOCUMENTS))]


def cite(claim: str, doc_id: str, quote: str) -> Any:
    return {"claim": claim, "doc_id": doc_id, "quote": quote}


def test_documents_of_the_task_decide() -> None:
    """A quote from the task's document is confirmed, a changed one refuted, whatever a service says."""
    right = cite("It ran 1200 hours", "memo", "failed on 3 May after 1,200 hours")
    wrong = cite("It ran 1,300 hours", "memo", "failed on 3 May after 1,300 hours")
    for retrieval in (None, MemoryRetrieval(LIBRARY), BrokenRetrieval()):
        assert checked([right, wrong], retrieval) == [FactStatus.CONFIRMED, FactStatus.REFUTED]


def test_other_sources() -> None:
    """A quote from elsewhere is confirmed by a passage, and unresolved, never refuted, without one."""
    known, unknown = cite("Every 1,000 hours", "manual p. 3", SEALS), cite("Never", "x", "Seals of pumps last for ever")
    assert checked([known, unknown], MemoryRetrieval(LIBRARY)) == [FactStatus.CONFIRMED, FactStatus.UNRESOLVED]
    assert checked([known, unknown]) == [FactStatus.UNRESOLVED, FactStatus.UNRESOLVED]


def test_a_number_that_the_quote_lacks() -> None:
    """A claim beyond its own quote is refuted, wherever that stands."""
    assert checked([cite("Every 2,000 hours", "manual", SEALS)], MemoryRetrieval(LIBRARY)) == [FactStatus.REFUTED]


def test_a_service_that_is_down() -> None:
    """It costs nobody anything, and is asked for the quote, never for the address that a miner sent."""
    broken = BrokenRetrieval()
    facts = asyncio.run(FactChecker(broken).check([cite("Seals", "http://127.0.0.1:1/", SEALS)], {}))
    assert facts == [CheckedFact(FactStatus.UNRESOLVED, "the retrieval service failed: the service is down (5)")]
    assert broken.asked == [SEALS]


@pytest.mark.parametrize("artefact", [value for _, value in ANYTHING], ids=[name for name, _ in ANYTHING])
def test_hostile_citations(artefact: Any) -> None:
    """Whatever comes instead of citations confirms nothing and raises nothing."""
    assert set(checked(artefact, MemoryRetrieval(LIBRARY))) <= {FactStatus.REFUTED}
    assert set(checked([artefact])) <= {FactStatus.REFUTED}

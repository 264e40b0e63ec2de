"""Citations from anywhere: those from the task's documents decided, the others looked up where that is possible."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from reasonforge.adapters.checks.citations import Citation, fault_of, read_citation, supported
from reasonforge.adapters.checks.quotation import normal, places
from reasonforge.application.ports.retrieval import Retrieval
from reasonforge.domain.artefacts.citations import MOST_CITATIONS, QuoteRules
from reasonforge.domain.errors import ValidatorFault

_PASSAGES = 5


class FactStatus(StrEnum):
    """What became of a citation."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNRESOLVED = "unresolved"


@frozen
class CheckedFact:
    """A citation's status, and why, in one sentence."""

    status: FactStatus
    reason: str


@frozen
class FactChecker:
    """Checks citations [{claim, doc_id, quote}].

    One from a document that the task supplies is confirmed or refuted. For any other, the retrieval service is asked
    for the quote, never for the doc_id: confirmed where the quote stands in a passage, unresolved where none is found
    (that a service knows no source refutes nothing), where the service is down, and where there is none. What is no
    citation, or claims a number that its own quote does not state, is refuted.
    """

    retrieval: Retrieval | None = None
    rules: QuoteRules = field(factory=QuoteRules)

    async def check(self, citations: Any, documents: Mapping[str, str]) -> Sequence[CheckedFact]:
        """One finding a citation, in order; the first 40 of them. Never raises, whatever the citations are."""
        listed = citations[:MOST_CITATIONS] if isinstance(citations, list) else []
        return [await self._checked(item, documents) for item in listed]

    async def _checked(self, item: Any, documents: Mapping[str, str]) -> CheckedFact:
        citation = read_citation(item, self.rules)
        if isinstance(citation, str):
            return CheckedFact(FactStatus.REFUTED, citation)
        if citation.doc_id in documents:
            fault = fault_of(citation, normal(documents[citation.doc_id]))
            if fault:
                return CheckedFact(FactStatus.REFUTED, fault)
            return CheckedFact(FactStatus.CONFIRMED, "the quote stands in the task's document")
        if not supported(citation):
            return CheckedFact(FactStatus.REFUTED, "the claim states a number that the quote does not")
        return await self._looked_up(citation)

    async def _looked_up(self, citation: Citation) -> CheckedFact:
        if self.retrieval is None:
            return CheckedFact(FactStatus.UNRESOLVED, "no such document in the task, and no retrieval service")
        try:
            passages = await self.retrieval.search(citation.quote, _PASSAGES)
        except ValidatorFault as fault:
            return CheckedFact(FactStatus.UNRESOLVED, f"the retrieval service failed: {fault}")
        if any(places(citation.quote, normal(passage.text)) for passage in passages):
            return CheckedFact(FactStatus.CONFIRMED, "the quote stands in a passage of the retrieval service")
        return CheckedFact(FactStatus.UNRESOLVED, "no passage found holds the quote")

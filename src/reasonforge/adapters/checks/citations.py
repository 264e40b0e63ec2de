"""The `citations` check: every quote stands in its document and holds the numbers that are claimed from it."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from reasonforge.adapters.checks.quantities import members
from reasonforge.adapters.checks.quotation import normal, numbers_in, places
from reasonforge.domain.artefacts.citations import Corpus, QuoteRules, Required
from reasonforge.domain.finding import Finding

MOST_CLAIM_CHARACTERS = 1_000
_SHORT = 160


@frozen
class Citation:
    """A claim with the document and the passage it rests on, in normal form."""

    claim: str
    doc_id: str
    quote: str


def read_citation(given: Any, rules: QuoteRules) -> Citation | str:
    """A stranger's JSON as a citation, or what is wrong with it."""
    each = members(given)
    claim, doc_id, quote = each.get("claim"), each.get("doc_id"), each.get("quote")
    if not isinstance(claim, str) or not isinstance(doc_id, str) or not isinstance(quote, str):
        return "a citation has a claim, a doc_id and a quote, all texts"
    if len(claim) > MOST_CLAIM_CHARACTERS or len(quote) > 2 * rules.most or len(doc_id) > 100:
        return "a claim, a quote or a document's id is too long"
    citation = Citation(normal(claim), doc_id, normal(quote))
    if len(citation.claim) > 2 * MOST_CLAIM_CHARACTERS or not any(map(str.isalpha, citation.claim)):
        return "a claim says something, in at most 1,000 characters"
    if not rules.least <= len(citation.quote) <= rules.most:
        return f"a quote has {rules.least} to {rules.most} characters"
    return citation


def supported(citation: Citation) -> bool:
    """Whether the quote states every number that the claim states."""
    return numbers_in(citation.claim) <= numbers_in(citation.quote, words=True)


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where every citation holds, what is required is there, and enough of them are different passages.

    Raises:
        ValueError: `against` is malformed.
    """
    corpus = Corpus.read(against)
    if not isinstance(artefact, list) or not corpus.least <= len(artefact) <= corpus.most:
        return Finding(0.0, f"there must be {corpus.least} to {corpus.most} citations")
    citations: list[Citation] = []
    for at, item in enumerate(artefact, start=1):
        citation = read_citation(item, corpus.rules)
        if isinstance(citation, str):
            return Finding(0.0, f"citation {at}: {citation}")
        if citation.doc_id not in corpus.documents:
            return Finding(0.0, f"citation {at} is from no document of the task")
        if citation in citations:
            return Finding(0.0, f"citation {at} is there twice")
        citations.append(citation)
    return _judged(corpus, citations)


def _judged(corpus: Corpus, citations: Sequence[Citation]) -> Finding:
    texts = {doc_id: normal(corpus.documents[doc_id]) for doc_id in {each.doc_id for each in citations}}
    spans: list[tuple[str, int, int]] = []
    for at, citation in enumerate(citations, start=1):
        wrong = fault_of(citation, texts[citation.doc_id])
        if wrong:
            return Finding(0.0, f"citation {at}: {wrong}")
        start = places(citation.quote, texts[citation.doc_id])[0]
        spans.append((citation.doc_id, start, start + len(citation.quote)))
    different = _different(spans)
    if different < corpus.least:
        return Finding(0.0, f"only {different} of the passages are different ones, and {corpus.least} are asked for")
    for required in corpus.required:
        if not any(_brings(citation, required) for citation in citations):
            return Finding(0.0, "a citation that the question needs is missing")
    return Finding(1.0, f"all {len(citations)} citations hold")


def fault_of(citation: Citation, text: str) -> str:
    """Why a citation does not hold against its document's normal text; empty where it does."""
    if not places(citation.quote, text):
        return "the quote does not stand in its document, in whole words"
    if len(citation.quote) > max(_SHORT, len(text) // 2):
        return "the quote is most of its document"
    return "" if supported(citation) else "the claim states a number that the quote does not"


def _different(spans: Sequence[tuple[str, int, int]]) -> int:
    """How many passages do not overlap: the most there can be, taken by their ends."""
    count, last = 0, ("", 0)
    for doc_id, start, end in sorted(spans, key=lambda span: (span[0], span[2])):
        if doc_id != last[0] or start >= last[1] or not count:
            count, last = count + 1, (doc_id, end)
    return count


def _brings(citation: Citation, required: Required) -> bool:
    if citation.doc_id != required.doc_id:
        return False
    told = ({value for value, _ in numbers_in(text, words=True)} for text in (citation.claim, citation.quote))
    return all(numbers.issuperset(required.numbers) for numbers in told)


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "documents": {
            "trial": "It ran in 12 clinics. Of 340 patients, 51 (15%) relapsed within a year. No deaths occurred."
        },
        "required": [{"doc_id": "trial", "numbers": [15]}],
    },
    [{"claim": "15% relapsed", "doc_id": "trial", "quote": "Of 340 patients, 51 (15%) relapsed within a year."}],
    [{"claim": "25% relapsed", "doc_id": "trial", "quote": "Of 340 patients, 51 (15%) relapsed within a year."}],
)

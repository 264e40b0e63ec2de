"""What the `citations` check asks: claims, each with a passage quoted word for word from a document of the task's."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import items, known_members, mapping, number, refuse, text, whole

CHECK = "citations"
MOST_DOCUMENTS, MOST_DOCUMENT_CHARACTERS, MOST_CORPUS_CHARACTERS = 50, 200_000, 500_000
MOST_CITATIONS = 40
_MEMBERS = ("documents", "required", "least", "most", "least_characters", "most_characters")


@frozen
class QuoteRules:
    """How long a quote is, in characters after white space is made single; most of all, it is no whole document.

    Attributes:
        least, most: characters of a quote.
    """

    least: int = 20
    most: int = 400


@frozen
class Required:
    """What some citation must bring: these numbers, claimed and quoted, from this document."""

    doc_id: str
    numbers: tuple[Fraction, ...]


@frozen
class Corpus:
    """The documents, what must be cited from them, and how many citations there are (`least` … `most`)."""

    documents: Mapping[str, str]
    required: tuple[Required, ...]
    least: int
    most: int
    rules: QuoteRules

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed."""
        known_members(mapping(against, "against"), _MEMBERS, "against")
        documents = {
            text(name, "a document's id", 100): text(body, f"the document {name}", MOST_DOCUMENT_CHARACTERS)
            for name, body in mapping(against.get("documents"), "documents").items()
        }
        if not 1 <= len(documents) <= MOST_DOCUMENTS or sum(map(len, documents.values())) > MOST_CORPUS_CHARACTERS:
            raise refuse(f"a corpus has 1 to {MOST_DOCUMENTS} documents of {MOST_CORPUS_CHARACTERS} characters in all")
        required = tuple(_required(item, documents) for item in items(against.get("required", []), "required", 0, 20))
        most = whole(against.get("most", 20), "most", 1, MOST_CITATIONS)
        rules = QuoteRules(
            whole(against.get("least_characters", 20), "least_characters", 10, 200),
            whole(against.get("most_characters", 400), "most_characters", 200, 2_000),
        )
        return cls(documents, required, whole(against.get("least", 1), "least", 1, most), most, rules)


def _required(given: Any, documents: Mapping[str, str]) -> Required:
    each = mapping(given, "a required citation")
    known_members(each, ("doc_id", "numbers"), "a required citation")
    doc_id = text(each.get("doc_id"), "doc_id", 100)
    if doc_id not in documents:
        raise refuse("a required citation is from a document of the corpus")
    return Required(doc_id, tuple(number(n, "a number") for n in items(each.get("numbers", []), "numbers", 0, 20)))


def citations_artefact(
    documents: Mapping[str, str],
    *,
    required: Sequence[tuple[str, Sequence[int | str]]] = (),
    least: int = 1,
    most: int = 20,
    rules: QuoteRules | None = None,
) -> ArtefactSpecification:
    """Asks for citations from the documents, which the task's context shows under the same ids.

    Args:
        documents: id → text.
        required: (id, numbers): some citation from it must claim and quote them.
        least: how many different passages at least.
        most: how many citations at most.
        rules: how long a quote is.

    Raises:
        ValueError: something is malformed.
    """
    length = rules or QuoteRules()
    against = {
        "documents": dict(documents),
        "required": [{"doc_id": doc_id, "numbers": list(numbers)} for doc_id, numbers in required],
        "least": least,
        "most": most,
        "least_characters": length.least,
        "most_characters": length.most,
    }
    corpus = Corpus.read(against)
    describe = (
        f"{least} to {most} citations from the documents given: a claim, the document's id, and a quote of "
        f"{length.least} to {length.most} characters that stands there word for word, in whole words, no more than "
        "half of a longer document. Every number in the claim must stand in the quote. Quotes that overlap count once."
    )
    citation = {
        "type": "object",
        "required": ["claim", "doc_id", "quote"],
        "properties": {
            "claim": {"type": "string", "minLength": 1, "maxLength": 1_000},
            "doc_id": {"enum": list(corpus.documents)},
            "quote": {"type": "string", "minLength": length.least, "maxLength": length.most},
        },
    }
    schema = {"type": "array", "items": citation, "minItems": least, "maxItems": most}
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": schema}, against)

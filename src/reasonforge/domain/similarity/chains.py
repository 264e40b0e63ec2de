"""A submission's chain, read once: what is fingerprinted of it and what can be embedded."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from attrs import field, frozen

from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.numbers import nonnegative
from reasonforge.domain.similarity.alignment import PartVectors
from reasonforge.domain.similarity.fingerprint import TOKEN, WORD_GRAM, Fingerprint, fingerprints
from reasonforge.domain.similarity.normalise import fold_parts
from reasonforge.domain.similarity.rules import SimilarityMode, SimilarityRules


def _nonnegative(_instance: object, _attribute: object, value: float) -> None:
    nonnegative(value, "arrival_seconds")


@frozen
class BatchText:
    """One reply's reasoning to the task that its batch is about.

    Attributes:
        parts: the steps, in order. Hostile. The final answer is not among them.
        arrival_seconds: the round trip by the validator's own clock, ≥ 0: whose was first.
        asked: what this miner alone was shown; empty where it was shown what all were.
    """

    hotkey: Hotkey
    parts: tuple[str, ...]
    arrival_seconds: float = field(validator=_nonnegative)
    asked: str = ""


@frozen
class Part:
    """A stretch of a chain in its author's own words, as it is embedded: folded, and `words` ≥ 1 of them."""

    text: str
    words: int


@frozen
class Chain:
    """What is compared of one submission: its fingerprint, and its folded parts."""

    fingerprint: Fingerprint
    folded: tuple[str, ...]

    @property
    def characters(self) -> int:
        """At most what is embedded of it."""
        return sum(map(len, self.folded))


@frozen
class PastReasoning:
    """What is kept of a submission for later epochs: hashes and vectors, never the text.

    Attributes:
        embedding: None when it was not embedded.
        embedder: the model's name and how the chain was cut: vectors of different names are never compared.
    """

    hotkey: Hotkey
    epoch: EpochNumber
    fingerprint: Fingerprint
    embedding: PartVectors | None = None
    embedder: str = ""


def read_chains(problem: str, texts: Sequence[BatchText], rules: SimilarityRules) -> tuple[Chain, ...]:
    """Each text bounded, folded and fingerprinted, in order; grams of what its miner was shown are not its own."""
    folded = [fold_parts(text.parts, rules) for text in texts]
    shown: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        shown.setdefault(text.asked or problem, []).append(place)
    chains: dict[int, Chain] = {}
    for asked, places in shown.items():
        (statement,) = fold_parts((asked,), rules)
        prints = fingerprints(statement, ["\n".join(folded[place]) for place in places])
        chains.update((place, Chain(own, folded[place])) for place, own in zip(places, prints, strict=True))
    return tuple(chains[place] for place in range(len(texts)))


def own_parts(problem: str, chains: Sequence[Chain], rules: SimilarityRules) -> tuple[tuple[Part, ...], ...]:
    """What is embedded of each chain, in order: its steps without what they quote of `problem`.

    A long step is cut into pieces; a piece with fewer than `min_part_words` own words is left out, as is the whole of
    a chain with fewer than `min_chain_words`; of more than `max_parts` pieces the longest are kept. Under the literal
    rule a chain is one part, whatever its length.
    """
    (statement,) = fold_parts((problem,), rules)
    known = set(_runs([match[0] for match in _words(statement)]))
    return tuple(_parts_of(chain, known, rules) for chain in chains)


def _parts_of(chain: Chain, known: set[tuple[str, ...]], rules: SimilarityRules) -> tuple[Part, ...]:
    own = [_unquoted(text, known) for text in chain.folded]
    if rules.mode is SimilarityMode.EMBEDDING:
        whole = _part("\n".join(text for text in own if text))
        return (whole,) if whole.words else ()
    pieces = [_part(piece) for text in own for piece in _pieces(text, rules.part_characters)]
    if sum(piece.words for piece in pieces) < rules.min_chain_words:
        return ()
    worth = [index for index, piece in enumerate(pieces) if piece.words >= rules.min_part_words]
    longest = sorted(worth, key=lambda index: -pieces[index].words)[: rules.max_parts]
    return tuple(pieces[index] for index in sorted(longest))


def _words(text: str) -> list[re.Match[str]]:
    return [match for match in TOKEN.finditer(text) if match[0].isalnum()]


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[offset:] for offset in range(WORD_GRAM)), strict=False)


def _part(text: str) -> Part:
    return Part(text=text, words=len(_words(text)))


def _unquoted(text: str, known: set[tuple[str, ...]]) -> str:
    """`text` without the words that stand in one of the problem's 4-grams."""
    words = _words(text)
    quoted = [False] * len(words)
    for place, run in enumerate(_runs([word[0] for word in words])):
        if run in known:
            quoted[place : place + WORD_GRAM] = [True] * WORD_GRAM
    if not any(quoted):
        return text.strip()
    kept: list[str] = []
    for said, run_of_words in groupby(zip(quoted, words, strict=True), key=itemgetter(0)):
        if not said:
            own = [word for _, word in run_of_words]
            kept.append(text[own[0].start() : own[-1].end()])
    return " ".join(kept)


def _pieces(text: str, longest: int) -> Iterator[str]:
    """`text` cut after a sentence, else between words, else anywhere, into pieces of at most `longest` characters."""
    while len(text) > longest:
        sentence = text.rfind(". ", longest // 2, longest)
        space = text.rfind(" ", longest // 2, longest)
        cut = sentence + 1 if sentence >= 0 else space if space >= 0 else longest
        yield text[:cut]
        text = text[cut:].lstrip()
    yield text

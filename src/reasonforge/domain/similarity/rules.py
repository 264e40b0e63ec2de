from enum import StrEnum

from attrs import frozen

from reasonforge.domain.numbers import nonnegative, within_unit
from reasonforge.domain.parameters import DEFAULT_PARAMETERS


class SimilarityMode(StrEnum):
    """Which rule of §1.6 is applied."""

    DEFAULT = "default"
    """Fingerprint everything, embed the doubtful and a sample; either signal is enough."""
    EMBEDDING = "embedding"
    """The plan's literal rule: each chain embedded once and whole, the cosine alone decides."""


_SHARES = (
    "words_threshold",
    "skeleton_threshold",
    "embedding_threshold",
    "judged_share",
    "candidate_share",
    "sample_share",
)
_COUNTS = (
    "min_grams", "min_skeleton_grams", "max_characters", "max_parts", "part_characters", "min_part_words",
    "min_chain_words", "max_embedded_characters", "max_evidence", "history_epochs", "max_history",
)  # fmt: skip


@frozen
class SimilarityRules:
    """The constants of §1.6. One that cannot be right is refused when it is made.

    Attributes:
        words_threshold: containment of word 4-grams above which a text is a copy.
        skeleton_threshold: the same of skeleton 6-grams.
        embedding_threshold: alignment of embedded parts above which a text is a copy.
        min_grams: own word 4-grams that both texts need for the two containments to be judged.
        min_skeleton_grams: skeleton 6-grams that both need beside, for the skeleton to be judged: where all words are
            content, in a language that the list of function words does not know, no build is left to compare.
        max_characters: of one submission, after normalising, that are looked at.
        max_parts: of one submission that are embedded.
        part_characters: a longer step is embedded in pieces of at most this (the model reads 256 word pieces).
        min_part_words: a part with fewer own words says too little to be anyone's, and is not embedded.
        min_chain_words: nor is a chain with fewer: two honest one-sentence solutions reach a cosine of 0.951 by
            themselves (all-MiniLM-L6-v2; among 55 pairs of at most 25 words). The literal rule has no such floor.
        judged_share: of the shorter chain, by own words and best-matched first, that the alignment is the mean of;
            what is left lets one new paragraph hide nothing.
        candidate_share: a pair is worth embedding when a containment exceeds this share of its threshold.
        sample_share: of the replies that are embedded whatever their fingerprint says.
        max_embedded_characters: of one batch; candidates beyond it are left to their fingerprints.
        max_evidence: pairs that one likeness keeps, strongest first.
        history_epochs, max_history: how long, and how much of, the past is compared with.
    """

    words_threshold: float = 0.41
    skeleton_threshold: float = 0.45
    embedding_threshold: float = DEFAULT_PARAMETERS.similarity_threshold
    min_grams: int = 180
    min_skeleton_grams: int = 90
    max_characters: int = 32_000
    max_parts: int = 64
    part_characters: int = 1_000
    min_part_words: int = 5
    min_chain_words: int = 20
    judged_share: float = 2 / 3
    candidate_share: float = 0.75
    sample_share: float = 0.02
    max_embedded_characters: int = 400_000
    max_evidence: int = 32
    history_epochs: int = 30
    max_history: int = 20_000
    mode: SimilarityMode = SimilarityMode.DEFAULT

    def __attrs_post_init__(self) -> None:
        for name in _SHARES:
            within_unit(getattr(self, name), name)
        for name in ("words_threshold", "skeleton_threshold", "embedding_threshold"):
            if getattr(self, name) >= 1:
                message = f"{name} must be below 1, or the same text would not exceed it"
                raise ValueError(message)
        for name in _COUNTS:
            value = nonnegative(getattr(self, name), name)
            if value < 1 or value != int(value):
                message = f"{name} must be a whole number of at least 1, and is {value:g}"
                raise ValueError(message)
        if self.judged_share == 0:
            message = "judged_share must be above 0, or an alignment would be the mean of nothing"
            raise ValueError(message)


DEFAULT_RULES = SimilarityRules()

"""How like others' reasoning a submission is: the values that similarity.py makes and the policies read (§1.6)."""

from attrs import field, frozen

from reasonforge.domain.identity import Hotkey
from reasonforge.domain.numbers import unit


@frozen
class CopyEvidence:
    """One pair above a threshold, kept in the ledger.

    Attributes:
        signal: `embedding`, `fingerprint` or `skeleton`.
        copied_from: whose reasoning came first.
        source: `batch` (another reply to the same task) or `history` (an earlier epoch).
        score: the signal's value, in [0, 1].
        threshold: what it had to stay at or below.
    """

    signal: str
    copied_from: Hotkey
    source: str
    score: float
    threshold: float


@frozen
class Likeness:
    """A submission against those that came before it: earlier arrivals in its batch, and the history.

    Attributes:
        embedding: greatest cosine, in [0, 1]; 0 where nothing was embedded.
        fingerprint: greatest containment of hashed word 4-grams, in [0, 1].
        skeleton: the same of 6-grams of the masked skeleton.
        excess: how far the strongest signal lies above what honest pairs reach, from 0 (at or below every
            threshold) to 1 (the same text).
        evidence: the pairs above a threshold, strongest first, at most `SimilarityRules.max_evidence` of them; empty
            when the submission is not penalised.
    """

    embedding: float = field(default=0.0, validator=unit)
    fingerprint: float = field(default=0.0, validator=unit)
    skeleton: float = field(default=0.0, validator=unit)
    excess: float = field(default=0.0, validator=unit)
    evidence: tuple[CopyEvidence, ...] = ()

    @property
    def penalised(self) -> bool:
        """Whether it counts as plagiarism."""
        return bool(self.evidence)


UNLIKE = Likeness()
"""Like nothing seen before."""

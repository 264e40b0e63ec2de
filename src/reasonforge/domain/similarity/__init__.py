"""Whose reasoning is whose (1-mechanism §1.6): texts in, likenesses with evidence out. Pure.

read_chains      fold, bound and fingerprint each text            (normalise, fingerprint, chains)
overlap          who came before whom, and what grams they share  (overlap, containment)
worth_embedding  which of them to embed                           (candidates)
own_parts        what of them is embedded                         (chains)
aligned          the embedded parts, matched                      (alignment)
likenesses       who is penalised, and the evidence               (decide)
"""

from reasonforge.domain.similarity.alignment import PartVectors, alignments
from reasonforge.domain.similarity.candidates import worth_embedding
from reasonforge.domain.similarity.chains import BatchText, Chain, Part, PastReasoning, own_parts, read_chains
from reasonforge.domain.similarity.containment import containments
from reasonforge.domain.similarity.decide import aligned, likenesses
from reasonforge.domain.similarity.fingerprint import Fingerprint, fingerprints
from reasonforge.domain.similarity.normalise import fold
from reasonforge.domain.similarity.overlap import Overlap, overlap
from reasonforge.domain.similarity.rules import DEFAULT_RULES, SimilarityMode, SimilarityRules

__all__ = [
    "DEFAULT_RULES",
    "BatchText",
    "Chain",
    "Fingerprint",
    "Overlap",
    "Part",
    "PartVectors",
    "PastReasoning",
    "SimilarityMode",
    "SimilarityRules",
    "aligned",
    "alignments",
    "containments",
    "fingerprints",
    "fold",
    "likenesses",
    "overlap",
    "own_parts",
    "read_chains",
    "worth_embedding",
]

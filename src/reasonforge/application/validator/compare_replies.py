from collections.abc import Sequence
from random import Random

import numpy as np
from attrs import frozen

from reasonforge.application.ports.embedder import Embedder
from reasonforge.domain.identity import EpochNumber
from reasonforge.domain.likeness import Likeness
from reasonforge.domain.similarity import (
    DEFAULT_RULES,
    BatchText,
    Part,
    PartVectors,
    PastReasoning,
    SimilarityRules,
    aligned,
    likenesses,
    overlap,
    own_parts,
    read_chains,
    worth_embedding,
)


@frozen
class Comparison:
    """What comparing a batch came to: one of each for every text, in order.

    Attributes:
        likenesses: against earlier arrivals of other miners, and their past.
        reasoning: what the history keeps of each.
    """

    likenesses: tuple[Likeness, ...]
    reasoning: tuple[PastReasoning, ...]


@frozen
class CompareReplies:
    """A reply that says in the same words what another miner said before it is a copy; who said it first is not.

    Every text is fingerprinted; the doubtful, the very short and a seeded sample are embedded, each once; either
    signal above its threshold is enough (§1.6). What the problem statement says is nobody's own, the final answer
    is not compared, and an empty chain is like nothing.
    """

    embedder: Embedder
    rules: SimilarityRules = DEFAULT_RULES

    async def __call__(
        self,
        problem: str,
        texts: Sequence[BatchText],
        history: Sequence[PastReasoning],
        epoch: EpochNumber,
        rng: Random,
    ) -> Comparison:
        """Compare one task's replies with one another and with the history of the task's family.

        `problem` is all that the miners were shown: statement, context, constraints; a text may have its own.
        `rng` draws the sample only.
        """
        chains = read_chains(problem, texts, self.rules)
        shared = overlap(texts, chains, history, self.rules)
        name = f"{self.embedder.name} ({self.rules.mode})"
        past = [entry.embedding if entry.embedder == name else None for entry in history]
        chosen = worth_embedding(texts, chains, [old is not None for old in past], shared, self.rules, rng=rng)
        parts = [own_parts(texts[place].asked or problem, [chains[place]], self.rules)[0] for place in chosen]
        embedded = await self._embed(parts)
        present: list[PartVectors | None] = [None] * len(texts)
        for place, vectors in zip(chosen, embedded, strict=True):
            present[place] = vectors
        alignment = aligned(shared.before, [*present, *past], self.rules)
        return Comparison(
            likenesses=likenesses(texts, history, shared, alignment, self.rules),
            reasoning=tuple(
                PastReasoning(text.hotkey, epoch, chain.fingerprint, vectors, name if vectors is not None else "")
                for text, chain, vectors in zip(texts, chains, present, strict=True)
            ),
        )

    async def _embed(self, chains: Sequence[tuple[Part, ...]]) -> list[PartVectors | None]:
        """Each chain's vectors, None where there was nothing to embed; every distinct part is embedded once."""
        distinct = sorted({part.text for parts in chains for part in parts})
        if not distinct:
            return [None] * len(chains)
        rows = {text: row for row, text in enumerate(distinct)}
        matrix = await self.embedder.embed(distinct)
        something = np.any(matrix, axis=1).tolist()
        result: list[PartVectors | None] = []
        for parts in chains:
            told = [part for part in parts if something[rows[part.text]]]
            vectors = matrix[[rows[part.text] for part in told]]
            weights = np.array([part.words for part in told], dtype=np.float32)
            result.append(PartVectors(vectors, weights) if told else None)
        return result

"""Which replies are worth embedding under the default policy (§1.6)."""

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from reasonforge.domain.similarity.chains import BatchText, Chain
from reasonforge.domain.similarity.overlap import Overlap, arrival_ranks, by_arrival
from reasonforge.domain.similarity.rules import SimilarityMode, SimilarityRules

_PARTNERS = 8  # of one text, the most alike first: more would embed a crowd for one doubt


def worth_embedding(
    texts: Sequence[BatchText],
    chains: Sequence[Chain],
    remembered: Sequence[bool],
    shared: Overlap,
    rules: SimilarityRules,
    *,
    rng: Random,
) -> tuple[int, ...]:
    """Places of the texts to embed, rising, of at most `max_embedded_characters` in all.

    `remembered` says which of the past entries that `shared` has columns for can be compared by vector. In this
    order, what fits the budget:

    1. both sides of each pair whose fingerprints are doubtful: above `candidate_share` of a threshold, where the later
       text is not proved a copy already; the most alike first;
    2. texts too short to be judged by fingerprint, the shortest first;
    3. a sample of `sample_share` of the texts, each with the earlier one it is most like, so that what fingerprints
       miss is seen.

    Under the literal rule every text is embedded. The result does not depend on the order of texts that arrived at
    different times.
    """
    spoken = [place for place in by_arrival(texts) if chains[place].characters]
    if rules.mode is SimilarityMode.EMBEDDING:
        return tuple(sorted(spoken))
    rank = np.concatenate((arrival_ranks(texts), np.arange(len(remembered)) - len(remembered)))
    usable = np.array([*(chain.characters > 0 for chain in chains), *remembered], dtype=np.bool_)
    by_words = shared.words / rules.words_threshold
    by_skeleton = np.where(shared.skeleton_judged, shared.skeleton / rules.skeleton_threshold, 0.0)
    above = ((by_words > 1) & shared.words_judged) | (by_skeleton > 1)
    proved: NDArray[np.bool_] = np.any(shared.before & above, axis=1)
    strength = np.where(shared.before & usable[None, :], np.maximum(by_words, by_skeleton), -1.0)
    nearest = {place: _nearest(strength[place], rank) for place in spoken}
    doubtful = [
        (-strength[place, partner], rank[place], rank[partner], (place, partner))
        for place in spoken
        if not proved[place]
        for partner in nearest[place]
        if strength[place, partner] > rules.candidate_share
    ]
    short = [place for place in spoken if not proved[place] and len(chains[place].fingerprint.words) < rules.min_grams]
    groups: list[tuple[int, ...]] = [pair for *_, pair in sorted(doubtful)]
    if len(spoken) + sum(remembered) > 1:
        groups += [(place,) for place in sorted(short, key=lambda place: (chains[place].characters, rank[place]))]
    groups += [(place, *nearest[place][:1]) for place in _sampled(spoken, rules.sample_share, rng)]
    return _within_budget(groups, chains, rules.max_embedded_characters)


def _nearest(strength: NDArray[np.float64], rank: NDArray[np.int64]) -> tuple[int, ...]:
    """The columns most like a row, at most `_PARTNERS`; ties to the earlier. Below 0: not compared."""
    few = np.flatnonzero(strength >= 0)
    ordered = few[np.lexsort((rank[few], -strength[few]))]
    return tuple(int(column) for column in ordered[:_PARTNERS])


def _sampled(places: Sequence[int], share: float, rng: Random) -> list[int]:
    """`share` of the places, of which a fraction of one is drawn as a chance."""
    whole, fraction = divmod(share * len(places), 1)
    return rng.sample(places, int(whole) + (rng.random() < fraction))


def _within_budget(groups: Sequence[tuple[int, ...]], chains: Sequence[Chain], budget: int) -> tuple[int, ...]:
    """The batch's places in those groups that still fit when their turn comes; columns past the batch cost nothing."""
    chosen: set[int] = set()
    for group in groups:
        new = {place for place in group if place < len(chains)} - chosen
        cost = sum(chains[place].characters for place in new)
        if cost <= budget:
            budget -= cost
            chosen |= new
    return tuple(sorted(chosen))

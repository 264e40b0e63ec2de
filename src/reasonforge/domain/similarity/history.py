"""How much of the past is compared with: a bounded number of epochs and of entries, by task family."""

from collections.abc import Mapping, Sequence

from reasonforge.domain.identity import EpochNumber
from reasonforge.domain.similarity.chains import PastReasoning
from reasonforge.domain.similarity.rules import SimilarityRules

History = Mapping[str, Sequence[PastReasoning]]
"""Past reasoning by task family, oldest first in each. A batch is compared with its own family's only."""


def rolled(history: History, newest: EpochNumber, rules: SimilarityRules) -> dict[str, tuple[PastReasoning, ...]]:
    """What of `history` is still compared with in epoch `newest`: its order kept, empty families left out.

    Entries of the `history_epochs` epochs before `newest`, and of itself; of more than `max_history` those of the
    latest epochs, and within one epoch the later entries of each family in turn, so that no family crowds out another.
    """
    oldest = newest - rules.history_epochs
    kept: dict[str, list[int]] = {family: [] for family in history}
    ranked = sorted(
        (-entry.epoch, len(entries) - place, family, place)
        for family, entries in history.items()
        for place, entry in enumerate(entries)
        if entry.epoch >= oldest
    )
    for _, _, family, place in ranked[: rules.max_history]:
        kept[family].append(place)
    return {
        family: tuple(history[family][place] for place in sorted(places)) for family, places in kept.items() if places
    }

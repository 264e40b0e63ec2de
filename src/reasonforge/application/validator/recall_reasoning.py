"""What replies are compared with: the past of a family of tasks, read once, and from then on only what is new."""

from collections.abc import Sequence

from attrs import define, field

from reasonforge.application.ports.store import Store
from reasonforge.domain.identity import EpochNumber
from reasonforge.domain.similarity import PastReasoning, SimilarityRules


@define
class RecallReasoning:
    """The same as `store.history` would give, without reading again what cannot change any more.

    Nothing is recorded of an epoch once a later one is worked on, so what was read of earlier epochs stays as it is; of
    the epoch in which a family was looked at last, and of later ones, everything is read again. So a record that failed
    halfway, or a restart, needs no care here.

    Attributes:
        most: entries kept in memory, of all families, 4 to 6 kB each; a family that was not asked for longest is read
            anew.
    """

    store: Store
    rules: SimilarityRules
    most: int = 50_000
    _known: dict[str, tuple[EpochNumber, list[PastReasoning]]] = field(factory=dict, init=False)

    async def __call__(self, family: str, epoch: EpochNumber) -> Sequence[PastReasoning]:
        """Of the rules' last `history_epochs` epochs and this one, the newest `max_history`, oldest first.

        `StoreFault` when it cannot be read; what was known before is known still.
        """
        since = EpochNumber(max(0, epoch - self.rules.history_epochs))
        read, known = self._known.get(family, (since, []))
        if read > epoch:
            read, known = since, []
        settled = [past for past in known if since <= past.epoch < read]
        fresh = await self.store.history(family, max(read, since), self.rules.max_history)
        found = [*settled, *fresh][-self.rules.max_history :]
        self._known.pop(family, None)
        self._known[family] = (epoch, found)
        self._make_room(family)
        return found

    def _make_room(self, asked: str) -> None:
        kept = sum(len(entries) for _, entries in self._known.values())
        for family in tuple(self._known):
            if kept <= self.most or family == asked:
                return
            kept -= len(self._known.pop(family)[1])

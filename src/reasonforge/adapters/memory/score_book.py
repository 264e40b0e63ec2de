"""The ScoreBook without a disk: for the in-process subnet and for tests."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from reasonforge.application.ports.score_book import (
    DEFAULT_BOOK_LIMITS,
    AnswerState,
    AskedQuestion,
    BookLimits,
    BookOwner,
    ToldScores,
)
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId

_Key = TypeVar("_Key", tuple[Hotkey, EpochNumber], tuple[Hotkey, QueryId])


class MemoryScoreBook:
    """The promises of the ScoreBook port, but for what a crash leaves: nothing."""

    def __init__(self, limits: BookLimits = DEFAULT_BOOK_LIMITS) -> None:
        self._limits = limits
        self._owner: BookOwner | None = None
        self._told: dict[tuple[Hotkey, EpochNumber], ToldScores] = {}
        self._asked: dict[tuple[Hotkey, QueryId], AskedQuestion] = {}

    async def own(self, owner: BookOwner) -> None:
        if self._owner not in {None, owner}:
            raise OperatorError("these scores are another miner's")
        self._owner = owner

    async def learn(self, told: ToldScores) -> bool:
        key = (told.validator, told.epoch)
        if key in self._told:
            return False
        self._told[key] = told
        for old in self._beyond(self._told, told.validator, self._limits.epochs):
            del self._told[old]
        for old in self._of_strangers(self._told):
            del self._told[old]
        return True

    async def ask(self, question: AskedQuestion) -> None:
        key = (question.validator, question.query_id)
        if key in self._asked:
            return
        self._asked[key] = question
        for old in self._beyond(self._asked, question.validator, self._limits.questions):
            del self._asked[old]
        for old in self._of_strangers(self._asked):
            del self._asked[old]

    async def settle(self, question: AskedQuestion) -> None:
        key = (question.validator, question.query_id)
        known = self._asked.get(key)
        if known is not None and known.state is AnswerState.OPEN:
            self._asked[key] = question

    async def told(self, limit: int) -> Sequence[ToldScores]:
        found: list[ToldScores] = []
        shown: dict[Hotkey, int] = {}
        for told in reversed(self._told.values()):
            shown[told.validator] = shown.get(told.validator, 0) + 1
            if shown[told.validator] <= limit:
                found.append(told)
        return found

    async def asked(self) -> Sequence[AskedQuestion]:
        return list(reversed(self._asked.values()))

    @staticmethod
    def _beyond(kept: Iterable[_Key], validator: Hotkey, most: int) -> list[_Key]:
        own = [key for key in kept if key[0] == validator]
        return own[: max(0, len(own) - most)]

    def _of_strangers(self, kept: Iterable[_Key]) -> list[_Key]:
        """What is kept of the validators beyond the limit: those not heard of for the longest."""
        keys = list(kept)
        heard = list(dict.fromkeys(key[0] for key in reversed(keys)))
        forgotten = set(heard[self._limits.validators :])
        return [key for key in keys if key[0] in forgotten]

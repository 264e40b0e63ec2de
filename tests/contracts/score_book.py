"""What every ScoreBook promises (application/ports/score_book.py)."""

import asyncio
from contextlib import AbstractContextManager

import pytest
from attrs import evolve

from reasonforge.application.ports.score_book import (
    DEFAULT_BOOK_LIMITS,
    AnswerState,
    AskedQuestion,
    BookLimits,
    BookOwner,
    ScoreBook,
    ToldScores,
)
from reasonforge.application.ports.transport import TaskScore
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import EpochNumber, Hotkey, NetUid, QueryId, Rao, Uid
from reasonforge.domain.score import DimensionScores

ALICE, BOB, CAROL = Hotkey("5Alice"), Hotkey("5Bob"), Hotkey("5Carol")
SCORE = TaskScore(QueryId("q1"), 0.1 + 0.2, 3, DimensionScores(0.1, -0.0, 1.0, 1 / 3), {"numerical": "1", "☃": "\0"})


def told(epoch: int, validator: Hotkey = ALICE) -> ToldScores:
    return ToldScores(
        validator=validator,
        epoch=EpochNumber(epoch),
        uid=Uid(7),
        s_epoch=0.1 + 0.7,
        rank=2,
        total_tao=1e-9,
        incentive=1 / 7,
        emission=Rao(2**53 + 1),
        told_at=1_700_000_000.25,
        scores=(SCORE, evolve(SCORE, query_id=QueryId("q2"), checks={})),
    )


def asked(number: int, validator: Hotkey = ALICE) -> AskedQuestion:
    return AskedQuestion(validator, QueryId(f"q{number}"), Discipline.CAUSAL, 9, 0.5, 1_700_000_000.5)


class ScoreBookContract:
    """Subclasses give an empty book with these limits."""

    def fresh(self, limits: BookLimits = DEFAULT_BOOK_LIMITS) -> AbstractContextManager[ScoreBook]:
        raise NotImplementedError

    def test_what_was_told_comes_back_newest_first(self) -> None:
        """Values come back equal, in the order of arrival, whatever the epochs' numbers."""

        async def go(book: ScoreBook) -> None:
            for one in (told(5), told(3), told(4, BOB)):
                assert await book.learn(one)
            assert list(await book.told(10)) == [told(4, BOB), told(3), told(5)]

        with self.fresh() as book:
            asyncio.run(go(book))

    def test_an_epoch_told_twice_is_kept_once(self) -> None:
        """What came first stays; another validator's word on the same epoch is its own."""

        async def go(book: ScoreBook) -> None:
            assert await book.learn(told(1))
            assert not await book.learn(evolve(told(1), s_epoch=0.0))
            assert await book.learn(told(1, BOB))
            assert list(await book.told(10)) == [told(1, BOB), told(1)]

        with self.fresh() as book:
            asyncio.run(go(book))

    def test_the_newest_epochs_of_each_validator(self) -> None:
        """The limit of a reading is each validator's."""

        async def go(book: ScoreBook) -> None:
            for one in (told(1), told(1, BOB), told(2), told(3)):
                await book.learn(one)
            assert list(await book.told(2)) == [told(3), told(2), told(1, BOB)]
            assert list(await book.told(0)) == []

        with self.fresh() as book:
            asyncio.run(go(book))

    def test_a_flood_displaces_only_its_own(self) -> None:
        """One validator's epochs and questions beyond the limit push out its oldest and nobody else's."""

        async def go(book: ScoreBook) -> None:
            await book.learn(told(1, BOB))
            await book.ask(asked(1, BOB))
            for number in range(10):
                await book.learn(told(number))
                await book.ask(asked(number))
            assert list(await book.told(100)) == [told(9), told(8), told(1, BOB)]
            assert list(await book.asked()) == [asked(9), asked(8), asked(7), asked(1, BOB)]

        with self.fresh(BookLimits(epochs=2, questions=3)) as book:
            asyncio.run(go(book))

    def test_the_validators_not_heard_of_for_longest_are_forgotten(self) -> None:
        """Beyond the limit of validators, all entries of the quietest go."""

        async def go(book: ScoreBook) -> None:
            for one in (told(1), told(1, BOB), told(2), told(1, CAROL)):
                await book.learn(one)
            for question in (asked(1), asked(1, BOB), asked(2), asked(1, CAROL)):
                await book.ask(question)
            assert list(await book.told(100)) == [told(1, CAROL), told(2), told(1)]
            assert list(await book.asked()) == [asked(1, CAROL), asked(2), asked(1)]

        with self.fresh(BookLimits(validators=2)) as book:
            asyncio.run(go(book))

    def test_a_question_is_settled_once(self) -> None:
        """The first outcome of an open question stays, in its place; an unknown question stays unknown."""
        first = evolve(asked(1), state=AnswerState.DECLINED, detail="we do not serve causal", seconds=0.25)

        async def go(book: ScoreBook) -> None:
            await book.ask(asked(1))
            await book.ask(asked(2))
            await book.ask(evolve(asked(1), difficulty=1))
            await book.settle(first)
            await book.settle(evolve(asked(1), state=AnswerState.ANSWERED, seconds=9.0))
            await book.settle(evolve(asked(3), state=AnswerState.ANSWERED, seconds=9.0))
            assert list(await book.asked()) == [asked(2), first]

        with self.fresh() as book:
            asyncio.run(go(book))

    def test_a_book_has_one_owner(self) -> None:
        """Its owner may say so again; another miner, or another subnet, is refused."""

        async def go(book: ScoreBook) -> None:
            owner = BookOwner(ALICE, NetUid(1))
            await book.own(owner)
            await book.own(owner)
            for stranger in (BookOwner(BOB, NetUid(1)), BookOwner(ALICE, NetUid(2))):
                with pytest.raises(OperatorError):
                    await book.own(stranger)

        with self.fresh() as book:
            asyncio.run(go(book))

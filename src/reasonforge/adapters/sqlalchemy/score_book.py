"""The ScoreBook in a database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from reasonforge.adapters.sqlalchemy.codec.documents import Fields
from reasonforge.adapters.sqlalchemy.codec.told import asked_row, read_asked, read_told, settled_columns, told_row
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.tables import asked_questions, book_owner, told_scores
from reasonforge.application.ports.score_book import (
    DEFAULT_BOOK_LIMITS,
    AnswerState,
    AskedQuestion,
    BookLimits,
    BookOwner,
    ToldScores,
)
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey

_OWNER = 1
"""The key of the one row of `book_owner`."""


class SqlAlchemyScoreBook:
    """The promises of the ScoreBook port, for the one miner of a database. Entries are in the order of their ids."""

    def __init__(self, database: Database, limits: BookLimits = DEFAULT_BOOK_LIMITS) -> None:
        self._database = database
        self._limits = limits

    async def own(self, owner: BookOwner) -> None:
        def work(connection: Connection) -> Any:
            found = connection.execute(select(book_owner.c.hotkey, book_owner.c.netuid)).first()
            if found is None:
                row = {"only": _OWNER, "hotkey": owner.hotkey, "netuid": owner.netuid}
                connection.execute(insert(book_owner), row)
            return found

        found = await self._database.write(work)
        if found is not None and (found.hotkey, found.netuid) != (owner.hotkey, owner.netuid):
            raise OperatorError(
                f"the database {self._database.path} is the miner {found.hotkey}'s on subnet {found.netuid}; give this "
                "one its own with --state.db (STATE_DB_PATH)"
            )

    async def learn(self, told: ToldScores) -> bool:
        key = (told_scores.c.validator == told.validator) & (told_scores.c.epoch == told.epoch)

        def work(connection: Connection) -> bool:
            if connection.execute(select(told_scores.c.id).where(key)).first() is not None:
                return False
            connection.execute(insert(told_scores), told_row(told))
            self._forget(connection, told_scores, told.validator, self._limits.epochs)
            return True

        return await self._database.write(work)

    async def ask(self, question: AskedQuestion) -> None:
        key = _key(question)

        def work(connection: Connection) -> None:
            if connection.execute(select(asked_questions.c.id).where(key)).first() is None:
                connection.execute(insert(asked_questions), asked_row(question))
                self._forget(connection, asked_questions, question.validator, self._limits.questions)

        await self._database.write(work)

    async def settle(self, question: AskedQuestion) -> None:
        still_open = _key(question) & (asked_questions.c.state == AnswerState.OPEN)

        def work(connection: Connection) -> None:
            connection.execute(update(asked_questions).where(still_open).values(settled_columns(question)))

        await self._database.write(work)

    async def told(self, limit: int) -> Sequence[ToldScores]:
        def work(connection: Connection) -> list[ToldScores]:
            return read_told_scores(connection, limit)

        return await self._database.read(work)

    async def asked(self) -> Sequence[AskedQuestion]:
        return await self._database.read(read_asked_questions)

    def _forget(self, connection: Connection, table: Table, validator: Hotkey, most: int) -> None:
        """What is over the limits: the validator's oldest, then everything of those not heard of for the longest."""
        at = table.c
        kept = select(at.id).where(at.validator == validator).order_by(at.id.desc()).limit(most)
        connection.execute(delete(table).where(at.validator == validator, at.id.not_in(kept)))
        heard = (
            select(at.validator).group_by(at.validator).order_by(func.max(at.id).desc()).limit(self._limits.validators)
        )
        connection.execute(delete(table).where(at.validator.not_in(heard)))


def read_told_scores(connection: Connection, limit: int) -> list[ToldScores]:
    """`ScoreBook.told` within a snapshot; also for who only looks on."""
    shown: dict[str, int] = {}
    found = []
    for row in connection.execute(select(told_scores).order_by(told_scores.c.id.desc())).mappings():
        shown[row["validator"]] = shown.get(row["validator"], 0) + 1
        if shown[row["validator"]] <= limit:
            found.append(read_told(Fields(row)))
    return found


def read_asked_questions(connection: Connection) -> list[AskedQuestion]:
    """`ScoreBook.asked` within a snapshot."""
    rows = connection.execute(select(asked_questions).order_by(asked_questions.c.id.desc())).mappings()
    return [read_asked(Fields(row)) for row in rows]


def _key(question: AskedQuestion) -> Any:
    at = asked_questions.c
    return (at.validator == question.validator) & (at.query_id == question.query_id)

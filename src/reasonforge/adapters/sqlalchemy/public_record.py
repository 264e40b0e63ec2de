"""What anybody may read of the validators' records. Users' tasks are left out of every query."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from reasonforge.adapters.sqlalchemy.codec.documents import Fields
from reasonforge.adapters.sqlalchemy.codec.findings import read_checks
from reasonforge.adapters.sqlalchemy.codec.results import read_miner
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.gateway_tables import user_tasks
from reasonforge.adapters.sqlalchemy.tables import (
    epochs,
    miner_epochs,
    miner_standings,
    submissions,
    task_results,
    validator_epochs,
    validator_standings,
    weights,
)
from reasonforge.application.ports.public_record import (
    EpochPage,
    LastEpoch,
    Leaderboard,
    MinerEpoch,
    MinerPage,
    MinerTask,
    Ranked,
    Statistics,
    TaskNote,
    ValidatorNote,
    WeightsNote,
)
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, Rao, Uid
from reasonforge.domain.report import HAS_RESULTS, EpochState
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.verdict import Unavailable

_CLOSED = epochs.c.state.in_(HAS_RESULTS)
_NEWEST = select(epochs).where(_CLOSED).order_by(epochs.c.number.desc(), epochs.c.id).limit(1)
"""Of several validators' newest epoch, that of the one that began first."""
_LOOKED_THROUGH = 500
"""Newest closed epochs in which a uid is looked for."""
_PUBLIC = task_results.c.task_id.not_in(select(user_tasks.c.task_id))
_OF_TASK = (submissions.c.epoch_id == task_results.c.epoch_id) & (submissions.c.task_index == task_results.c.task_index)


class SqlAlchemyPublicRecord:
    """The promises of the PublicRecord port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def leaderboard(self, discipline: Discipline | None, limit: int) -> Leaderboard:
        def work(connection: Connection) -> Leaderboard:
            newest = connection.execute(_NEWEST).first()
            if newest is None:
                return Leaderboard(None, discipline, ())
            if discipline is None:
                ranked = _ranked(connection, newest.id, limit)
            else:
                ranked = _ranked_within(connection, newest.id, discipline, limit)
            return Leaderboard(EpochNumber(newest.number), discipline, ranked)

        return await self._database.read(work)

    async def miner(self, uid: Uid, limit: int) -> MinerPage | None:
        recent = select(epochs.c.id).where(_CLOSED).order_by(epochs.c.number.desc(), epochs.c.id).limit(_LOOKED_THROUGH)
        holder = (
            select(miner_epochs.c.hotkey, epochs.c.id, epochs.c.validator)
            .join(epochs, epochs.c.id == miner_epochs.c.epoch_id)
            .where(miner_epochs.c.uid == uid, epochs.c.id.in_(recent))
            .order_by(epochs.c.number.desc(), epochs.c.id)
            .limit(1)
        )

        def work(connection: Connection) -> MinerPage | None:
            found = connection.execute(holder).first()
            if found is None:
                return None
            newest_first = (
                select(epochs.c.number, miner_epochs)
                .join(epochs, epochs.c.id == miner_epochs.c.epoch_id)
                .where(miner_epochs.c.hotkey == found.hotkey, epochs.c.validator == found.validator, _CLOSED)
                .order_by(epochs.c.number.desc())
                .limit(max(0, limit))
            )
            rows = [Fields(row) for row in connection.execute(newest_first).mappings()]
            return MinerPage(
                uid=uid,
                hotkey=Hotkey(found.hotkey),
                epochs=tuple(_miner_epoch(row) for row in reversed(rows)),
                tasks=_miner_tasks(connection, found.id, found.hotkey),
            )

        return await self._database.read(work)

    async def epoch(self, number: EpochNumber) -> EpochPage | None:
        wanted = select(epochs).where(epochs.c.number == number).order_by(epochs.c.id).limit(1)

        def work(connection: Connection) -> EpochPage | None:
            found = connection.execute(wanted).first()
            if found is None:
                return None
            state = EpochState(found.state)
            return EpochPage(
                epoch=EpochNumber(found.number),
                validator=Hotkey(found.validator),
                state=state,
                first_block=BlockNumber(found.first_block),
                last_block=BlockNumber(found.last_block),
                opened_at=found.opened_at,
                ended_at=found.ended_at,
                tasks=_task_notes(connection, found.id, over=state is not EpochState.OPEN),
                miners=_ranked(connection, found.id, None),
                weights=_weights_note(connection, epochs.c.id == found.id, answered=False),
            )

        return await self._database.read(work)

    async def statistics(self) -> Statistics:
        return await self._database.read(_statistics)

    async def validators(self) -> Sequence[ValidatorNote]:
        def work(connection: Connection) -> list[ValidatorNote]:
            newest = connection.execute(_NEWEST).first()
            if newest is None:
                return []
            judged = (
                select(validator_epochs)
                .where(validator_epochs.c.epoch_id == newest.id)
                .order_by(validator_epochs.c.position)
            )
            return [
                ValidatorNote(
                    hotkey=Hotkey(row.hotkey),
                    stake=row.stake,
                    vas=row.vas,
                    reputation=row.reputation,
                    last_epoch=EpochNumber(newest.number),
                    weights=_weights_note(connection, epochs.c.validator == row.hotkey, answered=False),
                )
                for row in connection.execute(judged)
            ]

        return await self._database.read(work)


def _ranked(connection: Connection, epoch_id: int, limit: int | None) -> tuple[Ranked, ...]:
    """By rank; who has none (0) comes last."""
    at = miner_epochs.c
    same = (miner_standings.c.epoch_id == at.epoch_id) & (miner_standings.c.hotkey == at.hotkey)
    rows = (
        select(miner_epochs, miner_standings.c.total_earned)
        .join(miner_standings, same, isouter=True)
        .where(at.epoch_id == epoch_id)
        .order_by(at.rank == 0, at.rank, at.position)
        .limit(limit)
    )
    return tuple(
        _ranked_miner(row, row.rank, row.s_epoch, _dimensions(row), row.total_earned)
        for row in connection.execute(rows)
    )


def _ranked_within(connection: Connection, epoch_id: int, discipline: Discipline, limit: int) -> tuple[Ranked, ...]:
    """By the mean CMS over the discipline's tasks that could be checked; silences count as 0."""
    at = submissions.c
    figures = (
        select(
            at.hotkey,
            func.avg(at.cms).label("cms"),
            *(func.avg(at[name]).label(name) for name in ("quality", "accuracy", "novelty", "efficiency")),
        )
        .join(task_results, _OF_TASK)
        .where(at.epoch_id == epoch_id, task_results.c.discipline == discipline, at.void.is_(False), _PUBLIC)
        .group_by(at.hotkey)
        .subquery()
    )
    standing = (miner_standings.c.epoch_id == epoch_id) & (miner_standings.c.hotkey == figures.c.hotkey)
    rows = (
        select(
            miner_epochs.c.uid,
            miner_epochs.c.peb,
            miner_epochs.c.streak,
            miner_epochs.c.share,
            figures,
            miner_standings.c.total_earned,
        )
        .join(figures, figures.c.hotkey == miner_epochs.c.hotkey)
        .join(miner_standings, standing, isouter=True)
        .where(miner_epochs.c.epoch_id == epoch_id)
        .order_by(figures.c.cms.desc(), miner_epochs.c.position)
        .limit(limit)
    )
    return tuple(
        _ranked_miner(row, rank, row.cms, _dimensions(row), row.total_earned)
        for rank, row in enumerate(connection.execute(rows), 1)
    )


def _ranked_miner(row: Row[Any], rank: int, s_epoch: float, dimensions: DimensionScores, earned: int | None) -> Ranked:
    return Ranked(
        rank=rank,
        uid=Uid(row.uid),
        hotkey=Hotkey(row.hotkey),
        s_epoch=s_epoch,
        peb=row.peb,
        streak=row.streak,
        dimensions=dimensions,
        share=row.share,
        total_earned=Rao(earned or 0),
    )


def _dimensions(row: Row[Any]) -> DimensionScores:
    return DimensionScores(row.quality, row.accuracy, row.novelty, row.efficiency)


def _miner_epoch(row: Fields) -> MinerEpoch:
    result = read_miner(row)
    return MinerEpoch(
        epoch=EpochNumber(row.integer("number")),
        rank=result.rank,
        s_epoch=result.s_epoch,
        peb=result.peb,
        streak=result.streak,
        trap_penalty=result.trap_penalty,
        share=result.share,
        dimensions=result.dimensions,
        asked=result.asked,
        answered=result.answered,
        right=result.right,
    )


def _miner_tasks(connection: Connection, epoch_id: int, hotkey: str) -> tuple[MinerTask, ...]:
    at = submissions.c
    rows = (
        select(epochs.c.number, task_results.c.discipline, task_results.c.difficulty, at.cms, at.checks)
        .join(task_results, _OF_TASK)
        .join(epochs, epochs.c.id == at.epoch_id)
        .where(at.epoch_id == epoch_id, at.hotkey == hotkey, _PUBLIC)
        .order_by(at.task_index)
    )
    return tuple(
        MinerTask(
            epoch=EpochNumber(row.number),
            discipline=Discipline(row.discipline),
            difficulty=row.difficulty,
            cms=row.cms,
            checks={
                name: None if isinstance(verdict.outcome, Unavailable) else verdict.outcome
                for name, verdict in read_checks(row.checks).items()
            },
        )
        for row in connection.execute(rows)
    )


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _task_notes(connection: Connection, epoch_id: int, *, over: bool) -> tuple[TaskNote, ...]:
    at, task = submissions.c, task_results.c
    rows = (
        select(
            *(task.task_index, task.discipline, task.difficulty, task.is_trap, task.family),
            func.count(at.position).label("asked"),
            _count_if(at.position.is_not(None) & at.silence.is_(None)).label("answered"),
            _count_if(at.correctness == 1.0).label("right_answers"),
            func.coalesce(func.avg(at.cms), 0.0).label("average_cms"),
        )
        .join(submissions, _OF_TASK, isouter=True)
        .where(task.epoch_id == epoch_id, _PUBLIC)
        .group_by(task.task_index, task.discipline, task.difficulty, task.is_trap, task.family)
        .order_by(task.task_index)
    )
    return tuple(
        TaskNote(
            index=row.task_index,
            discipline=Discipline(row.discipline),
            difficulty=row.difficulty,
            asked=row.asked,
            answered=row.answered,
            right=row.right_answers,
            average_cms=float(row.average_cms),
            is_trap=bool(row.is_trap) if over else None,
            family=row.family if over else None,
        )
        for row in connection.execute(rows)
    )


def _weights_note(connection: Connection, whose: ColumnElement[bool], *, answered: bool) -> WeightsNote | None:
    """Of the newest epoch of those that has a row of weights; with `answered`, that the chain answered for."""
    newest = (
        select(epochs.c.number, weights.c.outcome, weights.c.block, weights.c.answered_at)
        .join(weights, weights.c.epoch_id == epochs.c.id)
        .where(whose)
        .order_by(epochs.c.number.desc(), epochs.c.id)
        .limit(1)
    )
    if answered:
        newest = newest.where(weights.c.answered_at.is_not(None))
    row = connection.execute(newest).first()
    if row is None:
        return None
    block = None if row.block is None else BlockNumber(row.block)
    return WeightsNote(EpochNumber(row.number), row.outcome, block, row.answered_at)


def _statistics(connection: Connection) -> Statistics:
    def one(query: Any) -> Any:
        return connection.execute(query).scalar()

    newest = connection.execute(_NEWEST).first()
    last_weights = _weights_note(connection, _CLOSED, answered=True)
    tasks = one(select(func.count()).select_from(task_results).where(_PUBLIC))
    replies = select(func.count().label("count"), func.avg(submissions.c.cms).label("cms")).where(
        submissions.c.silence.is_(None)
    )
    sent = connection.execute(replies.join(task_results, _OF_TASK).where(_PUBLIC)).one()
    known = one(select(func.count(func.distinct(epochs.c.number))))
    figures = {"epochs": known, "tasks": tasks, "submissions": sent.count, "average_cms": float(sent.cms or 0.0)}
    if newest is None:
        return Statistics(
            **figures,
            miners=0,
            validators=0,
            miners_earned=Rao(0),
            validators_earned=Rao(0),
            peb_share=0.0,
            last_epoch=None,
            last_weights=last_weights,
        )
    notes = _task_notes(connection, newest.id, over=True)
    miners = _ranked(connection, newest.id, None)
    earned = select(func.sum(validator_standings.c.total_earned)).where(validator_standings.c.epoch_id == newest.id)
    judges = select(func.count()).where(validator_epochs.c.epoch_id == newest.id)
    asked = sum(note.asked for note in notes)
    return Statistics(
        **figures,
        miners=len(miners),
        validators=one(judges),
        miners_earned=Rao(sum(miner.total_earned for miner in miners)),
        validators_earned=Rao(int(one(earned) or 0)),
        peb_share=sum(miner.share * miner.peb / (1.0 + miner.peb) for miner in miners),
        last_epoch=LastEpoch(
            epoch=EpochNumber(newest.number),
            validator=Hotkey(newest.validator),
            state=EpochState(newest.state),
            closed_at=newest.ended_at,
            tasks=len(notes),
            miners=len(miners),
            average_cms=sum(note.average_cms * note.asked for note in notes) / asked if asked else 0.0,
        ),
        last_weights=last_weights,
    )

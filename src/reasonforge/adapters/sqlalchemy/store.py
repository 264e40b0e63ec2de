"""The Store in a database."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Select, Table, delete, func, insert, select, update

from reasonforge.adapters.sqlalchemy.codec.documents import FORMAT, Fields, write_json
from reasonforge.adapters.sqlalchemy.codec.history import PAST_COLUMNS, past_rows, read_past
from reasonforge.adapters.sqlalchemy.codec.plans import plan_row, read_seed_record
from reasonforge.adapters.sqlalchemy.codec.results import (
    miner_row,
    outcome_columns,
    plain,
    read_miner,
    read_validator,
    read_weight_row,
    validator_row,
    weights_row,
    write_flags,
)
from reasonforge.adapters.sqlalchemy.codec.standings import miner_standing_rows, read_standing, validator_standing_rows
from reasonforge.adapters.sqlalchemy.codec.tasks import read_scored, reply_rows, task_row, variant_rows
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.plan_tables import asked_instances, epoch_plans, reply_variants
from reasonforge.adapters.sqlalchemy.tables import (
    embedding_history,
    epochs,
    miner_epochs,
    miner_standings,
    submissions,
    task_results,
    validator_epochs,
    validator_standings,
    weights,
)
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.commitment import HISTORY_EPOCHS, EpochCommitment, SeedRecord, other_seed
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.errors import StoreFault
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey
from reasonforge.domain.report import (
    HAS_RESULTS,
    EpochReport,
    EpochState,
    MinerResult,
    PendingWeights,
    Publication,
    ScoredTask,
    ValidatorResult,
)
from reasonforge.domain.seed import EpochSeed
from reasonforge.domain.similarity import PastReasoning
from reasonforge.domain.standing import KEPT_STANDINGS, Standing
from reasonforge.domain.weights import WeightsUnreachable

_ONLY_FOR_THE_NEXT = (
    (miner_standings, miner_standings.c.recent_cms),
    (validator_standings, validator_standings.c.readings),
)
"""What of a standing is no figure."""
_UNSETTLED = (EpochState.CLOSED, EpochState.PUBLISHING)


@frozen
class _Found:
    """Our row of an epoch."""

    id: int
    state: EpochState


class SqlAlchemyStore:
    """The promises of the Store port, for one validator. Several may share a database: none sees another's epochs.

    A report's tasks are those that were recorded; `close` does not write them again. `clock` dates rows for people; no
    time is ever read back.
    """

    def __init__(self, database: Database, owner: Hotkey, clock: Clock) -> None:
        self.owner = owner
        self._database = database
        self._clock = clock

    async def open_epoch(self, epoch: Epoch) -> EpochState:
        now = self._clock.now()

        def work(connection: Connection) -> EpochState:
            known = self._find(connection, epoch.number)
            if known is not None:
                return known.state
            row = {
                "validator": self.owner,
                "number": epoch.number,
                "first_block": epoch.first_block,
                "last_block": epoch.last_block,
                "state": EpochState.OPEN,
                "format": FORMAT,
                "opened_at": now,
            }
            connection.execute(insert(epochs), row)
            return EpochState.OPEN

        return await self._database.write(work)

    async def commit(self, commitment: EpochCommitment, instances: Collection[str]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            number = commitment.epoch.number
            found = self._expect(connection, number, (EpochState.OPEN,), "it cannot be bound to a seed")
            bound = connection.execute(select(epoch_plans.c.commitment).where(epoch_plans.c.epoch_id == found.id))
            known = bound.scalar()
            if known is None:
                connection.execute(insert(epoch_plans), plan_row(found.id, commitment, now))
                rows = [{"epoch_id": found.id, "instance": instance} for instance in sorted(set(instances))]
                _insert(connection, asked_instances, rows)
            elif known != commitment.commitment:
                raise other_seed(number)

        await self._database.write(work)

    async def reveal(self, epoch: EpochNumber, seed: EpochSeed) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            over = (*HAS_RESULTS, EpochState.FAILED)
            found = self._expect(connection, epoch, over, "its seed cannot be revealed")
            ours = (epoch_plans.c.epoch_id == found.id) & (epoch_plans.c.commitment == seed.commitment())
            if connection.execute(select(epoch_plans.c.epoch_id).where(ours)).first() is None:
                raise other_seed(epoch)
            hidden = ours & epoch_plans.c.seed.is_(None)
            connection.execute(update(epoch_plans).where(hidden).values(seed=seed.secret, revealed_at=now))

        await self._database.write(work)

    async def commitment_of(self, epoch: EpochNumber) -> SeedRecord | None:
        found = await self._seed_records(self._plans().where(epochs.c.number == epoch))
        return found[0] if found else None

    async def commitments(self, limit: int) -> Sequence[SeedRecord]:
        return await self._seed_records(self._plans().order_by(epochs.c.number.desc()).limit(max(0, limit)))

    async def asked_instances(self, since: EpochNumber, before: EpochNumber) -> frozenset[str]:
        noted = (
            select(asked_instances.c.instance)
            .join(epochs, epochs.c.id == asked_instances.c.epoch_id)
            .where(epochs.c.validator == self.owner, epochs.c.number >= since, epochs.c.number < before)
        )
        return await self._database.read(lambda connection: frozenset(connection.execute(noted).scalars()))

    async def open_epochs(self, before: EpochNumber) -> Sequence[EpochNumber]:
        left = (
            select(epochs.c.number)
            .where(epochs.c.validator == self.owner, epochs.c.state == EpochState.OPEN, epochs.c.number < before)
            .order_by(epochs.c.number)
        )
        return await self._database.read(lambda connection: list(connection.execute(left).scalars()))

    def _plans(self) -> Select[Any]:
        return (
            select(epochs.c.number, epochs.c.first_block, epochs.c.last_block, epoch_plans)
            .join(epoch_plans, epoch_plans.c.epoch_id == epochs.c.id)
            .where(epochs.c.validator == self.owner)
        )

    async def _seed_records(self, query: Select[Any]) -> list[SeedRecord]:
        return await self._database.read(
            lambda connection: [read_seed_record(row) for row in _fetch(connection, query)]
        )

    async def record(self, epoch: Epoch, scored: ScoredTask, reasoning: Sequence[PastReasoning]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            found = self._expect(connection, epoch.number, (EpochState.OPEN,), "nothing can be recorded")
            key = (task_results.c.epoch_id == found.id) & (task_results.c.task_index == scored.index)
            if connection.execute(select(task_results.c.task_index).where(key)).first() is not None:
                return
            connection.execute(insert(task_results), task_row(found.id, scored, now))
            _insert(connection, submissions, reply_rows(found.id, scored))
            _insert(connection, reply_variants, variant_rows(found.id, scored))
            _insert(connection, embedding_history, past_rows(found.id, scored, reasoning))

        await self._database.write(work)

    async def recorded(self, epoch: EpochNumber) -> Mapping[int, ScoredTask]:
        def work(connection: Connection) -> dict[int, ScoredTask]:
            found = self._find(connection, epoch)
            if found is None:
                return {}
            tasks = select(task_results).where(task_results.c.epoch_id == found.id).order_by(task_results.c.task_index)
            return {
                (index := task.integer("task_index")): read_scored(task, _replies(connection, found.id, index))
                for task in _fetch(connection, tasks)
            }

        return await self._database.read(work)

    async def close(self, report: EpochReport, standing: Standing) -> None:
        if report.validator != self.owner:
            raise StoreFault(f"this store belongs to {self.owner}, and the report to {report.validator}")
        now = self._clock.now()

        def work(connection: Connection) -> None:
            closable = (EpochState.OPEN, *HAS_RESULTS)
            found = self._expect(connection, report.epoch.number, closable, "it cannot be closed")
            if found.state in HAS_RESULTS:
                return
            miners = enumerate(report.miners)
            validators = enumerate(report.validators)
            _insert(connection, miner_epochs, [miner_row(found.id, place, result) for place, result in miners])
            _insert(connection, validator_epochs, [validator_row(found.id, place, one) for place, one in validators])
            _insert(connection, miner_standings, miner_standing_rows(found.id, standing))
            _insert(connection, validator_standings, validator_standing_rows(found.id, standing))
            connection.execute(insert(weights), weights_row(found.id, report.weights))
            closed = {"state": EpochState.CLOSED, "flags": write_flags(report.flags), "ended_at": now}
            connection.execute(update(epochs).where(epochs.c.id == found.id).values(closed))

        await self._database.write(work)

    async def fail(self, epoch: EpochNumber, reason: str) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            found = self._expect(connection, epoch, (EpochState.OPEN, EpochState.FAILED), "it cannot be given up")
            if found.state is EpochState.OPEN:
                failed = {"state": EpochState.FAILED, "failure": plain(reason), "ended_at": now}
                connection.execute(update(epochs).where(epochs.c.id == found.id).values(failed))

        await self._database.write(work)

    async def unpublished(self) -> Sequence[PendingWeights]:
        pending = (
            select(epochs.c.number, epochs.c.first_block, epochs.c.last_block, weights)
            .join(weights, weights.c.epoch_id == epochs.c.id)
            .where(epochs.c.validator == self.owner, epochs.c.state.in_(_UNSETTLED), weights.c.uids.is_not(None))
            .order_by(epochs.c.number)
        )
        taken = (
            select(func.max(weights.c.block))
            .join(epochs, epochs.c.id == weights.c.epoch_id)
            .where(epochs.c.validator == self.owner, weights.c.outcome.in_(("set", "committed")))
        )

        def work(connection: Connection) -> list[PendingWeights]:
            last_set = connection.execute(taken).scalar()
            return [
                PendingWeights(
                    Epoch(
                        EpochNumber(row.integer("number")),
                        BlockNumber(row.integer("first_block")),
                        BlockNumber(row.integer("last_block")),
                    ),
                    read_weight_row(row),
                    None if (block := row.any("sent_after")) is None else BlockNumber(block),
                    None if last_set is None else BlockNumber(last_set),
                )
                for row in _fetch(connection, pending)
            ]

        return await self._database.read(work)

    async def sending(self, epoch: EpochNumber, after: BlockNumber) -> None:
        def work(connection: Connection) -> None:
            found = self._expect(connection, epoch, _UNSETTLED, "its weights cannot be sent")
            sent = update(weights).where(weights.c.epoch_id == found.id).values(sent_after=after)
            connection.execute(sent)
            state = update(epochs).where(epochs.c.id == found.id).values(state=EpochState.PUBLISHING)
            connection.execute(state)

        await self._database.write(work)

    async def publish(self, publication: Publication) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            number = publication.epoch.number
            found = self._expect(connection, number, HAS_RESULTS, "it has no weights to publish")
            if found.state is EpochState.PUBLISHED:
                return
            answered = {**outcome_columns(publication.outcome), "answered_at": now}
            connection.execute(update(weights).where(weights.c.epoch_id == found.id).values(answered))
            if not isinstance(publication.outcome, WeightsUnreachable):
                settled = update(epochs).where(epochs.c.id == found.id).values(state=EpochState.PUBLISHED)
                connection.execute(settled)

        await self._database.write(work)

    async def standing_before(self, epoch: EpochNumber) -> Standing:
        last = (
            select(epochs.c.id)
            .where(epochs.c.validator == self.owner, epochs.c.number < epoch, epochs.c.state.in_(HAS_RESULTS))
            .order_by(epochs.c.number.desc())
            .limit(1)
        )

        def work(connection: Connection) -> Standing:
            found = connection.execute(last).scalar()
            if found is None:
                return Standing()
            return read_standing(
                _rows_of(connection, miner_standings, found), _rows_of(connection, validator_standings, found)
            )

        return await self._database.read(work)

    async def history(self, family: str, since: EpochNumber, limit: int) -> Sequence[PastReasoning]:
        at = embedding_history.c
        newest = (
            select(*(at[name] for name in PAST_COLUMNS))
            .join(epochs, epochs.c.id == at.epoch_id)
            .where(epochs.c.validator == self.owner, epochs.c.number >= since, at.family == family)
            .order_by(epochs.c.number.desc(), at.task_index.desc(), at.position.desc())
            .limit(max(0, limit))
        )

        def work(connection: Connection) -> list[PastReasoning]:
            return [read_past(row) for row in reversed(connection.execute(newest).all())]

        return await self._database.read(work)

    async def state_of(self, epoch: EpochNumber) -> EpochState | None:
        def work(connection: Connection) -> EpochState | None:
            found = self._find(connection, epoch)
            return None if found is None else found.state

        return await self._database.read(work)

    async def miner_results(self, epoch: EpochNumber) -> Sequence[MinerResult]:
        def work(connection: Connection) -> list[MinerResult]:
            found = self._find(connection, epoch)
            rows = [] if found is None else _rows_of(connection, miner_epochs, found.id)
            return sorted(map(read_miner, rows), key=lambda result: result.rank)

        return await self._database.read(work)

    async def validator_results(self, epoch: EpochNumber) -> Sequence[ValidatorResult]:
        def work(connection: Connection) -> list[ValidatorResult]:
            found = self._find(connection, epoch)
            rows = [] if found is None else _rows_of(connection, validator_epochs, found.id)
            return [read_validator(row) for row in rows]

        return await self._database.read(work)

    async def results_of(self, miner: Hotkey, limit: int) -> Sequence[tuple[EpochNumber, MinerResult]]:
        newest = (
            select(epochs.c.number, miner_epochs)
            .join(epochs, epochs.c.id == miner_epochs.c.epoch_id)
            .where(epochs.c.validator == self.owner, miner_epochs.c.hotkey == miner)
            .order_by(epochs.c.number.desc())
            .limit(max(0, limit))
        )

        def work(connection: Connection) -> list[tuple[EpochNumber, MinerResult]]:
            rows = _fetch(connection, newest)
            return [(EpochNumber(row.integer("number")), read_miner(row)) for row in rows]

        return await self._database.read(work)

    async def prune(self, keep_epochs: int) -> int:
        if keep_epochs < 0:
            message = f"no store can keep {keep_epochs} epochs"
            raise ValueError(message)
        own = epochs.c.validator == self.owner
        kept = select(epochs.c.id).where(own).order_by(epochs.c.number.desc()).limit(keep_epochs)
        window = keep_epochs + HISTORY_EPOCHS + 1  # of the oldest that is kept, too: it may be replayed
        remembered = select(epochs.c.id).where(own).order_by(epochs.c.number.desc()).limit(window)
        old = select(epochs.c.id).where(own, epochs.c.state != EpochState.OPEN, epochs.c.id.not_in(kept))

        def work(connection: Connection) -> int:
            forgotten = select(epochs.c.id).where(own, epochs.c.id.not_in(remembered))
            connection.execute(delete(asked_instances).where(asked_instances.c.epoch_id.in_(forgotten)))
            connection.execute(delete(reply_variants).where(reply_variants.c.epoch_id.in_(old)))
            self._trim_standings(connection)
            tables = (embedding_history, submissions, task_results)  # those that refer to others go first
            return sum(connection.execute(delete(table).where(table.c.epoch_id.in_(old))).rowcount for table in tables)

        return await self._database.write(work)

    def _trim_standings(self, connection: Connection) -> None:
        """To their figures, newest first, until a run of epochs has nothing left: an earlier call has done the rest."""
        older = (
            select(epochs.c.id)
            .where(epochs.c.validator == self.owner, epochs.c.state.in_(HAS_RESULTS))
            .order_by(epochs.c.number.desc())
            .offset(KEPT_STANDINGS)
        )
        bare, empty = 0, write_json([])
        for epoch_id in connection.execute(older).scalars().all():
            trims = (
                update(table).where(table.c.epoch_id == epoch_id, column != empty).values({column: empty})
                for table, column in _ONLY_FOR_THE_NEXT
            )
            bare = 0 if sum(connection.execute(trim).rowcount for trim in trims) else bare + 1
            if bare == KEPT_STANDINGS:
                return

    def _find(self, connection: Connection, epoch: EpochNumber) -> _Found | None:
        ours = (epochs.c.validator == self.owner) & (epochs.c.number == epoch)
        row = connection.execute(select(epochs.c.id, epochs.c.state).where(ours)).first()
        return None if row is None else _Found(row.id, EpochState(row.state))

    def _expect(
        self, connection: Connection, epoch: EpochNumber, states: Collection[EpochState], otherwise: str
    ) -> _Found:
        """Our row of an epoch that must be in one of `states`."""
        found = self._find(connection, epoch)
        if found is None or found.state not in states:
            known = "unknown" if found is None else found.state.value
            raise StoreFault(f"epoch {epoch} is {known}: {otherwise}")
        return found


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _fetch(connection: Connection, query: Select[Any]) -> list[Fields]:
    return [Fields(row) for row in connection.execute(query).mappings()]


def _rows_of(connection: Connection, table: Table, epoch_id: int) -> list[Fields]:
    """An epoch's rows in the order in which they were given."""
    return _fetch(connection, select(table).where(table.c.epoch_id == epoch_id).order_by(table.c.position))


def _replies(connection: Connection, epoch_id: int, task_index: int) -> list[Fields]:
    """A task's rows in the order of the plan."""
    at = submissions.c
    own = reply_variants.c
    same = (own.epoch_id == at.epoch_id) & (own.task_index == at.task_index) & (own.position == at.position)
    of_task = (
        select(submissions, own.seed.label("variant_seed"), own.instance, own.problem, own.truth)
        .outerjoin(reply_variants, same)
        .where(at.epoch_id == epoch_id, at.task_index == task_index)
        .order_by(at.position)
    )
    return _fetch(connection, of_task)

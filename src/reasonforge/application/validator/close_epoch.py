"""From scored tasks to ranks, weights and what the next epoch starts with. Pure: same tasks, same report."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve, frozen

from reasonforge.domain.audit import compare_published
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.flagging import flags_of_epoch
from reasonforge.domain.identity import Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Hyperparameters, Metagraph
from reasonforge.domain.numbers import mean
from reasonforge.domain.parameters import MechanismParameters
from reasonforge.domain.ranking import Contender, rank_miners
from reasonforge.domain.report import EpochReport, MinerResult, ScoredReply, ScoredTask, ValidatorResult
from reasonforge.domain.score import mean_dimensions
from reasonforge.domain.standing import (
    BLOCKS_PER_DAY,
    RECENT_CMS,
    MinerStanding,
    Standing,
    ValidatorStanding,
    VasReading,
)
from reasonforge.domain.task import Task
from reasonforge.domain.user_answer import is_users
from reasonforge.domain.weights import normalise, weight_row

SLASH_DAYS = 7
REPUTATION_DAYS = 30


@frozen
class Closing:
    """An epoch's report, and the standing it leaves."""

    report: EpochReport
    standing: Standing


@frozen
class _Record:
    """One miner's replies of the epoch, in the order of the plan."""

    hotkey: Hotkey
    uid: Uid
    answers: tuple[tuple[Task, ScoredReply], ...]

    @property
    def counted(self) -> tuple[tuple[Task, ScoredReply], ...]:
        """Without those that could not be checked: they count neither for nor against."""
        return tuple((task, reply) for task, reply in self.answers if not reply.void)

    @property
    def trap_scores(self) -> list[float]:
        """Of its replies to traps. A silence already costs the task; a trap is for who bluffs."""
        return [reply.correctness for task, reply in self.counted if task.is_trap and reply.correctness is not None]

    def _capped_cms(self, parameters: MechanismParameters) -> list[float]:
        """Of each task that counts. A user's counts at most what brings the miner's mean of tasks with a known answer:
        whoever was told the answer beforehand can lose by it, and gains nothing.
        """
        known = [
            reply.cms * parameters.multiplier(task.difficulty) for task, reply in self.counted if not is_users(task)
        ]
        most = mean(known) if known else 0.0
        return [
            min(reply.cms, most / parameters.multiplier(task.difficulty)) if is_users(task) else reply.cms
            for task, reply in self.counted
        ]

    def s_epoch(self, parameters: MechanismParameters) -> float:
        return ScoringEngine.compute_s_epoch(
            self._capped_cms(parameters),
            [parameters.multiplier(task.difficulty) for task, _ in self.counted],
            ScoringEngine.compute_trap_penalty(self.trap_scores, parameters),
        )


def close_epoch(
    epoch: Epoch,
    validator: Hotkey,
    tasks: Sequence[ScoredTask],
    metagraph: Metagraph,
    before: Standing,
    chain: Hyperparameters,
    parameters: MechanismParameters,
) -> Closing:
    """Rank, weigh and report. `metagraph` is the one the plan was drawn from, `before` the last epoch's standing."""
    records = _records(tasks)
    ranked = rank_miners(
        [
            Contender(record.hotkey, record.uid, record.s_epoch(parameters), before.of_miner(record.hotkey).streak)
            for record in records
            if record.counted
        ],
        parameters,
    )
    scores = {place.uid: place.s_epoch * (1.0 + place.peb) for place in ranked}
    for record in records:
        if not record.counted:  # our fault, nobody's gain or loss: it keeps what it had
            last = before.of_miner(record.hotkey)
            scores[record.uid] = last.s_epoch * (1.0 + last.peb)
    shares = normalise(scores)
    by_hotkey = {record.hotkey: record for record in records}
    miners = [
        _result(by_hotkey[place.hotkey], parameters, shares, place.s_epoch, place.rank, place.streak, place.peb)
        for place in ranked
    ]
    for record in records:
        if not record.counted:
            last = before.of_miner(record.hotkey)
            miners.append(_result(record, parameters, shares, last.s_epoch, 0, last.streak, last.peb))
    validators, validator_standings = _judges(epoch, tasks, metagraph, before, parameters)
    standing = Standing(miners=_miner_standings(miners, by_hotkey, metagraph, before), validators=validator_standings)
    report = EpochReport(
        epoch=epoch,
        validator=validator,
        tasks=tuple(tasks),
        miners=tuple(miners),
        validators=validators,
        flags=tuple(flags_of_epoch(tasks, miners, standing)),
        weights=weight_row(scores, chain),
    )
    return Closing(report, standing)


def _records(tasks: Iterable[ScoredTask]) -> list[_Record]:
    answers: dict[Hotkey, list[tuple[Task, ScoredReply]]] = {}
    uids: dict[Hotkey, Uid] = {}
    for scored in tasks:
        for reply in scored.replies:
            answers.setdefault(reply.hotkey, []).append((scored.task, reply))
            uids[reply.hotkey] = reply.uid
    return [
        _Record(hotkey, uids[hotkey], tuple(answers[hotkey])) for hotkey in sorted(answers, key=lambda one: uids[one])
    ]


def _result(
    record: _Record,
    parameters: MechanismParameters,
    shares: Mapping[Uid, float],
    s_epoch: float,
    rank: int,
    streak: int,
    peb: float,
) -> MinerResult:
    traps = record.trap_scores
    replies = [reply for _, reply in record.answers]
    return MinerResult(
        hotkey=record.hotkey,
        uid=record.uid,
        asked=len(replies),
        answered=sum(reply.silence is None for reply in replies),
        void=sum(reply.void for reply in replies),
        right=sum(reply.correctness == 1.0 for reply in replies),
        dimensions=mean_dimensions([reply.dimensions for _, reply in record.counted]),
        trap_score=mean(traps) if traps else None,
        trap_penalty=ScoringEngine.compute_trap_penalty(traps, parameters),
        s_epoch=s_epoch,
        rank=rank,
        streak=streak,
        peb=peb,
        share=shares.get(record.uid, 0.0),
        breakthroughs=sum(reply.breakthrough for reply in replies),
        plagiarised=sum(reply.likeness.penalised for reply in replies),
    )


def _miner_standings(
    miners: Sequence[MinerResult], records: Mapping[Hotkey, _Record], metagraph: Metagraph, before: Standing
) -> dict[Hotkey, MinerStanding]:
    """Everyone who was asked, with what it did; everyone else as before. What the chain paid is read off it."""
    standings = dict(before.miners)
    for result in miners:
        last = before.of_miner(result.hotkey)
        fresh = [reply.cms for _, reply in records[result.hotkey].counted]
        standings[result.hotkey] = evolve(
            last,
            s_epoch=result.s_epoch,
            peb=result.peb,
            rank=result.rank or last.rank,
            streak=result.streak,
            task_count=last.task_count + result.asked,
            breakthroughs=last.breakthroughs + result.breakthroughs,
            recent_cms=(*last.recent_cms, *fresh)[-RECENT_CMS:],
        )
    return {
        hotkey: evolve(standing, total_earned=Rao(standing.total_earned + _paid(metagraph, hotkey)))
        for hotkey, standing in sorted(standings.items())
    }


def _paid(metagraph: Metagraph, hotkey: Hotkey) -> int:
    neuron = metagraph.of(hotkey)
    return neuron.emission if neuron is not None else 0


def _judges(
    epoch: Epoch,
    tasks: Sequence[ScoredTask],
    metagraph: Metagraph,
    before: Standing,
    parameters: MechanismParameters,
) -> tuple[tuple[ValidatorResult, ...], dict[Hotkey, ValidatorStanding]]:
    """Every validator with a permit, judged by what it told the jury, or else by the weights that it published (Eq. 7),
    and what follows from that (the multiplier of Eq. 8, Eq. 10).
    """
    said = _told_the_jury(tasks) or {
        hotkey: [(one.own, one.consensus) for one in compared]
        for hotkey, compared in compare_published(metagraph, parameters).items()
    }
    standings = dict(before.validators)
    results = []
    for neuron in metagraph.validators():
        scores = said.get(neuron.hotkey, [])
        last = before.of_validator(neuron.hotkey)
        vas = ScoringEngine.compute_vas(*zip(*scores, strict=True)) if scores else None
        readings = last.readings if vas is None else (*last.readings, VasReading(epoch.first_block, vas))
        horizon = epoch.first_block - REPUTATION_DAYS * BLOCKS_PER_DAY
        now = evolve(last, readings=tuple(reading for reading in readings if reading.block > horizon))
        month, week = now.average(epoch.first_block, REPUTATION_DAYS), now.average(epoch.first_block, SLASH_DAYS)
        reputation = (
            last.reputation if month is None else ScoringEngine.compute_reputation_multiplier(month, parameters)
        )
        slash = 0.0 if week is None or vas is None else ScoringEngine.compute_slash(neuron.stake, week, parameters)
        standings[neuron.hotkey] = evolve(
            now,
            reputation=reputation,
            would_be_slashed=last.would_be_slashed + slash,
            total_earned=Rao(last.total_earned + neuron.emission),
        )
        results.append(ValidatorResult(neuron.hotkey, neuron.stake, len(scores), vas, reputation, slash))
    return tuple(results), dict(sorted(standings.items()))


def _told_the_jury(tasks: Iterable[ScoredTask]) -> dict[Hotkey, list[tuple[float, float]]]:
    """Each juror's scores beside the consensus on the same replies; empty without a jury."""
    said: dict[Hotkey, list[tuple[float, float]]] = {}
    for scored in tasks:
        for reply in scored.replies:
            if reply.consensus is not None:
                for judgement in reply.consensus.judgements:
                    said.setdefault(judgement.validator, []).append((judgement.score, reply.consensus.score))
    return said

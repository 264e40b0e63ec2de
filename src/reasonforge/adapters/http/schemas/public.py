"""What anybody may read: leaderboard, miners, epochs, statistics, validators."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from reasonforge.application.ports.public_record import (
    EpochPage,
    LastEpoch,
    Leaderboard,
    MinerPage,
    Ranked,
    Statistics,
    TaskNote,
    ValidatorNote,
    WeightsNote,
)
from reasonforge.domain.identity import RAO_PER_TAO


class RankedMiner(BaseModel):
    """A miner on the leaderboard."""

    rank: int
    uid: int
    hotkey: str
    s_epoch: float = Field(description="Eq. 3 of the epoch; with ?domain= the mean CMS over the discipline's tasks.")
    peb: float = Field(description="Proof-of-excellence bonus, Eq. 4.")
    streak: int
    quality: float
    accuracy: float
    novelty: float
    efficiency: float
    share: float = Field(description="Its part of the validator's weights, 0 to 1.")
    total_tao: float = Field(description="What the chain paid it while the validator watched.")

    @classmethod
    def of(cls, one: Ranked) -> Self:
        return cls(
            rank=one.rank,
            uid=one.uid,
            hotkey=one.hotkey,
            s_epoch=one.s_epoch,
            peb=one.peb,
            streak=one.streak,
            quality=one.dimensions.quality,
            accuracy=one.dimensions.accuracy,
            novelty=one.dimensions.novelty,
            efficiency=one.dimensions.efficiency,
            share=one.share,
            total_tao=one.total_earned / RAO_PER_TAO,
        )


class LeaderboardResponse(BaseModel):
    """The newest closed epoch's ranking; `epoch` is null while there is none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "epoch": 41,
                    "domain": None,
                    "miners": [
                        {
                            "rank": 1,
                            "uid": 7,
                            "hotkey": "5F3sa2TJAWMqDhXG6jhV4N8ko9SxwGy8TpaNS1repo5EYjQX",
                            "s_epoch": 0.81,
                            "peb": 0.12,
                            "streak": 4,
                            "quality": 0.8,
                            "accuracy": 0.9,
                            "novelty": 0.7,
                            "efficiency": 0.6,
                            "share": 0.21,
                            "total_tao": 12.5,
                        }
                    ],
                }
            ]
        }
    )

    epoch: int | None
    domain: str | None
    miners: list[RankedMiner]

    @classmethod
    def of(cls, board: Leaderboard) -> Self:
        domain = None if board.discipline is None else board.discipline.value
        return cls(epoch=board.epoch, domain=domain, miners=[RankedMiner.of(one) for one in board.miners])


class MinerEpochResponse(BaseModel):
    """A miner's figures of one closed epoch."""

    epoch: int
    rank: int
    s_epoch: float
    peb: float
    streak: int
    trap_penalty: float
    share: float
    quality: float
    accuracy: float
    novelty: float
    efficiency: float
    asked: int
    answered: int
    right: int


class MinerTaskResponse(BaseModel):
    """How it fared on one task; a check that could not be made is null."""

    epoch: int
    domain: str
    difficulty: int
    cms: float
    checks: dict[str, float | None]


class MinerResponse(BaseModel):
    """One miner: its epochs, oldest first, and its tasks of the newest."""

    uid: int
    hotkey: str
    epochs: list[MinerEpochResponse]
    tasks: list[MinerTaskResponse]

    @classmethod
    def of(cls, page: MinerPage) -> Self:
        return cls(
            uid=page.uid,
            hotkey=page.hotkey,
            epochs=[
                MinerEpochResponse(
                    epoch=one.epoch,
                    rank=one.rank,
                    s_epoch=one.s_epoch,
                    peb=one.peb,
                    streak=one.streak,
                    trap_penalty=one.trap_penalty,
                    share=one.share,
                    quality=one.dimensions.quality,
                    accuracy=one.dimensions.accuracy,
                    novelty=one.dimensions.novelty,
                    efficiency=one.dimensions.efficiency,
                    asked=one.asked,
                    answered=one.answered,
                    right=one.right,
                )
                for one in page.epochs
            ],
            tasks=[
                MinerTaskResponse(
                    epoch=one.epoch,
                    domain=one.discipline.value,
                    difficulty=one.difficulty,
                    cms=one.cms,
                    checks=dict(one.checks),
                )
                for one in page.tasks
            ],
        )


class EpochTaskResponse(BaseModel):
    """One task; `is_trap` and `family` are null until the epoch is over."""

    index: int
    domain: str
    difficulty: int
    asked: int
    answered: int
    right: int
    average_cms: float
    is_trap: bool | None
    family: str | None

    @classmethod
    def of(cls, task: TaskNote) -> Self:
        return cls(
            index=task.index,
            domain=task.discipline.value,
            difficulty=task.difficulty,
            asked=task.asked,
            answered=task.answered,
            right=task.right,
            average_cms=task.average_cms,
            is_trap=task.is_trap,
            family=task.family,
        )


class EpochWeightsResponse(BaseModel):
    """What became of the epoch's weights; `outcome` is null before the chain answered."""

    outcome: str | None
    block: int | None
    at: float | None

    @classmethod
    def of(cls, weights: WeightsNote) -> Self:
        return cls(outcome=weights.outcome, block=weights.block, at=weights.at)


class EpochResponse(BaseModel):
    """One validator's epoch: blocks, tasks, and, when it is over, results and weights."""

    epoch: int
    validator: str
    state: str
    first_block: int
    last_block: int
    opened_at: float
    ended_at: float | None
    tasks: list[EpochTaskResponse]
    miners: list[RankedMiner]
    weights: EpochWeightsResponse | None

    @classmethod
    def of(cls, page: EpochPage) -> Self:
        return cls(
            epoch=page.epoch,
            validator=page.validator,
            state=page.state.value,
            first_block=page.first_block,
            last_block=page.last_block,
            opened_at=page.opened_at,
            ended_at=page.ended_at,
            tasks=[EpochTaskResponse.of(task) for task in page.tasks],
            miners=[RankedMiner.of(miner) for miner in page.miners],
            weights=None if page.weights is None else EpochWeightsResponse.of(page.weights),
        )


class EmissionResponse(BaseModel):
    """Who was paid what while the validators watched, and the bonus's part of the newest epoch's weights."""

    miners_tao: float
    validators_tao: float
    peb_share: float


class LastEpochResponse(BaseModel):
    """The newest closed epoch."""

    epoch: int
    validator: str
    state: str
    closed_at: float
    tasks: int
    miners: int
    average_cms: float

    @classmethod
    def of(cls, last: LastEpoch) -> Self:
        return cls(
            epoch=last.epoch,
            validator=last.validator,
            state=last.state.value,
            closed_at=last.closed_at,
            tasks=last.tasks,
            miners=last.miners,
            average_cms=last.average_cms,
        )


class LastWeightsResponse(BaseModel):
    """The newest weights that the chain answered for."""

    epoch: int
    block: int | None
    outcome: str
    age_seconds: float


class StatisticsResponse(BaseModel):
    """The network in figures."""

    epochs: int
    tasks: int
    miners: int
    validators: int
    submissions: int
    average_cms: float
    emission: EmissionResponse
    last_epoch: LastEpochResponse | None
    last_weights: LastWeightsResponse | None

    @classmethod
    def of(cls, figures: Statistics, now: float) -> Self:
        weights = figures.last_weights
        shown = None
        if weights is not None and weights.outcome is not None and weights.at is not None:
            shown = LastWeightsResponse(
                epoch=weights.epoch,
                block=weights.block,
                outcome=weights.outcome,
                age_seconds=max(0.0, now - weights.at),
            )
        return cls(
            epochs=figures.epochs,
            tasks=figures.tasks,
            miners=figures.miners,
            validators=figures.validators,
            submissions=figures.submissions,
            average_cms=figures.average_cms,
            emission=EmissionResponse(
                miners_tao=figures.miners_earned / RAO_PER_TAO,
                validators_tao=figures.validators_earned / RAO_PER_TAO,
                peb_share=figures.peb_share,
            ),
            last_epoch=None if figures.last_epoch is None else LastEpochResponse.of(figures.last_epoch),
            last_weights=shown,
        )


class ValidatorResponse(BaseModel):
    """A validator's health. `vas` is null for one that judged nothing."""

    hotkey: str
    stake: float = Field(description="TAO")
    vas: float | None
    reputation: float
    last_epoch: int
    last_weights_outcome: str | None
    last_weights_at: float | None = Field(description="UTC seconds")

    @classmethod
    def of(cls, one: ValidatorNote) -> Self:
        return cls(
            hotkey=one.hotkey,
            stake=one.stake,
            vas=one.vas,
            reputation=one.reputation,
            last_epoch=one.last_epoch,
            last_weights_outcome=None if one.weights is None else one.weights.outcome,
            last_weights_at=None if one.weights is None else one.weights.at,
        )


class ValidatorsResponse(BaseModel):
    """The validators that judged in the newest closed epoch."""

    validators: list[ValidatorResponse]

    @classmethod
    def of(cls, validators: Sequence[ValidatorNote]) -> Self:
        return cls(validators=[ValidatorResponse.of(one) for one in validators])

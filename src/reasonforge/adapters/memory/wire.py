"""The three exchanges of 3-protocol §3.1 as bytes: what one side means becomes JSON, which the other side reads.

Whatever was sent is hostile: every reader here either gives a value or raises `UnreadableError`, in bounded time.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from attrs import asdict

from reasonforge.application.ports.transport import Health, ScoreNotice, TaskScore
from reasonforge.domain.bounded_json import UnreadableError, excerpt, read_object
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import BlockNumber, Coldkey, EpochNumber, Hotkey, QueryId, Rao, Uid
from reasonforge.domain.legible import legible
from reasonforge.domain.metagraph import Endpoint, Neuron
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.task import Question

_LONGEST_WORD = 200


class Unwritable(Exception):  # noqa: N818 - named for what was found, as domain.errors does
    """What a handler gave back cannot be said in JSON."""


def written(value: object) -> bytes:
    """A value as JSON.

    Raises:
        Unwritable: it holds what JSON cannot say, itself, or too many levels.
    """
    try:
        return json.dumps(value).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Unwritable(f"it is no JSON: {excerpt(error)}") from error


def question_body(question: Question) -> bytes:
    """What travels to a miner, under the protocol's names."""
    return written(
        {
            "task_id": question.query_id,
            "problem": question.problem,
            "domain": question.discipline,
            "difficulty": question.difficulty,
            "timeout_seconds": question.timeout_seconds,
            "context": question.context,
            "constraints": question.constraints,
            "answer_format": dict(question.answer_format),
        }
    )


def read_question(body: bytes) -> Question:
    """The question as a miner sees it; `UnreadableError` when it is none."""
    fields = read_object(body)
    try:
        return Question(
            query_id=QueryId(_text(fields, "task_id")),
            problem=_text(fields, "problem"),
            discipline=Discipline(fields["domain"]),
            difficulty=fields["difficulty"],
            timeout_seconds=_seconds(fields["timeout_seconds"]),
            answer_format=_mapping(fields, "answer_format"),
            context=_text(fields, "context"),
            constraints=_text(fields, "constraints"),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableError(f"it is no question: {excerpt(error)}") from error


def health_body(health: Health) -> bytes:
    """A miner's word on itself."""
    return written(
        {
            "status": health.status,
            "supported_domains": sorted(health.supported_disciplines),
            "model_info": health.model,
            "version": health.version,
        }
    )


def read_health(body: bytes) -> Health:
    """A miner's word on itself; what names no discipline is left out, texts are cut at 200 characters."""
    fields = read_object(body)
    try:
        status = _text(fields, "status")
        names = fields["supported_domains"]
        if not isinstance(names, list):
            raise TypeError("supported_domains is no list")  # noqa: TRY301 - one place turns it into `UnreadableError`
    except (KeyError, TypeError) as error:
        raise UnreadableError(f"it is no health: {excerpt(error)}") from error
    known = frozenset(discipline for discipline in Discipline if discipline in names)
    model, version = fields.get("model_info"), fields.get("version")
    return Health(
        status=legible(status[:_LONGEST_WORD]),
        supported_disciplines=known,
        model=legible(model[:_LONGEST_WORD]) if isinstance(model, str) else "",
        version=legible(version[:_LONGEST_WORD]) if isinstance(version, str) else "",
    )


def notice_body(notice: ScoreNotice) -> bytes:
    """What a miner is told of its epoch."""
    return written(
        {
            "epoch_id": notice.epoch,
            "neuron": asdict(notice.neuron),
            "scores": [
                {
                    "task_id": score.query_id,
                    "cms": score.cms,
                    "rank": score.rank,
                    "dimensions": asdict(score.dimensions),
                    "checks": dict(score.checks),
                }
                for score in notice.scores
            ],
            "s_epoch": notice.s_epoch,
            "rank": notice.rank,
            "total_tao": notice.total_tao,
        }
    )


def read_notice(body: bytes) -> ScoreNotice:
    """What a miner is told of its epoch; `UnreadableError` when it is no notice."""
    fields = read_object(body)
    try:
        return ScoreNotice(
            epoch=EpochNumber(fields["epoch_id"]),
            neuron=_neuron(_mapping(fields, "neuron")),
            scores=tuple(_task_score(score) for score in fields["scores"]),
            s_epoch=float(fields["s_epoch"]),
            rank=int(fields["rank"]),
            total_tao=float(fields["total_tao"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableError(f"it is no notice: {excerpt(error)}") from error


def _task_score(fields: Mapping[str, Any]) -> TaskScore:
    return TaskScore(
        query_id=QueryId(_text(fields, "task_id")),
        cms=float(fields["cms"]),
        rank=int(fields["rank"]),
        dimensions=DimensionScores(**_mapping(fields, "dimensions")),
        checks=_mapping(fields, "checks"),
    )


def _neuron(fields: Mapping[str, Any]) -> Neuron:
    endpoint = fields["endpoint"]
    return Neuron(
        uid=Uid(fields["uid"]),
        hotkey=Hotkey(_text(fields, "hotkey")),
        coldkey=Coldkey(_text(fields, "coldkey")),
        stake=float(fields["stake"]),
        validator_permit=bool(fields["validator_permit"]),
        endpoint=None if endpoint is None else Endpoint(**endpoint),
        last_update=BlockNumber(fields["last_update"]),
        registered_at=BlockNumber(fields["registered_at"]),
        emission=Rao(fields["emission"]),
        incentive=float(fields["incentive"]),
        consensus=float(fields["consensus"]),
        dividends=float(fields["dividends"]),
        validator_trust=float(fields["validator_trust"]),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _mapping(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = fields[name]
    if not isinstance(value, dict):
        raise TypeError(f"{name} is no object")
    return value


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not 0 < seconds < math.inf:
        raise ValueError("timeout_seconds is no time")
    return seconds

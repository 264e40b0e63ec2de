"""What a miner was asked and told ↔ rows of `asked_questions` and `told_scores`."""

from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import (
    FORMAT,
    Fields,
    UnreadableError,
    check_format,
    read_json,
    read_list,
    write_json,
)
from reasonforge.application.ports.score_book import AnswerState, AskedQuestion, ToldScores
from reasonforge.application.ports.transport import TaskScore
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import EpochNumber, Hotkey, QueryId, Rao, Uid
from reasonforge.domain.score import DimensionScores

Row = dict[str, Any]


def told_row(told: ToldScores) -> Row:
    """One validator's word on one epoch."""
    return {
        "validator": told.validator,
        "epoch": told.epoch,
        "format": FORMAT,
        "uid": told.uid,
        "s_epoch": told.s_epoch,
        "rank": told.rank,
        "total_tao": told.total_tao,
        "incentive": told.incentive,
        "emission": told.emission,
        "told_at": told.told_at,
        "scores": write_json([_score(score) for score in told.scores]),
    }


def _score(score: TaskScore) -> Row:
    dimensions = score.dimensions
    return {
        "query_id": score.query_id,
        "cms": score.cms,
        "rank": score.rank,
        "dimensions": [dimensions.quality, dimensions.accuracy, dimensions.novelty, dimensions.efficiency],
        "checks": dict(score.checks),
    }


def read_told(row: Fields) -> ToldScores:
    """What `told_row` wrote."""
    check_format(row.integer("format"))
    return ToldScores(
        validator=Hotkey(row.text("validator")),
        epoch=EpochNumber(row.integer("epoch")),
        uid=Uid(row.integer("uid")),
        s_epoch=row.number("s_epoch"),
        rank=row.integer("rank"),
        total_tao=row.number("total_tao"),
        incentive=row.number("incentive"),
        emission=Rao(row.integer("emission")),
        told_at=row.number("told_at"),
        scores=tuple(_read_score(Fields(one)) for one in read_list(read_json(row.any("scores")))),
    )


def _read_score(fields: Fields) -> TaskScore:
    figures = fields.array("dimensions")
    if len(figures) != 4:
        raise UnreadableError(f"there are {len(figures)} dimensions")
    checks = fields.fields("checks")
    return TaskScore(
        query_id=QueryId(fields.text("query_id")),
        cms=fields.number("cms"),
        rank=fields.integer("rank"),
        dimensions=DimensionScores(*figures),
        checks={name: checks.text(name) for name, _ in checks.items()},
    )


def asked_row(question: AskedQuestion) -> Row:
    """A question as it came."""
    return {
        "validator": question.validator,
        "query_id": question.query_id,
        "discipline": question.discipline,
        "difficulty": question.difficulty,
        "timeout_seconds": question.timeout_seconds,
        "asked_at": question.asked_at,
        **settled_columns(question),
    }


def settled_columns(question: AskedQuestion) -> Row:
    """What became of it."""
    return {"state": question.state, "detail": question.detail, "seconds": question.seconds}


def read_asked(row: Fields) -> AskedQuestion:
    """What `asked_row` wrote."""
    return AskedQuestion(
        validator=Hotkey(row.text("validator")),
        query_id=QueryId(row.text("query_id")),
        discipline=Discipline(row.text("discipline")),
        difficulty=row.integer("difficulty"),
        timeout_seconds=row.number("timeout_seconds"),
        asked_at=row.number("asked_at"),
        state=AnswerState(row.text("state")),
        detail=row.text("detail"),
        seconds=row.number_or_none("seconds"),
    )

"""A scored task ↔ one row of `task_results` and a row of `submissions` for each miner who was asked it."""

from collections.abc import Iterable
from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import (
    FORMAT,
    Fields,
    check_format,
    read_json,
    read_texts,
    write_json,
)
from reasonforge.adapters.sqlalchemy.codec.findings import (
    read_checks,
    read_consensus,
    read_likeness,
    read_silence,
    write_checks,
    write_consensus,
    write_likeness,
    write_silence,
)
from reasonforge.adapters.sqlalchemy.codec.submissions import read_submission, write_submission
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import Hotkey, QueryId, TaskId, Uid
from reasonforge.domain.report import ScoredReply, ScoredTask, Variant
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.task import Task

Row = dict[str, Any]


def task_row(epoch_id: int, scored: ScoredTask, recorded_at: float) -> Row:
    """The task itself; its figures are columns beside the whole as a document."""
    task = scored.task
    return {
        "epoch_id": epoch_id,
        "task_index": scored.index,
        "format": FORMAT,
        "task_id": task.task_id,
        "discipline": task.discipline,
        "family": task.family,
        "difficulty": task.difficulty,
        "is_trap": task.is_trap,
        "task": write_task(task),
        "recorded_at": recorded_at,
    }


def reply_rows(epoch_id: int, scored: ScoredTask) -> list[Row]:
    """One row a reply, in the order of the plan."""
    return [_reply_row(epoch_id, scored.index, place, reply) for place, reply in enumerate(scored.replies)]


def _reply_row(epoch_id: int, task_index: int, position: int, reply: ScoredReply) -> Row:
    dimensions = reply.dimensions
    submission = reply.submission
    return {
        "epoch_id": epoch_id,
        "task_index": task_index,
        "position": position,
        "hotkey": reply.hotkey,
        "uid": reply.uid,
        "query_id": reply.query_id,
        "elapsed_seconds": reply.elapsed_seconds,
        "quality": dimensions.quality,
        "accuracy": dimensions.accuracy,
        "novelty": dimensions.novelty,
        "efficiency": dimensions.efficiency,
        "own_cms": reply.own_cms,
        "cms": reply.cms,
        "correctness": reply.correctness,
        "void": reply.void,
        "breakthrough": reply.breakthrough,
        "flags": write_json(reply.flags) if reply.flags else "[]",
        "checks": write_checks(reply.checks),
        "likeness": write_likeness(reply.likeness),
        "consensus": write_consensus(reply.consensus),
        "silence": write_silence(reply.silence),
        "submission": None if submission is None else write_submission(submission),
        "proof_artifact": None if submission is None else submission.proof_artifact,
        "code_artifact": None if submission is None else submission.code_artifact,
    }


def read_scored(task: Fields, replies: Iterable[Fields]) -> ScoredTask:
    """The scored task of these rows; `replies` in their order."""
    check_format(task.integer("format"))
    return ScoredTask(
        index=task.integer("task_index"),
        task=read_task(task.any("task")),
        replies=tuple(_read_reply(reply) for reply in replies),
    )


def _read_reply(row: Fields) -> ScoredReply:
    document = row.any("submission")
    artefacts = (row.blob_or_none("proof_artifact"), row.blob_or_none("code_artifact"))
    return ScoredReply(
        query_id=QueryId(row.text("query_id")),
        uid=Uid(row.integer("uid")),
        hotkey=Hotkey(row.text("hotkey")),
        elapsed_seconds=row.number("elapsed_seconds"),
        silence=read_silence(row.any("silence")),
        submission=None if document is None else read_submission(document, *artefacts),
        checks=read_checks(row.any("checks")),
        correctness=row.number_or_none("correctness"),
        likeness=read_likeness(row.any("likeness")),
        own_cms=row.number("own_cms"),
        consensus=read_consensus(row.any("consensus")),
        dimensions=DimensionScores(
            quality=row.number("quality"),
            accuracy=row.number("accuracy"),
            novelty=row.number("novelty"),
            efficiency=row.number("efficiency"),
        ),
        cms=row.number("cms"),
        void=row.flag("void"),
        breakthrough=row.flag("breakthrough"),
        flags=read_texts(read_json(row.any("flags"))),
        variant=_read_variant(row),
    )


def write_task(task: Task) -> str:
    """The task with its ground truth, the answer in the database's form (7-tasks §7.3)."""
    return write_json(
        {
            "task_id": task.task_id,
            "problem": task.problem,
            "discipline": task.discipline,
            "difficulty": task.difficulty,
            "answer": task.answer.specification(),
            "checks": task.checks,
            "timeout_seconds": task.timeout_seconds,
            "context": task.context,
            "constraints": task.constraints,
            "family": task.family,
            "version": task.version,
            "seed": task.seed,
            "is_trap": task.is_trap,
            "previously_unsolved": task.previously_unsolved,
            "source": task.source,
            "instance": task.instance,
            "artefacts": [
                {"check": artefact.check, "asks": artefact.asks, "against": artefact.against}
                for artefact in task.artefacts
            ],
        }
    )


def read_task(document: object) -> Task:
    """The task that `write_task` wrote."""
    fields = Fields(read_json(document))
    return Task(
        task_id=TaskId(fields.text("task_id")),
        problem=fields.text("problem"),
        discipline=Discipline(fields.text("discipline")),
        difficulty=fields.integer("difficulty"),
        answer=read_answer(fields.any("answer")),
        checks=read_texts(fields.any("checks")),
        timeout_seconds=fields.number("timeout_seconds"),
        context=fields.text("context"),
        constraints=fields.text("constraints"),
        family=fields.text("family"),
        version=fields.integer("version"),
        seed=fields.text("seed"),
        is_trap=fields.flag("is_trap"),
        previously_unsolved=fields.flag("previously_unsolved"),
        source=fields.text("source"),
        artefacts=tuple(_artefact(Fields(one)) for one in fields.array("artefacts")),
        instance=fields.text("instance") if "instance" in fields else "",  # not in what older programs wrote
    )


def variant_rows(epoch_id: int, scored: ScoredTask) -> list[Row]:
    """One row for each reply whose miner had an instance of its own."""
    return [
        {
            "epoch_id": epoch_id,
            "task_index": scored.index,
            "position": place,
            "seed": reply.variant.seed,
            "instance": reply.variant.instance,
            "problem": reply.variant.problem,
            "truth": reply.variant.truth,
        }
        for place, reply in enumerate(scored.replies)
        if reply.variant is not None
    ]


def _read_variant(row: Fields) -> Variant | None:
    """Of a reply's row beside which its variant stands, null where it has none."""
    if row.any("variant_seed") is None:
        return None
    return Variant(row.text("variant_seed"), row.text("instance"), row.text("problem"), row.text("truth"))


def _artefact(fields: Fields) -> ArtefactSpecification:
    return ArtefactSpecification(fields.text("check"), fields.any("asks"), fields.any("against"))

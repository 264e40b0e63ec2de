"""From a user's task to one that travels, and from scored replies to the answer the user gets. Pure: recomputed from
what was recorded, it is the same.
"""

from collections.abc import Sequence

from reasonforge.domain.agreement import Agreement, Voice, agree, voice_weight
from reasonforge.domain.answers.open_answer import OPEN, OpenAnswer
from reasonforge.domain.discipline import Discipline, answer_check
from reasonforge.domain.identity import EpochNumber
from reasonforge.domain.numbers import mean
from reasonforge.domain.report import ScoredReply, ScoredTask
from reasonforge.domain.standing import Standing
from reasonforge.domain.task import Task
from reasonforge.domain.user_task import UserAnswer, UserOutcome, UserTask, UserTaskFailure
from reasonforge.domain.verdict import Unavailable, Verdict

SOURCE = "api"
TOOL = "agreement"


def travelling(task: UserTask) -> Task:
    """The task as a validator asks it: no truth, no trap, no instance of its own for anybody."""
    own = answer_check(task.discipline, OPEN)
    return Task(
        task_id=task.task_id,
        problem=task.problem,
        discipline=task.discipline,
        difficulty=task.difficulty,
        answer=OpenAnswer(),
        checks=(own, "steps") if task.discipline is Discipline.MATHEMATICS else (own,),
        timeout_seconds=task.timeout_seconds,
        source=SOURCE,
    )


def is_users(task: Task) -> bool:
    """Whether nobody knows its answer."""
    return task.source == SOURCE and task.answer.format == OPEN


def verdicts(agreement: Agreement, count: int) -> list[Verdict]:
    """The check that agreement is, for each of `count` voices; unavailable to all where it scores nobody."""
    if not agreement.decides:
        reason = (
            f"{agreement.independent} independent replies, the heaviest answer with {agreement.confidence:.0%} of the "
            "standing behind it: that scores nobody"
        )
        return [Verdict(Unavailable(reason), reason, TOOL)] * count
    shares = [agreement.share_of(place) for place in range(count)]
    return [Verdict(share, f"{share:.0%} of the standing says the same", TOOL) for share in shares]


def agreement_of(replies: Sequence[ScoredReply], standing: Standing) -> Agreement:
    """What recorded replies agree on; a silence says nothing, and a copy has no voice of its own."""
    return agree(
        [
            Voice(
                "" if reply.submission is None else reply.submission.final_answer,
                voice_weight(standing.of_miner(reply.hotkey)),
                independent=not reply.likeness.penalised,
            )
            for reply in replies
        ]
    )


def outcome_of(scored: ScoredTask, epoch: EpochNumber, standing: Standing) -> UserOutcome:
    """The best-checked reply of the heaviest group; `standing` is the one before the epoch."""
    agreement = agreement_of(scored.replies, standing)
    if not agreement.groups:
        reason = f"none of {len(scored.replies)} miners answered" if scored.replies else "no miner could be asked"
        return UserTaskFailure(scored.task.task_id, epoch, f"{reason}; submit it again")
    best = min((scored.replies[place] for place in agreement.groups[0]), key=_by_checks)
    assert best.submission is not None  # noqa: S101 - who is in a group has said something
    return UserAnswer(
        task_id=scored.task.task_id,
        epoch=epoch,
        final_answer=best.submission.final_answer,
        steps=best.submission.steps,
        confidence=agreement.confidence,
        miner=best.hotkey,
        uid=best.uid,
        replies=agreement.independent,
        checks=best.checks,
        processing_seconds=max(reply.elapsed_seconds for reply in scored.replies),
    )


def _by_checks(reply: ScoredReply) -> tuple[bool, float, float, int]:
    """Originals first, then by what was checked, then who was first, then the lower uid."""
    made = [verdict.outcome for verdict in reply.checks.values() if not isinstance(verdict.outcome, Unavailable)]
    return (reply.likeness.penalised, -mean(made) if made else 0.0, reply.elapsed_seconds, reply.uid)

"""What the operator's attention is drawn to after an epoch, each finding one sentence with its figures (§1.7)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from reasonforge.domain.anomaly import AlikePair, collusion, too_constant
from reasonforge.domain.flag import Flag, FlagKind
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.numbers import mean
from reasonforge.domain.reply import SilenceReason
from reasonforge.domain.report import MinerResult, ScoredReply, ScoredTask
from reasonforge.domain.standing import Standing

SURE = 0.9
"""Stated confidence from which a wrong answer counts as confidently wrong."""
OFTEN = 0.5
"""The share of a miner's tasks from which a habit is flagged."""
LEAST_WRONG = 3
"""Wrong answers below which confidence in them says nothing."""

_TAMPERED = frozenset({SilenceReason.HASH_MISMATCH, SilenceReason.MALFORMED, SilenceReason.TOO_LARGE})
_QUIET = frozenset({SilenceReason.TIMEOUT, SilenceReason.UNREACHABLE, SilenceReason.REFUSED, SilenceReason.NO_ANSWER})


def flags_of_epoch(tasks: Sequence[ScoredTask], miners: Sequence[MinerResult], standing: Standing) -> list[Flag]:
    """Every finding, in the order of the miners given; groups last. `standing` is the one the epoch leaves."""
    replies: dict[Hotkey, list[ScoredReply]] = {}
    for scored in tasks:
        for reply in scored.replies:
            replies.setdefault(reply.hotkey, []).append(reply)
    flags = [
        flag
        for result in miners
        for flag in _of_miner(result, replies[result.hotkey], standing.of_miner(result.hotkey).recent_cms)
    ]
    return [*flags, *collusion(_alike(tasks))]


def _of_miner(result: MinerResult, replies: Sequence[ScoredReply], recent: Sequence[float]) -> Iterator[Flag]:
    for kind, detail in (
        (FlagKind.PLAGIARISM, _plagiarism(replies)),
        (FlagKind.CONFIDENTLY_WRONG, _confidently_wrong(replies)),
        (FlagKind.TRAPS_FAILED, _traps(result)),
        (FlagKind.CLAIMED_TIME, _often(replies, FlagKind.CLAIMED_TIME, "states a time that its round trip rules out")),
        (FlagKind.TOO_FAST, _often(replies, FlagKind.TOO_FAST, "answers faster than anyone can think")),
        (FlagKind.REJECTED, _silences(replies, _TAMPERED, "sends what cannot be taken")),
        (FlagKind.SILENT, _silences(replies, _QUIET, "does not answer")),
    ):
        if detail:
            yield Flag(kind, (result.hotkey,), detail)
    constant = too_constant(result.hotkey, recent) if any(recent) else None  # who earns nothing is flagged for why
    if constant is not None:
        yield constant


def _plagiarism(replies: Sequence[ScoredReply]) -> str:
    copies = [reply for reply in replies if reply.likeness.penalised]
    if not copies:
        return ""
    sources = Counter(reply.likeness.evidence[0].copied_from for reply in copies)
    source, _ = min(sources.items(), key=lambda item: (-item[1], item[0]))
    strongest = max(
        (reply.likeness.evidence[0] for reply in copies), key=lambda evidence: (evidence.score, evidence.signal)
    )
    return (
        f"its reasoning is a later copy on {len(copies)} of {len(replies)} tasks, mostly of {source}'s "
        f"({strongest.signal} {strongest.score:.2f}, honest pairs stay below {strongest.threshold:.2f})"
    )


def _confidently_wrong(replies: Sequence[ScoredReply]) -> str:
    judged = [reply for reply in replies if reply.submission is not None and reply.correctness is not None]
    wrong = [reply for reply in judged if reply.correctness == 0.0]
    stated = [step.confidence for reply in wrong if reply.submission for step in reply.submission.steps]
    if len(wrong) < LEAST_WRONG or not stated or mean(stated) < SURE or len(wrong) < OFTEN * len(judged):
        return ""
    return f"it is {mean(stated):.0%} sure of answers that are wrong, on {len(wrong)} of {len(judged)} tasks"


def _traps(result: MinerResult) -> str:
    if result.trap_penalty >= 1.0 or result.trap_score is None:
        return ""
    return f"its trap score of {result.trap_score:.2f} leaves it {result.trap_penalty:.0%} of its epoch"


def _often(replies: Sequence[ScoredReply], kind: FlagKind, what: str) -> str:
    seen = sum(kind.value in reply.flags for reply in replies)
    return f"it {what}, on {seen} of {len(replies)} tasks" if seen else ""


def _silences(replies: Sequence[ScoredReply], reasons: frozenset[SilenceReason], what: str) -> str:
    seen = Counter(reply.silence.reason for reply in replies if reply.silence is not None)
    found = {reason: count for reason, count in sorted(seen.items()) if reason in reasons}
    total = sum(found.values())
    if total < OFTEN * len(replies):
        return ""
    spoken = ", ".join(f"{reason.value.replace('_', ' ')} {count}" for reason, count in found.items())
    return f"it {what} on {total} of {len(replies)} tasks ({spoken})"


def _alike(tasks: Sequence[ScoredTask]) -> Iterator[AlikePair]:
    """Who was above a similarity threshold with whom, whoever of them came first."""
    for scored in tasks:
        for reply in scored.replies:
            for evidence in reply.likeness.evidence:
                yield AlikePair(scored.task.task_id, reply.hotkey, evidence.copied_from)

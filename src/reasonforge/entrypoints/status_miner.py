"""What a miner's state file says: what validators told it, task by task, and why it earns what it earns."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from attrs import asdict

from reasonforge.adapters.sqlalchemy.state_file import MinerFile
from reasonforge.application.miner.explain_earnings import Earnings, TaskLine, explain, lines_of
from reasonforge.application.ports.score_book import AnswerState, AskedQuestion, ToldScores
from reasonforge.domain.identity import RAO_PER_TAO
from reasonforge.domain.metagraph import Metagraph

Json = dict[str, Any]

_WHY_DECLINED = 5
"""How many of its own reasons for not answering are shown."""


def miner_lines(found: MinerFile, metagraph: Metagraph | str, now: float) -> list[str]:
    """For people: the sentence first, then each validator's epochs."""
    earnings = explain(found.told, found.asked)
    lines = [f"Miner {found.owner.hotkey} on subnet {found.owner.netuid}", "", _why(earnings)]
    lines += [f"  {loss.cause}: {loss.remedy}" for loss in earnings.losses]
    lines += _own_side(found, earnings, metagraph)
    for told in _by_validator(found):
        lines += ["", _headline(told, now)]
        lines += [_task_text(line) for line in _task_lines(told, found)]
    return [*lines, ""]


def _why(earnings: Earnings) -> str:
    return f"Why it earns what it earns: {earnings.sentence}"


def _own_side(found: MinerFile, earnings: Earnings, metagraph: Metagraph | str) -> list[str]:
    """What this miner itself knows: what it declined and why, and who asked nothing."""
    lines = []
    reasons = Counter(one.detail for one in found.asked if one.state is AnswerState.DECLINED)
    lines += [f"  it declined {count} × because: {reason}" for reason, count in reasons.most_common(_WHY_DECLINED)]
    cut = sum(one.state is AnswerState.OPEN for one in found.asked)
    if cut:
        lines.append(f"  {cut} of the {len(found.asked)} questions it knows of were never finished, or are open now")
    lines += [f"  {one} asked, and told no scores" for one in earnings.silent_validators]
    if not isinstance(metagraph, str):
        lines += [f"  the chain: {line}" for line in _chain_lines(found, metagraph)]
    return lines


def _chain_lines(found: MinerFile, metagraph: Metagraph) -> list[str]:
    neuron = metagraph.of(found.owner.hotkey)
    if neuron is None:
        return [f"the hotkey is not registered on subnet {metagraph.netuid} (any more)"]
    served = f"uid {neuron.uid}, endpoint {neuron.endpoint or 'not published: nobody can ask it'}"
    earned = f"incentive {neuron.incentive:.4f}, {neuron.emission / RAO_PER_TAO:g} TAO in the last epoch"
    known = {told.validator for told in found.told} | {one.validator for one in found.asked}
    mute = [one for one in metagraph.validators() if one.hotkey not in known and one.hotkey != found.owner.hotkey]
    lines = [f"{served}; {earned}"]
    if mute:
        lines.append(f"{len(mute)} of {len(metagraph.validators())} validators with a permit never asked it anything")
    return lines


def _by_validator(found: MinerFile) -> list[ToldScores]:
    """Told epochs, validator by validator in the order of who told last, newest first."""
    order = {hotkey: place for place, hotkey in enumerate(dict.fromkeys(told.validator for told in found.told))}
    return sorted(found.told, key=lambda told: order[told.validator])


def _headline(told: ToldScores, now: float) -> str:
    rank = f"rank {told.rank}" if told.rank else "not ranked"
    return (
        f"validator {told.validator}, epoch {told.epoch}: S_epoch {told.s_epoch:.4f}, {rank}; it saw incentive "
        f"{told.incentive:.4f}, {told.emission / RAO_PER_TAO:g} TAO in the chain's epoch before, {told.total_tao:g} "
        f"TAO in all; told {_when(told.told_at)} ({_ago(now - told.told_at)})"
    )


def _task_lines(told: ToldScores, found: MinerFile) -> list[TaskLine]:
    return lines_of(told, {(one.validator, one.query_id): one for one in found.asked})


def _task_text(line: TaskLine) -> str:
    question, score = line.question, line.score
    what = "unknown task " if question is None else f"{question.discipline:<12} d{question.difficulty:<2}"
    dims = score.dimensions
    parts = [f"  {what} cms {score.cms:.3f} rank {score.rank}"]
    if line.silence:
        parts.append(f"no answer there: {line.silence.rstrip(': ')}")
    else:
        parts.append(
            f"quality {dims.quality:.2f} accuracy {dims.accuracy:.2f} novelty {dims.novelty:.2f} "
            f"efficiency {dims.efficiency:.2f}"
        )
    if line.checks:
        parts.append(", ".join(f"{name} {word}" for name, word in line.checks.items()))
    if line.void:
        parts.append("could not be checked: does not count")
    if line.flags:
        parts.append("flags: " + ", ".join(line.flags))
    if question is not None and question.state is not AnswerState.ANSWERED:
        parts.append(f"we: {_own_word(question)}")
    if question is not None and question.seconds is not None:
        parts.append(f"took {question.seconds:.1f} of {question.timeout_seconds:g} s")
    return " | ".join(parts)


def _own_word(question: AskedQuestion) -> str:
    return f"declined, {question.detail}" if question.state is AnswerState.DECLINED else "cut off before we were done"


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{max(0.0, seconds):.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 7200 else f"{seconds / 3600:.0f} h ago"


def miner_document(found: MinerFile, metagraph: Metagraph | str, now: float) -> Json:
    """The same as JSON."""
    earnings = explain(found.told, found.asked)
    neuron = None if isinstance(metagraph, str) else metagraph.of(found.owner.hotkey)
    return {
        "hotkey": found.owner.hotkey,
        "netuid": found.owner.netuid,
        "why": earnings.sentence,
        "share_of_full_marks": earnings.share,
        "losses": [
            {"cause": loss.cause.name.lower(), "share": loss.share, "tasks": loss.tasks, "do": loss.remedy}
            for loss in earnings.losses
        ],
        "not_checked": earnings.not_checked,
        "asked": len(found.asked),
        "declined": sum(one.state is AnswerState.DECLINED for one in found.asked),
        "unfinished": sum(one.state is AnswerState.OPEN for one in found.asked),
        "silent_validators": list(earnings.silent_validators),
        "on_chain": None
        if neuron is None
        else {
            "uid": neuron.uid,
            "endpoint": None if neuron.endpoint is None else str(neuron.endpoint),
            "incentive": neuron.incentive,
            "emission_rao": neuron.emission,
        },
        "epochs": [_epoch_document(told, found, now) for told in _by_validator(found)],
    }


def _epoch_document(told: ToldScores, found: MinerFile, now: float) -> Json:
    return {
        "validator": told.validator,
        "epoch": told.epoch,
        "s_epoch": told.s_epoch,
        "rank": told.rank,
        "weight": None,
        "incentive_seen": told.incentive,
        "emission_seen_rao": told.emission,
        "total_tao": told.total_tao,
        "told_at": told.told_at,
        "told_seconds_ago": max(0.0, now - told.told_at),
        "tasks": [_task_document(line) for line in _task_lines(told, found)],
    }


def _task_document(line: TaskLine) -> Json:
    question = line.question
    return {
        "task_id": line.score.query_id,
        "domain": None if question is None else question.discipline.value,
        "difficulty": None if question is None else question.difficulty,
        "cms": line.score.cms,
        "rank": line.score.rank,
        "dimensions": asdict(line.score.dimensions),
        "checks": dict(line.checks),
        "silence": line.silence or None,
        "flags": list(line.flags),
        "void": line.void,
        "own": None
        if question is None
        else {"state": question.state.value, "detail": question.detail, "seconds": question.seconds},
    }

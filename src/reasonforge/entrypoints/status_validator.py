"""What a validator's state file says: its epochs, its weights, whom it scored, what it could not check."""

from typing import Any

from reasonforge.adapters.sqlalchemy.state_file import EpochRecord, MissingCheck, ValidatorFile
from reasonforge.domain.identity import BlockNumber
from reasonforge.domain.metagraph import Metagraph
from reasonforge.domain.report import HAS_RESULTS, EpochState, MinerResult

Json = dict[str, Any]

_LONGEST = 200


def validator_lines(found: ValidatorFile, metagraph: Metagraph | str) -> list[str]:
    """For people: the epochs newest first, the weights' age, the last closed epoch's miners."""
    lines = [f"Validator {found.hotkey}: {found.total} epoch{'s' if found.total != 1 else ''}", ""]
    lines += [line for one in found.epochs for line in _epoch_text(one)]
    lines.append(f"  weights: {_weights_text(found, metagraph)}")
    closed = _last_closed(found)
    if closed is not None:
        lines += ["", f"Scores of epoch {closed.epoch.number}:"]
        lines += [_miner_text(one) for one in closed.miners]
    return [*lines, ""]


def _epoch_text(one: EpochRecord) -> list[str]:
    blocks = f"blocks {one.epoch.first_block}–{one.epoch.last_block}"
    work = f"{one.tasks} tasks, {one.answered} of {one.replies} questions answered, {len(one.miners)} miners scored"
    lines = [f"  epoch {one.epoch.number} ({blocks}) {one.state}: {work}; {_outcome_text(one)}"]
    if one.failure:
        lines.append(f"    given up: {_cut(one.failure)}")
    lines += [f"    {_missing_text(check)}" for check in one.missing]
    return lines


def _outcome_text(one: EpochRecord) -> str:
    if one.outcome is not None:
        block = f" in block {one.block}" if one.block is not None else ""
        return f"weights {one.outcome}{block}{f' ({_cut(one.why)})' if one.why else ''}"
    return "weights not sent yet" if one.state in {EpochState.CLOSED, EpochState.PUBLISHING} else "no weights"


def _missing_text(check: MissingCheck) -> str:
    return f"the check {check.check} could not be made {check.count} ×: {_cut(check.reason)} (no miner lost by it)"


def _weights_text(found: ValidatorFile, metagraph: Metagraph | str) -> str:
    sent = _last_weights(found)
    if isinstance(metagraph, str):
        said = "none in these epochs" if sent is None else f"last set in block {sent}"
        return f"{said}; their age is not known"
    neuron = metagraph.of(found.hotkey)
    if neuron is None:
        return f"the hotkey is not registered on subnet {metagraph.netuid} (any more)"
    if sent is None:
        return f"none in these epochs; the chain's last word of this neuron is of block {neuron.last_update}"
    newest = max(sent, neuron.last_update)
    return f"last set in block {newest}, {metagraph.block - newest} blocks ago"


def _miner_text(one: MinerResult) -> str:
    dims = one.dimensions
    rank = f"rank {one.rank}" if one.rank else "unranked"
    trap = "no traps" if one.trap_score is None else f"trap score {one.trap_score:.2f}"
    copied = f", {one.plagiarised} copied" if one.plagiarised else ""
    void = f", {one.void} not checked" if one.void else ""
    return (
        f"  {rank:<8} uid {one.uid} {one.hotkey}: S_epoch {one.s_epoch:.4f}, weight {one.share:.4f}, "
        f"{one.right} right of {one.answered} answered of {one.asked} asked{void}{copied}, {trap}; quality "
        f"{dims.quality:.2f} accuracy {dims.accuracy:.2f} novelty {dims.novelty:.2f} efficiency {dims.efficiency:.2f}"
    )


def _last_closed(found: ValidatorFile) -> EpochRecord | None:
    return next((one for one in found.epochs if one.state in HAS_RESULTS), None)


def _last_weights(found: ValidatorFile) -> BlockNumber | None:
    return next((one.block for one in found.epochs if one.block is not None), None)


def _cut(text: str) -> str:
    """One line of what a tool or a chain said."""
    return " ".join(text.split())[:_LONGEST]


def validator_document(found: ValidatorFile, metagraph: Metagraph | str) -> Json:
    """The same as JSON."""
    neuron = None if isinstance(metagraph, str) else metagraph.of(found.hotkey)
    sent = _last_weights(found)
    newest = None if neuron is None or sent is None else max(sent, neuron.last_update)
    return {
        "hotkey": found.hotkey,
        "epochs_in_all": found.total,
        "weights_block": sent,
        "weights_age_blocks": None if newest is None or isinstance(metagraph, str) else metagraph.block - newest,
        "epochs": [_epoch_document(one) for one in found.epochs],
    }


def _epoch_document(one: EpochRecord) -> Json:
    return {
        "epoch": one.epoch.number,
        "first_block": one.epoch.first_block,
        "last_block": one.epoch.last_block,
        "state": one.state.value,
        "failure": one.failure or None,
        "opened_at": one.opened_at,
        "ended_at": one.ended_at,
        "tasks": one.tasks,
        "asked": one.replies,
        "answered": one.answered,
        "weights": {"outcome": one.outcome, "why": one.why or None, "block": one.block},
        "not_checked": [{"check": each.check, "count": each.count, "reason": each.reason} for each in one.missing],
        "miners": [_miner_document(each) for each in one.miners],
    }


def _miner_document(one: MinerResult) -> Json:
    dims = one.dimensions
    return {
        "hotkey": one.hotkey,
        "uid": one.uid,
        "rank": one.rank,
        "s_epoch": one.s_epoch,
        "weight": one.share,
        "asked": one.asked,
        "answered": one.answered,
        "right": one.right,
        "void": one.void,
        "trap_score": one.trap_score,
        "trap_penalty": one.trap_penalty,
        "plagiarised": one.plagiarised,
        "dimensions": {
            "quality": dims.quality,
            "accuracy": dims.accuracy,
            "novelty": dims.novelty,
            "efficiency": dims.efficiency,
        },
    }

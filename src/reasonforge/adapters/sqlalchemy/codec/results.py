"""An epoch's results and its weights ↔ rows of `miner_epochs`, `validator_epochs`, `weights`; flags ↔ a document."""

from collections.abc import Iterable
from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import (
    FORMAT,
    Fields,
    UnreadableError,
    check_format,
    read_integers,
    read_json,
    write_json,
)
from reasonforge.domain.flag import Flag
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.domain.report import MinerResult, ValidatorResult
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.weights import (
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)

Row = dict[str, Any]


def miner_row(epoch_id: int, position: int, result: MinerResult) -> Row:
    """One miner's epoch; `position` is its place in the report."""
    dimensions = result.dimensions
    return {
        "epoch_id": epoch_id,
        "position": position,
        "hotkey": result.hotkey,
        "uid": result.uid,
        "asked": result.asked,
        "answered": result.answered,
        "void": result.void,
        "right_answers": result.right,
        "quality": dimensions.quality,
        "accuracy": dimensions.accuracy,
        "novelty": dimensions.novelty,
        "efficiency": dimensions.efficiency,
        "trap_score": result.trap_score,
        "trap_penalty": result.trap_penalty,
        "s_epoch": result.s_epoch,
        "rank": result.rank,
        "streak": result.streak,
        "peb": result.peb,
        "share": result.share,
        "breakthroughs": result.breakthroughs,
        "plagiarised": result.plagiarised,
    }


def read_miner(row: Fields) -> MinerResult:
    """The result that `miner_row` wrote."""
    return MinerResult(
        hotkey=Hotkey(row.text("hotkey")),
        uid=Uid(row.integer("uid")),
        asked=row.integer("asked"),
        answered=row.integer("answered"),
        void=row.integer("void"),
        right=row.integer("right_answers"),
        dimensions=DimensionScores(
            quality=row.number("quality"),
            accuracy=row.number("accuracy"),
            novelty=row.number("novelty"),
            efficiency=row.number("efficiency"),
        ),
        trap_score=row.number_or_none("trap_score"),
        trap_penalty=row.number("trap_penalty"),
        s_epoch=row.number("s_epoch"),
        rank=row.integer("rank"),
        streak=row.integer("streak"),
        peb=row.number("peb"),
        share=row.number("share"),
        breakthroughs=row.integer("breakthroughs"),
        plagiarised=row.integer("plagiarised"),
    )


def validator_row(epoch_id: int, position: int, result: ValidatorResult) -> Row:
    """One judge's epoch; `position` is its place in the report."""
    return {
        "epoch_id": epoch_id,
        "position": position,
        "hotkey": result.hotkey,
        "stake": result.stake,
        "judged": result.judged,
        "vas": result.vas,
        "reputation": result.reputation,
        "would_be_slashed": result.would_be_slashed,
    }


def read_validator(row: Fields) -> ValidatorResult:
    """The result that `validator_row` wrote."""
    return ValidatorResult(
        hotkey=Hotkey(row.text("hotkey")),
        stake=row.number("stake"),
        judged=row.integer("judged"),
        vas=row.number_or_none("vas"),
        reputation=row.number("reputation"),
        would_be_slashed=row.number("would_be_slashed"),
    )


def write_flags(flags: Iterable[Flag]) -> str:
    """The report's flags, for the operator's queries."""
    return write_json([{"kind": flag.kind, "hotkeys": flag.hotkeys, "detail": flag.detail} for flag in flags])


def weights_row(epoch_id: int, weights: WeightRow | WeightsRefused) -> Row:
    """A row that is still to be published, or why there is none."""
    if isinstance(weights, WeightsRefused):
        return {"epoch_id": epoch_id, "format": FORMAT, "uids": None, "u16_values": None, **outcome_columns(weights)}
    return {
        "epoch_id": epoch_id,
        "format": FORMAT,
        "uids": write_json(weights.uids),
        "u16_values": write_json(weights.values),
        **_NO_OUTCOME,
    }


_NO_OUTCOME: Row = {"outcome": None, "reason": None, "detail": None, "block": None, "reveals_at": None}


def outcome_columns(outcome: WeightsOutcome) -> Row:
    """What the chain answered; its words are kept for people, with what no database takes escaped."""
    match outcome:
        case WeightsSet(block):
            return {**_NO_OUTCOME, "outcome": "set", "block": block}
        case WeightsCommitted(block, reveals_at):
            return {**_NO_OUTCOME, "outcome": "committed", "block": block, "reveals_at": reveals_at}
        case WeightsRefused(reason, detail):
            return {**_NO_OUTCOME, "outcome": "refused", "reason": reason, "detail": plain(detail)}
        case WeightsUnreachable(detail):
            return {**_NO_OUTCOME, "outcome": "unreachable", "detail": plain(detail)}


def read_weight_row(row: Fields) -> WeightRow:
    """The row that `weights_row` wrote."""
    check_format(row.integer("format"))
    uids = read_integers(read_json(row.any("uids")))
    values = read_integers(read_json(row.any("u16_values")))
    if len(uids) != len(values):
        raise UnreadableError(f"there are {len(uids)} uids and {len(values)} weights")
    return WeightRow(tuple(Uid(uid) for uid in uids), values)


def plain(text: str) -> str:
    """`text` as every database takes it: NUL and halves of surrogate pairs escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")

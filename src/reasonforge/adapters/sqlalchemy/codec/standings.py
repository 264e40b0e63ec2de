"""What an epoch leaves to the next ↔ rows of `miner_standings` and `validator_standings`."""

from collections.abc import Iterable
from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import (
    FORMAT,
    Fields,
    check_format,
    read_json,
    read_list,
    read_numbers,
    write_json,
)
from reasonforge.domain.identity import BlockNumber, Hotkey, Rao
from reasonforge.domain.standing import MinerStanding, Standing, ValidatorStanding, VasReading

Row = dict[str, Any]


def miner_standing_rows(epoch_id: int, standing: Standing) -> list[Row]:
    """One row a miner, in the standing's order."""
    return [
        {
            "epoch_id": epoch_id,
            "hotkey": hotkey,
            "position": position,
            "format": FORMAT,
            "s_epoch": miner.s_epoch,
            "peb": miner.peb,
            "rank": miner.rank,
            "streak": miner.streak,
            "task_count": miner.task_count,
            "breakthroughs": miner.breakthroughs,
            "total_earned": miner.total_earned,
            "recent_cms": write_json(miner.recent_cms),
        }
        for position, (hotkey, miner) in enumerate(standing.miners.items())
    ]


def validator_standing_rows(epoch_id: int, standing: Standing) -> list[Row]:
    """One row a validator, in the standing's order."""
    return [
        {
            "epoch_id": epoch_id,
            "hotkey": hotkey,
            "position": position,
            "format": FORMAT,
            "readings": write_json([(reading.block, reading.vas) for reading in validator.readings]),
            "reputation": validator.reputation,
            "would_be_slashed": validator.would_be_slashed,
            "total_earned": validator.total_earned,
        }
        for position, (hotkey, validator) in enumerate(standing.validators.items())
    ]


def read_standing(miners: Iterable[Fields], validators: Iterable[Fields]) -> Standing:
    """The standing of these rows, in their order."""
    return Standing(
        miners={miner.hotkey: miner for miner in map(_read_miner, miners)},
        validators={validator.hotkey: validator for validator in map(_read_validator, validators)},
    )


def _read_miner(row: Fields) -> MinerStanding:
    check_format(row.integer("format"))
    return MinerStanding(
        hotkey=Hotkey(row.text("hotkey")),
        s_epoch=row.number("s_epoch"),
        peb=row.number("peb"),
        rank=row.integer("rank"),
        streak=row.integer("streak"),
        task_count=row.integer("task_count"),
        breakthroughs=row.integer("breakthroughs"),
        total_earned=Rao(row.integer("total_earned")),
        recent_cms=read_numbers(read_json(row.any("recent_cms"))),
    )


def _read_validator(row: Fields) -> ValidatorStanding:
    check_format(row.integer("format"))
    return ValidatorStanding(
        hotkey=Hotkey(row.text("hotkey")),
        readings=tuple(_read_reading(reading) for reading in read_list(read_json(row.any("readings")))),
        reputation=row.number("reputation"),
        would_be_slashed=row.number("would_be_slashed"),
        total_earned=Rao(row.integer("total_earned")),
    )


def _read_reading(value: object) -> VasReading:
    fields = Fields(dict(zip(("block", "vas"), read_list(value), strict=True)))
    return VasReading(BlockNumber(fields.integer("block")), fields.number("vas"))

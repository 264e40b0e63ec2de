"""The three questions that whoever runs a neuron asks."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

import pytest
from attrs import evolve

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.telemetry.page_server import Asked, Page
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.events import BlockSeen, SubnetSeen, VitalSigns, WeightsPublished
from reasonforge.domain.identity import BlockNumber, Coldkey, EpochNumber, Hotkey, NetUid, Uid
from reasonforge.domain.metagraph import Hyperparameters, Metagraph, Neuron
from reasonforge.domain.report import Publication
from reasonforge.domain.weights import RefusalReason, WeightsRefused, WeightsSet
from reasonforge.entrypoints import noticeboard
from reasonforge.entrypoints.noticeboard import Noticeboard

ME = Hotkey("me")
TEMPO = 20
EPOCH = Epoch(EpochNumber(0), BlockNumber(0), BlockNumber(20))


def subnet(last_update: int, block: int) -> SubnetSeen:
    own = Neuron(Uid(0), ME, Coldkey("c"), 1.0, True, None, BlockNumber(last_update))
    return SubnetSeen(ME, Metagraph(NetUid(1), BlockNumber(block), (own,)), Hyperparameters(tempo=TEMPO))


def signs(clock: MemoryClock, **more: Any) -> VitalSigns:
    return evolve(VitalSigns(ME, clock.now(), lag_seconds=0.01, store_seconds=0.002, free_bytes=10**10), **more)


def working(kind: noticeboard.Neuron = noticeboard.Neuron.VALIDATOR) -> tuple[Noticeboard, MemoryClock]:
    """A board of a neuron that is well."""
    clock = MemoryClock()
    board = Noticeboard(kind, ME, clock, started=True)
    board.emit(signs(clock))
    board.emit(BlockSeen(ME, BlockNumber(100), clock.now()))
    board.emit(subnet(last_update=90, block=100))
    return board, clock


def unwell(board: Noticeboard) -> list[str]:
    return [part.name for part in board.ready().parts if not part.well]


def test_a_neuron_that_is_well_is_ready() -> None:
    """Every part is told, and the page is 200 with JSON."""
    board, _ = working()

    async def shown() -> Page:
        return await board.pages()["/readyz"](Asked("/readyz", {}))

    page = asyncio.run(shown())
    document = json.loads(page.body)
    assert (page.status, page.content_type, document["status"]) == (HTTPStatus.OK, "application/json", "ok")
    assert [part["name"] for part in document["parts"]] == ["started", "store", "chain", "weights", "event loop"]
    assert (document["neuron"], document["hotkey"]) == ("validator", "me")


def test_before_it_has_started_it_lives_and_is_not_ready() -> None:
    """/livez 200, so that nobody restarts it; /readyz and /startupz 503."""
    board = Noticeboard(noticeboard.Neuron.MINER, ME, MemoryClock())

    async def statuses() -> dict[str, int]:
        return {path: (await show(Asked(path, {}))).status.value for path, show in board.pages().items()}

    found = asyncio.run(statuses())
    assert found == {"/livez": 200, "/readyz": 503, "/startupz": 503}
    board.started = True
    assert board.up().well


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"store_seconds": None, "store_fault": "read-only"}, ["store"]),
        ({"free_bytes": 5_000_000}, ["store"]),
        ({"sandbox_answers": False}, ["sandbox"]),
        ({"sandbox_answers": True}, []),
        ({"free_bytes": None}, []),
        ({"lag_seconds": 30.0}, ["event loop"]),
    ],
    ids=str,
)
def test_what_is_away_is_named(more: dict[str, Any], part: list[str]) -> None:
    """A store that cannot be written, a full disk, a sandbox that is down, a loop that is late."""
    board, clock = working()
    board.emit(signs(clock, **more))
    assert unwell(board) == part
    assert board.live().well is (part != ["event loop"])


def test_a_chain_that_is_silent_is_away() -> None:
    """Two minutes after it was heard last, and back with its next word; old vital signs say nothing either."""
    board, clock = working()
    clock.advance(110)
    board.emit(signs(clock))
    assert unwell(board) == []
    clock.advance(20)
    assert unwell(board) == ["chain"]
    clock.advance(50)
    assert unwell(board) == ["store", "chain"]
    board.emit(BlockSeen(ME, BlockNumber(101), clock.now()))
    board.emit(signs(clock))
    assert unwell(board) == []


def test_weights_older_than_three_tempos_are_overdue() -> None:
    """To the block; weights that are set end it, refused ones do not."""
    board, clock = working()
    at_most = 100 + 3 * (TEMPO + 1)
    board.emit(BlockSeen(ME, BlockNumber(at_most), clock.now()))
    assert unwell(board) == []
    board.emit(BlockSeen(ME, BlockNumber(at_most + 1), clock.now()))
    assert unwell(board) == ["weights"]
    board.emit(WeightsPublished(ME, Publication(EPOCH, WeightsRefused(RefusalReason.NO_PERMIT, "no"))))
    assert unwell(board) == ["weights"]
    board.emit(WeightsPublished(ME, Publication(EPOCH, WeightsSet(BlockNumber(at_most)))))
    assert unwell(board) == []


def test_the_first_epochs_are_not_overdue() -> None:
    """A validator that was off for a long time, or never set any, has three tempos from its start."""
    clock = MemoryClock()
    board = Noticeboard(noticeboard.Neuron.VALIDATOR, ME, clock, started=True)
    board.emit(signs(clock))
    board.emit(BlockSeen(ME, BlockNumber(5_000), clock.now()))
    assert unwell(board) == []
    board.emit(subnet(last_update=3, block=5_000))
    board.emit(BlockSeen(ME, BlockNumber(5_000 + 3 * (TEMPO + 1)), clock.now()))
    assert unwell(board) == []
    board.emit(BlockSeen(ME, BlockNumber(5_001 + 3 * (TEMPO + 1)), clock.now()))
    assert unwell(board) == ["weights"]


def test_a_miner_has_no_weights() -> None:
    """What a miner does not do is not asked of it."""
    board, clock = working(noticeboard.Neuron.MINER)
    board.emit(BlockSeen(ME, BlockNumber(10**6), clock.now()))
    assert unwell(board) == []


def test_what_is_posted_is_shown_and_decides_nothing() -> None:
    """Such as the commitment to the running epoch's seed; a later one takes its place."""
    board, _ = working()
    board.post("seed_commitment", "ab" * 32)
    board.post("seed_commitment", "cd" * 32)
    assert json.loads(board.ready().page().body)["shown"] == {"seed_commitment": "cd" * 32}
    assert board.ready().well

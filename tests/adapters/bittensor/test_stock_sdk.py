"""A stock Axon accepts what we send; a stock Dendrite reads what we serve."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import bittensor
import pytest
from attrs import evolve
from bittensor.core.synapse import Synapse
from bittensor.utils import networking

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.synapses import MINER_FIELDS, Exchange, HealthCheck, ReasoningTask, TaskResult
from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.transport import Refusal, Request
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.domain.metagraph import Endpoint
from reasonforge.domain.receive import receive
from reasonforge.domain.reply import Answer, Silence, SilenceReason
from tests.adapters.bittensor.loopback import VALIDATOR_KEY, miner_key, neuron_at
from tests.contracts.transport import HONEST, READY, fields_for, notice_for, question, received, submission_for

ASKED = question(1, 5.0)


class StockDendrite(bittensor.Dendrite):
    """As it ships, but for its farewell, which warns of whatever loop is running when it is collected."""

    def __del__(self) -> None:
        assert self._session is None  # closed by `async with`


class _Signatory:
    hotkey = miner_key(0)


async def solved(synapse: ReasoningTask) -> ReasoningTask:
    for name, value in fields_for(synapse.to_domain()).items():
        if name in MINER_FIELDS - {"task_id"}:
            setattr(synapse, name, value)
    return synapse


async def well(synapse: HealthCheck) -> HealthCheck:
    return synapse.model_copy(update=HealthCheck.from_domain(READY).model_dump(exclude={"dendrite", "axon"}))


async def told(synapse: TaskResult) -> TaskResult:
    return synapse


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def stock_axon() -> Iterator[Endpoint]:
    """An Axon with the SDK's own thread, middleware and verification."""
    port = free_port()
    axon = bittensor.Axon(
        wallet=_Signatory(),  # type: ignore[arg-type] # it uses a wallet's hotkey only
        config=bittensor.Config(),
        port=port,
        external_ip="127.0.0.1",
    )
    axon.fast_config.host = "127.0.0.1"
    axon.attach(solved).attach(well).attach(told).start()
    try:
        while not axon.fast_server.started:
            time.sleep(0.01)
        yield Endpoint("127.0.0.1", port)
    finally:
        axon.stop()


def test_a_stock_axon_accepts_our_messages() -> None:
    """An unmodified Axon, verifying as it does, takes all three exchanges, one after the other and side by side."""

    async def go(endpoint: Endpoint) -> None:
        asker = BittensorTransport(VALIDATOR_KEY, SystemClock(), allow_private=True)
        neuron = neuron_at(endpoint)
        for _ in range(2):
            requests = [Request(neuron, question(number, 5.0)) for number in range(4)]
            replies = await asker.ask(requests)
            found = [received(request, reply) for request, reply in zip(requests, replies, strict=True)]
            assert found == [submission_for(request.question) for request in requests]
        assert list(await asker.health([neuron])) == [READY]
        assert await asker.notify([notice_for(neuron)]) == 1

    with stock_axon() as endpoint:
        asyncio.run(go(endpoint))


def test_a_stock_axon_refuses_a_stranger_to_the_miner() -> None:
    """A message that was signed for another miner is refused by a stock Axon, and that is a refusal."""

    async def go(endpoint: Endpoint) -> None:
        asker = BittensorTransport(VALIDATOR_KEY, SystemClock(), allow_private=True)
        (reply,) = await asker.ask([Request(neuron_at(endpoint, 7), ASKED)])
        assert isinstance(reply, Silence)
        assert reply.reason is SilenceReason.REFUSED
        assert "Not Verified" in reply.detail

    with stock_axon() as endpoint:
        asyncio.run(go(endpoint))


def test_a_stock_dendrite_reads_our_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unmodified Dendrite that asks our Axon gets the miner's fields, and a refusal with its status and reason."""
    monkeypatch.setattr(networking, "get_external_ip", lambda: "203.0.113.1")  # it would ask the Internet

    async def admit(caller: Hotkey) -> Refusal | None:
        return None if caller == VALIDATOR_KEY.ss58_address else Refusal("no validator permit")

    async def go() -> None:
        miner = BittensorMinerTransport(miner_key(0), SystemClock(), host="127.0.0.1", port=0)
        await miner.serve(Uid(0), evolve(HONEST, admit=admit))
        info = bittensor.AxonInfo(
            version=1, ip="127.0.0.1", port=miner.endpoint.port, ip_type=4, hotkey=miner.hotkey, coldkey=""
        )
        async with StockDendrite(VALIDATOR_KEY) as dendrite, StockDendrite(miner_key(5)) as stranger:
            task: Any = await dendrite.call(info, ReasoningTask.from_domain(ASKED), 5.0, deserialize=False)
            assert task.dendrite.status_code == 200
            assert receive(task.model_dump(), ASKED.query_id) == submission_for(ASKED)
            assert task.problem == ASKED.problem
            health: Any = await dendrite.call(info, HealthCheck(), 5.0, deserialize=False)
            assert health.to_domain() == READY
            refused: Any = await stranger.call(info, ReasoningTask.from_domain(ASKED), 5.0, deserialize=False)
            assert refused.dendrite.status_code == 403
            assert "no validator permit" in refused.dendrite.status_message
        await miner.close()

    asyncio.run(go())


@pytest.mark.parametrize(
    "synapse",
    [
        ReasoningTask.from_domain(ASKED),
        HealthCheck.from_domain(READY),
        TaskResult.from_domain(notice_for(neuron_at(Endpoint("127.0.0.1", 8091)))),
    ],
    ids=lambda synapse: type(synapse).__name__,
)
def test_the_body_hash_is_the_sdks(synapse: Exchange) -> None:
    """Our cheaper body hash is the SDK's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's, of pydantic's
        stock = Synapse.body_hash.fget(synapse)  # type: ignore[attr-defined] # mypy takes a property for its value
    assert synapse.body_hash == stock


def test_importing_the_sdk_leaves_the_process_alone() -> None:
    """The SDK does not read our command line, and asyncio's and concurrent.futures' loggers speak as before."""
    script = (
        "import logging; before = [logging.getLogger(n).level for n in ('asyncio', 'concurrent.futures')];"
        "import reasonforge.adapters.bittensor.axon;"
        "assert before == [logging.getLogger(n).level for n in ('asyncio', 'concurrent.futures')];"
        "assert not logging.getLogger().handlers; print('untouched')"
    )
    command = [sys.executable, "-W", "error", "-c", script, "--help", "--config", "/nowhere", "--axon.port", "x"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "BT_NO_PARSE_CLI_ARGS": "false"}
    )
    assert (done.stdout, done.stderr, done.returncode) == ("untouched\n", "", 0)


def test_an_answer_has_only_the_miners_fields() -> None:
    """What an Axon adds to a reply (dendrite, axon, name, sizes, the question) is no part of the answer."""

    async def go(endpoint: Endpoint) -> None:
        asker = BittensorTransport(VALIDATOR_KEY, SystemClock(), allow_private=True)
        (reply,) = await asker.ask([Request(neuron_at(endpoint), ASKED)])
        assert isinstance(reply, Answer)
        assert reply.fields == fields_for(ASKED)

    with stock_axon() as endpoint:
        asyncio.run(go(endpoint))

"""Success criteria of the plan: with real Axons, provers, sandboxes and Prometheus."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.synapses import FROZEN_FIELDS, ReasoningTask
from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.sandbox import RunEnd
from reasonforge.application.ports.transport import Request
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.identity import Uid
from reasonforge.domain.proof_verdict import ProofVerdict
from reasonforge.domain.reply import Answer, Reply
from tests.adapters.bittensor.loopback import VALIDATOR_KEY, miner_key, neuron_of
from tests.contracts.sandbox import python
from tests.contracts.transport import HONEST, neuron, question, received, submission_for
from tests.entrypoints.processes import free_port, network, wallet
from tests.entrypoints.scraping import Prometheus, expressions, prometheus
from tests.provers import prover
from tests.sandboxes import kinds, require_kind, sandbox

CLOCK = SystemClock()
ASKED = question(1, 5.0)
GOAL = ProofAnswer("lean4", "core-1", "def Goal_statement : Prop := (n : Nat) → Eq n n", "goal", "")
SNOOP = """
import os, socket
def tried(what):
    try:
        what()
    except OSError:
        return "refused"
    return "done"
print(tried(lambda: socket.create_connection(("127.0.0.1", {port}), 1)))
print(tried(lambda: open({secret!r}).read()))
print(tried(lambda: open("/usr/written", "w")))
"""


def test_synapse_round_trip() -> None:
    """Synapse round trip: what a validator asks is what the miner reads, after JSON, with the same hash."""
    sent = ReasoningTask.from_domain(ASKED)
    read = ReasoningTask.model_validate(json.loads(json.dumps(sent.model_dump(include=set(FROZEN_FIELDS)))))
    assert read.to_domain() == ASKED
    assert read.body_hash == sent.body_hash


def answered() -> Reply:
    """What a validator gets from a miner's real Axon on loopback."""

    async def go() -> Reply:
        miner = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=0)
        await miner.serve(Uid(0), HONEST)
        try:
            asker = BittensorTransport(VALIDATOR_KEY, CLOCK, allow_private=True)
            (reply,) = await asker.ask([Request(neuron_of(miner), ASKED)])
            return reply
        finally:
            await miner.close()

    return asyncio.run(go())


def test_an_axon_serves_a_reasoning_task() -> None:
    """Axon serves ReasoningTask: a signed question over TCP is answered in time."""
    reply = answered()
    assert isinstance(reply, Answer)
    assert 0 < reply.elapsed_seconds < ASKED.timeout_seconds
    assert reply.fields["task_id"] == ASKED.query_id


def test_a_validator_receives_a_valid_response() -> None:
    """Validator receives a valid response: what came over the wire is the submission that the miner made."""
    assert received(Request(neuron(0), ASKED), answered()) == submission_for(ASKED)


@pytest.mark.lean
@pytest.mark.bwrap
def test_lean_accepts_and_rejects() -> None:
    """Lean accepts a valid and rejects an invalid proof."""
    with prover("lean4") as lean:
        valid = asyncio.run(lean.prove(GOAL, b"theorem goal : Goal_statement := fun n => rfl"))
        invalid = asyncio.run(lean.prove(GOAL, b"theorem goal : Goal_statement := fun n => n"))
    assert valid.verdict is ProofVerdict.PROVED
    assert not invalid.proved


@pytest.mark.parametrize("kind", [*kinds()])
def test_the_sandbox_runs_code_safely(kind: str) -> None:
    """Sandbox runs code safely and returns results: what it prints comes back, and an endless loop ends."""
    require_kind(kind)

    async def go() -> None:
        async with sandbox(kind) as one:
            (good,) = await one.run(python("print(int(input()) * 7)"), [b"6\n"])
            (endless,) = await one.run(python("while True: pass", wall_seconds=1.0), [b""])
        assert (good.end, good.exit_code, good.stdout) == (RunEnd.EXITED, 0, b"42\n")
        assert endless.end is RunEnd.TIME

    asyncio.run(go())


@pytest.mark.parametrize("kind", [*kinds()])
def test_the_sandbox_has_no_file_system_or_network(kind: str, tmp_path: Path) -> None:
    """The sandbox has no file system or network: a listening port and a file of this machine are out of reach."""
    require_kind(kind)
    secret = tmp_path / "secret"
    secret.write_text("wallet")

    async def go() -> bytes:
        listener = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, sandbox(kind) as one:
            (run,) = await one.run(python(SNOOP.format(port=port, secret=str(secret))), [b""])
            return run.stdout

    assert asyncio.run(go()).split() == [b"refused"] * 3


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A validator and a miner as processes, watched by a Prometheus on the shipped configuration."""
    root = tmp_path_factory.mktemp("scraped")
    keys = {name: wallet(root / "w", name) for name in ("v", "m")}
    ports = {name: free_port() for name in keys}
    targets = {"validator": [f"127.0.0.1:{ports['v']}"], "miner": [f"127.0.0.1:{ports['m']}"]}
    with (
        prometheus(root, targets, {"groups": []}) as watching,
        network(root, f"{keys['v']}:1000", keys["m"], block_seconds=0.3) as subnet,
    ):
        subnet.neuron(
            *("m", "miner", "--miner.backend", "solver", "--miner.pace", "0.02", "--miner.port", "0"),
            *("--metrics.port", str(ports["m"])),
        )
        subnet.wait_for("m", "served")
        subnet.neuron(
            *("v", "validator", "--validator.tasks_per_epoch", "2", "--validator.timeout", "10"),
            *("--validator.embedding_model", "hashing", "--metrics.port", str(ports["v"])),
        )
        yield watching


@pytest.mark.prometheus
@pytest.mark.slow
def test_prometheus_scrapes_both_neurons(scraped: Prometheus) -> None:
    """Prometheus scrapes both neurons: both are up, and both tell of the tasks between them."""
    for job in ("validator", "miner"):
        scraped.wait_for(f'up{{job="{job}"}} == 1')
        scraped.wait_for(f"sum(reasonforge_{job}_tasks_total) > 0")


@pytest.mark.prometheus
@pytest.mark.slow
def test_the_dashboards_queries_answer(scraped: Prometheus) -> None:
    """Dashboards' queries answer: Prometheus takes every panel's query, and most show figures on a network of two."""
    scraped.wait_for("reasonforge_validator_epochs_total > 0")
    scraped.wait_for("sum(reasonforge_validator_tasks_total) > 0")
    found = {panel: scraped.query(query) for panel, query in expressions().items()}
    assert len(found) > 20
    assert sum(bool(series) for series in found.values()) > len(found) / 2

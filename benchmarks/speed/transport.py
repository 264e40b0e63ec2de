"""Asking miners over the SDK's wire: our side of it beside the stock Dendrite, against the same Axon; and what it costs
a miner to refuse, beside what it costs to serve.

Miners run in processes of their own, so that the CPU time is the asker's alone, or the miner's. Two minutes at most.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import bittensor
from attrs import evolve
from bittensor.utils import networking

from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.dendrite import Dendrites
from reasonforge.adapters.bittensor.post import Connection, Message
from reasonforge.adapters.bittensor.sdk import Keypair
from reasonforge.adapters.bittensor.synapses import FROZEN_FIELDS
from reasonforge.adapters.bittensor.synapses import ReasoningTask as OurTask
from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.system.gate import AsyncioGate
from reasonforge.application.miner.admit_caller import AdmitCaller
from reasonforge.application.miner.bound_work import BoundWork
from reasonforge.application.miner.report_health import ReportHealth
from reasonforge.application.miner.route_by_discipline import RouteByDiscipline
from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.reasoner import Solution
from reasonforge.application.ports.transport import Health, MinerHandlers, Request, ScoreNotice
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, QueryId, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Neuron
from reasonforge.domain.receive import wire_fields
from reasonforge.domain.reply import Answer
from reasonforge.domain.submission import ReasoningStep, WireFields
from reasonforge.domain.task import Question

MINERS, THINKING_SECONDS, TIMEOUT = 192, 3.0, 30.0
VALIDATOR, MINER, BUSY, POOR, IDLER, STRANGER = (
    Keypair.create_from_uri(f"//{name}") for name in ("Validator", "Miner", "Busy", "Poor", "Idler", "Stranger")
)
MESSAGES, CALLS = 1_600, 5_000
QUESTION = Question(
    query_id=QueryId("q" * 32),
    problem="A problem of ordinary length. " * 40,
    discipline=Discipline.MATHEMATICS,
    difficulty=5,
    timeout_seconds=TIMEOUT,
    answer_format={"format": "integer"},
)
STEP = ReasoningStep(1, "An ordinary step of a chain of thought. " * 10, "evidence", 0.9)
FIELDS = wire_fields(QUESTION.query_id, steps=[STEP] * 8, final_answer="42", claimed_ms=3_000)

Asker = Callable[[list[Endpoint]], Awaitable[int]]


class ReasoningTask(bittensor.Synapse):
    """The same exchange as subnets usually write it: required fields, and the SDK's own way with headers."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("task_id", "problem", "domain", "difficulty")
    task_id: str
    problem: str
    domain: str
    difficulty: int
    timeout_seconds: float
    context: str
    constraints: str
    answer_format: dict[str, Any]
    reasoning_steps: list[dict[str, Any]] | None = None
    final_answer: str | None = None
    artifact: Any = None
    proof_status: str | None = None
    proof_artifact: str | None = None
    code_artifact: str | None = None
    time_taken_ms: float | None = None
    submission_hash: str | None = None


def neuron_at(endpoint: Endpoint) -> Neuron:
    return Neuron(Uid(0), Hotkey(MINER.ss58_address), Coldkey(""), 0.0, False, endpoint, BlockNumber(0))


async def ours(endpoints: list[Endpoint]) -> int:
    asker = BittensorTransport(VALIDATOR, SystemClock(), allow_private=True)
    replies = await asker.ask([Request(neuron_at(endpoint), QUESTION) for endpoint in endpoints])
    return sum(isinstance(reply, Answer) for reply in replies)


async def stock(endpoints: list[Endpoint]) -> int:
    async def one(dendrite: bittensor.Dendrite, endpoint: Endpoint) -> bool:
        info = bittensor.AxonInfo(
            version=1, ip=endpoint.host, port=endpoint.port, ip_type=4, hotkey=MINER.ss58_address, coldkey=""
        )
        task = ReasoningTask(
            task_id=QUESTION.query_id,
            problem=QUESTION.problem,
            domain=QUESTION.discipline.value,
            difficulty=QUESTION.difficulty,
            timeout_seconds=QUESTION.timeout_seconds,
            context="",
            constraints="",
            answer_format=dict(QUESTION.answer_format),
        )
        reply = await dendrite.call(info, task, TIMEOUT, deserialize=False)
        return bool(reply.dendrite and reply.dendrite.status_code == 200)

    async with bittensor.Dendrite(VALIDATOR) as dendrite:
        return sum(await asyncio.gather(*(one(dendrite, endpoint) for endpoint in endpoints)))


def measured(name: str, ask: Asker, endpoints: list[Endpoint], rounds: int) -> None:
    async def go() -> int:
        return sum([await ask(endpoints) for _ in range(rounds)])

    wall, cpu = time.perf_counter(), time.process_time()
    answered = asyncio.run(go())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    asked = rounds * len(endpoints)
    print(
        f"  {name:15} {asked / wall:6.0f} queries/s, {1_000 * cpu / asked:5.2f} ms CPU each, "
        f"{wall:5.2f} s, {answered} of {asked} answered"
    )


async def serve() -> None:
    """One Axon that answers at once, and many ports at which something answers after thinking."""

    async def admit(_caller: Hotkey) -> None:
        return None

    async def solve(_caller: Hotkey, _question: Question) -> WireFields:
        return FIELDS

    async def health() -> Health:
        return Health("ready", frozenset())

    async def learn(_caller: Hotkey, _notice: ScoreNotice) -> None:
        return None

    async def think(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        await reader.readexactly(int(lengths[0].split(b":")[1]))
        await asyncio.sleep(THINKING_SECONDS)
        kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nbt_header_axon_status_code: 200\r\n"
        writer.write(kind + b"Content-Length: %d\r\n\r\n" % len(reply) + reply)
        await writer.drain()
        writer.close()

    asked = {"problem": QUESTION.problem, "domain": QUESTION.discipline.value, "difficulty": QUESTION.difficulty}
    rest = {"timeout_seconds": TIMEOUT, "context": "", "constraints": "", "answer_format": dict(QUESTION.answer_format)}
    reply = json.dumps({**FIELDS, **asked, **rest}).encode()
    miner = BittensorMinerTransport(MINER, SystemClock(), host="127.0.0.1", port=0)
    await miner.serve(Uid(0), MinerHandlers(admit, solve, health, learn))
    thinkers = [await asyncio.start_server(think, "127.0.0.1", 0) for _ in range(MINERS)]
    ports = [miner.endpoint.port, *(thinker.sockets[0].getsockname()[1] for thinker in thinkers)]
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)


class Instant:
    """A reasoner that needs no time, so that what is left is what serving costs."""

    name = "instant"

    async def reason(self, question: Question, budget_seconds: float) -> Solution:  # noqa: ARG002 - the port's
        return Solution((STEP,) * 8, "42")


async def refuse() -> None:
    """A miner as `reasonforge-miner` wires one, on a chain that knows five callers; tells its CPU time when asked."""
    ledger = MemoryLedger(Hyperparameters(max_validators=3))
    for key, stake in ((VALIDATOR, 1_000), (BUSY, 900), (POOR, 100), (IDLER, 1), (MINER, 0)):
        ledger.add_founder(Hotkey(key.ss58_address), Coldkey(key.ss58_address), Rao(stake * RAO_PER_TAO))
    clock = SystemClock()
    admit = AdmitCaller(MemoryChain(ledger, Hotkey(MINER.ss58_address)), clock, least_stake=500.0, calls=CALLS)
    for _ in range(CALLS):
        await admit(Hotkey(BUSY.ss58_address))
    gate = AsyncioGate(4, 64)
    solve = RouteByDiscipline(
        frozenset(Discipline), BoundWork(SolveTask(Instant(), clock), gate, clock, admit.stake_of)
    )

    async def learn(_caller: Hotkey, _notice: ScoreNotice) -> None:
        return None

    health = ReportHealth(Instant(), frozenset(Discipline), "1", gate)
    miner = BittensorMinerTransport(MINER, clock, host="127.0.0.1", port=0)
    await miner.serve(Uid(0), MinerHandlers(admit, solve, health, learn, admit.foresee))
    print(miner.endpoint.port, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(time.process_time(), flush=True)


async def sent(endpoint: Endpoint, make: Callable[[], Message], status: int, count: int) -> None:
    """Send `count` messages, at most eight at a time; each must come back with `status`."""

    async def one() -> None:
        connection = await Connection.to(endpoint.host, endpoint.port)
        try:
            reply = await connection.post(make(), 1_000_000)
        finally:
            connection.close()
        assert reply.status == status, (reply.status, reply.body)

    for start in range(0, count, 8):
        await asyncio.gather(*(one() for _ in range(min(8, count - start))))


def refusals() -> None:
    """CPU time of the miner's process for each kind of message."""
    clock = SystemClock()
    task = OurTask.from_domain(QUESTION)
    body = task.model_dump(include=set(FROZEN_FIELDS))
    dendrites = {key.ss58_address: Dendrites(key, clock) for key in (VALIDATOR, BUSY, POOR, IDLER, STRANGER)}
    miner = Hotkey(MINER.ss58_address)

    def signed(key: Keypair) -> Message:
        return dendrites[key.ss58_address].signed(task, body, miner, endpoint, "d")

    def forged() -> Message:
        name = {"bt_header_dendrite_hotkey": VALIDATOR.ss58_address}
        message = signed(STRANGER)
        return evolve(message, headers={**message.headers, **name})

    def altered() -> Message:
        message = signed(VALIDATOR)
        return evolve(message, body=message.body.replace(b"ordinary", b"peculiar"))

    def unsigned() -> Message:
        message = signed(STRANGER)
        return evolve(message, headers={"name": message.headers["name"]})

    def again() -> Message:
        return old

    command = [sys.executable, __file__, "refuse"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        told, asked = process.stdout, process.stdin
        assert told is not None
        assert asked is not None
        endpoint = Endpoint("127.0.0.1", int(told.readline()))

        def cpu() -> float:
            asked.write("\n")
            asked.flush()
            return float(told.readline())

        asyncio.run(sent(endpoint, lambda: signed(VALIDATOR), 200, 80))  # warm
        old = signed(VALIDATOR)
        cases: list[tuple[str, Callable[[], Message], int]] = [
            ("served", lambda: signed(VALIDATOR), 200),
            ("not registered", lambda: signed(STRANGER), 403),
            ("no permit", lambda: signed(IDLER), 403),
            ("too little stake", lambda: signed(POOR), 403),
            ("over its rate", lambda: signed(BUSY), 403),
            ("not signed", unsigned, 401),
            ("sent again", again, 401),
            ("another's name", forged, 401),
            ("another body", altered, 400),
        ]
        print("CPU of a miner for one message")
        served = 0.0
        for name, make, status in cases:
            if make is again:
                old = signed(VALIDATOR)
                asyncio.run(sent(endpoint, again, 200, 1))
            before = cpu()
            asyncio.run(sent(endpoint, make, status, MESSAGES))
            each = (cpu() - before) / MESSAGES
            served = served or each
            print(f"  {name:17} {1_000 * each:6.3f} ms, {each / served:5.0%} of a served one")
        asked.close()


def main() -> None:
    networking.get_external_ip = lambda: "203.0.113.1"  # a stock Dendrite would ask the Internet
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as miners:  # noqa: S603 - ourselves
        assert miners.stdin is not None
        assert miners.stdout is not None
        axon, *thinkers = (Endpoint("127.0.0.1", port) for port in json.loads(miners.stdout.readline()))
        for ask in (ours, stock):  # warm
            assert asyncio.run(ask([axon] * 8)) == 8
        for concurrency, rounds in ((1, 150), (16, 12), (64, 4)):
            print(f"one axon, {concurrency} at once")
            measured("ours", ours, [axon] * concurrency, rounds)
            measured("stock Dendrite", stock, [axon] * concurrency, rounds)
        print(f"{MINERS} endpoints at once, {THINKING_SECONDS:g} s each")
        measured("ours", ours, thinkers, 1)
        measured("stock Dendrite", stock, thinkers, 1)
        miners.stdin.close()
    refusals()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            asyncio.run(serve())
        case ["refuse"]:
            asyncio.run(refuse())
        case ["refusals"]:
            refusals()
        case _:
            main()

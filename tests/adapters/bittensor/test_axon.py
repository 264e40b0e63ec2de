"""What a miner's Axon refuses, in which order it looks, and that it can be shut down."""

import asyncio
import json
import operator
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest
from attrs import define, evolve, field, frozen

from reasonforge.adapters.bittensor import doorway, threshold
from reasonforge.adapters.bittensor.axon import BittensorMinerTransport
from reasonforge.adapters.bittensor.dendrite import Dendrites
from reasonforge.adapters.bittensor.post import Connection, HttpReply, Message
from reasonforge.adapters.bittensor.sdk import Keypair
from reasonforge.adapters.bittensor.synapses import FROZEN_FIELDS, HealthCheck, ReasoningTask
from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.system.gate import AsyncioGate
from reasonforge.application.miner.admit_caller import AdmitCaller
from reasonforge.application.miner.bound_work import BoundWork
from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.reasoner import Solution
from reasonforge.application.ports.transport import MinerHandlers, Refusal, Request
from reasonforge.domain.bounded_json import read_object
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import RAO_PER_TAO, Coldkey, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.reply import Answer, Reply, Silence, SilenceReason
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question
from tests.adapters.bittensor.loopback import VALIDATOR_KEY, miner_key, neuron_of
from tests.contracts.transport import HONEST, fields_for, question, reason_of, received, submission_for

CLOCK = SystemClock()
ASKED = question(1, 5.0)
POOR_KEY, STRANGER_KEY = Keypair.create_from_uri("//Poor"), Keypair.create_from_uri("//Stranger")


@frozen
class Visit:
    """A miner that serves, and a way to send it anything."""

    miner: BittensorMinerTransport

    async def send(self, message: Message) -> HttpReply:
        connection = await Connection.to("127.0.0.1", self.miner.endpoint.port)
        try:
            async with asyncio.timeout(10):
                return await connection.post(message, 1_000_000)
        finally:
            connection.close()

    async def ask(self, key: Keypair = VALIDATOR_KEY, asked: Question = ASKED) -> Reply:
        asker = BittensorTransport(key, CLOCK, allow_private=True)
        (reply,) = await asker.ask([Request(neuron_of(self.miner), asked)])
        return reply

    def signed(self, asked: Question = ASKED, key: Keypair = VALIDATOR_KEY, dendrite: str = "d") -> Message:
        task = ReasoningTask.from_domain(asked)
        body = task.model_dump(include=set(FROZEN_FIELDS))
        return Dendrites(key, CLOCK).signed(task, body, self.miner.hotkey, self.miner.endpoint, dendrite)


def visit(go: Callable[[Visit], Coroutine[Any, Any, None]], handlers: MinerHandlers = HONEST, **options: Any) -> None:
    async def run() -> None:
        miner = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=0, **options)
        await miner.serve(Uid(0), handlers)
        try:
            await go(Visit(miner))
        finally:
            await miner.close()

    asyncio.run(run())


def told(reply: HttpReply) -> tuple[int, str]:
    return reply.status, str(read_object(reply.body).get("message"))


def subnet(*keys: tuple[Keypair, int]) -> MemoryLedger:
    ledger = MemoryLedger(Hyperparameters(max_validators=1))
    for key, stake in keys:
        ledger.add_founder(Hotkey(key.ss58_address), Coldkey(f"of {key.ss58_address}"), Rao(stake * RAO_PER_TAO))
    return ledger


@pytest.mark.parametrize(
    ("key", "why"), [(STRANGER_KEY, "not registered on this subnet"), (POOR_KEY, "no validator permit")]
)
def test_who_is_not_entitled_is_told(key: Keypair, why: str) -> None:
    """An unregistered caller and one without a permit are refused with the reason, beside one that is served."""
    chain = MemoryChain(subnet((VALIDATOR_KEY, 1_000), (POOR_KEY, 1)), Hotkey(miner_key(0).ss58_address))

    async def go(visit: Visit) -> None:
        refused, served = await asyncio.gather(visit.ask(key), visit.ask())
        assert isinstance(refused, Silence)
        assert refused.reason is SilenceReason.REFUSED
        assert why in refused.detail
        assert received(Request(neuron_of(visit.miner), ASKED), served) == submission_for(ASKED)

    visit(go, evolve(HONEST, admit=AdmitCaller(chain, CLOCK)))


def test_too_many_requests_are_refused() -> None:
    """Beyond its rate a caller is refused, and told the rate."""
    chain = MemoryChain(subnet((VALIDATOR_KEY, 1_000)), Hotkey(miner_key(0).ss58_address))

    async def go(visit: Visit) -> None:
        replies = [await visit.ask() for _ in range(3)]
        assert [type(reply) for reply in replies] == [Answer, Answer, Silence]
        assert "more than 2 calls" in getattr(replies[2], "detail", "")

    visit(go, evolve(HONEST, admit=AdmitCaller(chain, CLOCK, calls=2)))


def test_strangers_cannot_spend_a_validators_rate() -> None:
    """A message in a validator's name that it did not sign is refused before admission counts it."""
    admitted: list[Hotkey] = []

    async def admit(caller: Hotkey) -> None:
        admitted.append(caller)

    async def go(visit: Visit) -> None:
        forged = visit.signed(key=STRANGER_KEY)
        name = {"bt_header_dendrite_hotkey": VALIDATOR_KEY.ss58_address}
        assert (await visit.send(evolve(forged, headers={**forged.headers, **name}))).status == 401
        assert admitted == []

    visit(go, evolve(HONEST, admit=admit))


def test_the_caller_is_who_signed() -> None:
    """A body that names another dendrite than the signed headers do changes nothing in who is served."""
    callers: list[Hotkey] = []

    async def solve(caller: Hotkey, asked: Question) -> WireFields:
        callers.append(caller)
        return fields_for(asked)

    async def go(visit: Visit) -> None:
        message = visit.signed(key=STRANGER_KEY)
        lie = {**json.loads(message.body), "dendrite": {"hotkey": VALIDATOR_KEY.ss58_address}}
        null = {**lie, "dendrite": None, "axon": None}
        again = visit.signed(key=STRANGER_KEY)
        assert (await visit.send(evolve(message, body=json.dumps(lie).encode()))).status == 200
        assert (await visit.send(evolve(again, body=json.dumps(null).encode()))).status == 200
        also = {"x_bt_header_dendrite_hotkey": VALIDATOR_KEY.ss58_address}
        third = visit.signed(key=STRANGER_KEY)
        assert (await visit.send(evolve(third, headers={**third.headers, **also}))).status == 401
        assert callers == [Hotkey(STRANGER_KEY.ss58_address)] * 2

    visit(go, evolve(HONEST, solve=solve))


def test_a_message_is_taken_once() -> None:
    """The same signed message again is refused, also at the same time, also with a longer deadline in its headers."""
    worked: list[str] = []

    async def solve(_caller: Hotkey, asked: Question) -> WireFields:
        worked.append(asked.query_id)
        return fields_for(asked)

    async def go(visit: Visit) -> None:
        message = visit.signed()
        replies = await asyncio.gather(*(visit.send(message) for _ in range(5)))
        assert sorted(reply.status for reply in replies) == [200, 401, 401, 401, 401]
        longer = evolve(message, headers={**message.headers, "timeout": "1e9"})
        assert told(await visit.send(longer)) == (401, "Not Verified with error: this message was taken before")
        assert worked == [ASKED.query_id]

    visit(go, evolve(HONEST, solve=solve))


@pytest.mark.parametrize("shift", [-60.0, 60.0])
def test_an_old_or_a_future_message_is_refused(shift: float) -> None:
    """A well signed message from another minute is refused, whatever deadline it claims."""

    class Elsewhen(SystemClock):
        def now(self) -> float:
            return super().now() + shift

    async def go(visit: Visit) -> None:
        task = ReasoningTask.from_domain(ASKED).model_copy(update={"timeout": 1e9})
        dendrites = Dendrites(VALIDATOR_KEY, Elsewhen())
        message = dendrites.signed(task, {}, visit.miner.hotkey, visit.miner.endpoint, "d")
        status, why = told(await visit.send(message))
        assert status == 401
        assert "the nonce is" in why

    visit(go)


def test_a_message_from_before_a_restart_is_refused() -> None:
    """What was signed for the process before this one is not taken by this one."""
    early: list[Message] = []

    async def sign(visit: Visit) -> None:
        early.append(visit.signed())

    async def replay(visit: Visit) -> None:
        assert (await visit.send(early[0])).status == 401

    visit(sign)
    visit(replay)


@pytest.mark.parametrize(
    "broken",
    [
        {"bt_header_dendrite_signature": "0x" + "00" * 64},
        {"bt_header_dendrite_signature": "zz"},
        {"bt_header_dendrite_signature": ""},
        {"bt_header_dendrite_nonce": "12"},
        {"bt_header_dendrite_nonce": "soon"},
        {"bt_header_dendrite_nonce": "9" * 5_000},
        {"bt_header_dendrite_uuid": "another"},
        {"bt_header_dendrite_uuid": ""},
        {"bt_header_dendrite_hotkey": "null"},
        {"bt_header_dendrite_hotkey": ""},
        {"bt_header_dendrite_hotkey": "\xff\xfe"},
        {"computed_body_hash": "0" * 64},
        {"timeout": "soon"},
        {"bt_header_axon_port": "\xe9"},
        {"bt_header_input_obj_problem": "%%%"},
    ],
    ids=str,
)
def test_a_broken_header_is_refused(broken: dict[str, str]) -> None:
    """A message whose headers are not what was signed, or are nonsense, costs no work, and the next one is served."""
    worked: list[str] = []

    async def solve(_caller: Hotkey, asked: Question) -> WireFields:
        worked.append(asked.query_id)
        return fields_for(asked)

    async def go(visit: Visit) -> None:
        message = visit.signed(question(2, 5.0))
        harmless = not {"bt_header_axon_port", "bt_header_input_obj_problem"}.isdisjoint(broken)
        status = (await visit.send(evolve(message, headers={**message.headers, **broken}))).status
        assert 400 <= status < 600 or (harmless and status == 200)
        assert isinstance(await visit.ask(), Answer)
        assert worked[-1] == ASKED.query_id
        assert len(worked) == 1 + (status == 200)

    visit(go, evolve(HONEST, solve=solve))


def test_a_body_that_was_not_signed_is_refused() -> None:
    """Another problem under the same signature is refused."""

    async def go(visit: Visit) -> None:
        message = visit.signed()
        other = {**json.loads(message.body), "problem": "another"}
        assert (await visit.send(evolve(message, body=json.dumps(other).encode()))).status >= 400

    visit(go)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"problem": {"a": 1}}', b'{"difficulty": 99}', b"{}"],
    ids=lambda body: str(body[:20]),
)
def test_a_body_that_is_no_question_is_refused(body: bytes) -> None:
    """Garbage under a right signature is refused in JSON or plain text, and the next caller is served."""

    async def go(visit: Visit) -> None:
        assert (await visit.send(evolve(visit.signed(), body=body))).status >= 400
        assert isinstance(await visit.ask(), Answer)

    visit(go)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"difficulty": 11}, "difficulty goes from 1 to 10"),
        ({"problem": ""}, "a question has a task_id and a problem"),
        ({"domain": "astrology"}, "'astrology' is not a valid Discipline"),
        ({"timeout_seconds": 0}, "timeout_seconds is no time"),
        ({"timeout_seconds": 1e300}, "timeout_seconds is no time"),
    ],
    ids=str,
)
def test_a_question_that_cannot_be_is_refused(changed: dict[str, Any], why: str) -> None:
    """A well signed message that is no question of the protocol is a bad request, and says why."""

    async def go(visit: Visit) -> None:
        task = ReasoningTask.from_domain(ASKED).model_copy(update=changed)
        body = task.model_dump(include=set(FROZEN_FIELDS))
        dendrites = Dendrites(VALIDATOR_KEY, CLOCK)
        reply = await visit.send(dendrites.signed(task, body, visit.miner.hotkey, visit.miner.endpoint, "d"))
        assert reply.status == 400
        assert why in told(reply)[1]

    visit(go)


def test_an_oversized_body_is_refused_unread() -> None:
    """A body that says it is too long is refused with a 413 before a byte of it was sent; one without a length, too."""

    async def refused(visit: Visit, head: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", visit.miner.endpoint.port)
        writer.write(f"POST /ReasoningTask HTTP/1.1\r\nHost: m\r\n{head}\r\n".encode())
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        return line

    async def go(visit: Visit) -> None:
        assert b" 413 " in await refused(visit, "Content-Length: 1000001\r\n")
        assert b" 413 " in await refused(visit, f"Content-Length: {'9' * 15}\r\n")
        assert b" 411 " in await refused(visit, "Transfer-Encoding: chunked\r\n")
        assert b" 401 " in await refused(visit, "Content-Length: 1000000\r\n")

    visit(go)


def test_who_dawdles_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that does not finish its head, or its body, loses the connection; one that asks meanwhile is served."""
    monkeypatch.setattr(threshold, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(doorway, "BODY_SECONDS", 0.5)

    async def go(visit: Visit) -> None:
        signed = visit.signed()
        head = "".join(f"{name}: {value}\r\n" for name, value in signed.headers.items())
        for start in ("", "POST /Rea", f"POST {signed.path} HTTP/1.1\r\nHost: m\r\nContent-Length: 50\r\n{head}\r\n{{"):
            reader, writer = await asyncio.open_connection("127.0.0.1", visit.miner.endpoint.port)
            writer.write(start.encode())
            assert isinstance(await visit.ask(), Answer)
            try:
                last = await asyncio.wait_for(reader.read(), 3)
            except ConnectionResetError:
                last = b""
            assert not last.startswith(b"HTTP/1.1 200")
            writer.close()

    visit(go)


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/Synapse", "/Unknown", "/ReasoningTask/x"])
def test_there_is_nothing_else_to_ask(path: str) -> None:
    """The SDK's echo and FastAPI's pages are not served."""

    async def go(visit: Visit) -> None:
        assert (await visit.send(evolve(visit.signed(), path=path))).status >= 400

    visit(go)


@define
class Patient:
    """A reasoner that thinks until it may go on, and remembers what it began to think about."""

    free: asyncio.Event
    begun: list[str] = field(factory=list)
    name: str = "patient"

    async def reason(self, question: Question, _budget_seconds: float) -> Solution:
        self.begun.append(question.query_id)
        await self.free.wait()
        return Solution((), "42")


async def soon(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - what is waited for happens in the miner
            await asyncio.sleep(0.001)


def test_higher_stake_comes_first() -> None:
    """Who waits for the one place is served by stake, and who finds no room to wait is told so."""
    keys = [VALIDATOR_KEY, *(Keypair.create_from_uri(f"//{name}") for name in "abcd")]
    stake_of = {Hotkey(key.ss58_address): float(stake) for stake, key in enumerate(keys)}.__getitem__
    asked: list[Hotkey] = []

    async def go() -> None:
        reasoner = Patient(asyncio.Event())
        bounded = BoundWork(SolveTask(reasoner, CLOCK), AsyncioGate(places=1, room=3), CLOCK, stake_of)

        async def solve(caller: Hotkey, task: Question) -> WireFields | Refusal:
            asked.append(caller)
            return await bounded(caller, task)

        miner = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=0)
        await miner.serve(Uid(0), evolve(HONEST, solve=solve))
        asking = []
        for number, key in enumerate(keys):
            asking.append(asyncio.create_task(Visit(miner).ask(key, question(number, 10.0))))
            await soon(partial(operator.contains, asked, Hotkey(key.ss58_address)))
        await soon(asking[1].done)  # the poorest of those that wait made room for the last
        reasoner.free.set()
        replies = await asyncio.gather(*asking)
        await miner.close()
        assert reasoner.begun == [question(number).query_id for number in (0, 4, 3, 2)]
        assert [reason_of(reply) for reply in replies] == [None, SilenceReason.REFUSED, None, None, None]
        assert "greater stake goes first" in getattr(replies[1], "detail", "")

    asyncio.run(go())


def test_waiting_counts_as_time() -> None:
    """A question whose time runs out in the queue is late, was never worked on, and leaves its place to others."""

    async def go() -> None:
        reasoner = Patient(asyncio.Event())
        bounded = BoundWork(SolveTask(reasoner, CLOCK), AsyncioGate(places=1, room=8), CLOCK, lambda _caller: 1.0)
        miner = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=0)
        await miner.serve(Uid(0), evolve(HONEST, solve=bounded))
        first = asyncio.create_task(Visit(miner).ask(asked=question(1, 10.0)))
        await soon(lambda: bool(reasoner.begun))
        late = await Visit(miner).ask(asked=question(2, 0.5))
        assert reason_of(late) is SilenceReason.TIMEOUT
        reasoner.free.set()
        assert isinstance(await first, Answer)
        assert isinstance(await Visit(miner).ask(asked=question(3, 5.0)), Answer)
        await miner.close()
        assert reasoner.begun == [question(1).query_id, question(3).query_id]

    asyncio.run(go())


def test_two_calls_to_one_miner_at_once_are_both_answered() -> None:
    """Calls beside one another go out under dendrites of their own, whose nonces rise, and none is a replay."""

    async def go(visit: Visit) -> None:
        asker = BittensorTransport(VALIDATOR_KEY, CLOCK, allow_private=True)
        requests = [Request(neuron_of(visit.miner), question(number, 5.0)) for number in range(20)]
        replies = await asker.ask(requests)
        found = [received(request, reply) for request, reply in zip(requests, replies, strict=True)]
        assert found == [submission_for(request.question) for request in requests]

    visit(go)


def test_a_taken_port_is_said() -> None:
    """A port that is taken, or that an Axon does not take, is the operator's to change, and said so."""

    async def go() -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            for port in (other.getsockname()[1], 80, 65_535, -1):
                miner = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=port)
                with pytest.raises(OperatorError, match="choose"):
                    await miner.serve(Uid(0), HONEST)
                await miner.close()

    asyncio.run(go())


def test_close_leaves_nothing() -> None:
    """After close no thread, task or socket is left, work under way was cancelled, and the port can be had again."""

    async def go() -> None:
        ended: list[str] = []
        begun = asyncio.Event()

        async def solve(_caller: Hotkey, asked: Question) -> WireFields:
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                ended.append("cancelled")
            return fields_for(asked)

        threads, tasks = threading.active_count(), len(asyncio.all_tasks())
        miner = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=0)
        await miner.serve(Uid(0), evolve(HONEST, solve=solve))
        asking = asyncio.create_task(Visit(miner).ask())
        await begun.wait()
        start = time.monotonic()
        await miner.close()
        assert time.monotonic() - start < 3
        assert isinstance(await asking, Silence)
        assert ended == ["cancelled"]
        assert (threading.active_count(), len(asyncio.all_tasks())) == (threads, tasks)
        again = BittensorMinerTransport(miner_key(0), CLOCK, host="127.0.0.1", port=miner.endpoint.port)
        await again.serve(Uid(0), HONEST)
        assert isinstance(await Visit(again).ask(), Answer)
        await again.close()
        await again.close()

    asyncio.run(go())


def test_who_hangs_up_is_not_worked_for() -> None:
    """When a caller goes before it is answered, the work for it is cancelled."""
    ended: list[str] = []
    begun = asyncio.Event()

    async def solve(_caller: Hotkey, asked: Question) -> WireFields:
        if asked.query_id == ASKED.query_id:
            return fields_for(asked)
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(asked.query_id)
            raise
        return fields_for(asked)

    async def go(visit: Visit) -> None:
        leaving = asyncio.create_task(visit.ask(asked=question(2, 60.0)))
        await begun.wait()
        leaving.cancel()
        assert isinstance(await visit.ask(), Answer)
        assert ended == [question(2).query_id]

    visit(go, evolve(HONEST, solve=solve))


def test_a_hundred_thousand_errors_are_one_refusal() -> None:
    """A message with more mistakes than anyone would list is refused in one line, as is a health check's reply."""
    strange = {"scores": [{"checks": {str(number): number for number in range(50_000)}}]}

    async def go(visit: Visit) -> None:
        message = evolve(visit.signed(), path="/TaskResult", body=json.dumps(strange).encode())
        assert told(await visit.send(message)) == (400, "this is no such message")

    visit(go)


def test_a_refusal_is_short_and_plain() -> None:
    """A reason in any letters and of any length reaches the caller as one short line."""

    async def admit(_caller: Hotkey) -> Refusal:
        return Refusal("né\r\nX-Evil: 1 " + "x" * 100_000)

    async def go(visit: Visit) -> None:
        reply = await visit.send(visit.signed())
        status, why = told(reply)
        assert status == 403
        assert len(why) < 300
        assert "\n" not in why
        health = HealthCheck(timeout=5)
        message = Dendrites(VALIDATOR_KEY, CLOCK).signed(health, {}, visit.miner.hotkey, visit.miner.endpoint, "h")
        assert (await visit.send(message)).status == 403

    visit(go, evolve(HONEST, admit=admit))

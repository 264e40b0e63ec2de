"""The validator's side over the SDK's wire: what a stock Dendrite would send, and none of what it would believe."""

import asyncio
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, TypeVar

from attrs import evolve, frozen
from pydantic import ValidationError

from reasonforge.adapters.bittensor.dendrite import Dendrites
from reasonforge.adapters.bittensor.post import CallFailedError, Connection, HttpReply
from reasonforge.adapters.bittensor.sdk import Keypair
from reasonforge.adapters.bittensor.synapses import (
    FROZEN_FIELDS,
    HEALTH_FIELDS,
    MINER_FIELDS,
    Exchange,
    HealthCheck,
    ReasoningTask,
    TaskResult,
)
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.transport import Health, Request, ScoreNotice
from reasonforge.domain.bounded_json import UnreadableError, excerpt, read_object
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Endpoint, Neuron
from reasonforge.domain.reply import Answer, Reply, Silence, SilenceReason
from reasonforge.domain.submission import DEFAULT_LIMITS

HEALTH_SECONDS = 10.0
NOTICE_SECONDS = 10.0
_LONGEST_MESSAGE = 4_096

ValueT = TypeVar("ValueT")


@frozen
class _Call:
    """One message to one miner."""

    neuron: Neuron
    synapse: Exchange
    body: dict[str, object]
    timeout_seconds: float


@frozen
class _Outcome:
    """The bytes of the reply, not looked at yet, or a silence; and how long it took."""

    body: bytes | Silence
    elapsed_seconds: float


class BittensorTransport:
    """Asks miners' Axons, signing as `keypair`'s hotkey.

    Each call has a connection and a wall-clock deadline of its own, from before it connects until the last byte of the
    reply. Nothing that comes back is parsed before the last reply of the batch is in, so that a reply that is dear to
    read costs nobody's time but ours: a batch holds at most 1 MB a miner.

    Args:
        keypair: the validator's hotkey.
        clock: dates nonces and measures replies.
        allow_private: ask loopback, private and link-local addresses too. For tests and local networks: otherwise a
            miner could point us at our own machines.
        most_bytes: of a reply's body.
    """

    def __init__(
        self,
        keypair: Keypair,
        clock: Clock,
        *,
        allow_private: bool = False,
        most_bytes: int = DEFAULT_LIMITS.message_bytes,
    ) -> None:
        self.hotkey = Hotkey(keypair.ss58_address)
        self._dendrites = Dendrites(keypair, clock)
        self._clock = clock
        self._allow_private = allow_private
        self._most_bytes = most_bytes

    async def ask(self, requests: Sequence[Request]) -> Sequence[Reply]:
        calls = []
        for request in requests:
            task = ReasoningTask.from_domain(request.question)
            body = task.model_dump(include=set(FROZEN_FIELDS))
            calls.append(_Call(request.neuron, task, body, request.question.timeout_seconds))
        outcomes = await self._make(calls)
        return [_answer(call, outcome) for call, outcome in zip(calls, outcomes, strict=True)]

    async def health(self, neurons: Sequence[Neuron]) -> Sequence[Health | Silence]:
        calls = [_Call(neuron, HealthCheck(timeout=HEALTH_SECONDS), {}, HEALTH_SECONDS) for neuron in neurons]
        return [_read(outcome, _health) for outcome in await self._make(calls)]

    async def notify(self, notices: Sequence[ScoreNotice]) -> int:
        calls = []
        for notice in notices:
            result = TaskResult.from_domain(notice).model_copy(update={"timeout": NOTICE_SECONDS})
            body = result.model_dump(include=set(TaskResult.required_hash_fields))
            calls.append(_Call(notice.neuron, result, body, NOTICE_SECONDS))
        return sum(not isinstance(outcome.body, Silence) for outcome in await self._make(calls))

    async def _make(self, calls: Sequence[_Call]) -> list[_Outcome]:
        return await asyncio.gather(*(self._made(call) for call in calls))

    async def _made(self, call: _Call) -> _Outcome:
        start = self._clock.monotonic()
        body: bytes | Silence
        try:
            async with asyncio.timeout(call.timeout_seconds):
                body = _body(await self._exchange(call))
        except TimeoutError:
            body = Silence(SilenceReason.TIMEOUT, "no whole reply in time")
        except CallFailedError as failure:
            body = Silence(failure.reason, excerpt(failure.detail))
        elapsed = self._clock.monotonic() - start
        if elapsed > call.timeout_seconds:
            body = Silence(SilenceReason.TIMEOUT, "no whole reply in time")
        return _Outcome(body, elapsed)

    async def _exchange(self, call: _Call) -> HttpReply:
        endpoint = self._vetted(call.neuron.endpoint)
        miner = call.neuron.hotkey
        with self._dendrites.dendrite_for(miner) as dendrite:
            connection = await Connection.to(endpoint.host, endpoint.port)
            try:
                message = self._dendrites.signed(call.synapse, call.body, miner, endpoint, dendrite)
                return await connection.post(message, self._most_bytes)
            finally:
                connection.close()

    def _vetted(self, endpoint: Endpoint | None) -> Endpoint:
        """The endpoint, when we may call it: an IP address, and one that all the world can reach."""
        if endpoint is None:
            raise CallFailedError(SilenceReason.UNREACHABLE, "it serves nowhere")
        try:
            address = ip_address(endpoint.host)
        except ValueError as error:
            raise CallFailedError(SilenceReason.UNREACHABLE, f"{endpoint} is no IP address") from error
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not self._allow_private and (not mapped.is_global or mapped.is_multicast):
            raise CallFailedError(SilenceReason.UNREACHABLE, f"{endpoint} is no global address")
        return Endpoint(str(address), endpoint.port)


def _body(reply: HttpReply) -> bytes | Silence:
    if reply.status == 200:
        return reply.body
    if 300 <= reply.status < 400:
        return Silence(SilenceReason.MALFORMED, f"it sends us elsewhere ({reply.status})")
    if reply.status == 408:
        return Silence(SilenceReason.TIMEOUT, "its own time was up")
    return Silence(SilenceReason.REFUSED, f"{reply.status}: {_message(reply.body)}")


def _message(body: bytes) -> str:
    """The reason an Axon gives for a refusal."""
    if len(body) > _LONGEST_MESSAGE:
        return "no reason of a reasonable length"
    try:
        return excerpt(read_object(body).get("message"))
    except UnreadableError:
        return "no reason given"


def _read(outcome: _Outcome, read: Callable[[dict[str, Any]], ValueT | Silence]) -> ValueT | Silence:
    """What the reply says, or the silence with the time it took."""
    found: ValueT | Silence
    if isinstance(outcome.body, Silence):
        found = outcome.body
    else:
        try:
            found = read(read_object(outcome.body))
        except ValidationError as error:
            found = Silence(SilenceReason.MALFORMED, f"{error.error_count()} of its fields cannot be read")
        except (UnreadableError, ValueError) as error:
            found = Silence(SilenceReason.MALFORMED, excerpt(error))
    return evolve(found, elapsed_seconds=outcome.elapsed_seconds) if isinstance(found, Silence) else found


def _answer(call: _Call, outcome: _Outcome) -> Reply:
    def read(fields: dict[str, Any]) -> Reply:
        changed = [name for name in FROZEN_FIELDS if name in fields and fields[name] != call.body[name]]
        if changed:
            return Silence(
                SilenceReason.HASH_MISMATCH, f"the reply changes what was asked: {', '.join(sorted(changed))}"
            )
        kept = {name: fields[name] for name in MINER_FIELDS if name in fields}
        return Answer(kept, outcome.elapsed_seconds)

    return _read(outcome, read)


def _health(fields: dict[str, Any]) -> Health:
    said = {name: fields[name] for name in HEALTH_FIELDS if name in fields}
    return HealthCheck.model_validate(said).to_domain()

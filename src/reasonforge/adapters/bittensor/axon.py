"""The miner's side: a real Axon whose application runs in our own event loop.

An Axon's own thread would run the handlers in a loop that is not that of the chain and the reasoner, cannot be joined,
and says nothing when its port is taken. No postponed annotations in here: the Axon compares them with its own.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Tuple, cast  # noqa: UP035 - the Axon wants exactly this Tuple

from attrs import frozen
from bittensor_wallet import Wallet
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from reasonforge.adapters.bittensor.containment import LATE, contained
from reasonforge.adapters.bittensor.doorway import Doorway, VerifiedFirst, unreadable, verified_caller
from reasonforge.adapters.bittensor.replay import ReplayedError, ReplayWindow
from reasonforge.adapters.bittensor.sdk import Axon, Config, Keypair, TerminalInfo
from reasonforge.adapters.bittensor.server import LoopServer, listener_at, run
from reasonforge.adapters.bittensor.signatures import NotOursError, fits, signed_by
from reasonforge.adapters.bittensor.synapses import (
    FROZEN_FIELDS,
    HEALTH_FIELDS,
    Exchange,
    HealthCheck,
    ReasoningTask,
    TaskResult,
)
from reasonforge.adapters.bittensor.threshold import Signed, Threshold, TurnedAway
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.transport import MinerHandlers, Refusal
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.domain.metagraph import Endpoint
from reasonforge.domain.submission import DEFAULT_LIMITS

Blacklisted = Tuple[bool, str]  # noqa: UP006 - as above
_ADMIT_SECONDS = 30.0
"""More than a call to a chain that hangs takes to fail: then the last view of it decides."""
_QUICK_SECONDS = 10.0
_WAY_BACK = 0.05
_MOST_CONNECTIONS = 1_024
_REASON_CHARACTERS = 200


@frozen
class _Signatory:
    """What an Axon uses of a wallet."""

    hotkey: Keypair


class _PlainAxon(Axon):
    """An Axon that refuses a body other than what was signed in one line; the SDK lists every mistake to its log."""

    async def verify_body_integrity(self, request: Request) -> dict[str, Any]:
        try:
            fields: dict[str, Any] = await super().verify_body_integrity(request)
        except (ValueError, TypeError, RecursionError) as error:  # pydantic's, json's and the SDK's own
            raise NotOursError("this is no such message") from error
        return fields


class _Told(Response):
    """A response that carries the synapse whose headers the Axon adds to it."""

    media_type = "application/json"

    def __init__(self, body: bytes, status: int, synapse: Exchange) -> None:
        super().__init__(body, status)
        self.synapse = synapse


class BittensorMinerTransport:
    """Serves the three exchanges as `keypair`'s hotkey.

    Who is certain to be refused for what its headers say is turned away at the threshold: for the body's length, by
    `foresee`, for its nonce, or for its signature. Everybody else passes, in this order: the body's length again, its
    signature, the replay window, `admit`. How many questions are worked on, and whose comes first, is the handlers'
    affair (`BoundWork`). A question's work, waiting included, is cancelled a twentieth of its time before its deadline:
    what comes later is too late over there.

    Args:
        keypair: the miner's hotkey.
        clock: tells how old a message is.
        host: the address to listen at.
        port: the port to listen at; 0 lets the system choose one, see `endpoint`.
        external_ip: where others find it; never looked up on the Internet. By default `host`.
        most_bytes: of a message.
    """

    def __init__(
        self,
        keypair: Keypair,
        clock: Clock,
        *,
        host: str = "0.0.0.0",  # noqa: S104 - a miner serves the world
        port: int = 8091,
        external_ip: str | None = None,
        most_bytes: int = DEFAULT_LIMITS.message_bytes,
    ) -> None:
        self.hotkey = Hotkey(keypair.ss58_address)
        self._keypair = keypair
        self._clock = clock
        self._host, self._port = host, port
        self._external_ip = external_ip or host
        self._most_bytes = most_bytes
        self._window = ReplayWindow(self._now_ns())
        self._handlers: MinerHandlers | None = None
        self._server: LoopServer | None = None
        self._serving: asyncio.Task[None] | None = None
        self.uid: Uid | None = None

    @property
    def endpoint(self) -> Endpoint:
        """What to publish on the chain."""
        return Endpoint(self._external_ip, self._port)

    async def serve(self, uid: Uid, handlers: MinerHandlers) -> None:
        """Listen, and be heard to listen. Serving again only changes the handlers.

        Raises:
            OperatorError: the port cannot be had.
        """
        self.uid, self._handlers = uid, handlers
        if self._serving is not None:
            return
        listener = listener_at(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = self._server_of(self._axon())
        self._serving = asyncio.create_task(run(self._server, listener))
        while not self._server.started:
            if self._serving.done():
                error = self._serving.exception()
                await self.close()
                raise OperatorError(f"The miner does not listen at {self._host}:{self._port}: {error}") from error
            await asyncio.sleep(0.001)

    async def close(self) -> None:
        """Hang up on everybody. Work under way is cancelled."""
        self._handlers = None
        serving, self._serving, self._server = self._serving, None, None
        if serving is not None:
            serving.cancel()
            await asyncio.wait({serving})

    def _axon(self) -> Axon:
        axon = _PlainAxon(
            wallet=cast("Wallet", _Signatory(self._keypair)),
            config=Config(),
            port=self._port,
            ip=self._host,
            external_ip=self._external_ip,
            external_port=self._port,
        )
        axon.forward_class_types.pop("Synapse")  # the SDK's echo for anyone
        axon.attach(self._solve, self._admit_task, None, self._verify_task)
        axon.attach(self._tell_health, self._admit_check, None, self._verify_check)
        axon.attach(self._learn, self._admit_result, None, self._verify_result)
        for mistake in (RequestValidationError, NotOursError):
            axon.app.add_exception_handler(mistake, unreadable)
        axon.app.user_middleware[:] = [
            Middleware(Doorway, most_bytes=self._most_bytes),
            Middleware(VerifiedFirst, axon=axon),
        ]
        return axon

    def _server_of(self, axon: Axon) -> LoopServer:
        config = axon.fast_config
        config.host = self._host
        config.http = partial(Threshold, doubt=self._doubt, most_bytes=self._most_bytes)  # type: ignore[assignment] # it is called with the rest
        config.ws = "none"
        config.lifespan = "off"
        config.limit_concurrency = _MOST_CONNECTIONS
        config.timeout_graceful_shutdown = 1
        return LoopServer(config)

    # What the Axon asks, for each exchange under its own annotations.

    async def _admit_task(self, synapse: ReasoningTask) -> Blacklisted:
        return await self._admit(synapse)

    async def _admit_check(self, synapse: HealthCheck) -> Blacklisted:
        return await self._admit(synapse)

    async def _admit_result(self, synapse: TaskResult) -> Blacklisted:
        return await self._admit(synapse)

    def _verify_task(self, synapse: ReasoningTask) -> None:
        self._verify(synapse)

    def _verify_check(self, synapse: HealthCheck) -> None:
        self._verify(synapse)

    def _verify_result(self, synapse: TaskResult) -> None:
        self._verify(synapse)

    async def _solve(self, synapse: ReasoningTask, request: Request) -> Response:
        caller, handlers = verified_caller(request), self._handlers
        if handlers is None:
            return _refused(ReasoningTask(), 503, "it serves no longer")
        try:
            question = synapse.to_domain()
        except ValueError as error:
            return _refused(ReasoningTask(), 400, f"this is no question: {error}")
        found: object = await contained(handlers.solve(caller, question), question.timeout_seconds * (1 - _WAY_BACK))
        if isinstance(found, Mapping):  # a stock Dendrite wants the question back
            found = {**synapse.model_dump(include=set(FROZEN_FIELDS)), **found}
        return _answered(ReasoningTask(), found)

    async def _tell_health(self, synapse: HealthCheck, request: Request) -> Response:
        del synapse, request  # the exchange asks nothing
        if self._handlers is None:
            return _refused(HealthCheck(), 503, "it serves no longer")
        health = await contained(self._handlers.health(), _QUICK_SECONDS)
        if isinstance(health, Refusal):
            return _answered(HealthCheck(), health)
        fields = HealthCheck.from_domain(health).model_dump(include=set(HEALTH_FIELDS))
        return _answered(HealthCheck(), fields)

    async def _learn(self, synapse: TaskResult, request: Request) -> Response:
        if self._handlers is None:
            return _refused(TaskResult(), 503, "it serves no longer")
        try:
            notice = synapse.to_domain()
        except ValueError as error:
            return _refused(TaskResult(), 400, f"this is no task result: {error}")
        found = await contained(self._handlers.learn(verified_caller(request), notice), _QUICK_SECONDS)
        return _answered(TaskResult(), found if isinstance(found, Refusal) else {})

    def _doubt(self, signed: Signed) -> TurnedAway | None:
        """The refusals that a caller's headers alone make certain, the cheapest first."""
        handlers, caller = self._handlers, Hotkey(signed.hotkey)
        if handlers is None:
            return None
        refusal = handlers.foresee(caller)
        if refusal is not None:
            return TurnedAway(403, f"Forbidden. Key is blacklisted: {_ascii(refusal.reason)}.")
        try:
            self._window.look(caller, signed.dendrite, signed.nonce, self._now_ns())
        except ReplayedError as error:
            return TurnedAway(401, f"Not Verified with error: {error}")
        message = f"{signed.nonce}.{caller}.{self.hotkey}.{signed.dendrite}.{signed.body_hash}"
        if not fits(caller, message, signed.signature):
            return TurnedAway(401, "Not Verified with error: the signature does not fit")
        return None

    async def _admit(self, synapse: Exchange) -> Blacklisted:
        caller, dendrite, nonce = signed_by(synapse)
        if self._handlers is None:
            return True, "it serves no longer"
        refusal = await contained(self._handlers.admit(caller), _ADMIT_SECONDS)
        if refusal is None:
            return False, ""
        self._window.give_back(caller, dendrite, nonce)
        return True, _ascii(refusal.reason)

    def _verify(self, synapse: Exchange) -> None:
        """The signature and then the replay window; what this raises, the Axon answers with a 401."""
        caller, dendrite, nonce = signed_by(synapse)
        signature = synapse.dendrite.signature if synapse.dendrite else None
        message = f"{nonce}.{caller}.{self.hotkey}.{dendrite}.{synapse.computed_body_hash}"
        if not signature or not fits(caller, message, signature):
            raise NotOursError("the signature does not fit")
        self._window.take(caller, dendrite, nonce, self._now_ns())

    def _now_ns(self) -> int:
        return int(self._clock.now() * 1e9)


def _answered(synapse: Exchange, found: object) -> Response:
    if isinstance(found, Refusal):
        return _refused(synapse, 408 if found is LATE else 503, found.reason)
    try:
        body = json.dumps(found).encode()
    except (TypeError, ValueError, RecursionError):
        return _refused(synapse, 503, "its handler's result is no JSON")
    return _Told(body, 200, synapse)


def _refused(synapse: Exchange, status: int, reason: str) -> Response:
    said = _ascii(reason)
    synapse.axon = TerminalInfo(status_code=status, status_message=said)
    return _Told(json.dumps({"message": said}).encode(), status, synapse)


def _ascii(reason: str) -> str:
    """A reason that a header can carry."""
    printable = "".join(letter if letter.isprintable() else " " for letter in reason[:_REASON_CHARACTERS])
    return printable.encode("ascii", "replace").decode()

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from enum import StrEnum

from attrs import field, frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.outbox import Outbox, Parcel
from reasonforge.application.ports.user_tasks import TaskRecord
from reasonforge.application.ports.webhooks import AddressBook, Delivered, NotDelivered, WebhookSender
from reasonforge.domain.access_key import webhook_secret
from reasonforge.domain.callback import read_callback
from reasonforge.domain.public_address import forbidden_because

BACKOFF_SECONDS = (5.0, 30.0, 120.0, 600.0, 3_600.0, 4 * 3_600.0, 12 * 3_600.0)
"""Before the second, third, … attempt; after the last one the answer is not sent any more. It can still be read."""
LEASE_SECONDS = 60.0
GONE = 410
BATCH = 16


class Settled(StrEnum):
    """How one attempt ended."""

    DELIVERED = "delivered"
    FAILED = "failed"
    """It is tried again."""
    GIVEN_UP = "given_up"


@frozen
class DeliverWebhooks:
    """Answers are sent to where their owners want them, signed, until they are taken or it has been tried long enough.

    The name is resolved once an attempt, every address it has must be public, and the connection goes to one of these
    very addresses: what the name means a moment later changes nothing.
    """

    outbox: Outbox
    addresses: AddressBook
    sender: WebhookSender
    clock: Clock
    pepper: bytes = field(repr=False)
    body_of: Callable[[TaskRecord], bytes]
    """The message, as `GET /v1/tasks/{task_id}` would show the task."""
    plain_hosts: frozenset[str] = frozenset()

    async def __call__(self) -> Sequence[Settled]:
        """One round over what is due; how each attempt ended, in order."""
        parcels = await self.outbox.claim(self.clock.now(), LEASE_SECONDS, BATCH)
        return [await self._settle(parcel, await self._send(parcel)) for parcel in parcels]

    async def _settle(self, parcel: Parcel, outcome: Delivered | NotDelivered) -> Settled:
        if isinstance(outcome, Delivered):
            await self.outbox.delivered(parcel.id)
            return Settled.DELIVERED
        if outcome.status == GONE or parcel.attempts >= len(BACKOFF_SECONDS):
            await self.outbox.abandon(parcel.id, outcome.why)
            return Settled.GIVEN_UP
        due_at = self.clock.now() + BACKOFF_SECONDS[parcel.attempts]
        await self.outbox.postpone(parcel.id, due_at, outcome.why)
        return Settled.FAILED

    async def _send(self, parcel: Parcel) -> Delivered | NotDelivered:
        try:
            callback = read_callback(parcel.url, self.plain_hosts)
        except ValueError as error:
            return NotDelivered(f"the URL cannot be called: {error}")
        addresses = await self.addresses.resolve(callback.host, callback.port)
        if not addresses:
            return NotDelivered("the name cannot be resolved")
        if callback.host not in self.plain_hosts:
            for address in addresses:
                why = forbidden_because(address)
                if why is not None:
                    return NotDelivered(f"an address of the host is {why}")
        body = self.body_of(parcel.record)
        moment = int(self.clock.now())
        headers = {
            "content-type": "application/json",
            "user-agent": "reasonforge-gateway",
            "webhook-id": parcel.id,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(webhook_secret(self.pepper, parcel.key), parcel.id, moment, body),
        }
        return await self.sender.send(callback, addresses[0], headers, body)


def signature(secret: str, message: str, moment: int, body: bytes) -> str:
    """Standard Webhooks' symmetric signature, v1: HMAC-SHA256 over `id.timestamp.body`."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{message}.{moment}.".encode() + body, hashlib.sha256)
    return f"v1,{b64encode(signed).decode()}"

"""The way of an answer to its owner's server."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import frozen

from reasonforge.domain.callback import Callback


@frozen
class Delivered:
    """The server took it (2xx)."""

    status: int


@frozen
class NotDelivered:
    """It did not; `status` is None when it said nothing. A redirect is not followed."""

    why: str
    status: int | None = None


class AddressBook(Protocol):
    """Promises: `resolve` never raises; a name that nobody knows has no addresses."""

    async def resolve(self, host: str, port: int) -> Sequence[str]: ...


class WebhookSender(Protocol):
    """Promises: connects to `address` and nowhere else, follows no redirect, uses no proxy, reads no more of the answer
    than its status, is done within a bounded time, and never raises for what the other side does.
    """

    async def send(
        self, callback: Callback, address: str, headers: Mapping[str, str], body: bytes
    ) -> Delivered | NotDelivered: ...

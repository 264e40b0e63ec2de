"""Answers that are still to be sent to where their owners want them."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from reasonforge.application.ports.user_tasks import TaskRecord
from reasonforge.domain.access_key import KeyId


@frozen
class Parcel:
    """One answer to be sent. `attempts` were made before; `id` is the same for each."""

    id: str
    key: KeyId
    url: str
    attempts: int
    record: TaskRecord


class Outbox(Protocol):
    """Promises:
    - a task with a callback has one parcel from the transaction on in which it got its outcome;
    - a parcel that was claimed is nobody else's until its lease is over; then it is due again;
    - what was delivered or abandoned never comes back; failures of the medium are `StoreFault`.
    """

    async def claim(self, now: float, lease_seconds: float, limit: int) -> Sequence[Parcel]:
        """The oldest due parcels, taken by the caller for `lease_seconds`."""
        ...

    async def delivered(self, parcel: str) -> None: ...

    async def postpone(self, parcel: str, due_at: float, why: str) -> None:
        """Another attempt was made, and another one is to be."""
        ...

    async def abandon(self, parcel: str, why: str) -> None: ...

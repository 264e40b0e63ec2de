"""Public answers, written once for all who ask for the same within a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from attrs import frozen
from fastapi import Response
from pydantic import BaseModel

FRESH_SECONDS = 1.0
MOST = 512
"""Answers that are kept: about a megabyte and a half of leaderboards."""

Make = Callable[[], Awaitable[BaseModel]]


@frozen
class _Written:
    edition: int
    until: float
    body: asyncio.Future[bytes]


class Shelf:
    """Keeps an answer for `seconds`, or until `edition` changes: whoever was told of an event reads what came of it.

    Those who ask while an answer is being made wait for that one. A failure is told to all of them, and not kept.
    """

    def __init__(self, edition: Callable[[], int], seconds: float = FRESH_SECONDS, most: int = MOST) -> None:
        self._edition = edition
        self._seconds = seconds
        self._most = most
        self._written: dict[tuple[Any, ...], _Written] = {}

    async def answer(self, make: Make, *key: Any) -> Response:
        """The answer that `key` names, as JSON; made by `make` when there is none that is fresh."""
        loop = asyncio.get_running_loop()
        edition, now = self._edition(), loop.time()
        found = self._written.get(key)
        if found is None or found.edition != edition or found.until < now:
            making = loop.create_task(_write(make))
            found = _Written(edition, now + self._seconds, making)
            self._put(key, found)
            making.add_done_callback(lambda done: self._drop_failed(key, done))
        return Response(await asyncio.shield(found.body), media_type="application/json")

    def _put(self, key: tuple[Any, ...], written: _Written) -> None:
        self._written.pop(key, None)
        while len(self._written) >= self._most:
            del self._written[next(iter(self._written))]
        self._written[key] = written

    def _drop_failed(self, key: tuple[Any, ...], done: asyncio.Future[bytes]) -> None:
        found = self._written.get(key)
        if found is not None and found.body is done and (done.cancelled() or done.exception() is not None):
            del self._written[key]


async def _write(make: Make) -> bytes:
    return (await make()).model_dump_json().encode()

"""A Subtensor node as far as its newest block, on loopback, with a script of what is wrong with it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import Enum, auto
from itertools import count
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

BLOCK_HASH = "0x" + "ab" * 32


class Mood(Enum):
    """How the node treats those who ask it something."""

    ANSWERS = auto()
    FREEZES = auto()
    DROPS = auto()
    BABBLES = auto()
    SHOUTS_NULL = auto()
    ERRS = auto()


class Node:
    """Answers what the SDK asks on the way to the newest block, which rises by one at each answer."""

    def __init__(self) -> None:
        self.mood = Mood.ANSWERS
        self.connections = 0
        self._blocks = count(1000)

    async def talk(self, caller: ServerConnection) -> None:
        self.connections += 1
        try:
            async for message in caller:
                match self.mood:
                    case Mood.FREEZES:
                        continue
                    case Mood.DROPS:
                        caller.transport.abort()
                        return
                    case Mood.BABBLES:
                        await caller.send("}{ no JSON \x00")
                    case mood:
                        await caller.send(json.dumps(self._reply(json.loads(message), mood)))
        except ConnectionClosed:
            return

    def _reply(self, request: dict[str, Any], mood: Mood) -> dict[str, Any]:
        results: dict[str, Any] = {
            "system_chain": "Bittensor",
            "chain_getHead": BLOCK_HASH,
            "chain_getHeader": {"number": hex(next(self._blocks)), "parentHash": BLOCK_HASH},
        }
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        if mood is Mood.SHOUTS_NULL:
            return answer | {"result": None}
        if mood is Mood.ERRS or request["method"] not in results:
            return answer | {"error": {"code": -32601, "message": "Method not found"}}
        return answer | {"result": results[request["method"]]}


@asynccontextmanager
async def listening(node: Node, port: int = 0) -> AsyncIterator[int]:
    """Serve the node on loopback; gives the port. Leaving it refuses connections from then on."""
    async with serve(node.talk, "127.0.0.1", port, close_timeout=0.1) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@asynccontextmanager
async def mute() -> AsyncIterator[int]:
    """A port that takes connections and never says a word, not even to shake hands."""
    callers = []

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer)
        await asyncio.Event().wait()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in callers:
            writer.transport.abort()


@contextmanager
def free_port() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket(AF_INET, SOCK_STREAM) as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]

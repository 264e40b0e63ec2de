"""Lines of JSON between the test and its processes."""

import asyncio
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, TextIO

from attrs import frozen
from bittensor_wallet import Keypair

PATIENCE = 60.0
Fields = dict[str, Any]


def keypair_of(name: str) -> Keypair:
    """The same key for a name in every process."""
    return Keypair.create_from_uri(f"//crash//{name}")


@frozen(eq=False)
class Servant:
    """A process that does what it is told, a line each. It ends when its standard input does."""

    name: str
    wishes: TextIO
    answers: TextIO
    log: Path

    def tell(self, **fields: Any) -> None:
        self.wishes.write(json.dumps(fields) + "\n")
        self.wishes.flush()

    def answer(self) -> Fields:
        with DefaultSelector() as selector:
            selector.register(self.answers, EVENT_READ)
            assert selector.select(PATIENCE), f"{self.name} is silent:\n{self.log.read_text()}"
        line = self.answers.readline()
        assert line, f"{self.name} is gone:\n{self.log.read_text()}"
        answered: Fields = json.loads(line)
        return answered

    def ask(self, **fields: Any) -> Fields:
        self.tell(**fields)
        return self.answer()


@contextmanager
def servants(log: Path, module: str, *names: str) -> Iterator[list[Servant]]:
    """A process of its own for each name, all forked from one that has imported what they need: `module`, which calls
    `fork_all`. They are gone at the end.
    """
    with ExitStack() as stack:
        roles, made, theirs = [], [], []
        for name in names:
            (their_input, our_output), (our_input, their_output) = os.pipe(), os.pipe()
            theirs += [their_input, their_output]
            roles.append(f"{name}:{their_input}:{their_output}")
            wishes = stack.enter_context(os.fdopen(our_output, "w", buffering=1))
            made.append(Servant(name, wishes, stack.enter_context(os.fdopen(our_input)), log))
        with log.open("w") as said:
            parent = subprocess.Popen(
                [sys.executable, "-m", module, *roles], stderr=said, pass_fds=theirs, cwd=Path(__file__).parents[2]
            )
        for descriptor in theirs:
            os.close(descriptor)
        try:
            yield made
        finally:
            stack.close()
            try:
                parent.wait(10)
            finally:
                parent.kill()
                parent.wait()


def fork_all(roles: Sequence[str], play: Callable[[str], None]) -> None:
    """A child for each role, its pipes as standard input and output; until the last has ended."""
    children = []
    for role in roles:
        name, read, write = role.rsplit(":", 2)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(int(read), 0)
                os.dup2(int(write), 1)
                for other in roles:  # an end that somebody else holds never closes
                    for descriptor in other.rsplit(":", 2)[1:]:
                        os.close(int(descriptor))
                play(name)
                code = 0
            except BaseException:  # noqa: BLE001 - the process ends here, and says why
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        children.append(child)
    for role in roles:
        for descriptor in role.rsplit(":", 2)[1:]:
            os.close(int(descriptor))
    for child in children:
        os.waitpid(child, 0)


def own_output() -> TextIO:
    """Standard output for our lines alone: whatever else is printed goes to standard error."""
    ours = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return ours


async def serve(act: Callable[[Fields], Awaitable[Fields]]) -> None:
    """Answer each line until there are no more."""
    output = own_output()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        output.write(json.dumps(await act(json.loads(line))) + "\n")

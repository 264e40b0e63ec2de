import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

from attrs import define, field

from reasonforge.adapters.llm.dialogue import Message, Said, hold_dialogue
from reasonforge.adapters.llm.weights import Weights, Writing, load_weights
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.task import Question

GRACE_SECONDS = 0.5
"""Before the deadline, at most: when writing stops, so that what was written can still be read."""
_GRACE_SHARE = 0.1
_OUT_OF_TIME = NoAnswer("the local model was not done in time")


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-model")


@define(eq=False)
class LocalReasoner:
    """Thinks with weights on this machine: a GGUF file, or a transformers model by folder or name. Also a `Chat`.

    The weights are loaded at the first question, or by `load`; that counts against the question's budget, and goes on
    for the next one when it takes longer. One text is written at a time; others wait within their own budgets. When a
    budget is over, or the caller is cancelled, writing stops at the next token.

    Attributes:
        model: as `load_weights` understands it.
    """

    model: str
    clock: Clock
    writing: Writing = field(factory=Writing)
    load_with: Callable[[str, Writing], Weights] = load_weights
    _weights: Weights | None = field(default=None, init=False)
    _thread: ThreadPoolExecutor = field(factory=_threads, init=False)

    @property
    def name(self) -> str:
        return f"local/{Path(self.model).name}"

    @property
    def is_warm(self) -> bool:
        """Whether the weights are loaded."""
        return self._weights is not None

    async def load(self) -> None:
        """Load the weights now; `OperatorError` in one sentence when that cannot be done."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._loaded)

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        return await hold_dialogue(question, self.speak, self.clock, self.clock.monotonic() + budget_seconds)

    async def speak(self, messages: Sequence[Message], deadline: float) -> Said | NoAnswer:
        left = deadline - self.clock.monotonic()
        grace = min(GRACE_SECONDS, _GRACE_SHARE * left)
        if left <= 0:
            return _OUT_OF_TIME
        given_up = threading.Event()

        def is_over() -> bool:
            return given_up.is_set() or self.clock.monotonic() >= deadline - grace

        writing = asyncio.get_running_loop().run_in_executor(
            self._thread, copy_context().run, self._write, tuple(messages), is_over
        )
        nap = asyncio.ensure_future(self.clock.sleep(left - grace / 2))
        try:
            either: set[asyncio.Future[Any]] = {writing, nap}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return writing.result() if writing.done() else _OUT_OF_TIME
        finally:
            given_up.set()
            nap.cancel()

    async def close(self) -> None:
        """Give the memory back; ends once a text that is being written has stopped."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._unload)

    def _write(self, messages: Sequence[Message], is_over: Callable[[], bool]) -> Said | NoAnswer:
        if is_over():
            return _OUT_OF_TIME
        try:
            return self._loaded().write(messages, is_over)
        except OperatorError as error:
            return NoAnswer(str(error))

    def _loaded(self) -> Weights:
        if self._weights is None:
            self._weights = self.load_with(self.model, self.writing)
        return self._weights

    def _unload(self) -> None:
        if self._weights is not None:
            self._weights.close()
        self._weights = None

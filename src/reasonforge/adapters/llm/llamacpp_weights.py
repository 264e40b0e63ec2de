import importlib
import secrets
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.prompts import grammar_schema
from reasonforge.adapters.llm.weights import IsOver, Writing
from reasonforge.application.ports.reasoner import NoAnswer
from reasonforge.domain.errors import OperatorError

_BATCH = 256
"""Tokens of the prompt read between two looks at the clock."""


class LlamaCppWeights:
    """A GGUF file run by llama.cpp in this process (xllamacpp), on the GPU as far as it fits and else on the CPU.

    The reply's JSON schema is its grammar, so that even small weights write what can be parsed.

    Raises:
        OperatorError: as `load_weights`.
    """

    def __init__(self, path: Path, writing: Writing) -> None:
        self._path = path
        self._writing = writing
        # llama.cpp's threads must end before the interpreter does, or it never ends: a finalizer sees to that.
        self._server: list[Any] = [_started(path, writing)]
        weakref.finalize(self, self._server.clear)

    def write(self, messages: Sequence[Message], is_over: IsOver) -> Said | NoAnswer:
        pieces: list[str] = []
        ending: list[str] = []
        faults: list[str] = []

        def take(chunk: Mapping[str, Any]) -> bool:
            if "error" in chunk:
                faults.append(str(chunk["error"].get("message", "")))
            for choice in chunk.get("choices", ()):
                pieces.append(choice["delta"].get("content") or "")
                ending.append(choice["finish_reason"] or "")
            return is_over()

        if is_over():
            return NoAnswer("no time was left to write")
        if not self._server:
            return NoAnswer("the local model is closed")
        for server in self._server:
            try:
                server.handle_chat_completions(self._request(messages), take)
            except (ValueError, RuntimeError, MemoryError) as fault:
                faults.append(str(fault))
        if faults:
            return NoAnswer(f"the local model failed: {faults[0]}"[:200])
        return Said("".join(pieces), is_whole="stop" in ending)

    def close(self) -> None:
        self._server.clear()

    def _request(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "json_schema": grammar_schema(),
            "max_tokens": self._writing.most_tokens,
            "temperature": self._writing.temperature,
            "seed": self._writing.seed,
            "stream": True,
            "return_progress": True,
        }


def _started(path: Path, writing: Writing) -> Any:
    try:
        llama = importlib.import_module("xllamacpp")
    except ImportError as missing:
        raise OperatorError("GGUF models need llama.cpp: pip install 'reasonforge[miner-local]'") from missing
    parameters = llama.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = writing.context_tokens
    parameters.n_parallel = 1
    parameters.n_batch = parameters.n_ubatch = _BATCH
    parameters.verbosity = -1
    parameters.warmup = False
    # It also listens on a port of the loopback: nobody is told this key, so nobody else can make it think.
    parameters.api_keys = [secrets.token_urlsafe(32)]
    parameters.ui = False
    parameters.endpoint_slots = False
    try:
        return llama.Server(parameters)
    except (RuntimeError, ValueError, MemoryError) as failure:
        message = f"{str(path)!r} cannot be loaded: it is no sound GGUF file, or memory does not suffice for it"
        raise OperatorError(message) from failure

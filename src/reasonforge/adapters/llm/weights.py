"""Weights on this machine: what they promise, whatever runs them, and how they are found."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from attrs import frozen

from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.application.ports.reasoner import NoAnswer
from reasonforge.domain.errors import OperatorError

IsOver = Callable[[], bool]
"""Asked between tokens, from the thread that writes: whether to stop now."""


@frozen
class Writing:
    """How to write.

    Attributes:
        most_tokens: after so many the text is cut off, ≥ 1.
        context_tokens: prompt and text together; more is memory.
        temperature: 0 always takes the likeliest token.
        seed: of the draws above that; the same machine, weights and prompt then give the same text.
    """

    most_tokens: int = 4_096
    context_tokens: int = 16_384
    temperature: float = 0.2
    seed: int = 7


class Weights(Protocol):
    """A loaded model. Blocking; one call at a time; never raises for what it is asked."""

    def write(self, messages: Sequence[Message], is_over: IsOver) -> Said | NoAnswer: ...

    def close(self) -> None:
        """Give the memory back. Nothing is written afterwards."""
        ...


def is_gguf(model: str) -> bool:
    """Whether `model` names a GGUF file; otherwise it is a folder or a hub's name of a transformers model.

    Raises:
        OperatorError: it looks like a path, and nothing is there.
    """
    if not model.strip():
        raise OperatorError("the local backend needs a model: set --miner.model to a GGUF file, a folder or a name")
    path = Path(model).expanduser()
    looks_like_path = model.startswith((".", "~", "/")) or path.suffix.lower() == ".gguf"
    if looks_like_path and not path.exists():
        message = f"there is no model at {model!r}; set --miner.model to a GGUF file or a folder that is there"
        raise OperatorError(message)
    if path.is_file() and path.suffix.lower() != ".gguf":
        message = f"{model!r} is a file but no .gguf; set --miner.model to a GGUF file or a folder"
        raise OperatorError(message)
    return path.is_file()


def load_weights(model: str, writing: Writing) -> Weights:
    """Load what `model` names: seconds to minutes, and the memory it takes.

    Raises:
        OperatorError: nothing is there, it cannot be read, it does not fit into memory, or the extra is not installed.
    """
    if is_gguf(model):
        from reasonforge.adapters.llm.llamacpp_weights import LlamaCppWeights  # noqa: PLC0415 - one runtime is needed

        return LlamaCppWeights(Path(model).expanduser(), writing)
    from reasonforge.adapters.llm.transformers_weights import TransformersWeights  # noqa: PLC0415 - as above

    return TransformersWeights(model, writing)

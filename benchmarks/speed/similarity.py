"""What similarity costs: all pairs of 192 replies by fingerprint, and embeddings per second.

python benchmarks/speed/similarity.py [--texts 96]

The fingerprint pass is timed beside a plain one in Python sets, on the same texts, and both must find the same
containments. The embedder is timed beside `SentenceTransformer.encode` of the same unsorted texts.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Callable
from itertools import combinations
from typing import TypeVar

import numpy as np

from reasonforge.adapters.transformers.embedder import SentenceTransformerEmbedder
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.similarity import DEFAULT_RULES, BatchText, fold, read_chains
from reasonforge.domain.similarity.fingerprint import SKELETON_GRAM, TOKEN, WORD_GRAM
from reasonforge.domain.similarity.function_words import FUNCTION_WORDS
from reasonforge.domain.similarity.overlap import overlap

MINERS, CHARACTERS, STEPS = 192, 3_200, 6
ResultT = TypeVar("ResultT")
GramSet = set[tuple[str, ...]]


def best_of(times: int, work: Callable[[], ResultT]) -> tuple[float, ResultT]:
    """The shortest of `times` runs in seconds, and the last result."""
    shortest = float("inf")
    for _ in range(times - 1):
        started = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - started)
    started = time.perf_counter()
    result = work()
    return min(shortest, time.perf_counter() - started), result


def replies(rng: random.Random) -> list[BatchText]:
    """Prose of function words, content words by Zipf's law, numbers and equations: one miner in ten copies another."""
    common = sorted(FUNCTION_WORDS)
    content = ["".join(rng.choices("etaoinshrdlucm", k=rng.randint(3, 10))) for _ in range(3_000)]
    weights = [1 / (rank + 10) for rank in range(len(content))]

    def sentence() -> str:
        words = [
            rng.choice(common) if rng.random() < 0.45 else rng.choices(content, weights)[0]
            for _ in range(rng.randint(8, 22))
        ]
        if rng.random() < 0.4:
            one, other = rng.randint(2, 99), rng.randint(2, 99)
            words += [f"{one} * {other} = {one * other}"]
        return " ".join(words) + "."

    def step() -> str:
        text = sentence()
        while len(text) < CHARACTERS // STEPS:
            text += " " + sentence()
        return text[: CHARACTERS // STEPS]

    chains = [tuple(step() for _ in range(STEPS)) for _ in range(MINERS)]
    for place in range(10, MINERS, 10):
        chains[place] = (step(), *rng.sample(chains[place - 3][1:], STEPS - 1))
    return [BatchText(Hotkey(f"m{at}"), parts, float(at)) for at, parts in enumerate(chains)]


def plain_grams(text: BatchText) -> tuple[GramSet, GramSet]:
    """The same grams as sets of tuples of words."""
    tokens = TOKEN.findall(fold("\n".join(text.parts)))
    words = [token for token in tokens if token.isalnum()]
    masked = [token if not token.isalpha() or token in FUNCTION_WORDS else "" for token in tokens]
    said = {
        tuple(words[at : at + WORD_GRAM])
        for at in range(len(words) - WORD_GRAM + 1)
        if any(token.isalpha() and len(token) > 1 for token in words[at : at + WORD_GRAM])
    }
    built = {
        tuple(masked[at : at + SKELETON_GRAM])
        for at in range(len(tokens) - SKELETON_GRAM + 1)
        if any(token.isalpha() and len(token) > 1 for token in tokens[at : at + SKELETON_GRAM])
        and sum(map(bool, masked[at : at + SKELETON_GRAM])) >= 2
    }
    return said, built


def plain_pass(texts: list[BatchText]) -> dict[tuple[int, int], tuple[float, float]]:
    """Every pair's two containments, one pair after the other."""
    grams = [plain_grams(text) for text in texts]
    return {
        (at, other): (
            len(grams[at][0] & grams[other][0]) / min(len(grams[at][0]), len(grams[other][0])),
            len(grams[at][1] & grams[other][1]) / min(len(grams[at][1]), len(grams[other][1])),
        )
        for at, other in combinations(range(len(texts)), 2)
    }


def fingerprint_speed(texts: list[BatchText]) -> None:
    ours, shared = best_of(5, lambda: overlap(texts, read_chains("", texts, DEFAULT_RULES), (), DEFAULT_RULES))
    plain, expected = best_of(2, lambda: plain_pass(texts))
    worst = max(
        max(abs(shared.words[other, at] - said), abs(shared.skeleton[other, at] - built))
        for (at, other), (said, built) in expected.items()
    )
    assert worst < 0.01, f"the two passes differ by {worst}"
    copies = int(np.count_nonzero((shared.words * shared.before).max(axis=1) > DEFAULT_RULES.words_threshold))
    print(f"fingerprint {MINERS} replies of {CHARACTERS} characters, all pairs ({copies} copies found):")
    print(f"  {ours * 1e3:8.0f} ms  reasonforge")
    print(f"  {plain * 1e3:8.0f} ms  Python sets      ×{plain / ours:.1f}")


def embedding_speed(texts: list[BatchText], count: int) -> None:
    pieces = [part for text in texts for part in text.parts][:count]
    rng = random.Random(2)
    pieces = [piece[: rng.randint(60, len(piece))] for piece in pieces]
    embedder = SentenceTransformerEmbedder()
    try:
        model = embedder.load()
    except OperatorError as missing:
        print(f"embeddings skipped: {missing}")
        return
    ours, matrix = best_of(2, lambda: asyncio.run(embedder.embed(pieces)))
    plain, expected = best_of(2, lambda: model.encode(pieces, normalize_embeddings=True, show_progress_bar=False))
    assert np.allclose(matrix, expected, atol=1e-5), "the two embeddings differ"
    print(f"embed {count} steps of 60 to {CHARACTERS // STEPS} characters with {embedder.name}:")
    print(f"  {count / ours:8.1f} texts/s  reasonforge")
    print(f"  {count / plain:8.1f} texts/s  SentenceTransformer.encode   ×{plain / ours:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=96, help="how many steps to embed")
    arguments = parser.parse_args()
    texts = replies(random.Random(1))
    fingerprint_speed(texts)
    embedding_speed(texts, arguments.texts)


if __name__ == "__main__":
    main()

import asyncio
import random
from collections.abc import Sequence

import numpy as np
import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reasonforge.adapters.memory.embedder import HashingEmbedder
from reasonforge.application.validator.compare_replies import CompareReplies, Comparison
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.likeness import UNLIKE, CopyEvidence, Likeness
from reasonforge.domain.similarity import (
    DEFAULT_RULES,
    BatchText,
    PastReasoning,
    SimilarityMode,
    SimilarityRules,
    read_chains,
)
from reasonforge.domain.similarity.fingerprint import NO_GRAMS
from tests.domain.solutions import ATTACKS, WRITERS, drawn, padded, reordered, textbook

NOW = EpochNumber(7)
PROBLEM = drawn(random.Random(3))
LITERAL = SimilarityRules(mode=SimilarityMode.EMBEDDING)
SHORT = ("We split the sum in two halves, add each of them by hand, and then put both results together at the end.",)
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["", "a" * 1_000_000, "\ud800\udfff", "👩\u200d👩\u200d👧" * 200, "\x00" * 99, "1 + " * 300]),
    st.sampled_from(["\u202eשלום مرحبا", "漢字" * 500, "Z" + "\u0301" * 999, "\u200b" * 100_000, "ﷺ" * 9_999]),
)


@frozen
class CountingEmbedder:
    """The hashing embedder, with a note of every text it was given, one list a call."""

    calls: list[list[str]]

    @property
    def name(self) -> str:
        return HashingEmbedder().name

    @property
    def dimensions(self) -> int:
        return HashingEmbedder().dimensions

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        return await HashingEmbedder().embed(texts)


def compare(
    texts: Sequence[BatchText],
    history: Sequence[PastReasoning] = (),
    rules: SimilarityRules = DEFAULT_RULES,
    problem: str = PROBLEM.statement,
    seed: int = 1,
) -> Comparison:
    return asyncio.run(CompareReplies(HashingEmbedder(), rules)(problem, texts, history, NOW, random.Random(seed)))


def text(hotkey: str, parts: Sequence[str], at: float) -> BatchText:
    return BatchText(Hotkey(hotkey), tuple(parts), at)


def honest(start: float = 0.0) -> list[BatchText]:
    return [text(write.__name__, write(PROBLEM), start + at) for at, write in enumerate(WRITERS)]


def penalised(comparison: Comparison) -> list[bool]:
    return [likeness.penalised for likeness in comparison.likenesses]


def sources(likeness: Likeness) -> set[str]:
    return {evidence.copied_from for evidence in likeness.evidence}


def test_honest_writers_are_left_alone() -> None:
    """Five writers of one solution are like nothing before them, whoever came first."""
    found = compare(honest()).likenesses
    assert [likeness.excess for likeness in found] == [0.0] * len(WRITERS)
    assert not any(likeness.evidence for likeness in found)


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_penalised_and_its_source_named(attack: object) -> None:
    """Whoever is copied, in whatever disguise, the later one alone pays, and the evidence names the first."""
    assert callable(attack)
    for write in WRITERS:
        copier = text("copier", attack(write(PROBLEM), random.Random(2)), 60.0)
        comparison = compare([*honest(), copier])
        assert penalised(comparison) == [False] * len(WRITERS) + [True]
        assert sources(comparison.likenesses[-1]) == {write.__name__}


def test_an_exact_copy_exceeds_by_all_there_is() -> None:
    """The same text has containments of 1, an excess of 1, and one piece of evidence a signal, strongest first."""
    rules = evolve(DEFAULT_RULES, sample_share=0.0)
    found = compare([text("first", textbook(PROBLEM), 1), text("second", textbook(PROBLEM), 2)], rules=rules).likenesses
    first = Hotkey("first")
    assert found == (
        UNLIKE,
        Likeness(
            embedding=0.0,
            fingerprint=1.0,
            skeleton=1.0,
            excess=1.0,
            evidence=(
                CopyEvidence("fingerprint", first, "batch", 1.0, 0.41),
                CopyEvidence("skeleton", first, "batch", 1.0, 0.45),
            ),
        ),
    )


@given(st.permutations(range(8)))
@settings(deadline=None)
def test_of_k_copies_the_first_is_paid_in_full(order: list[int]) -> None:
    """Wherever the copies stand in the batch, only the earliest arrival is not penalised."""
    batch = [text(f"m{arrival}", textbook(PROBLEM), arrival) for arrival in order]
    assert penalised(compare(batch)) == [arrival > 0 for arrival in order]


@given(st.randoms(use_true_random=False), st.integers(0, 2**16))
@settings(deadline=None)
def test_the_order_of_replies_changes_nothing(rng: random.Random, seed: int) -> None:
    """Permuting a batch permutes its likenesses and its reasoning, to the bit: sample, ties and sums included."""
    rules = evolve(DEFAULT_RULES, sample_share=0.5)
    batch = [*honest(), text("copier", reordered(textbook(PROBLEM), random.Random(4)), 50.0)]
    batch += [text("short", SHORT, 51.0), text("shorter", SHORT, 52.0), text("silent", (), 53.0)]
    order = rng.sample(range(len(batch)), len(batch))
    straight = compare(batch, rules=rules, seed=seed)
    shuffled = compare([batch[place] for place in order], rules=rules, seed=seed)
    assert shuffled.likenesses == tuple(straight.likenesses[place] for place in order)
    assert shuffled.reasoning == tuple(straight.reasoning[place] for place in order)


def test_a_tie_goes_to_the_one_asked_first() -> None:
    """Of two that arrive in the same instant the one that stands first in the batch is the original."""
    batch = [text("one", textbook(PROBLEM), 5), text("other", textbook(PROBLEM), 5)]
    assert penalised(compare(batch)) == [False, True]


@given(st.lists(st.sampled_from(range(len(WRITERS))), min_size=1, max_size=5))
@settings(deadline=None)
def test_no_copier_can_hurt_whom_it_copied(copied: list[int]) -> None:
    """Whatever arrives later, an earlier arrival's likeness is what it was without it."""
    copies = [padded(WRITERS[place](PROBLEM), random.Random(place)) for place in copied]
    later = [text(f"copier{at}", parts, 90.0 + at) for at, parts in enumerate(copies)]
    rules = evolve(DEFAULT_RULES, sample_share=0.0)
    alone = compare(honest(), rules=rules).likenesses
    assert compare([*honest(), *later], rules=rules).likenesses[: len(WRITERS)] == alone


def test_quoting_the_problem_is_not_copying() -> None:
    """Honest chains that open by repeating the whole statement twenty times share no more than its seams."""
    quoting = compare([evolve(one, parts=(PROBLEM.statement,) * 20 + one.parts) for one in honest()])
    assert penalised(quoting) == [False] * len(WRITERS)
    assert max(max(likeness.fingerprint, likeness.skeleton) for likeness in quoting.likenesses) < 0.05


def test_nothing_but_the_problem_is_nothing() -> None:
    """A chain that only quotes the statement is like no other that does."""
    batch = [text(f"m{at}", (PROBLEM.statement,), at) for at in range(4)]
    assert compare(batch).likenesses == (UNLIKE,) * 4


def test_the_same_short_answer_is_not_plagiarism() -> None:
    """Two words that every right solution ends with are too little to be anyone's."""
    batch = [text(f"m{at}", (f"The answer is {PROBLEM.answer}.",), at) for at in range(5)]
    assert compare(batch).likenesses == (UNLIKE,) * 5


def test_short_copies_are_found_by_embedding() -> None:
    """What is too short for the fingerprint rule is embedded, and a copy of it is penalised."""
    found = compare([text("first", SHORT, 1), text("other", SHORT, 2), *honest(3.0)])
    assert penalised(found) == [False, True, False, False, False, False, False]
    assert {evidence.signal for evidence in found.likenesses[1].evidence} == {"embedding"}


def test_empty_chains_are_never_compared() -> None:
    """A reply without reasoning is like nothing, and leaves an empty entry."""
    batch = [text("a", (), 1), text("b", (), 2), text("c", ("", " \n"), 3), text("d", ("", " \n"), 4)]
    found = compare(batch)
    assert found.likenesses == (UNLIKE,) * 4
    assert found.reasoning == tuple(PastReasoning(one.hotkey, NOW, NO_GRAMS) for one in batch)


def test_against_the_history_the_newcomer_pays() -> None:
    """A chain that another miner handed in epochs ago is a copy however early it arrives now."""
    past = compare(honest()).reasoning
    found = compare([text("newcomer", reordered(textbook(PROBLEM), random.Random(1)), 0.0)], past).likenesses
    assert penalised(Comparison(found, ())) == [True]
    assert {(one.copied_from, one.source) for one in found[0].evidence} == {("textbook", "history")}


def test_own_history_never_counts() -> None:
    """A miner may say again what it said before, in this batch or in an earlier epoch."""
    past = compare(honest()).reasoning
    assert penalised(compare(honest(), past)) == [False] * len(WRITERS)
    assert penalised(compare([text("m", textbook(PROBLEM), 1), text("m", textbook(PROBLEM), 2)])) == [False, False]


def test_vectors_of_another_embedder_are_never_compared() -> None:
    """What another model left behind is judged by fingerprint alone."""
    past = [evolve(one, hotkey=Hotkey("past")) for one in compare([text("m", SHORT, 1), text("n", SHORT, 2)]).reasoning]
    other = [evolve(one, embedder="another model") for one in past]
    assert penalised(compare([text("copier", SHORT, 1)], past)) == [True]
    assert penalised(compare([text("copier", SHORT, 1)], other)) == [False]


def test_the_history_survives_its_bytes() -> None:
    """What a store wrote and read again is compared as if it had never left."""
    past = compare(honest(), rules=evolve(DEFAULT_RULES, sample_share=1.0)).reasoning
    stored = [
        evolve(
            entry,
            fingerprint=type(entry.fingerprint).from_bytes(entry.fingerprint.to_bytes()),
            embedding=entry.embedding and type(entry.embedding).from_bytes(entry.embedding.to_bytes()),
        )
        for entry in past
    ]
    assert stored == list(past)
    newcomer = [text("newcomer", textbook(PROBLEM), 0.0)]
    assert compare(newcomer, stored).likenesses == compare(newcomer, past).likenesses


def test_proved_copies_are_not_embedded() -> None:
    """Without a sample, neither honest writers nor what the fingerprint proves cost any embedding."""
    embedder = CountingEmbedder([])
    use_case = CompareReplies(embedder, evolve(DEFAULT_RULES, sample_share=0.0))
    batch = [*honest(), text("copier", textbook(PROBLEM), 60.0)]
    asyncio.run(use_case(PROBLEM.statement, batch, (), NOW, random.Random(1)))
    assert embedder.calls == []


def test_each_distinct_part_is_embedded_once() -> None:
    """One call a batch, sorted, without repetition."""
    embedder = CountingEmbedder([])
    use_case = CompareReplies(embedder, evolve(DEFAULT_RULES, sample_share=1.0))
    batch = [*honest(), text("copier", textbook(PROBLEM), 60.0)]
    asyncio.run(use_case(PROBLEM.statement, batch, (), NOW, random.Random(1)))
    (call,) = embedder.calls
    assert call == sorted(set(call))
    assert len(call) == sum(len(write(PROBLEM)) for write in WRITERS)


def test_the_sample_is_its_share() -> None:
    """Over many seeds, the texts embedded for the sample's sake are between one and two for each one drawn."""
    rules = evolve(DEFAULT_RULES, sample_share=0.1)
    runs = [compare(honest(), rules=rules, seed=seed).reasoning for seed in range(60)]
    embedded = [sum(entry.embedding is not None for entry in run) for run in runs]
    assert 60 * 5 * 0.1 * 0.7 < sum(embedded) < 60 * 5 * 0.1 * 2 * 1.3
    assert set(embedded) <= {0, 1, 2}


def test_the_budget_bounds_what_is_embedded() -> None:
    """A crowd of doubtful texts embeds no more characters than the rules allow, the cheapest of the short first."""
    embedder = CountingEmbedder([])
    rules = evolve(DEFAULT_RULES, max_embedded_characters=1_000, sample_share=0.0)
    batch = [text(f"m{at}", (f"{SHORT[0]} I did so {at} times, {'again ' * at}and stopped.",), at) for at in range(40)]
    asyncio.run(CompareReplies(embedder, rules)(PROBLEM.statement, batch, (), NOW, random.Random(1)))
    (call,) = embedder.calls
    assert 800 < sum(map(len, call)) <= 1_000


def test_the_literal_rule_embeds_every_chain_whole() -> None:
    """Under `similarity = embedding` each chain is one text, and the cosine alone is judged."""
    embedder = CountingEmbedder([])
    batch = [*honest(), text("copier", textbook(PROBLEM), 60.0)]
    found = asyncio.run(CompareReplies(embedder, LITERAL)(PROBLEM.statement, batch, (), NOW, random.Random(1)))
    assert [len(call) for call in embedder.calls] == [len(WRITERS)]
    assert penalised(found) == [False] * len(WRITERS) + [True]
    assert found.likenesses[-1] == Likeness(
        embedding=1.0, excess=1.0, evidence=(CopyEvidence("embedding", Hotkey("textbook"), "batch", 1.0, 0.95),)
    )


def test_the_two_rules_do_not_share_vectors() -> None:
    """A history embedded in parts says nothing to the literal rule, and the other way round."""
    past = compare([text("m", SHORT, 1), text("n", SHORT, 2)]).reasoning
    assert penalised(compare([text("copier", SHORT, 1)], past, LITERAL)) == [False]
    whole = compare([text("m", SHORT, 1), text("n", SHORT, 2)], rules=LITERAL).reasoning
    assert penalised(compare([text("copier", SHORT, 1)], whole, LITERAL)) == [True]


def test_evidence_is_bounded() -> None:
    """A crowd of copies leaves at most `max_evidence` pairs a reply, and everybody but the first is penalised."""
    found = compare([text(f"m{at}", textbook(PROBLEM), at) for at in range(60)])
    assert penalised(found) == [False] + [True] * 59
    assert max(len(likeness.evidence) for likeness in found.likenesses) == DEFAULT_RULES.max_evidence


@given(st.lists(st.lists(HOSTILE, max_size=4), max_size=6), st.sampled_from([DEFAULT_RULES, LITERAL]))
@settings(deadline=None)
def test_hostile_texts_never_raise(chains: list[list[str]], rules: SimilarityRules) -> None:
    """Whatever miners write, there is one bounded likeness and one entry for each of them."""
    batch = [text(f"m{at}", parts, at) for at, parts in enumerate(chains)]
    found = compare(batch, rules=rules)
    assert [entry.hotkey for entry in found.reasoning] == [one.hotkey for one in batch]
    assert len(found.likenesses) == len(batch)
    assert all(0 <= likeness.excess <= 1 for likeness in found.likenesses)


def test_a_submission_is_bounded_whatever_it_holds() -> None:
    """Fifty steps of 10,000 characters leave no more grams than 32,000 characters can."""
    rng = random.Random(1)
    steps = [" ".join("".join(rng.choices("abcdef", k=3)) for _ in range(2_500)) for _ in range(50)]
    (chain,) = read_chains("", [text("m", steps, 1)], DEFAULT_RULES)
    assert chain.characters <= DEFAULT_RULES.max_characters
    assert len(chain.fingerprint.to_bytes()) < 8 * DEFAULT_RULES.max_characters

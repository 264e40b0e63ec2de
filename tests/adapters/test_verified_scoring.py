"""The verified policy end to end: over what the sanitiser lets through and the exact verifier finds (§1.5)."""

import asyncio
import json
from random import Random

import pytest
from attrs import evolve, frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.likeness import UNLIKE
from reasonforge.domain.receive import receive, wire_fields
from reasonforge.domain.scoring import VERIFIED, WHITEPAPER, ScoringPolicy
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Task

EXAMPLES = settings(max_examples=100, deadline=None)
QUERY = QueryId("q")
ANSWER = 37 * 58 + 411
TASK = Task(
    task_id=TaskId("t"),
    problem="A mill grinds 37 sacks an hour for 58 hours, and 411 sacks were ground before. How many are ground?",
    discipline=Discipline.MATHEMATICS,
    difficulty=4,
    answer=read_answer({"format": "integer", "value": ANSWER}),
    checks=("steps", "numerical"),
)
CLAIMS = (
    Claim("37 * 58", "=", "2146"),
    Claim("2146 + 411", "=", str(ANSWER)),
    Claim("58 * 37", "=", "2146"),
    Claim(str(ANSWER), "=", str(ANSWER)),
    Claim("37 + 58", "=", "100"),
    Claim("37 +", "=", "sacks"),
    Claim("37 * 60", ">", "2146"),
)
QUOTES = ("", "37 sacks an hour", "411 sacks were ground before", "it is well known that", "as above")
TRIVIAL = st.integers(10**6, 10**7).map(lambda n: Claim(f"{n} + {n + 7}", "=", str(2 * n + 7)))
"""True, beside the point, and far from every number of the problem, so that no chain can run through it."""

units = st.floats(0.0, 1.0)
phrases = st.lists(
    st.sampled_from(["thus", "the mill", "grinds", "antidisestablishmentarianism", "37", "sacks"]), max_size=8
).map(" ".join)  # fmt: skip
steps = st.builds(
    ReasoningStep,
    step_id=st.just(0),
    reasoning=phrases,
    evidence=st.sampled_from(QUOTES),
    confidence=units,
    formal_proof_fragment=st.sampled_from(["", "theorem t : 2 + 2 = 4 := rfl"]),
    claims=st.lists(st.sampled_from(CLAIMS), max_size=4).map(tuple),
)


@frozen
class Reply:
    """What a miner thinks up, before it goes over the wire."""

    steps: tuple[ReasoningStep, ...]
    final_answer: str
    claimed_ms: float | None = 50_000.0
    seconds: float = 60.0

    def received(self) -> Submission:
        fields = wire_fields(QUERY, steps=self.steps, final_answer=self.final_answer, claimed_ms=self.claimed_ms)
        submission = receive(json.loads(json.dumps(fields)), QUERY)
        assert isinstance(submission, Submission)
        return submission

    def cms(self, policy: ScoringPolicy = VERIFIED) -> float:
        submission = self.received()
        (verification,) = asyncio.run(RoutedVerifier(MemoryClock()).judge(TASK, [submission]))
        scores = policy(TASK, submission, verification, self.seconds, UNLIKE)
        assert scores is not None
        return ScoringEngine.compute_cms(scores)


chains = st.lists(steps, min_size=1, max_size=5).map(tuple)
right = st.builds(Reply, chains, st.just(str(ANSWER)))
wrong = st.builds(Reply, chains, st.sampled_from([str(ANSWER + 1), "-5", "about two thousand", f"{ANSWER} or 7"]))
replies = right | wrong
BEST = Reply(
    steps=(
        ReasoningStep(1, "37 sacks in each of 58 hours", "37 sacks an hour", 1.0, claims=CLAIMS[:1]),
        ReasoningStep(2, "and those from before", confidence=1.0, claims=CLAIMS[1:2]),
    ),
    final_answer=str(ANSWER),
    seconds=3.0,
)


def test_the_worked_solution_earns_nearly_everything() -> None:
    """A right answer with a true chain that reaches it, a quotation, full confidence and little time: 0.99925."""
    assert BEST.cms() == pytest.approx(1.0 - 0.15 * 0.005)


@EXAMPLES
@given(reply=wrong, seconds=st.floats(0.0, 600.0))
def test_a_wrong_answer_earns_nothing(reply: Reply, seconds: float) -> None:
    """However true its claims, resolved its evidence, high its confidence and short its time."""
    assert evolve(reply, seconds=seconds).cms() == 0.0


def test_confident_nonsense_earns_under_whitepaper_and_nothing_under_verified() -> None:
    """Ten long steps of it, through sanitiser and verifier, are worth 0.70 to one policy and 0 to the other."""
    steps_of_it = tuple(
        ReasoningStep(
            number,
            " ".join(f"quasi-eigenflux-{number:02}-{word:02}" for word in range(30)),
            evidence="as is well known",
            confidence=1.0,
        )
        for number in range(1, 11)
    )
    nonsense = Reply(steps_of_it, "no number at all", seconds=3.0)
    assert nonsense.cms(WHITEPAPER) == pytest.approx(0.70, abs=0.001)
    assert nonsense.cms(VERIFIED) == 0.0


@EXAMPLES
@given(reply=replies, repeats=st.integers(1, 8), seed=st.integers(0, 2**32))
def test_repeating_and_reordering_steps_change_nothing(reply: Reply, repeats: int, seed: int) -> None:
    """Every step several times, in any order, is found to say what it said once."""
    many = reply.steps * repeats
    mixed = evolve(reply, steps=tuple(Random(seed).sample(many, len(many))))
    assert mixed.cms() == reply.cms()


@EXAMPLES
@given(reply=replies, at=st.integers(0, 30), claims=st.integers(0, 4))
def test_splitting_steps_changes_nothing(reply: Reply, at: int, claims: int) -> None:
    """Each step cut in two, text and claims shared between the parts, its confidence with both."""
    halves = tuple(
        part
        for step in reply.steps
        for part in (
            evolve(step, reasoning=step.reasoning[:at], claims=step.claims[:claims]),
            evolve(step, reasoning=step.reasoning[at:], claims=step.claims[claims:], evidence=""),
        )
    )
    assert evolve(reply, steps=halves).cms() == reply.cms()


@EXAMPLES
@given(
    reply=replies,
    words=st.lists(phrases, min_size=1, max_size=5),
    confidence=units,
    claims=st.lists(TRIVIAL, max_size=5),
)
def test_padding_never_raises_cms(reply: Reply, words: list[str], confidence: float, claims: list[Claim]) -> None:
    """Steps of words and of true claims beside the point, however sure of themselves, are worth nothing."""
    padding = [ReasoningStep(0, text, confidence=confidence, claims=tuple(claims)) for text in words]
    assert evolve(reply, steps=(*reply.steps, *padding)).cms() <= reply.cms()


@EXAMPLES
@given(reply=replies, words=phrases, rare=st.text(max_size=20))
def test_more_and_rarer_words_change_nothing(reply: Reply, words: str, rare: str) -> None:
    """What the steps say in prose is not paid by length or vocabulary."""
    wordy = tuple(evolve(step, reasoning=f"{step.reasoning} {words} {rare}") for step in reply.steps)
    assert evolve(reply, steps=wordy).cms() == reply.cms()


@EXAMPLES
@given(reply=wrong, surer=units)
def test_higher_confidence_in_a_wrong_answer_never_raises_cms(reply: Reply, surer: float) -> None:
    """Being sure of what is wrong is worth nothing."""
    bold = tuple(evolve(step, confidence=max(step.confidence, surer)) for step in reply.steps)
    assert evolve(reply, steps=bold).cms() <= reply.cms()


@EXAMPLES
@given(reply=replies, quotes=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
def test_evidence_that_does_not_resolve_never_raises_cms(reply: Reply, quotes: list[str]) -> None:
    """Quotations of what the task does not say cost, and never pay."""
    invented = tuple(
        ReasoningStep(0, "", evidence=f"Zeno wrote: {quote}", confidence=reply.steps[0].confidence) for quote in quotes
    )
    assert evolve(reply, steps=(*reply.steps, *invented)).cms() <= reply.cms()


@EXAMPLES
@given(reply=replies, fragment=st.text(max_size=40))
def test_an_unchecked_formal_fragment_changes_nothing(reply: Reply, fragment: str) -> None:
    """A fragment that no check of the task reads is worth what its absence is worth."""
    formal = tuple(evolve(step, formal_proof_fragment=fragment) for step in reply.steps)
    assert evolve(reply, steps=formal).cms() == reply.cms()


@EXAMPLES
@given(reply=replies, claimed=st.none() | st.floats(0.0, 50_000.0))
def test_a_smaller_self_reported_time_changes_nothing(reply: Reply, claimed: float | None) -> None:
    """Only the validator's own measurement counts."""
    assert evolve(reply, claimed_ms=claimed).cms() == reply.cms()


@EXAMPLES
@given(
    reply=right, seconds=st.tuples(st.floats(0.0, 600.0), st.floats(0.0, 600.0)), beliefs=st.lists(units, min_size=5)
)
def test_two_right_answers_with_the_same_checks_are_close(
    reply: Reply, seconds: tuple[float, float], beliefs: list[float]
) -> None:
    """The same steps with other confidence in another time are at most 0.2 CMS away."""
    other = tuple(evolve(step, confidence=beliefs[at]) for at, step in enumerate(reply.steps))
    first = evolve(reply, seconds=seconds[0]).cms()
    assert abs(first - evolve(reply, steps=other, seconds=seconds[1]).cms()) <= 0.2


@EXAMPLES
@given(reply=right, data=st.data())
def test_a_false_claim_taken_back_never_lowers_cms(reply: Reply, data: st.DataObject) -> None:
    """CMS never falls when what a check found improves: here the arithmetic of the steps."""
    refuted = [at for at, step in enumerate(reply.steps) if {CLAIMS[4], CLAIMS[5]} & {*step.claims}]
    assume(refuted)
    at = data.draw(st.sampled_from(refuted))
    honest = evolve(
        reply.steps[at], claims=tuple(claim for claim in reply.steps[at].claims if claim not in CLAIMS[4:6])
    )
    mended = evolve(reply, steps=(*reply.steps[:at], honest, *reply.steps[at + 1 :]))
    assert mended.cms() >= reply.cms()

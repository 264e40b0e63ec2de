"""Miners that try to earn without solving, or do not answer as they should: what the mechanism is shown against.

Two of them think, and stand behind the `Reasoner` port as an honest miner's backend does; three only handle, and take
the place of a miner's `solve` handler. Each has a `name` and says in one sentence what it `does`.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from string import ascii_uppercase
from typing import Any, ClassVar, cast

from attrs import evolve, frozen

from reasonforge.adapters.memory.faults import seeded
from reasonforge.adapters.memory.leak import Leak, overheard
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Reasoner, Solution
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.submission import DEFAULT_LIMITS, ReasoningStep, WireFields
from reasonforge.domain.task import Question

SolveHandler = Callable[[Hotkey, Question], Awaitable[WireFields | Refusal]]

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[A-Za-z]+")
_SWAPPED = 0.7
_SYNONYMS: Mapping[str, str] = {
    "all": "everything", "answer": "reply", "begin": "start", "but": "yet", "check": "test", "compute": "calculate",
    "easy": "simple", "end": "finish", "every": "each", "exact": "precise", "find": "locate", "first": "initially",
    "get": "obtain", "gives": "yields", "good": "fine", "hence": "thus", "keep": "retain", "know": "see",
    "line": "row", "look": "glance", "matter": "issue", "means": "implies", "need": "require", "next": "following",
    "note": "remark", "number": "figure", "numbers": "figures", "order": "sequence", "part": "portion",
    "piece": "bit", "plain": "simple", "result": "outcome", "rule": "law", "same": "identical", "say": "state",
    "settle": "resolve", "since": "as", "small": "little", "so": "therefore", "statement": "text", "step": "stage",
    "steps": "stages", "take": "pick", "therefore": "hence", "thing": "item", "value": "number", "way": "route",
    "word": "term", "work": "labour", "write": "put",
}  # fmt: skip
_INTRODUCTIONS = (
    "This is my own analysis of the exercise, made from scratch and presented in an order that I find clearer.",
    "I approached the exercise independently, and what follows is a fresh account of how its solution comes about.",
    "Having studied the exercise at length, I present an original derivation, with all considerations spelled out.",
    "My team takes a distinct route through this exercise, which we lay out here for the benefit of the reader.",
)
_BLUFF_SUBJECTS = (
    "The governing structure", "A deep symmetry of the configuration", "The canonical decomposition",
    "Our spectral perspective", "The underlying invariant", "A careful variational argument", "The dual formulation",
    "An elegant limiting process", "The generalised transfer principle", "A standard compactness argument",
    "The associated generating object", "Rigorous asymptotic balance",
)  # fmt: skip
_BLUFF_VERBS = (
    "immediately reveals", "forces", "rigorously establishes", "uniquely determines", "is well known to imply",
    "beautifully encodes", "leaves no doubt about", "fully characterises", "reduces to", "tightly constrains",
)  # fmt: skip
_BLUFF_OBJECTS = (
    "the decisive quantity", "every relevant degree of freedom", "the asserted equality", "an optimal equilibrium",
    "the remaining ambiguity", "the fundamental constant in question", "the hidden dependency", "the final coefficient",
    "a contradiction in every other case", "the extremal configuration",
)  # fmt: skip
_BLUFF_TAILS = (
    "as any expert will readily confirm", "by the classical theorem on such systems", "with overwhelming certainty",
    "which completes this part beyond dispute", "up to negligible terms", "in complete generality",
    "as the literature demonstrates extensively", "without loss of generality", "by an obvious induction",
    "so that the conclusion is inescapable",
)  # fmt: skip
_BLUFF_EVIDENCE = (
    "Proposition 7.3 of the standard monograph", "see the well-known survey, section 4", "verified by simulation",
    "established in the seminal work on this topic", "confirmed by three independent experts",
)  # fmt: skip
_BLUFF_STEPS, _BLUFF_SENTENCES = (10, 14), (3, 5)
_SHARE_FOR_LISTENING = 0.8
_GREATEST_GUESS = 999
_DEEPEST_GUESS = 3


@frozen
class Plagiarist:
    """Hands in what another miner said as its own, a little later and in other words.

    With a leak it copies what that miner handed in to the question most like its own, answer and all, and has no answer
    where nothing leaked; without one it asks that miner's reasoner about its own question.
    """

    name: ClassVar[str] = "plagiarist"
    does: ClassVar[str] = (
        "Copies another miner's chain: new introduction, steps and sentences reordered, words swapped."
    )

    victim: Reasoner
    clock: Clock
    seed: str = ""
    leak: Leak | None = None

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        start = self.clock.monotonic()
        if self.leak is None:
            copied = await self.victim.reason(question, budget_seconds)
        else:
            copied = await overheard(self.leak, question, self.clock, _SHARE_FOR_LISTENING * budget_seconds)
        rng = seeded("plagiarist", self.seed, question.problem)
        left = budget_seconds - (self.clock.monotonic() - start)
        await self.clock.sleep(min(rng.uniform(2, 6), max(0.0, left)))
        return copied if isinstance(copied, NoAnswer) else evolve(copied, steps=_disguised(copied.steps, rng))


@frozen
class Bluffer:
    """Writes a long, fluent and very sure chain about nothing, and guesses in the format that was asked for."""

    name: ClassVar[str] = "verbose bluffer"
    does: ClassVar[str] = (
        "Never solves anything: ten or more confident steps of nonsense and a guess in the right format."
    )

    clock: Clock
    seed: str = ""

    async def reason(self, question: Question, budget_seconds: float) -> Solution:
        rng = seeded("bluffer", self.seed, question.problem)
        await self.clock.sleep(min(2.0 * question.difficulty + rng.uniform(1, 5), budget_seconds))
        steps = (_bluff(number, rng) for number in range(1, rng.randint(*_BLUFF_STEPS) + 1))
        return Solution(tuple(steps), guess(question.answer_format, question.problem, rng))


@frozen
class TimeLiar:
    """Answers as the handler it wraps does, and claims to have needed no time. No hash covers that."""

    name: ClassVar[str] = "liar about time"
    does: ClassVar[str] = "Solves as well as its reasoner can, and claims to have taken a few milliseconds."

    solve: SolveHandler

    async def __call__(self, caller: Hotkey, question: Question) -> WireFields | Refusal:
        fields = await self.solve(caller, question)
        if isinstance(fields, Refusal):
            return fields
        return {**fields, "time_taken_ms": seeded("time liar", question.query_id).randint(1, 9)}


@frozen
class Silent:
    """Takes every question and never answers one."""

    name: ClassVar[str] = "silent"
    does: ClassVar[str] = "Accepts every question and lets the deadline pass."

    clock: Clock

    async def __call__(self, _caller: Hotkey, question: Question) -> Refusal:
        await self.clock.sleep(2 * question.timeout_seconds)
        return Refusal("too late")


@frozen
class Malformed:
    """Answers with what is no reply: another kind of it for each question, as the query id falls."""

    name: ClassVar[str] = "malformed"
    does: ClassVar[str] = "Sends lists, wrong types, replies without a hash, bodies of megabytes and endless nesting."

    async def __call__(self, _caller: Hotkey, question: Question) -> WireFields:
        kinds = (_no_object, _wrong_types, _no_hash, _huge, _nested)
        chosen = hashlib.sha256(question.query_id.encode("utf-8", "surrogatepass")).digest()[0] % len(kinds)
        return kinds[chosen](question)


def guess(answer_format: Mapping[str, Any], problem: str, rng: Random, depth: int = _DEEPEST_GUESS) -> str:
    """Something in the format that was asked for, lists at most `depth` deep, without a look at what is asked."""
    kind, options, of = answer_format.get("format"), answer_format.get("options"), answer_format.get("of")
    if kind == "choice" and isinstance(options, list) and options:
        return rng.choice(ascii_uppercase[: len(options)])
    if kind == "fraction":
        return f"{rng.randint(1, _GREATEST_GUESS)}/{rng.randint(2, _GREATEST_GUESS)}"
    if kind == "decimal":
        return f"{rng.uniform(0, _GREATEST_GUESS):.4f}"
    if kind == "text":
        words: list[str] = _WORD.findall(problem) or ["yes"]
        return rng.choice(words)
    if kind == "list" and isinstance(of, Mapping) and depth > 0:
        return f"[{', '.join(guess(of, problem, rng, depth - 1) for _ in range(rng.randint(2, 5)))}]"
    return str(rng.randint(0, _GREATEST_GUESS))


def _disguised(steps: Sequence[ReasoningStep], rng: Random) -> tuple[ReasoningStep, ...]:
    """The same steps with a new introduction, all but the last in another order, and each one's sentences and words."""
    shuffled = rng.sample(steps[:-1], len(steps[:-1])) + list(steps[-1:])
    sure = steps[-1].confidence if steps else 0.5
    introduction = ReasoningStep(0, " ".join(rng.sample(_INTRODUCTIONS, 2)), confidence=sure)
    reworded = (evolve(step, reasoning=_reworded(step.reasoning, rng)) for step in shuffled)
    return tuple(evolve(step, step_id=number) for number, step in enumerate((introduction, *reworded), start=1))


def _reworded(text: str, rng: Random) -> str:
    sentences = _SENTENCE_END.split(text)
    shuffled = " ".join(rng.sample(sentences, len(sentences)))

    def other(match: re.Match[str]) -> str:
        synonym = _SYNONYMS.get(match[0].lower())
        if synonym is None or rng.random() > _SWAPPED:
            return match[0]
        return synonym.capitalize() if match[0][0].isupper() else synonym

    return _WORD.sub(other, shuffled)


def _bluff(number: int, rng: Random) -> ReasoningStep:
    parts = (_BLUFF_SUBJECTS, _BLUFF_VERBS, _BLUFF_OBJECTS)
    sentences = (
        f"{' '.join(rng.choice(part) for part in parts)}, {rng.choice(_BLUFF_TAILS)}."
        for _ in range(rng.randint(*_BLUFF_SENTENCES))
    )
    return ReasoningStep(
        step_id=number,
        reasoning=" ".join(sentences),
        evidence=rng.choice(_BLUFF_EVIDENCE),
        confidence=round(rng.uniform(0.97, 0.999), 3),
        formal_proof_fragment=f"lemma step_{number} : conclusion := by trivial",
    )


def _no_object(question: Question) -> WireFields:
    return cast("WireFields", [question.query_id, "42"])  # a lie about the type is what this miner is for


def _wrong_types(question: Question) -> WireFields:
    return {"task_id": question.difficulty, "reasoning_steps": "one", "final_answer": [4, 2], "submission_hash": {}}


def _no_hash(question: Question) -> WireFields:
    step = {"step_id": 1, "reasoning": "It is so.", "evidence": "", "confidence": 1.0, "claims": []}
    return {"task_id": question.query_id, "reasoning_steps": [step], "final_answer": "42"}


def _huge(question: Question) -> WireFields:
    return {"task_id": question.query_id, "final_answer": "4" * (DEFAULT_LIMITS.message_bytes + 1)}


def _nested(question: Question) -> WireFields:
    artifact: list[Any] = []
    for _ in range(2 * DEFAULT_LIMITS.json_depth):
        artifact = [artifact]
    return {"task_id": question.query_id, "final_answer": "42", "artifact": artifact}

"""A worked solution told in a miner's own words.

Two honest miners find the same lines; what they write about them is their own. The wording is drawn from `phrases`
by (voice, problem) alone, the arithmetic goes into the claims, and of what every solver would quote (ideas, facts)
only a part is repeated, another part by each voice.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from random import Random

from reasonforge.adapters.tasks import phrases
from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution
from reasonforge.domain.submission import Claim, ReasoningStep

_WORDS = (240, 300)  # beside figures; a chain is given asides until it has a number of words between these
_MOST_LINES = 9  # told one by one; more of them share a step
_CLAIMS_A_STEP = 20
_SHORTEST_EVIDENCE = 16
_LONGEST_EVIDENCE = 90
_WORDS_A_FRAGMENT = 9
_FEW_STEPS = 3  # up to which each quotes two fragments, and one beyond
_WORDS_OF_IDEAS = 40
_SENTENCES = re.compile(r"[^\n.;!?]+")
_FRAGMENTS = re.compile(r"[;:\n]|\. |\.$")


def seeded(*names: str) -> Random:
    """Randomness that belongs to what is named."""
    digest = hashlib.sha256(json.dumps(names).encode()).digest()
    return Random(int.from_bytes(digest, "big"))


class Narrator:
    """Tells one solution. Made for a (voice, problem); the same two give the same words."""

    def __init__(self, voice: str, problem: str) -> None:
        self._rng = seeded("narration", voice, problem)
        self._problem = problem
        self._told_ideas: list[str] = []
        self._decks: dict[tuple[str, ...], list[str]] = {}

    def tell(self, worked: WorkedSolution, confidence: float) -> tuple[ReasoningStep, ...]:
        """An opening, the lines, a conclusion: 240 to 400 words, figures included.

        `confidence` in [0, 1] is every step's. Some steps carry evidence, which is a verbatim piece of the problem.
        """
        groups = _grouped(worked.lines)
        quotes = 2 if len(groups) <= _FEW_STEPS else 1
        steps = [self._step(group, quotes) for group in groups]
        told = [self._opening(), *steps, self._conclusion(worked.final_answer)]
        self._pad(told)
        claims: list[tuple[Claim, ...]] = [(), *(_claims(group) for group in groups), ()]
        evidence = self._evidence(len(told))
        return tuple(
            ReasoningStep(number, text, quote, confidence, claims=step_claims)
            for number, (text, quote, step_claims) in enumerate(zip(told, evidence, claims, strict=True), start=1)
        )

    def _opening(self) -> str:
        return " ".join(self._survey() for _ in range(2))

    def _step(self, lines: Sequence[WorkedLine], quotes: int) -> str:
        deed, idea = self._deed(), self._idea(lines)
        fragments = [fragment for line in lines for fragment in _fragments(line.facts)]
        if not fragments:
            return f"{deed} {idea}".strip()
        some = sorted(self._rng.sample(range(len(fragments)), min(len(fragments), quotes)))
        reads, facts = self._draw(phrases.READS), "; ".join(fragments[place] for place in some)
        if idea:
            return f"{deed} {idea} {_capital(reads)}: {facts}."
        return f"{deed.removesuffix('.')}, {reads}: {facts}."

    def _idea(self, lines: Sequence[WorkedLine]) -> str:
        """An idea not told yet, now and then and as long as few words were repeated of what every solver knows."""
        new = [idea for line in lines if (idea := line.idea) not in self._told_ideas]
        if not new or self._rng.random() < 0.5:
            return ""
        idea = self._rng.choice(new)
        if sum(len(told.split()) for told in (*self._told_ideas, idea)) > _WORDS_OF_IDEAS:
            return ""
        self._told_ideas.append(idea)
        return idea

    def _conclusion(self, final_answer: str) -> str:
        finish, answer, trust = (self._draw(deck) for deck in (phrases.FINISH, phrases.ANSWER, phrases.TRUST))
        return f"{self._remark()} {finish}, {answer} {final_answer}, {trust}."

    def _survey(self) -> str:
        begin, scope, manner = (self._draw(deck) for deck in (phrases.BEGIN, phrases.SCOPE, phrases.MANNER))
        return f"{begin}: {scope}, {manner}."

    def _deed(self) -> str:
        when, act = self._draw(phrases.WHEN), self._draw(phrases.ACT)
        thing, why = self._draw(phrases.THING), self._draw(phrases.WHY)
        build = self._rng.randrange(4)
        if build == 0:
            return f"{when}, {act} {thing} {why}."
        if build == 1:
            return f"{_capital(act)} {thing}, {when[:1].lower()}{when[1:]}, {why}."
        if build == 2:
            return f"{_capital(thing)}, {why}: {act} {self._draw(phrases.THING)}."
        return f"{when}, {why}, {act} {thing}."

    def _remark(self) -> str:
        notice, matter, rest = (self._draw(deck) for deck in (phrases.NOTICE, phrases.MATTER, phrases.REST))
        if self._rng.random() < 0.3:
            return f"{_capital(matter)}: {notice} it, {rest}."
        return f"{_capital(notice)} {matter}, {rest}."

    def _pad(self, told: list[str]) -> None:
        """Side remarks and further deeds, until the chain is long enough for its wording to be told from others'."""
        wanted = self._rng.randint(*_WORDS)
        while sum(map(_count_words, told)) < wanted:
            place = self._rng.randrange(len(told) - 1)
            aside = self._remark() if self._rng.random() < 0.5 else self._deed()
            told[place] = f"{aside} {told[place]}" if place and self._rng.random() < 0.4 else f"{told[place]} {aside}"

    def _evidence(self, steps: int) -> list[str]:
        """For each step a verbatim piece of the problem, or nothing."""
        quotes = [
            quote
            for match in _SENTENCES.finditer(self._problem)
            if len(" ".join((quote := match[0].strip()[:_LONGEST_EVIDENCE].rstrip()).split())) >= _SHORTEST_EVIDENCE
        ]
        self._rng.shuffle(quotes)
        some = set(self._rng.sample(range(steps), min(len(quotes), steps, max(1, steps // 3))))
        return [quotes.pop() if step in some else "" for step in range(steps)]

    def _draw(self, deck: tuple[str, ...]) -> str:
        """A piece that this chain has not used, until all of them were."""
        left = self._decks.get(deck)
        if not left:
            left = self._decks[deck] = self._rng.sample(deck, len(deck))
        return left.pop()


def _grouped(lines: Sequence[WorkedLine]) -> list[Sequence[WorkedLine]]:
    """The lines in at most so many steps, in order and as even as can be."""
    size = -(-len(lines) // _MOST_LINES) if lines else 1
    return [lines[start : start + size] for start in range(0, len(lines), size)]


def _claims(lines: Sequence[WorkedLine]) -> tuple[Claim, ...]:
    """What the lines claim; of too many the last ones, which carry the result."""
    return tuple(claim for line in lines for claim in line.claims)[-_CLAIMS_A_STEP:]


def _fragments(facts: str) -> list[str]:
    """Short pieces of what a line computes, each worth quoting alone."""
    pieces = (piece.strip(" .") for piece in _FRAGMENTS.split(facts))
    return [" ".join(piece.split()[:_WORDS_A_FRAGMENT]) for piece in pieces if any(map(str.isalnum, piece))]


def _count_words(text: str) -> int:
    """Arithmetic is nobody's own, so numbers and signs do not count."""
    return sum(any(map(str.isalpha, word)) for word in text.split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

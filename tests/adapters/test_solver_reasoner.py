import asyncio
import doctest
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.tasks import solver
from reasonforge.adapters.tasks.family import AnyFamily, Posed, pose
from reasonforge.adapters.tasks.registry import ANYWHERE
from reasonforge.adapters.tasks.solver import SolverReasoner, chance, hardness
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.answer import exactly
from reasonforge.domain.identity import QueryId
from reasonforge.domain.similarity.containment import containments
from reasonforge.domain.similarity.fingerprint import Fingerprint, fingerprints
from reasonforge.domain.similarity.normalise import fold
from reasonforge.domain.similarity.rules import DEFAULT_RULES
from reasonforge.domain.task import Question
from tests.contracts.reasoner import ReasonerContract, think

SKILLS = (0.0, 0.15, 0.35, 0.6, 0.8, 0.95, 1.0)


def question_of(family: AnyFamily, posed: Posed, difficulty: int) -> Question:
    wire_format = family.answer(posed.instance).wire_format()
    return Question(QueryId("q"), posed.statement, family.discipline, difficulty, 300.0, wire_format)


def posed_by(family: AnyFamily, difficulty: int, seed: str = "test") -> tuple[Posed, Question]:
    posed = pose(family, seed, difficulty)
    return posed, question_of(family, posed, difficulty)


def solved(question: Question, skill: float = 1.0, voice: str = "v") -> Solution:
    clock = MemoryClock()
    found, _ = think(SolverReasoner(skill, voice, clock), question, question.timeout_seconds, clock)
    assert isinstance(found, Solution)
    return found


def chain_of(solution: Solution) -> str:
    return "\n".join(step.reasoning for step in solution.steps)


class TestSolverReasoner(ReasonerContract):
    def reasoner(self, clock: Clock) -> SolverReasoner:
        return SolverReasoner(0.8, "contract", clock)

    def questions(self) -> Sequence[Question]:
        return [posed_by(family, family.difficulties[0])[1] for family in ANYWHERE]


def test_worked_examples_are_right() -> None:
    """The examples in the docstrings give what they say."""
    assert doctest.testmod(solver).failed == 0


@pytest.mark.parametrize("family", ANYWHERE, ids=lambda family: family.name)
def test_full_skill_is_always_right(family: AnyFamily) -> None:
    """With skill 1 every family's problems are solved, at every difficulty."""
    for difficulty in family.difficulties:
        posed, question = posed_by(family, difficulty)
        finding = exactly(family.answer(posed.instance)).check(solved(question).final_answer)
        assert finding.grade == 1.0, (difficulty, finding)


@pytest.mark.parametrize("family", ANYWHERE, ids=lambda family: family.name)
def test_no_skill_is_always_wrong(family: AnyFamily) -> None:
    """With skill 0 the answer is a slip: in the format that was asked for, and wrong."""
    for difficulty in family.difficulties:
        posed, question = posed_by(family, difficulty)
        assert exactly(family.answer(posed.instance)).check(solved(question, skill=0.0).final_answer).grade < 1.0


@pytest.mark.parametrize("seed", range(6))
def test_more_skill_solves_a_superset(seed: int) -> None:
    """On one and the same problem, whoever has more skill is right wherever one with less is."""
    for family in ANYWHERE:
        difficulty = family.difficulties[(3 * seed) % len(family.difficulties)]
        posed, question = posed_by(family, difficulty, str(seed))
        answer = family.answer(posed.instance)
        right = [
            exactly(answer).check(solved(question, skill, f"v{skill}").final_answer).grade == 1.0 for skill in SKILLS
        ]
        assert right == sorted(right)


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(1, 10), st.floats(0, 1), st.floats(0, 1))
def test_hardness_nests(kind: str, difficulty: int, one: float, other: float) -> None:
    """A kind of problem has a hardness in [0, 1), which does not depend on who tries."""
    least = hardness(kind, difficulty)
    low, high = sorted((one, other))
    assert 0 <= least < 1
    assert (high >= least) or not (low >= least)
    assert least == hardness(kind, difficulty)


@settings(deadline=None)
@given(st.floats(0.01, 0.99))
def test_chance_falls_with_difficulty(skill: float) -> None:
    """The harder the task, the smaller the chance of any skill short of 1; more skill is a better chance."""
    chances = [chance(skill, difficulty) for difficulty in range(1, 11)]
    assert all(easier > harder for easier, harder in pairwise(chances))
    assert all(chance(skill + 0.01, difficulty) > chance(skill, difficulty) for difficulty in range(1, 11))


@pytest.mark.parametrize("skill", SKILLS[1:-1])
@pytest.mark.parametrize("difficulty", [1, 5, 10])
def test_chance_is_what_happens(skill: float, difficulty: int) -> None:
    """Over many kinds the share of those a skill solves is `chance`, so the stated confidence is calibrated."""
    trials = 2_000
    share = fmean(skill >= hardness(f"problem {number}", difficulty) for number in range(trials))
    expected = chance(skill, difficulty)
    assert abs(share - expected) < 4 * (max(expected * (1 - expected), 1e-4) / trials) ** 0.5


def test_accuracy_falls_with_difficulty() -> None:
    """Over real tasks, a middling skill is right much less often on the hardest than on the easiest."""

    def accuracy(part: slice) -> float:
        outcomes = []
        for family in ANYWHERE:
            for difficulty in family.difficulties[part]:
                posed, question = posed_by(family, difficulty)
                found = solved(question, skill=0.6).final_answer
                outcomes.append(exactly(family.answer(posed.instance)).check(found).grade)
        return fmean(outcomes)

    assert accuracy(slice(0, 3)) > accuracy(slice(-3, None)) + 0.2


def test_confidence_is_the_chance() -> None:
    """Every step states the calibrated chance of being right, whether it is or not."""
    for skill in (0.2, 0.9):
        _, question = posed_by(ANYWHERE[0], 4)
        assert {step.confidence for step in solved(question, skill).steps} == {round(chance(skill, 4), 4)}


@pytest.mark.parametrize("skill", [0.1, 0.9, 1.0])
def test_thinking_takes_plausible_time(skill: float) -> None:
    """Never so fast that it could not have thought, never near the deadline, and longer for harder tasks."""
    times: dict[int, list[float]] = {}
    for number in range(12):
        for difficulty in ANYWHERE[0].difficulties[::2]:
            _, question = posed_by(ANYWHERE[0], difficulty)
            clock = MemoryClock()
            _, seconds = think(SolverReasoner(skill, f"v{number}", clock), question, 270.0, clock)
            assert 0.5 * difficulty < seconds < 0.5 * question.timeout_seconds
            times.setdefault(difficulty, []).append(seconds)
    means = [fmean(times[difficulty]) for difficulty in sorted(times)]
    assert means == sorted(means)


def test_skill_is_a_little_faster() -> None:
    """Of two with one voice, the more skilled takes less time."""
    _, question = posed_by(ANYWHERE[0], 6)
    seconds = []
    for skill in (0.2, 0.5, 1.0):
        clock = MemoryClock()
        seconds.append(think(SolverReasoner(skill, "v", clock), question, 270.0, clock)[1])
    assert seconds == sorted(seconds, reverse=True)


def test_the_same_miner_says_the_same() -> None:
    """Voice and problem decide every word; another voice finds other words for the same answer."""
    _, question = posed_by(ANYWHERE[0], 5)
    assert solved(question) == solved(question)
    other = solved(question, voice="w")
    assert other.final_answer == solved(question).final_answer
    assert chain_of(other) != chain_of(solved(question))


def test_what_no_family_states_has_no_answer() -> None:
    """A problem in nobody's words, or of another discipline's family, is honestly not answered."""
    _, question = posed_by(ANYWHERE[0], 3)
    clock = MemoryClock()
    reasoner = SolverReasoner(1.0, "v", clock)
    for strange in (evolve(question, problem="Is it?"), evolve(question, problem=question.problem + " Or not?")):
        assert isinstance(asyncio.run(reasoner.reason(strange, 270.0)), NoAnswer)


def test_too_little_time_has_no_answer() -> None:
    """It does not pretend to have thought when it could not."""
    _, question = posed_by(ANYWHERE[0], 10)
    assert isinstance(asyncio.run(SolverReasoner(1.0, "v", MemoryClock()).reason(question, 2.0)), NoAnswer)


def told(question: Question, voices: int, skill: float = 1.0) -> list[Solution]:
    return [solved(question, skill, f"voice {number}") for number in range(voices)]


def prints(question: Question, solutions: Sequence[Solution]) -> tuple[Fingerprint, ...]:
    return fingerprints(fold(question.problem), [fold(chain_of(solution)) for solution in solutions])


def greatest(prints_of_chains: Sequence[Fingerprint]) -> tuple[float, float]:
    """The greatest containment of word 4-grams and of skeleton 6-grams between any two of them."""
    words = containments([one.words for one in prints_of_chains], [one.words for one in prints_of_chains])
    skeleton = containments([one.skeleton for one in prints_of_chains], [one.skeleton for one in prints_of_chains])
    for likeness in (words, skeleton):
        np.fill_diagonal(likeness, 0)
    return float(words.max()), float(skeleton.max())


@pytest.mark.parametrize("family", ANYWHERE, ids=lambda family: family.name)
def test_honest_voices_are_told_apart(family: AnyFamily, record_property: Callable[[str, object], None]) -> None:
    """Twelve honest miners' chains on one task are far below what counts as copying, and long enough to be judged."""
    for difficulty in family.difficulties[::4]:
        _, question = posed_by(family, difficulty)
        solutions = told(question, 12)
        own = prints(question, solutions)
        words, skeleton = greatest(own)
        record_property(f"{family.name}/{difficulty}", f"words {words:.3f}, skeleton {skeleton:.3f}")
        assert words < 0.75 * DEFAULT_RULES.words_threshold
        assert skeleton < 0.75 * DEFAULT_RULES.skeleton_threshold
        assert all(len(one.words) >= DEFAULT_RULES.min_grams for one in own)
        assert all(200 <= len(chain_of(solution).split()) <= 400 for solution in solutions)


@pytest.mark.parametrize("family", ANYWHERE, ids=lambda family: family.name)
def test_steps_carry_claims_and_evidence(family: AnyFamily) -> None:
    """The reference's claims are all attached, and some steps quote at least 12 characters of the problem verbatim."""
    posed, question = posed_by(family, family.difficulties[-1])
    solution = solved(question)
    worked = family.solve(posed.instance)
    known = {claim for line in worked.lines for claim in line.claims}
    assert {claim for step in solution.steps for claim in step.claims} <= known
    assert not known or any(step.claims for step in solution.steps)
    quotes = [step.evidence for step in solution.steps if step.evidence]
    assert quotes
    assert all(len(quote) >= 12 and quote in question.problem for quote in quotes)
    assert [step.step_id for step in solution.steps] == list(range(1, len(solution.steps) + 1))


@pytest.mark.parametrize("family", ANYWHERE, ids=lambda family: family.name)
def test_an_erring_chain_does_not_carry_the_answer(family: AnyFamily) -> None:
    """Who errs concludes with the slip, and what the last line would have shown is not claimed."""
    posed, question = posed_by(family, family.difficulties[0])
    wrong = solved(question, skill=0.0)
    last = family.solve(posed.instance).lines[-1].claims
    before = {claim for line in family.solve(posed.instance).lines[:-1] for claim in line.claims}
    claimed = {claim for step in wrong.steps for claim in step.claims}
    assert not claimed & (set(last) - before)
    assert wrong.final_answer in wrong.steps[-1].reasoning

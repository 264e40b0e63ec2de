"""What a policy is given, as one value, and strategies that draw it."""

from typing import Any

from attrs import evolve, frozen
from hypothesis import settings
from hypothesis import strategies as st

from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.identity import Hotkey, QueryId, TaskId
from reasonforge.domain.likeness import UNLIKE, CopyEvidence, Likeness
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.scoring import VERIFIED, ScoringPolicy
from reasonforge.domain.submission import ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Outcome, StepReview, Unavailable, Verdict, Verification

EXAMPLES = settings(max_examples=200, deadline=None)
TIMEOUT = 300.0
COPIED = CopyEvidence("fingerprint", Hotkey("5Original"), "batch", 0.97, 0.41)
NO_TOOL = Unavailable("no tool")
UNREVIEWED = StepReview()


@frozen
class Case:
    """One reply to one task, and everything that was found out about it."""

    task: Task
    checks: dict[str, Outcome]
    correctness: float | None
    review: StepReview = UNREVIEWED
    steps: tuple[ReasoningStep, ...] = ()
    seconds: float = 60.0
    likeness: Likeness = UNLIKE
    claimed_ms: float | None = None

    def but(self, **changes: Any) -> "Case":
        """The same case, changed."""
        return evolve(self, **changes)

    def scored(self, policy: ScoringPolicy) -> DimensionScores | None:
        verdicts = {name: Verdict(outcome, "because", "tool") for name, outcome in self.checks.items()}
        submission = Submission(QueryId("q"), self.steps, "42", claimed_ms=self.claimed_ms)
        verification = Verification(verdicts, self.correctness, self.review)
        return policy(self.task, submission, verification, self.seconds, self.likeness)

    def dimensions(self, policy: ScoringPolicy = VERIFIED) -> DimensionScores:
        scores = self.scored(policy)
        assert scores is not None
        return scores

    def cms(self, policy: ScoringPolicy = VERIFIED) -> float:
        return ScoringEngine.compute_cms(self.dimensions(policy))


def task_of(discipline: Discipline, checks: tuple[str, ...], difficulty: int = 5) -> Task:
    return Task(
        task_id=TaskId("t"),
        problem="What is six times seven?",
        discipline=discipline,
        difficulty=difficulty,
        answer=read_answer({"format": "integer", "value": 42}),
        checks=checks,
        timeout_seconds=TIMEOUT,
    )


units = st.floats(0.0, 1.0)
counts = st.integers(0, 5)
texts = st.lists(
    st.sampled_from(["so", "hence", "x", "sesquipedalian", "0.5", "therefore"]), max_size=12
).map(" ".join)  # fmt: skip
reasoning_steps = st.builds(
    ReasoningStep,
    step_id=st.just(1),
    reasoning=texts,
    evidence=st.sampled_from(["", "given: x = 3", "common knowledge"]),
    confidence=units,
    formal_proof_fragment=st.sampled_from(["", "theorem t : True := trivial"]),
)
reviews = st.builds(StepReview, counts, counts, st.booleans(), counts, counts)
likenesses = st.builds(Likeness, fingerprint=units, excess=units, evidence=st.sampled_from([(), (COPIED,)]))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any discipline, any of its checks, at least one of them made; any correctness, review, steps, time, likeness."""
    discipline = draw(st.sampled_from(Discipline))
    table = sorted(DEFAULT_PARAMETERS.check_weights[discipline])
    names = draw(st.lists(st.sampled_from(table), min_size=1, unique=True))
    made = draw(st.sampled_from(names))
    return Case(
        task=task_of(discipline, tuple(names), draw(st.integers(1, 10))),
        checks={name: draw(units if name == made else units | st.just(NO_TOOL)) for name in names},
        correctness=draw(st.none() | units | st.sampled_from([0.0, 1.0])),
        review=draw(reviews),
        steps=tuple(draw(st.lists(reasoning_steps, max_size=6))),
        seconds=draw(st.floats(0.0, 2 * TIMEOUT)),
        likeness=draw(likenesses),
        claimed_ms=draw(st.none() | st.floats(0.0, 1e6)),
    )

"""A proof as one check of a task."""

import asyncio
from collections.abc import Sequence

import pytest
from attrs import define, field

from reasonforge.adapters.routing.proofs import ProofChecker
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.proof_verdict import ProofOutcome, ProofVerdict
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from tests.provers import prover

GOAL = ProofAnswer("coq", "coq-8.16", "Definition Goal_statement : Prop := True.", "goal", "", seconds=10.0)


@define
class TableProver:
    """Proves what is in its table, by that verdict."""

    verdicts: dict[bytes, ProofVerdict] = field(factory=dict)
    passes: bool = True
    system: str = "coq"
    tool: str = "table/1"
    stages: int = 4

    def bases(self) -> frozenset[str]:
        return frozenset({"coq-8.16"})

    async def prove(self, goal: ProofAnswer, source: bytes) -> ProofOutcome:
        assert goal.system == self.system
        return ProofOutcome(self.verdicts[source], "because")

    async def self_test(self) -> Sequence[SelfTest]:
        return [SelfTest(self.tool, self.passes, "told")]


def task(answer: AnswerSpecification = GOAL) -> Task:
    return Task(TaskId("t"), "Prove it.", Discipline.MATHEMATICS, 1, answer, ("proof",))


def submission(proof: bytes | None) -> Submission:
    return Submission(QueryId("q"), (), "see proof_artifact", proof_artifact=proof)


@pytest.mark.parametrize("verdict", ProofVerdict)
def test_only_a_proof_is_worth_anything(verdict: ProofVerdict) -> None:
    """Every verdict but `proved` is 0, and the reason begins with it."""
    checker = ProofChecker({"coq": TableProver({b"p": verdict})})
    found = asyncio.run(checker.check(task(), submission(b"p")))
    assert found == Finding(1.0 if verdict is ProofVerdict.PROVED else 0.0, f"{verdict}: because")


def test_no_proof_is_the_miners_failure() -> None:
    """Nothing handed in is 0, not unavailable."""
    found = asyncio.run(ProofChecker({"coq": TableProver()}).check(task(), submission(None)))
    assert found == Finding(0.0, "no proof was handed in")


@pytest.mark.parametrize(
    "answer",
    [
        ProofAnswer("lean4", "core-1", "def Goal_statement : Prop := True", "goal", ""),
        ProofAnswer("coq", "coq-9", "Definition Goal_statement : Prop := True.", "goal", ""),
        read_answer({"format": "integer", "value": 3}),
    ],
    ids=["no prover", "no base", "no statement"],
)
@pytest.mark.parametrize("proof", [None, b"p"])
def test_what_cannot_be_checked_here_is_our_fault(answer: AnswerSpecification, proof: bytes | None) -> None:
    """Whether or not a proof was handed in: all miners are treated alike."""
    with pytest.raises(ValidatorFault):
        asyncio.run(ProofChecker({"coq": TableProver()}).check(task(answer), submission(proof)))


def test_the_deadline_covers_every_stage() -> None:
    """Each of the prover's stages may take the goal's seconds."""
    assert ProofChecker({"coq": TableProver()}).deadline_seconds(task()) >= 4 * GOAL.seconds


def test_every_prover_must_pass() -> None:
    """One that lies, or none at all, is not used."""
    good, bad = TableProver(), TableProver(passes=False)
    assert asyncio.run(ProofChecker({"coq": good}).self_test()).passed
    assert not asyncio.run(ProofChecker({"coq": good, "lean4": bad}).self_test()).passed
    assert not asyncio.run(ProofChecker({}).self_test()).passed


@pytest.mark.coq
@pytest.mark.bwrap
def test_a_real_proof_is_graded() -> None:
    """By Coq, in a sandbox."""
    with prover("coq") as coq:
        checker = ProofChecker({"coq": coq})
        true = asyncio.run(checker.check(task(), submission(b"Theorem goal : Goal_statement. Proof. exact I. Qed.")))
        false = asyncio.run(checker.check(task(), submission(b"Theorem goal : Goal_statement. Proof. Admitted.")))
    assert (true.grade, false.grade) == (1.0, 0.0)

"""What every Prover promises (application/ports/prover.py)."""

import asyncio
from contextlib import AbstractContextManager

import pytest
from attrs import evolve, frozen

from reasonforge.application.ports.prover import Prover
from reasonforge.domain.answers.proof import SYSTEMS, ProofAnswer
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.proof_verdict import ProofVerdict


@frozen
class ProverWorld:
    """What a suite proves in one system.

    Attributes:
        goal: a true statement; `proof` proves it.
        broken: source of a statement that does not compile.
        resting: a proof that rests on an axiom of its own, and is one otherwise; `axiom` is that axiom's name.
        other: proves something else under the goal's name.
    """

    goal: ProofAnswer
    proof: bytes
    broken: str
    resting: bytes
    axiom: str
    other: bytes


class ProverContract:
    """Subclasses say how one is opened and what it proves."""

    world: ProverWorld

    def prover(self) -> AbstractContextManager[Prover]:
        raise NotImplementedError

    def verdict_on(self, source: bytes) -> ProofVerdict:
        with self.prover() as one:
            return asyncio.run(one.prove(self.world.goal, source)).verdict

    def test_a_proof_is_proved(self) -> None:
        """With what it took, and no axioms."""
        with self.prover() as one:
            outcome = asyncio.run(one.prove(self.world.goal, self.world.proof))
        assert (outcome.verdict, outcome.axioms) == (ProofVerdict.PROVED, ())
        assert 0 < outcome.seconds <= one.stages * self.world.goal.seconds

    def test_an_axiom_of_its_own_is_forbidden(self) -> None:
        """And named."""
        with self.prover() as one:
            outcome = asyncio.run(one.prove(self.world.goal, self.world.resting))
        assert (outcome.verdict, outcome.axioms) == (ProofVerdict.FORBIDDEN_AXIOM, (self.world.axiom,))

    def test_another_statement_is_a_mismatch(self) -> None:
        """The task's own constant is what must be proved."""
        assert self.verdict_on(self.world.other) is ProofVerdict.STATEMENT_MISMATCH

    def test_an_empty_file_is_no_proof(self) -> None:
        """Nothing is compiled."""
        assert self.verdict_on(b"") is ProofVerdict.REJECTED_SOURCE

    def test_another_name_is_a_missing_theorem(self) -> None:
        """The task says what the theorem is called."""
        with self.prover() as one:
            goal = evolve(self.world.goal, theorem="another_name")
            assert asyncio.run(one.prove(goal, self.world.proof)).verdict is ProofVerdict.MISSING_THEOREM

    def test_a_broken_statement_is_our_fault(self) -> None:
        """No miner pays for a task's author."""
        with self.prover() as one, pytest.raises(ValidatorFault):
            asyncio.run(one.prove(evolve(self.world.goal, statement=self.world.broken), self.world.proof))

    def test_an_unknown_base_is_our_fault(self) -> None:
        """It is not there, whatever was handed in."""
        with self.prover() as one, pytest.raises(ValidatorFault):
            asyncio.run(one.prove(evolve(self.world.goal, base="no such base"), b""))

    def test_it_says_what_it_is(self) -> None:
        """System, tool, bases; and each base passes its self-test."""
        with self.prover() as one:
            assert one.system == self.world.goal.system
            assert one.system in SYSTEMS
            assert self.world.goal.base in one.bases()
            assert one.tool
            told = asyncio.run(one.self_test())
            assert len(told) == len(one.bases())
            assert all(test.passed for test in told), told

    def test_proofs_side_by_side(self) -> None:
        """Several calls at once get their own outcomes."""
        sources = [self.world.proof, self.world.resting, self.world.other, self.world.proof]

        async def together(one: Prover) -> list[bool]:
            outcomes = await asyncio.gather(*(one.prove(self.world.goal, source) for source in sources))
            return [outcome.proved for outcome in outcomes]

        with self.prover() as one:
            assert asyncio.run(together(one)) == [True, False, False, True]

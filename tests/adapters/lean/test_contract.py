"""The Prover port by Lean."""

from contextlib import AbstractContextManager

import pytest

from reasonforge.application.ports.prover import Prover
from reasonforge.domain.answers.proof import ProofAnswer
from tests.contracts.prover import ProverContract, ProverWorld
from tests.provers import prover


@pytest.mark.lean
@pytest.mark.bwrap
class TestLeanProver(ProverContract):
    world = ProverWorld(
        goal=ProofAnswer("lean4", "core-1", "def Goal_statement : Prop := (n : Nat) → Eq n n", "goal", ""),
        proof=b"theorem goal : Goal_statement := fun n => rfl",
        broken="def Goal_statement : Prop := Nat.zero",
        resting=b"axiom own : False\ntheorem goal : Goal_statement := own.elim",
        axiom="own",
        other=b"theorem goal : True := True.intro",
    )

    def prover(self) -> AbstractContextManager[Prover]:
        return prover("lean4")

"""The Prover port by Coq."""

from contextlib import AbstractContextManager

import pytest

from reasonforge.application.ports.prover import Prover
from reasonforge.domain.answers.proof import ProofAnswer
from tests.contracts.prover import ProverContract, ProverWorld
from tests.provers import prover


@pytest.mark.coq
@pytest.mark.bwrap
class TestCoqProver(ProverContract):
    world = ProverWorld(
        goal=ProofAnswer("coq", "coq-8.16", "Definition Goal_statement := forall n : nat, n = n.", "goal", ""),
        proof=b"Theorem goal : Goal_statement. Proof. intro n. reflexivity. Qed.",
        broken="Definition Goal_statement : Prop := 1.",
        resting=b"Axiom own : False. Theorem goal : Goal_statement. Proof. destruct own. Qed.",
        axiom="Submission.own",
        other=b"Theorem goal : True. Proof. exact I. Qed.",
    )

    def prover(self) -> AbstractContextManager[Prover]:
        return prover("coq")

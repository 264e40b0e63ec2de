"""Every honest proof against the real provers."""

import asyncio
from collections.abc import Iterator

import pytest

from reasonforge.application.ports.prover import Prover
from tests.honest.proofs import HONEST_PROOFS, HonestProof
from tests.provers import prover

COQ = [one for one in HONEST_PROOFS if one.goal.system == "coq"]
LEAN = [one for one in HONEST_PROOFS if one.goal.system == "lean4"]


@pytest.fixture(scope="module")
def coq_prover() -> Iterator[Prover]:
    with prover("coq") as one:
        yield one


@pytest.fixture(scope="module")
def lean_prover() -> Iterator[Prover]:
    with prover("lean4") as one:
        yield one


@pytest.mark.slow
@pytest.mark.coq
@pytest.mark.parametrize("proof", COQ, ids=lambda proof: proof.name)
def test_coq_accepts_proofs_and_refuses_near_misses(proof: HonestProof, coq_prover: Prover) -> None:
    """A proof of the statement is proved, whichever way it goes; one with a slip in it is not."""
    outcome = asyncio.run(coq_prover.prove(proof.goal, proof.source))
    assert outcome.proved is not proof.near_miss, outcome


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("proof", LEAN, ids=lambda proof: proof.name)
def test_lean_accepts_proofs_and_refuses_near_misses(proof: HonestProof, lean_prover: Prover) -> None:
    """A proof of the statement is proved, whichever way it goes; one with a slip in it is not."""
    outcome = asyncio.run(lean_prover.prove(proof.goal, proof.source))
    assert outcome.proved is not proof.near_miss, outcome

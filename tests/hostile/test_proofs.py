"""Every hostile proof against the real provers, with and without the first sieve."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import reasonforge.adapters.coq.prover as coq
import reasonforge.adapters.lean.prover as lean
from reasonforge.application.ports.prover import Prover
from reasonforge.domain.proof_verdict import ProofVerdict
from tests.hostile.conftest import Watch
from tests.hostile.proofs import COQ_GOAL, HOSTILE_PROOFS, HostileProof
from tests.provers import children, prover

COQ = [one for one in HOSTILE_PROOFS if one.goal.system == "coq"]
LEAN = [one for one in HOSTILE_PROOFS if one.goal.system == "lean4"]
BEFORE_ANYTHING_RUNS = 0.5
OTHERS_MAY_PASS = 0o711
STAGES = 4
FIRST_STATEMENT_SECONDS = 5.0


@pytest.fixture(scope="module")
def coq_prover() -> Iterator[Prover]:
    with prover("coq") as one:
        yield one


@pytest.fixture(scope="module")
def lean_prover() -> Iterator[Prover]:
    with prover("lean4") as one:
        yield one


@pytest.fixture
def place() -> Iterator[Path]:
    """A temporary directory through which the sandbox's user may pass, as pytest's own do not let it."""
    with tempfile.TemporaryDirectory(prefix="rf-left-") as path:
        Path(path).chmod(OTHERS_MAY_PASS)
        yield Path(path)


def attempt(
    one: Prover, proof: HostileProof, place: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch, how: str = ""
) -> ProofVerdict:
    """The verdict; what the attempt left in the temporary directory or among the processes fails the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with watch(proof.name, f"{one.system}{how}", proof.goal.seconds + FIRST_STATEMENT_SECONDS) as trial:
        start = time.monotonic()
        outcome = asyncio.run(one.prove(proof.goal, proof.source))
        took = time.monotonic() - start
        trial.verdict, trial.grade = f"{outcome.verdict.value}: {outcome.reason}", float(outcome.proved)
    assert not outcome.proved, outcome
    assert outcome.reason
    if outcome.seconds == 0.0:
        assert outcome.verdict is ProofVerdict.REJECTED_SOURCE
        assert took < BEFORE_ANYTHING_RUNS
    assert list(place.iterdir()) == []
    assert children() == []
    return outcome.verdict


@pytest.mark.slow
@pytest.mark.coq
@pytest.mark.parametrize("proof", COQ, ids=lambda proof: proof.name)
def test_no_coq_file_proves_what_is_false(
    proof: HostileProof, coq_prover: Prover, place: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """It is refused within its limits, is nobody's fault but the miner's, and leaves nothing behind."""
    attempt(coq_prover, proof, place, monkeypatch, watch)


@pytest.mark.slow
@pytest.mark.coq
@pytest.mark.parametrize("proof", COQ, ids=lambda proof: proof.name)
def test_nothing_rests_upon_the_coq_sieve(
    proof: HostileProof, coq_prover: Prover, place: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """Where every command gets through to Coq, the audit and coqchk still refuse all of it."""
    monkeypatch.setattr(coq, "objection", lambda _: None)
    attempt(coq_prover, proof, place, monkeypatch, watch, " without the sieve")


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("proof", LEAN, ids=lambda proof: proof.name)
def test_no_lean_file_proves_what_is_false(
    proof: HostileProof, lean_prover: Prover, place: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """It is refused within its limits, is nobody's fault but the miner's, and leaves nothing behind."""
    attempt(lean_prover, proof, place, monkeypatch, watch)


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("proof", LEAN, ids=lambda proof: proof.name)
def test_nothing_rests_upon_the_lean_sieve(
    proof: HostileProof, lean_prover: Prover, place: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """Where every word gets through to Lean, it is still refused; the kernel's switch has a name that nobody knows."""
    monkeypatch.setattr(lean, "objection", lambda _: None)
    outcome = attempt(lean_prover, proof, place, monkeypatch, watch, " without the sieve")
    if proof.name in {"lean4_skipped_kernel", "lean4_skipped_kernel_behind_a_comment"}:
        assert outcome is ProofVerdict.COMPILE_ERROR


VERDICTS = {
    "coq_admitted": ProofVerdict.FORBIDDEN_AXIOM,
    "coq_own_statement": ProofVerdict.STATEMENT_MISMATCH,
    "coq_namespaced": ProofVerdict.MISSING_THEOREM,
    "coq_unguarded": ProofVerdict.UNSOUND_FLAGS,
    "coq_hurkens_without_universes": ProofVerdict.UNSOUND_FLAGS,
    "coq_infinite_tactic": ProofVerdict.TIME_LIMIT,
    "coq_endless_printing": ProofVerdict.OUTPUT_LIMIT,
    "coq_zlib_bomb": ProofVerdict.REJECTED_SOURCE,
}


@pytest.mark.coq
@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts_say_what_was_wrong(
    name: str, coq_prover: Prover, place: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """Each kind of failure has its own verdict."""
    monkeypatch.setattr(coq, "objection", lambda _: None)
    proof = next(one for one in COQ if one.name == name)
    assert attempt(coq_prover, proof, place, monkeypatch, watch) is VERDICTS[name]


def test_the_goals_are_false() -> None:
    """At 0 already n + 1 is not n, so nothing here may ever be proved; and there are enough attempts."""
    assert 0 + 1 != 0
    assert COQ_GOAL.allowed_axioms == ()
    assert min(len(COQ), len(LEAN)) >= 16
    assert len({one.name for one in HOSTILE_PROOFS}) == len(HOSTILE_PROOFS)

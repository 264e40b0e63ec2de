"""What `CoqProver` promises beyond its verdicts (tests/hostile and tests/honest have those)."""

import asyncio
from collections.abc import Sequence

import pytest
from attrs import evolve

from reasonforge.adapters.coq.prover import BASE, CoqProver
from reasonforge.application.ports.sandbox import Program, Run, RunEnd
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.proof_verdict import ProofVerdict
from tests.provers import prover

GOAL = ProofAnswer("coq", BASE, "Definition Goal_statement : Prop := True.", "goal", "")
PROOF = b"Theorem goal : Goal_statement. Proof. exact I. Qed."


class Recorded:
    """A sandbox that ends every run as it is told, and remembers the programs."""

    def __init__(self, *runs: Run) -> None:
        self.runs = list(runs)
        self.programs: list[Program] = []
        self.name = "recorded"
        self.isolates = False

    async def run(self, program: Program, inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:  # noqa: ARG002 - the port's
        self.programs.append(program)
        return [self.runs.pop(0)]

    async def toolchains(self) -> frozenset[str]:
        return frozenset({"coq"})

    async def self_test(self) -> Sequence[SelfTest]:
        return []


def ended(end: RunEnd = RunEnd.EXITED, code: int | None = 0, out: str = "", err: str = "", *files: str) -> Run:
    return Run(end, code, out.encode(), err.encode(), 0.1, dict.fromkeys(files, b"vo"))


COMPILED = ended(RunEnd.EXITED, 0, "", "", "Statement.vo")
SUBMITTED = ended(RunEnd.EXITED, 0, "", "", "Submission.vo")
AUDITED = ended(RunEnd.EXITED, 0, "Closed under the global context\n", "", "Audit.vo")


@pytest.mark.coq
@pytest.mark.bwrap
def test_it_accepts_its_true_example_and_refuses_its_false_one() -> None:
    """The self-test passes here."""
    with prover("coq") as one:
        assert [told.passed for told in asyncio.run(one.self_test())] == [True]


def test_another_coq_does_not_pass() -> None:
    """The base is one version's library; the self-test reads which one is there."""
    (told,) = asyncio.run(CoqProver(Recorded(ended(out="8.20.1 5.2.0\n"))).self_test())
    assert (told.passed, told.detail) == (False, "coqc is 8.20.1 5.2.0, and coq-8.16 is 8.16")


@pytest.mark.coq
@pytest.mark.bwrap
def test_a_statement_that_does_not_compile_is_its_authors_fault() -> None:
    """No miner pays for it, whatever was handed in."""
    with prover("coq") as one, pytest.raises(ValidatorFault, match="statement does not compile"):
        asyncio.run(one.prove(evolve(GOAL, statement="Definition Goal := True."), PROOF))


@pytest.mark.parametrize("goal", [evolve(GOAL, base="coq-9"), evolve(GOAL, system="lean4")])
def test_other_bases_and_systems_are_our_fault(goal: ProofAnswer) -> None:
    """A task that this validator cannot check is not held against the miner."""
    with pytest.raises(ValidatorFault, match="there is no base"):
        asyncio.run(CoqProver(Recorded()).prove(goal, PROOF))


def test_statements_are_compiled_once() -> None:
    """The second proof of a statement starts at the submission, with the statement's compiled file read-only."""
    sandbox = Recorded(COMPILED, ended(code=1), ended(code=1))
    one = CoqProver(sandbox)
    for _ in range(2):
        assert asyncio.run(one.prove(GOAL, PROOF)).verdict is ProofVerdict.COMPILE_ERROR
    assert [sorted(program.files) for program in sandbox.programs] == [
        ["Statement.v"],
        ["Statement.vo", "Submission.v"],
        ["Statement.vo", "Submission.v"],
    ]


def test_no_stage_after_the_first_sees_the_submissions_source() -> None:
    """The audit and coqchk work on compiled files of fresh sandboxes; only what was asked for comes out."""
    sandbox = Recorded(COMPILED, SUBMITTED, AUDITED, ended(code=1, err="Fatal Error: no"))
    assert asyncio.run(CoqProver(sandbox).prove(GOAL, PROOF)).verdict is ProofVerdict.KERNEL_REJECTED
    assert [sorted(program.files) for program in sandbox.programs[2:]] == [
        ["Audit.v", "Statement.vo", "Submission.vo"],
        ["Audit.vo", "Statement.vo", "Submission.vo"],
    ]
    assert [program.outputs for program in sandbox.programs] == [
        ("Statement.vo",), ("Submission.vo",), ("Audit.vo",), (),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (ended(RunEnd.TIME, None), ProofVerdict.TIME_LIMIT),
        (ended(RunEnd.MEMORY, None), ProofVerdict.MEMORY_LIMIT),
        (ended(RunEnd.OUTPUT, None), ProofVerdict.OUTPUT_LIMIT),
        (ended(RunEnd.SIGNALLED, None), ProofVerdict.STATEMENT_MISMATCH),
        (ended(code=0, out="Closed under the global context\n"), ProofVerdict.STATEMENT_MISMATCH),
        (evolve(AUDITED, stdout=b"Closed under the global context\nmore"), ProofVerdict.UNSOUND_FLAGS),
        (evolve(AUDITED, stderr=b"Warning: odd"), ProofVerdict.UNSOUND_FLAGS),
    ],
    ids=["time", "memory", "output", "signal", "no file", "more text", "a warning"],
)
def test_an_audit_that_ends_oddly_proves_nothing(run: Run, verdict: ProofVerdict) -> None:
    """Exit code, output file and text must all be as expected; the submission is what made them otherwise."""
    outcome = asyncio.run(CoqProver(Recorded(COMPILED, SUBMITTED, run)).prove(GOAL, PROOF))
    assert outcome.verdict is verdict


@pytest.mark.coq
@pytest.mark.bwrap
def test_an_axiom_of_the_submissions_own_is_never_allowed() -> None:
    """Not even under a name that the task allows: coqchk tells whose it is."""
    goal = evolve(GOAL, statement="Definition Goal_statement : Prop := False.", allowed_axioms=("Submission.own",))
    with prover("coq") as one:
        outcome = asyncio.run(one.prove(goal, b"Axiom own : False. Definition goal : Goal_statement := own."))
    assert outcome.verdict is ProofVerdict.FORBIDDEN_AXIOM
    assert "declares axioms of its own" in outcome.reason

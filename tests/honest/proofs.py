"""Formal proofs of honest miners: the references of both families, other ways, and near misses."""

import zlib
from random import Random

from attrs import frozen

from reasonforge.adapters.tasks.formal.coq_theorems import COQ_THEOREMS
from reasonforge.adapters.tasks.formal.lean_theorems import LEAN_THEOREMS
from reasonforge.adapters.tasks.formal.theorem import FormalTheorem
from reasonforge.domain.answers.proof import ProofAnswer

EXTENSIONALITY = "Coq.Logic.FunctionalExtensionality.functional_extensionality_dep"


@frozen
class HonestProof:
    """`source` proves `goal`, or is a near miss: a plausible slip that does not."""

    name: str
    goal: ProofAnswer
    source: bytes
    near_miss: bool = False


def _references(system: str, base: str, theorems: tuple[FormalTheorem, ...], seeds: range) -> tuple[HonestProof, ...]:
    found = []
    for theorem in theorems:
        for seed in seeds:
            numbers = theorem.draw(Random(seed))
            goal = ProofAnswer(system, base, theorem.stated(numbers), "goal", theorem.proved(numbers))
            name = f"{system}_{theorem.name}_{seed}"
            found.append(HonestProof(name, goal, theorem.proved(numbers).encode()))
            found.append(HonestProof(f"{name}_missed", goal, theorem.missed(numbers).encode(), near_miss=True))
    return tuple(found)


def _coq(statement: str, *axioms: str) -> ProofAnswer:
    return ProofAnswer("coq", "coq-8.16", statement, "goal", "", axioms)


def _lean(statement: str, *axioms: str) -> ProofAnswer:
    return ProofAnswer("lean4", "core-1", statement, "goal", "", axioms)


_COMMUTES = _coq("Definition Goal_statement : Prop := forall n m : nat, n + m = m + n.")
_POINTWISE = "Definition Goal_statement : Prop := forall f g : nat -> nat, (forall n, f n = g n) -> (fun n => f n) = g."
_BY_EXTENSIONALITY = (
    b"Require Import FunctionalExtensionality.\n"
    b"Theorem goal : Goal_statement. Proof. intros f g same. extensionality n. apply same. Qed."
)
_SWAP = _lean("def Goal_statement : Prop := (n m : Nat) → Eq (Nat.add n m) (Nat.add m n)")
_EXCLUDED = "def Goal_statement : Prop := (a b : Prop) → Iff a b → Eq a b"

OTHER_WAYS = (
    HonestProof("coq_by_lia", _COMMUTES, b"Require Import Lia.\nTheorem goal : Goal_statement.\nProof. red. lia. Qed."),
    HonestProof(
        "coq_spelt_out",
        _COMMUTES,
        b"(* by induction (* of course *) *)\n"
        b"Lemma z : forall n, n = n + 0. Proof. induction n; simpl; congruence. Qed."
        b"\nLemma s : forall n m, S (m + n) = m + S n. Proof. induction m; simpl; congruence. Qed.\n"
        b"Theorem goal : forall n m, n + m = m + n.\nProof. induction n; intro m; simpl. apply z.\n"
        b"rewrite IHn. apply s. Qed.",
    ),
    HonestProof(
        "coq_as_a_term",
        _COMMUTES,
        b"Require Import Arith.\nDefinition goal : Goal_statement := fun n m => Nat.add_comm n m.",
    ),
    HonestProof(
        "coq_with_implicits",
        _COMMUTES,
        b"Set Implicit Arguments. Require Import Arith.\n"
        b"Theorem goal : forall n m, n + m = m + n. Proof. exact Nat.add_comm. Qed. Arguments goal {n} {m}.",
    ),
    HonestProof(
        "coq_with_notation",
        _COMMUTES,
        b'Require Import Arith. Notation "a \xe2\x8a\x95 b" := (a + b) '
        b"(at level 50).\nTheorem goal : forall n m, n \xe2\x8a\x95 m = m \xe2\x8a\x95 n. Proof. intros. ring. Qed.",
    ),
    HonestProof(
        "coq_printing",
        _COMMUTES,
        b"Require Import Lia. Check nat. Print nat.\nTheorem goal : Goal_statement.\n"
        b'Proof. red. idtac "here". lia. Qed. Print Assumptions goal.',
    ),
    HonestProof(
        "coq_with_line_ends",
        _COMMUTES,
        b"Require Import Lia.\r\nTheorem goal : Goal_statement.\r\nProof.\r\n\tred. lia.\r\nQed.\r\n",
    ),
    HonestProof(
        "coq_compressed",
        _COMMUTES,
        zlib.compress(b"Require Import Lia. Theorem goal : Goal_statement. Proof. red. lia. Qed."),
    ),
    HonestProof("coq_with_an_allowed_axiom", _coq(_POINTWISE, EXTENSIONALITY), _BY_EXTENSIONALITY),
    HonestProof("coq_with_a_needless_axiom", _coq(_POINTWISE), _BY_EXTENSIONALITY, near_miss=True),
    HonestProof(
        "coq_without_its_end",
        _COMMUTES,
        b"Require Import Lia. Theorem goal : Goal_statement. Proof. red. lia.",
        near_miss=True,
    ),
    HonestProof(
        "coq_under_another_name",
        _COMMUTES,
        b"Require Import Lia. Theorem main : Goal_statement.\nProof. red. lia. Qed.",
        near_miss=True,
    ),
    HonestProof("lean4_from_the_library", _SWAP, b"theorem goal : Goal_statement := Nat.add_comm"),
    HonestProof(
        "lean4_restated", _SWAP, b"theorem goal (n m : Nat) : Eq (Nat.add n m) (Nat.add m n) := Nat.add_comm n m"
    ),
    HonestProof(
        "lean4_implicit",
        _SWAP,
        b"theorem help {n m : Nat} : Eq (Nat.add n m) (Nat.add m n) :=\n"
        b"  Nat.add_comm n m\ntheorem goal : Goal_statement := fun n m => help",
    ),
    HonestProof(
        "lean4_by_recursion",
        _SWAP,
        "theorem goal : (n m : Nat) → Eq (Nat.add n m) (Nat.add m n)\n"
        "  | n, .zero => Eq.symm (Nat.zero_add n)\n"
        "  | n, .succ m => Eq.trans (congrArg Nat.succ (goal n m)) (Eq.symm (Nat.succ_add m n)) -- the step\n".encode(),
    ),
    HonestProof(
        "lean4_in_a_namespace",
        _SWAP,
        b"namespace Own\ntheorem help : Goal_statement := Nat.add_comm\nend Own\n"
        b"open Own in\ntheorem goal : Goal_statement := help",
    ),
    HonestProof(
        "lean4_with_an_exclamation",
        _SWAP,
        b'/- done! "quoted" -/ theorem goal : Goal_statement :=\n  fun n m => Nat.add_comm n m',
    ),
    HonestProof("lean4_compressed", _SWAP, zlib.compress(b"theorem goal : Goal_statement := Nat.add_comm\n", 9)),
    HonestProof(
        "lean4_with_an_allowed_axiom",
        _lean(_EXCLUDED, "propext"),
        b"theorem goal : Goal_statement := fun _ _ h => propext h",
    ),
    HonestProof(
        "lean4_with_a_needless_axiom",
        _lean(_EXCLUDED),
        b"theorem goal : Goal_statement := fun _ _ h => propext h",
        near_miss=True,
    ),
    HonestProof("lean4_under_another_name", _SWAP, b"theorem main : Goal_statement := Nat.add_comm", near_miss=True),
    HonestProof(
        "lean4_with_tactics",
        _SWAP,
        b"theorem goal : Goal_statement := by\n  intro n m\n  exact Nat.add_comm n m",
        near_miss=True,
    ),
)

HONEST_PROOFS = (
    *_references("coq", "coq-8.16", COQ_THEOREMS, range(1)),
    *_references("lean4", "core-1", LEAN_THEOREMS, range(2)),
    *OTHER_WAYS,
)

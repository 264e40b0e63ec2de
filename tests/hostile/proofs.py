"""Formal proofs of miners who have none: every goal here is false, so that whatever is proved is a hole."""

import zlib

from attrs import frozen

from reasonforge.domain.answers.proof import ProofAnswer

COQ_GOAL = ProofAnswer(
    "coq", "coq-8.16", "Definition Goal_statement : Prop := forall n : nat, n + 1 = n.", "goal", "", seconds=6.0
)
LEAN_GOAL = ProofAnswer(
    "lean4", "core-1", "def Goal_statement : Prop := (n : Nat) → Eq (Nat.succ n) n", "goal", "", seconds=6.0
)


@frozen
class HostileProof:
    """One attempt: `source` is what stands in proof_artifact."""

    name: str
    goal: ProofAnswer
    source: bytes


def _cases(goal: ProofAnswer, sources: dict[str, str | bytes]) -> tuple[HostileProof, ...]:
    return tuple(
        HostileProof(f"{goal.system}_{name}", goal, text if isinstance(text, bytes) else text.encode())
        for name, text in sources.items()
    )


_LIMIT = 65_536
_CLOSED = "Closed under the global context"
_BYTES: dict[str, str | bytes] = {
    "empty": b"",
    "blank": b" \n\t ",
    "nul": b"\0",
    "nul_inside": b"Theorem goal : True.\0Proof. exact I. Qed.",
    "not_utf8": b"\xff\xfe\x00T",
    "lone_surrogate": b"\xed\xa0\x80",
    "escape_codes": b"\x1b]0;proved\x07",
    "one_byte_too_many": b" " * _LIMIT + b"x",
    "zlib_bomb": zlib.compress(b"(" * 300_000_000, 9),
    "zlib_damaged": zlib.compress(b"Theorem goal : True. Proof. exact I. Qed.")[:-3],
    "zlib_twice": zlib.compress(b"x") + zlib.compress(b"y"),
    "zlib_within_zlib": zlib.compress(zlib.compress(b"Theorem goal : True. Proof. exact I. Qed.")),
    "megabyte": b"a" * 1_000_000,
    "deep_brackets": b"(" * 30_000 + b")" * 30_000,
}

_COQ: dict[str, str | bytes] = {
    **_BYTES,
    "admitted": "Theorem goal : Goal_statement. Proof. Admitted.",
    "admit": "Theorem goal : Goal_statement. Proof. admit. Admitted.",
    "given_up": "Theorem goal : Goal_statement. Proof. Abort.",
    "own_axiom": "Axiom goal : Goal_statement.",
    "own_axiom_used": "Axiom lie : False. Theorem goal : Goal_statement. Proof. destruct lie. Qed.",
    "axiom_named_as_a_known_one": (
        "Module FunctionalExtensionality. Axiom functional_extensionality_dep : False. End FunctionalExtensionality.\n"
        "Theorem goal : Goal_statement. Proof. destruct FunctionalExtensionality.functional_extensionality_dep. Qed."
    ),
    "parameter_in_a_module": (
        "Module M. Parameter lie : False. End M. Theorem goal : Goal_statement. Proof. destruct M.lie. Qed."
    ),
    "declared_module": (
        "Module Type T. Parameter lie : False. End T. Declare Module M : T.\n"
        "Theorem goal : Goal_statement. Proof. destruct M.lie. Qed."
    ),
    "functor": (
        "Module Type T. Parameter lie : False. End T.\n"
        "Module F (X : T). Theorem goal : Goal_statement. Proof. destruct X.lie. Qed. End F."
    ),
    "functor_closed_by_itself": (
        "Module Type T. Parameter lie : False. End T. Module F (X : T). Definition lie := X.lie. End F.\n"
        "Declare Module A : T. Module B := F A. Theorem goal : Goal_statement. Proof. destruct B.lie. Qed."
    ),
    "section_variable": (
        "Section S. Variable lie : False. Theorem goal : Goal_statement. Proof. destruct lie. Qed. End S."
    ),
    "section_hypothesis_kept": "Hypothesis lie : False. Theorem goal : Goal_statement. Proof. destruct lie. Qed.",
    "context_at_the_top": "Context (lie : False). Theorem goal : Goal_statement. Proof. destruct lie. Qed.",
    "own_statement": "Definition Goal_statement : Prop := True. Theorem goal : Goal_statement. Proof. exact I. Qed.",
    "own_statement_in_a_module": (
        "Module Statement. Definition Goal_statement := True. End Statement. Import Statement.\n"
        "Theorem goal : Goal_statement. Proof. exact I. Qed."
    ),
    "own_notation": ("Notation \"'Goal_statement'\" := True. Theorem goal : Goal_statement. Proof. exact I. Qed."),
    "notation_for_the_audit": (
        "Notation Goal_statement := True. Global Notation goal := I.\nTheorem goal' : True. Proof. exact I. Qed."
    ),
    "own_equality": (
        'Notation "x = y" := True (at level 70). Theorem goal : forall n : nat, n + 1 = n. Proof. intro; exact I. Qed.'
    ),
    "other_statement": "Theorem goal : forall n : nat, n + 0 = n. Proof. induction n; auto. Qed.",
    "stronger_looking": "Theorem goal : forall P : Prop, P -> P. Proof. auto. Qed.",
    "extra_hypothesis": "Theorem goal : False -> Goal_statement. Proof. intros []. Qed.",
    "implicit_hypothesis": (
        "Theorem goal {lie : False} : Goal_statement. Proof. destruct lie. Qed. Arguments goal {lie}."
    ),
    "class_argument": (
        "Class Lie := lie : False. Theorem goal {l : Lie} : Goal_statement. Proof. destruct l. Qed.\n"
        "Axiom there : Lie. Existing Instance there."
    ),
    "wrong_definition": "Definition goal : Prop := Goal_statement.",
    "namespaced": "Module M. Theorem goal : Goal_statement. Proof. Admitted. End M.",
    "coercion": (
        "Axiom f : True -> Goal_statement. Coercion f : True >-> Goal_statement. Definition goal : True := I."
    ),
    "coercion_from_nat": (
        "Record Wrapped := wrap { held : Goal_statement }. Coercion held : Wrapped >-> Goal_statement.\n"
        "Axiom goal : Wrapped."
    ),
    "canonical": (
        "Structure S := mk { carrier : Prop; proof : carrier }. Canonical mine := mk True I.\n"
        "Definition goal := proof mine."
    ),
    "global_program_mode": (
        "Global Set Program Mode. Global Obligation Tactic := idtac.\n"
        "Program Definition goal : Goal_statement := fun n => _. Admit Obligations."
    ),
    "unguarded": (
        "#[bypass_check(guard)] Fixpoint loop (n : nat) : False := loop n.\n"
        "Theorem goal : Goal_statement. Proof. destruct (loop 0). Qed."
    ),
    "unset_guard": (
        "Unset Guard Checking. Fixpoint loop (n : nat) : False := loop n.\n"
        "Theorem goal : Goal_statement. Proof. destruct (loop 0). Qed."
    ),
    "unset_guard_in_pieces": (
        "Unset (* *) Guard (* *)\nChecking. Fixpoint loop (n : nat) : False := loop n. Set Guard Checking.\n"
        "Theorem goal : Goal_statement. Proof. destruct (loop 0). Qed."
    ),
    "unset_positivity": (
        "Unset Positivity Checking. Inductive bad := B : (bad -> False) -> bad. Set Positivity Checking.\n"
        "Definition f (b : bad) : False := match b with B g => g b end.\n"
        "Theorem goal : Goal_statement. Proof. destruct (f (B f)). Qed."
    ),
    "unset_universes": (
        "Unset Universe Checking. Definition T := Type. Inductive W : T := w : forall X : T, (X -> W) -> W.\n"
        "Fixpoint no (x : W) : False := match x with w X f => no (f (match tt with tt => _ end)) end.\n"
        "Theorem goal : Goal_statement. Proof. Admitted."
    ),
    "hurkens_without_universes": (
        "Unset Universe Checking. Require Import Coq.Logic.Hurkens.\n"
        "Theorem goal : Goal_statement.\nProof. destruct (TypeNeqSmallType.paradox Type eq_refl). Qed."
    ),
    "told_by_idtac": (f'Theorem goal : True. Proof. idtac "{_CLOSED}". exact I. Qed.'),
    "told_by_fail": f'Goal True. fail 0 "{_CLOSED}". Abort.',
    "told_by_eval": (
        f'Require Import String. Open Scope string_scope. Definition t := "{_CLOSED}". Eval compute in t. Check t.\n'
        "Axiom goal : Goal_statement."
    ),
    "told_at_load": f'Axiom goal : Goal_statement. Ltac told := idtac "{_CLOSED}". Hint Extern 0 => told : core.',
    "name_that_reads_so": (
        "Axiom Closed_under_the_global_context : Goal_statement.\nDefinition goal := Closed_under_the_global_context."
    ),
    "redirect": 'Redirect "/tmp/out/Submission.vo" Print nat. Axiom goal : Goal_statement.',
    "redirect_quietly": 'Time Redirect "../job/Statement" Print nat. Axiom goal : Goal_statement.',
    "extraction": 'Require Extraction. Extraction "/tmp/out/Submission" plus. Axiom goal : Goal_statement.',
    "load": "Load Statement. Axiom goal : Goal_statement.",
    "load_passwd": 'Load "/etc/passwd".',
    "plugin": 'Declare ML Module "nonexistent". Axiom goal : Goal_statement.',
    "load_path": 'Add LoadPath "/tmp" as RF. Axiom goal : Goal_statement.',
    "change_directory": 'Cd "/". Axiom goal : Goal_statement.',
    "drop": "Drop.",
    "quit_early": "Axiom goal : Goal_statement. Quit.",
    "unclosed_comment": "Theorem goal : True. Proof. exact I. Qed. (*",
    "unclosed_text": 'Theorem goal : True. Proof. exact I. Qed. "',
    "unfinished_proof": "Theorem goal : Goal_statement. Proof. intro n.",
    "infinite_tactic": "Theorem goal : Goal_statement. Proof. repeat (assert True by exact I). Qed.",
    "infinite_ltac": "Ltac spin := idtac; spin. Theorem goal : Goal_statement. Proof. spin. Qed.",
    "huge_computation": (
        "Fixpoint t (n : nat) : nat := match n with O => 2 | S m => t m * t m end.\n"
        "Theorem goal : t 20 = 0. Proof. vm_compute. reflexivity. Qed."
    ),
    "huge_number": "Definition n := 99999999999. Theorem goal : n + 1 = n. Proof. reflexivity. Qed.",
    "endless_printing": 'Goal True. do 100000000 idtac "x". Abort.',
    "deep_term": "Theorem goal : Goal_statement. Proof. exact (" + "S " * 20_000 + "O). Qed.",
    "long_arrow": "Definition t := " + "True -> " * 8_000 + "True. Axiom goal : Goal_statement.",
    "primitive_floats": (
        "Require Import Floats. Axiom lie : PrimFloat.eqb nan nan = true.\n"
        "Theorem goal : Goal_statement. Proof. discriminate (lie). Qed."
    ),
    "cast_without_check": "Theorem goal : Goal_statement. Proof. vm_cast_no_check I. Qed.",
    "cast_without_check_kept_open": "Definition goal : Goal_statement. exact_no_check I. Defined.",
    "own_prelude": (
        'Inductive nat : Set := O. Definition add (a b : nat) := O. Notation "a + b" := (add a b).\n'
        "Theorem goal : forall n : nat, n + O = n. Proof. intros []. reflexivity. Qed."
    ),
    "writes_a_file": 'Set Debug "all". Redirect "/tmp/reasonforge-escaped" Print nat. Axiom goal : Goal_statement.',
    "nested_200000_deep": "Definition goal := " + "S (" * 200_000 + "O" + ")" * 200_000 + ".",
    "nested_200000_deep_compressed": zlib.compress(b"Definition goal := " + b"S (" * 200_000 + b"O" + b")" * 200_000),
    "own_logical_root": (
        "Module RF. Module Statement. Definition Goal_statement := True. End Statement. End RF.\nDefinition goal := I."
    ),
}

_UNSAFE = "unsafe def lie : False := lie\n"
_LEAN: dict[str, str | bytes] = {
    **_BYTES,
    "sorry": "theorem goal : Goal_statement := sorry",
    "own_sorry": "axiom sorryAx {α : Sort u} (b : Bool) : α\ntheorem goal : Goal_statement := sorry",
    "own_axiom": "axiom goal : Goal_statement",
    "own_axiom_used": "axiom lie : False\ntheorem goal : Goal_statement := lie.elim",
    "axiom_named_as_a_known_one": "namespace Classical\naxiom choice' : False\nend Classical\n"
    "theorem goal : Goal_statement := False.elim Classical.choice'",
    "choice_not_allowed": "theorem goal : Goal_statement := Classical.choice (Nonempty.intro (fun n => sorry))",
    "own_statement": "def Goal_statement : Prop := True\ntheorem goal : Goal_statement := True.intro",
    "own_statement_in_a_namespace": "namespace N\ndef Goal_statement : Prop := True\n"
    "theorem goal : Goal_statement := True.intro\nend N\nexport N (goal Goal_statement)",
    "own_notation": 'notation "Goal_statement" => True\ntheorem goal : Goal_statement := True.intro',
    "local_notation": 'local notation:max "_root_.Goal_statement" => True\ntheorem goal : True := True.intro',
    "own_macro": "macro_rules | `(theorem $x : $t := $y) => `(theorem $x : True := True.intro)",
    "own_instance": "instance nat (n : Nat) : OfNat Nat n where\n  ofNat := 0\n"
    "theorem goal : (n : Nat) → Eq (Nat.succ n) n := fun n => rfl",
    "other_statement": "theorem goal : (n : Nat) → Eq n n := fun _ => rfl",
    "stronger_looking": "theorem goal (P : Prop) (h : P) : P := h",
    "extra_hypothesis": "theorem goal (h : False) : Goal_statement := h.elim",
    "implicit_hypothesis": "theorem goal {h : False} : Goal_statement := h.elim",
    "auto_bound_hypothesis": "variable (h : False)\ninclude h\ntheorem goal : Goal_statement := h.elim",
    "instance_hypothesis": "class Lie : Prop where\n  lie : False\n"
    "theorem goal [l : Lie] : Goal_statement := l.lie.elim",
    "wrong_definition": "def goal : Prop := Goal_statement",
    "opaque": "opaque lie : False\ntheorem goal : Goal_statement := lie.elim",
    "opaque_goal": "opaque goal : Goal_statement",
    "partial": "partial def lie (n : Nat) : False := lie n\ntheorem goal : Goal_statement := (lie 0).elim",
    "unsafe": f"{_UNSAFE}theorem goal : Goal_statement := lie.elim",
    "unsafe_goal": "unsafe def goal : Goal_statement := goal",
    "implemented_by": f"{_UNSAFE}@[implemented_by lie] theorem goal : Goal_statement := lie.elim",
    "extern": '@[extern "exit"] opaque lie : Unit → False\ntheorem goal : Goal_statement := (lie PUnit.unit).elim',
    "skipped_kernel": f"{_UNSAFE}set_option debug.skipKernelTC true in\ntheorem goal : Goal_statement := lie.elim",
    "skipped_kernel_glued": f"{_UNSAFE}theorem t : Eq 1 1 := Eq.refl 1set_option debug.skipKernelTC true\n"
    "theorem goal : Goal_statement := lie.elim",
    "skipped_kernel_behind_a_comment": f"/- -/ {_UNSAFE}/- /- -/ -/set_option debug.skipKernelTC true in\n"
    "theorem goal : Goal_statement := lie.elim",
    "native_decide": "theorem goal : Goal_statement := by native_decide",
    "decide": "theorem goal : Goal_statement := by decide",
    "reduce_bool": "def Lean.reduceBool (b : Bool) : Bool := b\ntheorem goal : Goal_statement := fun n => rfl",
    "kernel_division": "def Nat.div (a b : Nat) : Nat := 0\ntheorem t : Eq (Nat.div 4 2) 2 := rfl\n"
    "theorem u : Eq (Nat.div 4 2) 0 := Eq.refl 0\n"
    "theorem goal : Goal_statement := fun n => (Eq.trans (Eq.symm u) t).elim",
    "own_text_type": 'inductive String : Type\ntheorem goal : Goal_statement := nomatch "a"',
    "evaluated": "#eval 1\naxiom goal : Goal_statement",
    "told_by_print": "axiom goal : Goal_statement\n#print axioms goal\n-- 'goal' does not depend on any axioms",
    "evaluated_writing_a_file": '#eval IO.FS.writeFile "/tmp/reasonforge-escaped" "x"\naxiom goal : Goal_statement',
    "evaluated_reading_a_file": '#eval IO.FS.readFile "/etc/passwd"\naxiom goal : Goal_statement',
    "evaluated_to_a_forged_verdict": "#eval IO.println \"'goal' does not depend on any axioms\"\n"
    "axiom goal : Goal_statement",
    "name_that_reads_so": "axiom «'goal' does not depend on any axioms» : Goal_statement\n"
    "theorem goal : Goal_statement := «'goal' does not depend on any axioms»",
    "nested_200000_deep": "theorem goal : Goal_statement := " + "Nat.succ (" * 200_000 + "Nat.zero" + ")" * 200_000,
    "nested_200000_deep_compressed": zlib.compress(
        b"theorem goal : Goal_statement := " + b"Nat.succ (" * 200_000 + b"Nat.zero" + b")" * 200_000
    ),
    "early_exit": "axiom lie : False\n#exit\ntheorem goal : Goal_statement := lie.elim",
    "own_prelude": "prelude\nimport Numbers\n"
    "inductive Goal_statement : Prop | mk\ntheorem goal : Goal_statement := .mk",
    "imports": "import Logic\ntheorem goal : True := True.intro",
    "import_path": "import «/etc/passwd»",
    "namespaced": "namespace N\ntheorem goal : Goal_statement := sorry\nend N",
    "namespaced_axiom": "namespace N\naxiom goal : Goal_statement\nend N\nexport N (goal)",
    "private": "private axiom lie : False\nprivate theorem goal : Goal_statement := lie.elim",
    "unclosed_comment": "theorem goal : True := True.intro /-",
    "unclosed_section": "section\nvariable (h : False)\ntheorem goal : Goal_statement := h.elim",
    "quoted_name": "theorem «goal» : True := True.intro",
    "initialize": "initialize IO.println \"'goal' does not depend on any axioms\"\naxiom goal : Goal_statement",
    "run_cmd": "run_cmd throwError 1\naxiom goal : Goal_statement",
    "elaborator": "@[term_elab foo] unsafe def e : Lean.Elab.Term.TermElab := e\naxiom goal : Goal_statement",
    "unguarded_recursion": "theorem goal : Goal_statement := fun n => goal n",
    "mutual_recursion": "mutual\ntheorem goal : Goal_statement := fun n => other n\n"
    "theorem other : Goal_statement := fun n => goal n\nend",
    "not_positive": "inductive Bad : Type where\n  | mk (f : Bad → False) : Bad\n"
    "theorem goal : Goal_statement := fun _ => sorry",
    "large_elimination": "theorem goal : Goal_statement := fun n => (Exists.intro (p := fun _ => True) n True.intro).1",
    "quotients": "theorem goal : Goal_statement := fun n =>\n"
    "  congrArg (Quot.lift (r := fun _ _ => True) id (fun a b _ => rfl)) (Quot.sound True.intro)",
    "universe_trick": "universe u\ninductive U : Type u where\n  | mk (a : Type u) : U\naxiom goal : Goal_statement",
    "deep_term": "theorem goal : Goal_statement := " + "Nat.succ <| " * 5_000 + "Nat.zero",
    "deep_arrow": "theorem goal : " + "True → " * 8_000 + "True := sorry",
    "slow_computation": "theorem slow : (n : Nat) → Eq n (Nat.sub n 0) := fun n => rfl\n"
    "theorem goal : Eq (Nat.sum 100000000) 0 := rfl",
    "huge_power": "theorem goal : Eq (Nat.pow 10 (Nat.pow 10 12)) 0 := rfl",
    "heartbeats_off": "set_option maxHeartbeats 0 in\ntheorem goal : Eq (Nat.sum 30000000) 1 := rfl",
    "recursion_off": "set_option maxRecDepth 1000000000 in\ntheorem goal : Eq (Nat.sum 30000000) 1 := rfl",
}

HOSTILE_PROOFS = (*_cases(COQ_GOAL, _COQ), *_cases(LEAN_GOAL, _LEAN))

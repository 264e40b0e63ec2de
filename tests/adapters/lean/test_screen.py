"""The sieve of Lean sources."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.lean.screen import objection
from reasonforge.adapters.tasks.formal.lean_theorems import LEAN_THEOREMS

KERNEL_OFF = "set_option debug.skipKernelTC true in\ntheorem t : True := True.intro"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "1",
        "λ",
        "α",
        "/- -/",
        "-- ",
        "/- /- -/ -/",
        '"',
        "'\"'",
        'r#"',
        "set_option maxRecDepth 9",
        "\u200b",
        "x.",
        "(",
    ],
)
def test_nothing_before_it_hides_the_switch_of_the_kernel(before: str) -> None:
    """Digits, letters, comments and texts before the keyword make no difference: it is refused wherever it stands."""
    assert objection(before + KERNEL_OFF) is not None


@pytest.mark.parametrize(
    "source",
    [
        "unsafe def x := 1",
        "@[implemented_by f] def x := 1",
        '@[simp, extern "exit"] def x := 1',
        "attribute [ init] x",
        "attribute\n[simp, csimp] x",
        "@[]",
        "#eval 1",
        "# eval 1",
        "exact eval% 1",
        "import X",
        "prelude",
        'notation3 "x" => 1',
        "macro_rules | x => x",
        "run_cmd x",
        "by native_decide",
        "decide +native",
        "«unsafe»",
        "initialize x",
        "elab_rules : term",
        "declare_syntax_cat x",
        "set_option",
        "set_option maxRecDepth true",
        "set_option pp.all 1",
    ],
)
def test_what_reaches_beyond_a_proof_is_refused(source: str) -> None:
    """Programs, extensions of the parser, attributes and options of other kinds."""
    assert objection(source) is not None


@pytest.mark.parametrize(
    "source",
    [
        "theorem t : True := True.intro",
        "@[simp] theorem t : True := True.intro",
        "@[local simp, reducible] def x := 1",
        "set_option maxHeartbeats 400000 in\ntheorem t : True := True.intro",
        "@[elab_as_elim] theorem t : p.eval 0 = 0 := by simp -- and exit",
        "-- evaluates nothing, and that is 'safe'",
        "theorem t : x ∈ s → s ∋ x := by simp at h ⊢; rw [h]; omega",
    ],
)
def test_ordinary_proofs_pass(source: str) -> None:
    """Tactics, simp lemmas and larger limits are a proof's own business."""
    assert objection(source) is None


def test_references_pass() -> None:
    """Nothing speaks against any of the reference proofs."""
    assert {objection(theorem.proof) for theorem in LEAN_THEOREMS} == {None}


@given(st.text(), st.text())
def test_the_switch_is_found_anywhere(before: str, after: str) -> None:
    """Any text before it, unless that ends in an ASCII letter that makes another word of it; any text after it."""
    assert objection(f"{before} {KERNEL_OFF}{after}") is not None


@pytest.mark.parametrize("piece", ["@[", "attribute", "attribute ", "set_option ", "set_option a ", "# ", "a."])
def test_long_repetitions_are_quick(piece: str) -> None:
    """Linear in the source's length."""
    start = time.process_time()
    objection(piece * (65_536 // len(piece)))
    assert time.process_time() - start < 0.5

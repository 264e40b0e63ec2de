"""The first sieve of Coq sources."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.coq.screen import objection
from reasonforge.adapters.tasks.formal.coq_theorems import COQ_THEOREMS


@pytest.mark.parametrize(
    "source",
    [
        'Load "x".',
        'Declare (* " *) " *) ML Module.',
        'Declare (* (* *) *)\n ML Module "x".',
        "Unset Guard\tChecking.",
        "#[bypass_check(guard)] Fixpoint f := 0.",
        'Time Redirect "f" Print nat.',
        "Recursive Extraction plus.",
        '(* "*)" *) Drop.',
        'Check "(*". Cd "/".',
        "Goal True. native_compute.",
    ],
)
def test_commands_that_reach_outside_are_refused(source: str) -> None:
    """A comment or a text between or before the words hides none of them."""
    assert (objection(source) or "").endswith(("has no place in a proof", "is not closed"))


@pytest.mark.parametrize("source", ["(*", "(* (* *)", '"', '(* " *)', 'Check "a""'])
def test_open_ends_are_refused(source: str) -> None:
    """A comment, a comment in a comment, or a text in a comment that nothing closes."""
    assert objection(source) == "a comment or a text is not closed"


@pytest.mark.parametrize(
    "source", ["(* Load *) Check nat.", 'idtac "Drop".', "Loaded := 1. Unset Silent.", "a *) b", ""]
)
def test_words_in_comments_and_texts_are_no_commands(source: str) -> None:
    """Only what Coq would read as a word counts."""
    assert objection(source) is None


def test_references_pass() -> None:
    """Nothing speaks against any of the reference proofs."""
    assert {objection(theorem.proof) for theorem in COQ_THEOREMS} == {None}


@given(st.text(alphabet='(*)" aLod.'))
def test_any_text_is_judged(text: str) -> None:
    """Whatever it holds, and the same again with a comment around its closed form."""
    found = objection(text)
    assert found is None or found.endswith(("closed", "proof"))


@pytest.mark.parametrize("piece", ["(*", "*)", '"', "(* ", "Declare ", "Unset Guard "])
def test_long_repetitions_are_quick(piece: str) -> None:
    """Linear in the source's length."""
    start = time.process_time()
    objection(piece * (65_536 // len(piece)))
    assert time.process_time() - start < 0.5

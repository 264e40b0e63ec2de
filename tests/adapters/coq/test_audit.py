"""How the answers of Coq are read."""

import pytest

from reasonforge.adapters.coq.audit import Context, allowed, audit_source, read_assumptions, read_context

SUMMARY = """
CONTEXT SUMMARY
===============

* Theory: Set is predicative
  
* Axioms:
    Coq.Logic.Classical_Prop.classic
    {axiom}
  
* Constants/Inductives relying on type-in-type: {types}
  
* Constants/Inductives relying on unsafe (co)fixpoints: <none>
  
* Inductives whose positivity is assumed: <none>
  
"""  # noqa: W293 - as coqchk writes it


def test_no_axioms() -> None:
    """One line says that there are none."""
    assert read_assumptions("Closed under the global context\n") == ()


def test_axioms_with_types() -> None:
    """A type may go on over further lines, which are indented."""
    told = "Axioms:\nb.lie : False\na\n  : forall n : nat,\n    n = n\n"
    assert read_assumptions(told) == ("a", "b.lie")


@pytest.mark.parametrize(
    "told",
    [
        "",
        "Closed under the global context\nClosed under the global context",
        "x\nClosed under the global context",
        " Closed under the global context",
        "Axioms:",
        "Axioms:\n  indented",
        "Axioms:\nf is assumed to be guarded.",
        "Axioms:\nf relies on an unsafe hierarchy.",
        "Axioms:\nf : False\nClosed under the global context",
        "Section Variables:\nlie : False",
    ],
)
def test_anything_else_is_no_answer(told: str) -> None:
    """What an honest audit does not print is not read as one."""
    assert read_assumptions(told) is None


def test_the_distributions_own_axioms_are_left_out_of_a_context() -> None:
    """`coqchk` lists everything that was loaded; only what is not Coq's own is the submission's."""
    assert read_context(SUMMARY.format(axiom="Rf1.Submission.lie", types="<none>")) == Context(
        ("Rf1.Submission.lie",), ()
    )
    assert read_context(SUMMARY.format(axiom="Coq.x", types="\n    Rf1.Submission.U")) == Context(
        (), ("Rf1.Submission.U",)
    )


@pytest.mark.parametrize(
    "change",
    [
        ("Set is predicative", "Set is impredicative"),
        ("* Axioms:", "* Axiom:"),
        ("* Inductives whose positivity is assumed: <none>", ""),
        ("* Theory", "* Axioms: <none>\n* Theory"),
        ("CONTEXT", "* Rewrite rules: r\nCONTEXT"),
    ],
)
def test_another_summary_is_none(change: tuple[str, str]) -> None:
    """A section that is missing, new, doubled or of another theory spoils it."""
    assert read_context(SUMMARY.format(axiom="Coq.x", types="<none>").replace(*change)) is None


def test_allowed_names_are_compared_by_their_parts() -> None:
    """Coq shortens a name from the left, at its dots."""
    assert allowed("classic", ("Coq.Logic.Classical_Prop.classic",))
    assert not allowed("Submission.classic", ("Coq.Logic.Classical_Prop.classic",))
    assert not allowed("sic", ("Coq.Logic.Classical_Prop.classic",))


def test_the_audit_names_everything_absolutely() -> None:
    """It requires without importing, and ends every path at the drawn root."""
    text = audit_source("Rf9", "goal", "audit_7")
    assert "Import" not in text
    assert "Definition audit_7 : Rf9.Statement.Goal_statement := @Rf9.Submission.goal." in text

"""How the answer of Lean is read."""

import json

import pytest

from reasonforge.adapters.lean.audit import Message, audit_source, read_axioms, read_messages


def told(text: str, severity: str = "information", line: int = 5) -> bytes:
    return json.dumps({"severity": severity, "pos": {"line": line, "column": 0}, "data": text}).encode() + b"\n"


@pytest.mark.parametrize(
    ("text", "axioms"),
    [
        ("'audit_1' does not depend on any axioms", ()),
        ("'audit_1' depends on axioms: [propext]", ("propext",)),
        ("'audit_1' depends on axioms: [b,\n a.c]", ("a.c", "b")),
    ],
)
def test_the_two_answers(text: str, axioms: tuple[str, ...]) -> None:
    """None, or a list that may go over several lines."""
    assert read_axioms(read_messages(told(text)) or (), "audit_1", 5) == axioms


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        told("'audit_2' does not depend on any axioms"),
        told("'audit_1' does not depend on any axioms", "warning"),
        told("'audit_1' does not depend on any axioms", line=4),
        told("'audit_1' does not depend on any axioms") * 2,
        told("'audit_1' does not depend on any axioms, really"),
        told("'audit_1' depends on axioms: propext"),
    ],
)
def test_anything_else_is_no_answer(stdout: bytes) -> None:
    """Another name, kind, line, number or wording of the message."""
    assert read_axioms(read_messages(stdout) or (), "audit_1", 5) is None


@pytest.mark.parametrize("stdout", [b"text", b"{}", b"[]", b'{"severity": 1}', b"\xff", b"[" * 100_000, b"1\n2"])
def test_what_is_not_lean_json_is_none(stdout: bytes) -> None:
    """Nothing that a process writes makes the reader raise."""
    assert read_messages(stdout) is None


def test_messages_keep_their_order() -> None:
    """One a line."""
    assert read_messages(told("a") + told("b", "error", 2)) == (
        Message("information", 5, "a"),
        Message("error", 2, "b"),
    )


def test_the_audit_names_everything_from_the_root() -> None:
    """No namespace that a submission opens or exports can stand in between."""
    assert audit_source("prelude\n", "goal", "audit_1").splitlines()[1:] == [
        "theorem audit_1 : _root_.Goal_statement := @_root_.goal",
        "#print axioms _root_.audit_1",
    ]

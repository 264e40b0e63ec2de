"""Answers that are formal proofs of a statement the task gives (4-verification §4.3)."""

import re
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from reasonforge.domain.answers.final_text import quoted

SYSTEMS = ("lean4", "coq")
MAX_STATEMENT_BYTES = 65_536
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@frozen
class ProofAnswer:
    """A proof in `proof_artifact`: the source of the proof file alone.

    Attributes:
        system: `lean4` or `coq`.
        base: which library the statement and the proof are compiled against, by its identifier.
        statement: source that defines the constant `Goal_statement` (a proposition); travels.
        theorem: the name that the proof must give to its theorem, of type `Goal_statement`.
        allowed_axioms: what the proof may rest on; usually nothing.
        reference: a proof; never travels.
        seconds, memory_mb: what each stage may use.
    """

    system: str
    base: str
    statement: str
    theorem: str
    reference: str
    allowed_axioms: tuple[str, ...] = ()
    seconds: float = 30.0
    memory_mb: int = 1_024
    format: str = field(default="proof", init=False)

    def __attrs_post_init__(self) -> None:
        if self.system not in SYSTEMS:
            message = f"a proof's system must be one of {', '.join(SYSTEMS)}, not {quoted(self.system)}"
            raise ValueError(message)
        if not _NAME.fullmatch(self.theorem):
            message = f"a theorem's name is a plain identifier, not {quoted(self.theorem)}"
            raise ValueError(message)
        if not self.statement.strip() or len(self.statement.encode()) > MAX_STATEMENT_BYTES:
            message = f"a statement has 1 to {MAX_STATEMENT_BYTES} bytes"
            raise ValueError(message)
        if not 0 < self.seconds <= 600 or not 64 <= self.memory_mb <= 65_536:
            raise ValueError("a stage may take up to 600 seconds and 64 to 65,536 MB")

    def wire_format(self) -> Mapping[str, Any]:
        return {
            "format": self.format,
            "system": self.system,
            "base": self.base,
            "statement": self.statement,
            "theorem": self.theorem,
            "allowed_axioms": list(self.allowed_axioms),
            "seconds": self.seconds,
            "memory_mb": self.memory_mb,
        }

    def specification(self) -> Mapping[str, Any]:
        return {**self.wire_format(), "reference": self.reference}

    def truth(self) -> str:
        return self.reference

from collections.abc import Sequence
from typing import Protocol

from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.proof_verdict import ProofOutcome


class Prover(Protocol):
    """Checks formal proofs in one system.

    Promises of `prove`: the outcome is `PROVED` only when a process of ours that never ran the proof's file found that
    the task's own `Goal_statement` has it as a proof, resting on nothing but the goal's allowed axioms; nothing a
    source holds can make it raise; each stage takes at most the goal's seconds and memory, and passing them is the
    miner's failure, with that verdict.

    Raises:
        ValidatorFault: the tool, the sandbox or the base library is missing or broken, or the goal's own statement
            does not compile.
    """

    @property
    def system(self) -> str:
        """`lean4` or `coq`, as `ProofAnswer` has it."""
        ...

    @property
    def tool(self) -> str:
        """Name and version, as a verdict records them."""
        ...

    @property
    def stages(self) -> int:
        """How many sandboxed runs one proof takes at most, the statement's included."""
        ...

    def bases(self) -> frozenset[str]:
        """The base libraries that statements can be compiled against here."""
        ...

    async def prove(self, goal: ProofAnswer, source: bytes) -> ProofOutcome: ...

    async def self_test(self) -> Sequence[SelfTest]:
        """One result a base: a true proof accepted and a false one refused; never raises."""
        ...

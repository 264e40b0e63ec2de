from typing import ClassVar

from reasonforge.adapters.tasks.formal.family import FormalFamily
from reasonforge.adapters.tasks.formal.lean_theorems import LEAN_THEOREMS
from reasonforge.adapters.tasks.formal.sheet import FormalSheet


class FormalLean(FormalFamily):
    """A theorem to be proved in Lean 4 over the core library `core-1`."""

    name: ClassVar[str] = "formal_lean"
    sheet: ClassVar[FormalSheet] = FormalSheet(
        system="lean4",
        base="core-1",
        tongue="Lean 4 over the library core-1",
        rules=(
            "That library replaces Lean's own: it has Eq, And, Or, Not, Iff, Exists, Nat with Nat.add, Nat.sub, "
            "Nat.mul, Nat.pow, Nat.le, Nat.lt, Nat.dvd and Nat.sum, and the theorems rfl, Eq.symm, Eq.trans, Eq.subst, "
            "congrArg, Nat.succ.inj', Nat.succ_ne_zero, Nat.zero_add, Nat.succ_add, Nat.add_comm and Nat.add_assoc; "
            "there are no tactics, no operators and no imports, and proofs are terms: fun, have, match and structural "
            "recursion."
        ),
        theorems=LEAN_THEOREMS,
    )

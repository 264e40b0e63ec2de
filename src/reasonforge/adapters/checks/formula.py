"""Propositions before z3: whether they can be true together, within a budget that is the same on every machine."""

from collections.abc import Sequence
from typing import Any

import z3
from attrs import define, field

from reasonforge.domain.artefacts.proposition import Proposition

_RESOURCES = 300_000
"""z3's own count of work (`rlimit`) for one question: under a second; honest arguments take some hundreds."""


@define
class Satisfiability:
    """Answers for one argument, in a z3 context of its own."""

    _context: Any = field(factory=z3.Context, init=False)

    def together(self, true: Sequence[Proposition], false: Sequence[Proposition] = ()) -> bool | None:
        """Whether the first can all be true while each of the others is false; None when the budget does not suffice.

        Raises:
            MemoryError: z3 has no more memory.
        """
        try:
            solver = z3.Solver(ctx=self._context)
            solver.set("rlimit", _RESOURCES)
            for one in true:
                solver.add(self._term(one))
            for one in false:
                solver.add(z3.Not(self._term(one)))
            found = solver.check()
        except z3.Z3Exception as error:
            if "memory" in str(error):
                raise MemoryError from error
            raise
        return None if found == z3.unknown else bool(found == z3.sat)

    def _term(self, proposition: Proposition) -> Any:
        if proposition.operation == "atom":
            return z3.Bool(proposition.name, self._context)
        parts = [self._term(part) for part in proposition.parts]
        match proposition.operation:
            case "not":
                return z3.Not(parts[0])
            case "and":
                return z3.And(*parts)
            case "or":
                return z3.Or(*parts)
            case "implies":
                return z3.Implies(parts[0], parts[1])
        return parts[0] == parts[1]

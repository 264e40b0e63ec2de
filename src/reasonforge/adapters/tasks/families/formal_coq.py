from typing import ClassVar

from reasonforge.adapters.tasks.formal.coq_theorems import COQ_THEOREMS
from reasonforge.adapters.tasks.formal.family import FormalFamily
from reasonforge.adapters.tasks.formal.sheet import FormalSheet


class FormalCoq(FormalFamily):
    """A theorem to be proved in Coq 8.16 over its own library."""

    name: ClassVar[str] = "formal_coq"
    sheet: ClassVar[FormalSheet] = FormalSheet(
        system="coq",
        base="coq-8.16",
        tongue="Coq 8.16",
        rules=(
            "The file may require Coq's own library, and must require what it uses, also where the statement does; "
            "commands that load, print, extract or write files are refused, and so is switching off any check."
        ),
        theorems=COQ_THEOREMS,
    )

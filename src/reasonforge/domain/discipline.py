from enum import StrEnum


class Discipline(StrEnum):
    """The six kinds of reasoning the subnet asks for. On the wire the field is called `domain`."""

    MATHEMATICS = "mathematics"
    CODE = "code"
    SCIENTIFIC = "scientific"
    STRATEGIC = "strategic"
    CAUSAL = "causal"
    ETHICAL = "ethical"


ANSWER_CHECK: dict[Discipline, str] = {
    Discipline.MATHEMATICS: "numerical",
    Discipline.CODE: "tests",
    Discipline.SCIENTIFIC: "simulation",
    Discipline.STRATEGIC: "solver",
    Discipline.CAUSAL: "docalculus",
    Discipline.ETHICAL: "logic",
}
"""Under which check of Eq. 11 the final answer counts (4-verification §4.5)."""

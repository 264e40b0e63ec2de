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


def answer_check(discipline: Discipline, answer_format: str) -> str:
    """Under which check the correctness of a final answer of this format counts; a formal proof is its own check."""
    return "proof" if answer_format == "proof" else ANSWER_CHECK[discipline]

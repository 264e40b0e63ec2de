"""One right and one wrong program, by which a check of programs proves that it works here."""

from typing import Final

from reasonforge.application.ports.checker import Checker
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.program import CodeAnswer, CodeTest
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.formal import formal_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task

RIGHT: Final = b"def double(values):\n    return [2 * value for value in values]\n"
_WRONG: Final = b"import os\n\n\ndef double(values):\n    eval('0')\n    return values\n"
_FORMAL: Final[ArtefactSpecification] = formal_artefact(
    cases=[([[1, 2]], [2, 4]), ([[]], [])],
    relations=[{"relation": "equivariant", "inputs": [[[1, 2, 3]]], "transform": {"name": "reverse", "argument": 0}}],
)
TASK: Final = Task(
    task_id=TaskId("code.canary"),
    problem="Write double(values), the list of the doubled values.",
    discipline=Discipline.CODE,
    difficulty=1,
    answer=CodeAnswer(
        tests=(CodeTest([[3, 4]], [6, 8]), CodeTest([[5]], [10])), reference=RIGHT.decode(), entry="double"
    ),
    checks=("tests", "static_analysis", "formal"),
    artefacts=(_FORMAL,),
)


async def judged_canaries(checker: Checker) -> SelfTest:
    """Whether the right program gets 1 and the wrong one less."""
    try:
        right, wrong = [
            await checker.check(TASK, Submission(QueryId("canary"), (), "see code_artifact", code_artifact=source))
            for source in (RIGHT, _WRONG)
        ]
    except ValidatorFault as fault:
        return SelfTest(checker.tool, passed=False, detail=str(fault))
    if right.grade < 1.0:
        return SelfTest(checker.tool, passed=False, detail=f"a right program was refused: {right.reason}")
    if wrong.grade > 0.0:
        return SelfTest(checker.tool, passed=False, detail=f"a wrong program was accepted: {wrong.reason}")
    return SelfTest(checker.tool, passed=True, detail="accepts a right program and refuses a wrong one")

"""Final answers that are formulas, and claims about formulas, judged in worker processes."""

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath
import pint
import sympy
from attrs import frozen

from reasonforge.adapters.symbolic.finals import Reading, read_final, read_truth
from reasonforge.adapters.symbolic.statements import forms_in
from reasonforge.adapters.symbolic.tree import Node, Unreadable
from reasonforge.adapters.symbolic.work import JUDGE_ANSWER, JUDGE_CLAIMS, PROVE_ANSWER
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.application.ports.workers import Exceeded, Workers
from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.answers.final_text import bare, quoted
from reasonforge.domain.answers.formula import EquationAnswer, ExpressionAnswer, FormulaCollection
from reasonforge.domain.arithmetic import ClaimFinding
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.examination import Examination, ExaminedClaim, Side
from reasonforge.domain.finding import Finding
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Claim, Submission
from reasonforge.domain.task import Task

JUDGING_SECONDS = 5.0
PROVING_SECONDS = 3.0
CLAIMS_SECONDS = 4.0
CLAIMS_AT_ONCE = 10
MAX_CLAIMS = 100
"""Distinct claims of one submission that are examined."""
SYMBOLIC_FORMATS = frozenset({"expression", "equation", "interval", "quantity"})
"""Formats that need this tool; a collection does when it holds one of them (`is_symbolic`)."""

TOOL = f"sympy {sympy.__version__}, mpmath {mpmath.__version__}, pint {pint.__version__}"


def is_symbolic(answer: AnswerSpecification) -> bool:
    """Whether a final answer of this kind is for `SymbolicAnswers` to decide."""
    return answer.format in SYMBOLIC_FORMATS or isinstance(answer, FormulaCollection)


@frozen
class SymbolicAnswers:
    """Decides final answers of the formats that `is_symbolic` names.

    The text is read first, in the calling process: that takes a millisecond, and what cannot be read needs no worker.
    Numbers decide in one call; where they agree without being exact, a second call asks SymPy for a proof, and when
    that takes too long the numbers stand, and the reason says so.
    """

    workers: Workers

    @property
    def tool(self) -> str:
        """Names and versions, as a verdict records them."""
        return TOOL

    def deadline_seconds(self, task: Task) -> float:  # noqa: ARG002 - the same for every task
        """The longest one check of this task can take, in seconds; the workers' own second of grace included."""
        return JUDGING_SECONDS + PROVING_SECONDS + 2.0

    async def check(self, task: Task, submission: Submission) -> Finding:
        specification = task.answer.specification()
        text = bare(submission.final_answer)
        try:
            if not _holds_intervals(task.answer):
                answer, _ = read_truth(specification)
                read_final(answer, text)
        except Unreadable as unreadable:
            return Finding(0.0, f"{quoted(text)} {unreadable}")
        except ValueError as error:
            raise ValidatorFault(f"the answer of task {task.task_id} is malformed: {error}") from error
        payload = {"answer": _plain(specification), "final_answer": submission.final_answer}
        judged = await self.workers.call(JUDGE_ANSWER, payload, JUDGING_SECONDS)
        if isinstance(judged, Exceeded):
            return Finding(0.0, f"{quoted(text)}: {judged.reason} while it was compared")
        finding = Finding(judged["grade"], judged["reason"])
        return await self._proved(finding, payload, text) if judged["proof_pending"] else finding

    async def _proved(self, finding: Finding, payload: Any, text: str) -> Finding:
        proved = await self.workers.call(PROVE_ANSWER, payload, PROVING_SECONDS)
        if isinstance(proved, Exceeded) or proved["proved"] is None:
            return Finding(finding.grade, f"{finding.reason}; no proof by simplification")
        if proved["proved"]:
            return Finding(1.0, f"{quoted(text)} is right")
        return Finding(0.0, f"{quoted(text)} differs by a constant too small for numbers to show")

    async def self_test(self) -> SelfTest:
        """One true and one false example, judged; never raises."""
        answer = ExpressionAnswer("sin(x)^2", variables=("x",))
        task = Task(TaskId("self-test"), "", Discipline.MATHEMATICS, 1, answer, ("numerical",))
        try:
            true = await self.check(task, Submission(QueryId("true"), (), "(1 - cos(2x))/2"))
            false = await self.check(task, Submission(QueryId("false"), (), "(1 + cos(2x))/2"))
        except ValidatorFault as fault:
            return SelfTest(self.tool, passed=False, detail=str(fault))
        passed = true.grade == 1.0 and false.grade == 0.0
        return SelfTest(
            self.tool,
            passed,
            "accepts sin²x = (1 − cos 2x)/2 and refuses (1 + cos 2x)/2"
            if passed
            else (f"true example: {true.reason}; false example: {false.reason}"),
        )


def _holds_intervals(answer: AnswerSpecification) -> bool:
    """Whether reading it computes bounds, which is for a worker to do."""
    if isinstance(answer, FormulaCollection):
        return any(_holds_intervals(element) for element in answer.value[:1])
    return answer.format == "interval"


def _plain(value: Any) -> Any:
    """The same as dicts and lists, which is what JSON is made of."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


@frozen
class SymbolicClaims:
    """Examines claims that plain arithmetic cannot read."""

    workers: Workers

    @property
    def most_seconds(self) -> float:
        return -(-MAX_CLAIMS // CLAIMS_AT_ONCE) * (CLAIMS_SECONDS + 1.0) + 1.0

    async def examine(
        self, claims: Sequence[Claim], variables: Mapping[str, str], latex: bool = False
    ) -> list[ExaminedClaim]:
        """One finding a claim, in order. `variables`: words about the task's own variables (`positive`, `real` …).

        Ten at a time; when those take longer than four seconds, none of them can be read.

        Raises:
            ValidatorFault: the workers are broken.
        """
        found: list[ExaminedClaim] = []
        for start in range(0, len(claims), CLAIMS_AT_ONCE):
            found.extend(await self._some(claims[start : start + CLAIMS_AT_ONCE], variables, latex))
        return found

    async def _some(self, claims: Sequence[Claim], variables: Mapping[str, str], latex: bool) -> list[ExaminedClaim]:
        written = [
            {"lhs": claim.lhs, "rel": claim.rel, "rhs": claim.rhs, "assumptions": list(claim.assumptions)}
            for claim in claims
        ]
        payload = {"claims": written, "variables": dict(variables), "latex": latex}
        judged = await self.workers.call(JUDGE_CLAIMS, payload, CLAIMS_SECONDS)
        if isinstance(judged, Exceeded):
            texts = [" ".join(f"{claim.lhs[:400]} {claim.rel[:8]} {claim.rhs[:400]}".split()) for claim in claims]
            return [ExaminedClaim(ClaimFinding.UNREADABLE, text) for text in texts]
        return [_examined(claim) for claim in judged["claims"]]

    async def examination(self, task: Task, claims: Sequence[Claim], final_answer: str) -> Examination:
        """What `review_steps` needs of a submission: its first 100 distinct claims, and where they should lead.

        Raises:
            ValidatorFault: the workers are broken.
        """
        distinct = list(dict.fromkeys(claims))[:MAX_CLAIMS]
        variables, latex = _variables_of(task.answer)
        found = await self.examine(distinct, variables, latex)
        stated = f"{task.problem}\n{task.context}\n{task.constraints}"
        return Examination(
            claims=dict(zip(distinct, found, strict=True)),
            given=frozenset(forms_in(stated, variables, latex)),
            goals=goals_of(task.answer, final_answer),
        )


def goals_of(answer: AnswerSpecification, final_answer: str) -> tuple[str, ...]:
    """The canonical texts of the expressions in a final answer, distinct; none where it has none or cannot be read."""
    if not is_symbolic(answer):
        answer = ExpressionAnswer("0") if answer.format in {"integer", "fraction"} else answer
    try:
        reading = read_final(answer, bare(final_answer))
    except Unreadable:
        return ()
    forms = [node.canonical for node in _expressions(reading)]
    return tuple(dict.fromkeys(forms))


def _expressions(reading: Reading) -> list[Node]:
    if isinstance(reading, Node):
        return [reading]
    if isinstance(reading, list):
        return [node for inner in reading for node in _expressions(inner)]
    return []


def _variables_of(answer: AnswerSpecification) -> tuple[dict[str, str], bool]:
    """The variables of an answer, or of a collection's elements, with words about them; and whether LaTeX is read."""
    while isinstance(answer, FormulaCollection) and answer.value:
        answer = answer.value[0]
    if not isinstance(answer, ExpressionAnswer | EquationAnswer):
        return {}, False
    return {name: answer.assumptions.get(name, "real") for name in answer.variables}, answer.latex


def _examined(claim: Mapping[str, Any]) -> ExaminedClaim:
    return ExaminedClaim(
        ClaimFinding(claim["finding"]),
        claim["canonical"],
        claim["is_equation"],
        tuple(Side(side["form"], frozenset(side["terms"]), side["operations"]) for side in claim["sides"]),
    )

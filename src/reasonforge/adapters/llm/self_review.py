"""What an agent finds when it checks its own attempt with tools, and what it hands in of it."""

import re
from collections.abc import Sequence

from attrs import evolve, frozen

from reasonforge.adapters.llm.algebra_text import CONSTANTS, FUNCTIONS, MAX_CHARACTERS
from reasonforge.adapters.llm.answer_check import format_fault
from reasonforge.adapters.llm.tools import Tools
from reasonforge.adapters.llm.written_claims import claims_written
from reasonforge.application.ports.reasoner import Solution
from reasonforge.domain.arithmetic import ClaimFinding, examine
from reasonforge.domain.step_review import derived_from, goal_of, numbers_in
from reasonforge.domain.submission import DEFAULT_LIMITS, ReasoningStep
from reasonforge.domain.task import Question

MOST_IDENTITIES = 4
"""Claims of algebra checked in one attempt."""
MOST_FAULTS = 8
"""Told to the model at once."""
_DOUBTFUL = 0.5
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_COMPILE = "import sys\ncompile(sys.stdin.read(), 'solution.py', 'exec')\n"


@frozen
class SelfReview:
    """What the checks of one attempt came to.

    Attributes:
        faults: what is wrong, a sentence each, for the model to mend.
        gaps: what could be better, but need not be wrong.
        confirmed: what was checked and holds, a clause each.
    """

    faults: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """The less, the better."""
        return len(self.faults), len(self.gaps)


async def review(solution: Solution, written: str, question: Question, tools: Tools, seconds_left: float) -> SelfReview:
    """Check what a solution says: its arithmetic, its algebra, its form, its program and its proof.

    `written` is the reply that it was read from; algebra that the wire does not carry is found there. Each tool gets at
    most a fifth of `seconds_left`.
    """
    share = seconds_left / 5
    findings = [_arithmetic(solution, question), _form(solution, question)]
    findings.append(await _algebra(written, tools, share))
    findings.append(await _artefacts(solution, question, tools, share))
    return SelfReview(
        faults=tuple(fault for finding in findings for fault in finding.faults),
        gaps=tuple(gap for finding in findings for gap in finding.gaps),
        confirmed=tuple(what for finding in findings for what in finding.confirmed),
    )


def handed_in(solution: Solution, reviewed: SelfReview) -> Solution:
    """The solution with a last step that records what was checked; claims known to be false are taken out.

    While faults are left, no step is more than half sure. The last step is as sure as the least sure of the others.
    """
    most = _DOUBTFUL if reviewed.faults else 1.0
    steps = [
        evolve(
            step,
            confidence=min(step.confidence, most),
            claims=tuple(claim for claim in step.claims if examine(claim).finding is not ClaimFinding.REFUTED),
        )
        for step in solution.steps
    ]
    if reviewed.confirmed and len(steps) < DEFAULT_LIMITS.steps:
        confidence = min((step.confidence for step in steps), default=_DOUBTFUL)
        text = f"Checked before handing in: {'; '.join(reviewed.confirmed)}."
        if reviewed.faults:
            text += " Not everything could be mended in time."
        steps.append(ReasoningStep(len(steps) + 1, text, confidence=confidence))
    return evolve(solution, steps=tuple(steps))


def _arithmetic(solution: Solution, question: Question) -> SelfReview:
    faults: list[str] = []
    true = []
    for step in solution.steps:
        for claim in step.claims:
            checked = examine(claim)
            if checked.finding is ClaimFinding.REFUTED and checked.lhs is not None and checked.rhs is not None:
                faults.append(
                    f"in step {step.step_id} the claim {claim.lhs} {claim.rel} {claim.rhs} is false: "
                    f"the left side is {checked.lhs.value}, the right side {checked.rhs.value}"
                )
            elif checked.finding is ClaimFinding.CONFIRMED:
                true.append(checked)
    confirmed = (f"claims of arithmetic that hold exactly: {len(true)}",) if true else ()
    goal = goal_of(solution.final_answer, question.answer_format)
    given = numbers_in(f"{question.problem}\n{question.context}\n{question.constraints}")
    if not goal.numbers or goal.reached_by(derived_from(given, true)):
        reached = ("they lead from the problem's numbers to the final answer",) if goal.numbers else ()
        return SelfReview(tuple(faults), confirmed=confirmed + reached)
    gap = (
        "no chain of true arithmetic claims leads from numbers in the problem to the final answer; "
        "state such claims, or correct the answer"
    )
    return SelfReview(tuple(faults), (gap,), confirmed)


def _form(solution: Solution, question: Question) -> SelfReview:
    fault = format_fault(solution, question.answer_format)
    if fault is not None:
        return SelfReview(faults=(fault,))
    return SelfReview(confirmed=("the answer is written as its format asks",))


def identities_in(written: str) -> Sequence[tuple[str, str]]:
    """The equations among a reply's claims that have the same symbols on both sides, at most `MOST_IDENTITIES`.

    Others (`x = 5`, `2*x + 3 = 7`) are what a step sets or solves, and hold for some values only.

    >>> identities_in('{"steps": [{"claims": [{"lhs": "x+x", "rel": "=", "rhs": "2*x"}]}]}')
    [('x+x', '2*x')]
    """
    equations = [(left, right) for left, relation, right in claims_written(written) if relation in {"=", "=="}]
    return [(left, right) for left, right in equations if _symbols(left) and _symbols(left) == _symbols(right)][
        :MOST_IDENTITIES
    ]


def _symbols(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(text[:MAX_CHARACTERS])) - FUNCTIONS.keys() - CONSTANTS


async def _algebra(written: str, tools: Tools, seconds: float) -> SelfReview:
    """An equation may be meant for some values only, so one that is no identity is no fault, but a gap."""
    identities = identities_in(written)
    gaps: list[str] = []
    held = 0
    for left, right in identities:
        finding = await tools.algebra.equal(left, right, seconds / len(identities))
        held += finding.verdict is True
        if finding.verdict is False:
            gaps.append(f"{left} = {right} is no identity; if it is meant as one, it is false")
    return SelfReview(gaps=tuple(gaps), confirmed=(f"identities of algebra that hold: {held}",) if held else ())


async def _artefacts(solution: Solution, question: Question, tools: Tools, seconds: float) -> SelfReview:
    faults: list[str] = []
    confirmed: list[str] = []
    is_python = question.answer_format.get("language", "python") == "python"
    if solution.code_artifact is not None and is_python:
        source = solution.code_artifact.decode("utf-8", "replace")
        finding = await tools.code.run(_COMPILE, source, seconds)
        if finding.verdict is False:
            faults.append(f"the program does not compile: {finding.text[-300:]}")
        elif finding.verdict:
            confirmed.append("the program compiles")
    if solution.proof_artifact is not None:
        finding = await tools.proofs.check(question.answer_format, solution.proof_artifact, seconds)
        if finding.verdict is False:
            faults.append(f"the proof is rejected: {finding.text[-500:]}")
        elif finding.verdict:
            confirmed.append("the proof checker accepts the proof")
    return SelfReview(tuple(faults), confirmed=tuple(confirmed))

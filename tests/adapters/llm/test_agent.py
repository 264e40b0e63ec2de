import asyncio
import doctest
import importlib.util
import json
import re
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest
from attrs import define, evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.adapters.llm import answer_check, self_review, written_claims
from reasonforge.adapters.llm.agent import AgentReasoner
from reasonforge.adapters.llm.answer_check import format_fault
from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.tools import Finding, Tools
from reasonforge.adapters.llm.written_claims import claims_written
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.answer import AnswerSpecification
from reasonforge.domain.answers.numeric import DecimalAnswer, FractionAnswer, IntegerAnswer
from reasonforge.domain.answers.wording import ChoiceAnswer, TextAnswer
from reasonforge.domain.arithmetic import ClaimFinding, check_claim
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import QueryId
from reasonforge.domain.submission import Claim
from reasonforge.domain.task import Question
from tests.contracts.reasoner import ReasonerContract
from tests.requirement import require

PROBLEM = "A box holds 6 rows of 7 eggs. How many eggs are in it?"
QUESTION = Question(QueryId("q"), PROBLEM, Discipline.MATHEMATICS, 1, 100.0, {"format": "integer"})
_TOLD = re.compile(r"the left side is (-?[0-9]+)")
_ROWS = re.compile(r"([0-9]+) rows of ([0-9]+)")


@pytest.fixture(autouse=True)
def langgraph() -> None:
    require("agent", importlib.util.find_spec("langgraph") is not None, "langgraph is not installed")


def reply(left: str, right: str, answer: str, **others: Any) -> str:
    claims = [{"lhs": left, "rel": "=", "rhs": right}]
    steps = [{"reasoning": f"{left} is {right}.", "evidence": "", "confidence": 0.9, "claims": claims}]
    return json.dumps({"steps": steps, "final_answer": answer, **others})


@define
class Pupil:
    """Multiplies rows by columns, and is one off until it is shown what the product is. Plans before it answers.

    `stubborn` never learns; `careless` writes the answer in words until it is told of the format; `pace` is how many
    seconds each of its turns takes.
    """

    clock: MemoryClock
    stubborn: bool = False
    careless: bool = False
    gives_up: bool = False
    pace: float = 1.0
    plan: str = ""
    heard: list[tuple[Message, ...]] = field(factory=list)
    name: str = "pupil"

    async def speak(self, messages: Sequence[Message], deadline: float) -> Said | NoAnswer:
        self.heard.append(tuple(messages))
        if self.clock.monotonic() + self.pace > deadline:
            self.clock.advance(max(0.0, deadline - self.clock.monotonic()))
            return NoAnswer("the time was over")
        self.clock.advance(self.pace)
        return Said(self._said(messages))

    def _said(self, messages: Sequence[Message]) -> str:
        last = messages[-1].text
        if "Do not solve it yet" in last:
            return self.plan or json.dumps({"steps": [{"reasoning": "Multiply."}], "no_answer_reason": "plan"})
        found = _ROWS.search(messages[1].text)
        if found is None:
            return json.dumps({"steps": [], "final_answer": "", "no_answer_reason": "I see no rows"})
        checked = "was checked with tools" in last
        if checked and self.gives_up:
            return json.dumps({"steps": [], "final_answer": "", "no_answer_reason": "I cannot mend it"})
        told = _TOLD.search(last)
        product = (
            int(told[1])
            if told and not self.stubborn
            else int(found[1]) * int(found[2]) + (not checked or self.stubborn)
        )
        answer = f"{product} eggs" if self.careless and "not written as an integer" not in last else str(product)
        return reply(f"{found[1]}*{found[2]}", str(product), answer)


@define
class Workshop:
    """A sandbox and a proof checker by rule: programs that hold `bad` do not run, proofs that hold `sorry` fail."""

    ran: list[str] = field(factory=list)

    async def run(self, source: str, given: str, _seconds: float) -> Finding:
        self.ran.append(source)
        return Finding(False, "SyntaxError") if "bad" in given else Finding(True, "ran")

    async def check(self, _answer_format: Mapping[str, Any], proof: bytes, _seconds: float) -> Finding:
        return Finding(False, "declaration uses sorry") if b"sorry" in proof else Finding(True, "accepted")


def think(pupil: Pupil, question: Question = QUESTION, budget: float = 90.0, **others: Any) -> Solution | NoAnswer:
    return asyncio.run(AgentReasoner(pupil, pupil.clock, **others).reason(question, budget))


def solved(pupil: Pupil, question: Question = QUESTION, **others: Any) -> Solution:
    found = think(pupil, question, **others)
    assert isinstance(found, Solution), found
    return found


class TestAgentReasoner(ReasonerContract):
    def reasoner(self, clock: Clock) -> AgentReasoner:
        assert isinstance(clock, MemoryClock)
        return AgentReasoner(Pupil(clock), clock)

    def questions(self) -> Sequence[Question]:
        return [QUESTION, evolve(QUESTION, problem=PROBLEM.replace("6", "12"))]


def test_a_slip_is_corrected_when_it_is_shown() -> None:
    """A model that slips first and corrects itself when shown the refuted claim hands in the right answer."""
    pupil = Pupil(MemoryClock())
    found = solved(pupil)
    assert (found.final_answer, found.steps[0].claims) == ("42", (Claim("6*7", "=", "42"),))
    assert "the claim 6*7 = 43 is false: the left side is 42" in pupil.heard[-1][-1].text
    assert len(pupil.heard) == 3  # plan, slip, correction


def test_the_chain_records_what_was_checked() -> None:
    """The last step says which checks the answer passed, and is no surer than the others."""
    last = solved(Pupil(MemoryClock())).steps[-1]
    assert last.reasoning == (
        "Checked before handing in: claims of arithmetic that hold exactly: 1; they lead from the problem's numbers "
        "to the final answer; the answer is written as its format asks."
    )
    assert (last.confidence, last.claims) == (0.9, ())


def test_the_answer_s_form_is_corrected() -> None:
    """An answer that is not written as asked is shown to the model with what is wrong with it."""
    pupil = Pupil(MemoryClock(), careless=True)
    assert solved(pupil).final_answer == "42"
    assert "the final answer is not written as an integer" in pupil.heard[-1][-1].text


def test_what_is_false_is_not_handed_in() -> None:
    """A claim that stays false is taken out, and nothing is stated with confidence."""
    found = solved(Pupil(MemoryClock(), stubborn=True))
    assert [step.claims for step in found.steps] == [(), ()]
    assert max(step.confidence for step in found.steps) <= 0.5


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_rounds_are_bounded(rounds: int) -> None:
    """However stubborn the model, it is asked for no more revisions than allowed."""
    pupil = Pupil(MemoryClock(), stubborn=True)
    solved(pupil, rounds=rounds)
    assert len(pupil.heard) == 2 + rounds


def test_giving_up_is_respected() -> None:
    """A model that says, shown its fault, that it does not know, hands nothing in."""
    assert think(Pupil(MemoryClock(), gives_up=True)) == NoAnswer("I cannot mend it")


@settings(max_examples=100)
@given(st.floats(0.0, 40.0), st.floats(0.1, 30.0), st.booleans())
def test_the_budget_is_kept(budget: float, pace: float, stubborn: bool) -> None:
    """Whatever the model's pace, the agent is done when its budget is over."""
    clock = MemoryClock()
    found = think(Pupil(clock, stubborn=stubborn, pace=pace), budget=budget)
    assert isinstance(found, Solution | NoAnswer)
    assert clock.monotonic() <= budget + 1e-5


def test_an_attempt_in_time_is_worth_more_than_none() -> None:
    """When the time ends in the middle of a revision, the attempt there is goes out, without what is false in it."""
    pupil = Pupil(MemoryClock(), pace=20.0)
    found = think(pupil, budget=50.0)
    assert isinstance(found, Solution)
    assert (found.final_answer, found.steps[0].claims) == ("43", ())


def test_an_answer_in_place_of_a_plan_is_taken() -> None:
    """A model that answers at once, and rightly, is asked once."""
    pupil = Pupil(MemoryClock(), plan=reply("6*7", "42", "42"))
    assert solved(pupil).final_answer == "42"
    assert len(pupil.heard) == 1


def test_a_plan_s_requests_are_computed() -> None:
    """Algebra and a program asked for in the plan are computed, and the model sees what came out."""
    claims = [{"lhs": "solve(x^2-49, x)", "rel": "=", "rhs": "?"}, {"lhs": "__import__('os')", "rel": "=", "rhs": "?"}]
    plan = json.dumps({"steps": [{"reasoning": "", "claims": claims}], "code": "print(1)", "no_answer_reason": "plan"})
    pupil, workshop = Pupil(MemoryClock(), plan=plan), Workshop()
    solved(pupil, tools=Tools(code=workshop))
    shown = pupil.heard[1][-1].text
    assert "solve(x^2-49, x) gives [-7, 7]" in shown
    assert "__import__('os') gives this cannot be read" in shown
    assert "your program gives: ran" in shown
    assert workshop.ran == ["print(1)"]


def test_without_a_sandbox_no_program_runs() -> None:
    """Unless the operator set a sandbox up, the model is told that there is none."""
    plan = json.dumps({"steps": [], "code": "print(1)", "no_answer_reason": "plan"})
    pupil = Pupil(MemoryClock(), plan=plan)
    solved(pupil)
    assert "your program gives: unavailable" in pupil.heard[1][-1].text


@frozen
class Author:
    """Says the same whatever it is asked."""

    text: str
    name: str = "author"

    async def speak(self, _messages: Sequence[Message], _deadline: float) -> Said | NoAnswer:
        return Said(self.text)


def authored(text: str, question: Question, tools: Tools) -> Solution | NoAnswer:
    return asyncio.run(AgentReasoner(Author(text), MemoryClock(), tools).reason(question, 60.0))


@pytest.mark.parametrize(
    ("format_", "field_", "source", "record"),
    [
        ("code", "code", "print(1)", "the program compiles"),
        ("code", "code", "bad", "Not everything could be mended"),
        ("proof", "proof", "exact rfl", "the proof checker accepts the proof"),
        ("proof", "proof", "sorry", "Not everything could be mended"),
    ],
)
def test_programs_and_proofs_are_checked(format_: str, field_: str, source: str, record: str) -> None:
    """A program is compiled in the sandbox and a proof given to the checker before it is handed in."""
    workshop = Workshop()
    text = json.dumps({"steps": [{"reasoning": "So.", "confidence": 1.0}], "final_answer": "", field_: source})
    question = evolve(QUESTION, answer_format={"format": format_})
    found = authored(text, question, Tools(code=workshop, proofs=workshop))
    assert isinstance(found, Solution)
    assert record in found.steps[-1].reasoning


def test_identities_are_checked() -> None:
    """Algebra with the same symbols on both sides is checked and recorded; one that is none is pointed out."""
    tools = Tools()
    true = authored(reply("(x+1)^2", "x^2+2*x+1", "B"), evolve(QUESTION, answer_format={"format": "text"}), tools)
    assert isinstance(true, Solution)
    assert "identities of algebra that hold: 1" in true.steps[-1].reasoning
    false = authored(reply("(x+1)^2", "x^2+1", "B"), evolve(QUESTION, answer_format={"format": "text"}), tools)
    assert isinstance(false, Solution)
    assert "identities" not in false.steps[-1].reasoning


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.recursive(st.none() | st.text(max_size=5), st.lists).map(json.dumps))
def test_any_text_of_a_model_is_bounded(text: str) -> None:
    """Whatever the model writes, there is an answer or an honest none, without claims that are false."""
    found = asyncio.run(AgentReasoner(Author(text), MemoryClock(), rounds=1).reason(QUESTION, 60.0))
    if isinstance(found, Solution):
        claims = [claim for step in found.steps for claim in step.claims]
        assert ClaimFinding.REFUTED not in {check_claim(claim) for claim in claims}


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(("steps", "claims", "lhs", "rel", "rhs")), inner),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(JSON.map(json.dumps) | st.text(max_size=100))
def test_claims_are_read_from_anything(text: str) -> None:
    """Reading claims gives triples of texts, whatever the JSON."""
    assert all(isinstance(part, str) for claim in claims_written(text) for part in claim)


TRUTHS: list[AnswerSpecification] = [
    IntegerAnswer(42),
    FractionAnswer(Fraction(7, 3)),
    DecimalAnswer(Fraction("3.1416"), abs_tol=0.001),
    ChoiceAnswer("B", ("x", "y")),
    TextAnswer("mitochondrion"),
]


@pytest.mark.parametrize("answer", TRUTHS, ids=lambda answer: answer.format)
def test_a_right_answer_is_well_formed(answer: AnswerSpecification) -> None:
    """What a format's own checker accepts has no fault of form here."""
    assert format_fault(Solution((), f" ${answer.truth()}$. "), answer.wire_format()) is None


@pytest.mark.parametrize(
    ("answer", "wire_format"),
    [
        ("2.0", {"format": "integer"}),
        ("0.333", {"format": "fraction"}),
        ("about 3", {"format": "decimal"}),
        ("C", {"format": "choice", "options": ["x", "y"]}),
        ("1, 2", {"format": "list", "of": {"format": "integer"}}),
        ("[1, x]", {"format": "list", "of": {"format": "integer"}}),
        ("x" * 2_000, {"format": "text"}),
        (" ", {}),
        ("42", {"format": "code"}),
        ("42", {"format": "proof"}),
    ],
)
def test_faults_of_form_are_found(answer: str, wire_format: dict[str, Any]) -> None:
    """An answer that its format's checker could not read is a fault."""
    assert format_fault(Solution((), answer), wire_format) is not None


def test_without_its_extra_it_is_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where LangGraph is not installed the agent is refused when it is made, with what to install."""
    monkeypatch.setitem(sys.modules, "langgraph.graph", None)
    clock = MemoryClock()
    with pytest.raises(OperatorError, match="miner-agent"):
        AgentReasoner(Pupil(clock), clock)


@pytest.mark.parametrize("module", [answer_check, self_review, written_claims])
def test_worked_examples_are_right(module: ModuleType) -> None:
    """The examples in the docstrings give what they say."""
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)

"""A reasoner that plans, solves, checks with tools and revises, as a LangGraph graph."""

import importlib
from functools import cached_property
from typing import Any, TypedDict

from attrs import define, field, frozen
from attrs.validators import ge

from reasonforge.adapters.llm.algebra_text import MAX_CHARACTERS, OPERATIONS
from reasonforge.adapters.llm.chat import Chat
from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.json_search import NotFound, find_object
from reasonforge.adapters.llm.parsing import Repair, read_reply, unusable
from reasonforge.adapters.llm.prompts import prompt_for
from reasonforge.adapters.llm.self_review import MOST_FAULTS, SelfReview, handed_in, review
from reasonforge.adapters.llm.tools import Tools
from reasonforge.adapters.llm.written_claims import claims_written
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.task import Question

PLAN_SHARE = 0.25
"""Of the budget, at most, for planning."""
LEAST_SECONDS_FOR_ROUND = 2.0
MOST_REQUESTS = 4
_SHOWN_CHARACTERS = 20_000
_NO_CHECKS = SelfReview()

_PLAN = f"""Do not solve it yet. Reply with the same JSON object as a plan: `steps` are what you intend to do, with \
`no_answer_reason` "plan" and `final_answer` "". In a step's `claims` you may ask for algebra to be computed for you, \
as {{"lhs": "solve(x^2-5*x+6, x)", "rel": "=", "rhs": "?"}}; there are {", ".join(OPERATIONS)}, at most \
{MOST_REQUESTS} requests. In `code` you may put a short Python program that prints what you want to know. If the \
problem is so easy that it needs no plan, answer it at once."""


@frozen
class Attempt:
    """One solution that the model came to, and what its checks found."""

    solution: Solution
    reviewed: SelfReview


class Course(TypedDict, total=False):
    """What the graph's nodes hand on."""

    question: Question
    deadline: float
    planned_until: float
    messages: tuple[Message, ...]
    written: str
    outcome: Solution | NoAnswer | Repair
    attempts: tuple[Attempt, ...]
    rounds: int


@define(eq=False, slots=False)  # slots=False: cached_property keeps the graph in the instance
class AgentReasoner:
    """plan → solve → check → revise → check … until the answer checks, the rounds are used up or the deadline nears.

    What is handed in is the attempt in which the checks found least, the later of equals, with a last step that says
    what was checked; where the model itself gives up on an attempt with faults, nothing is. Without a language model's
    word there is no answer: tools check, they do not solve.

    Attributes:
        chat: the model that thinks.
        rounds: revisions at most, ≥ 0.

    Raises:
        OperatorError: when it is made, where the extra is not installed.
    """

    chat: Chat
    clock: Clock
    tools: Tools = field(factory=Tools)
    rounds: int = field(default=3, validator=ge(0))

    def __attrs_post_init__(self) -> None:
        if self._graph is None:
            raise OperatorError("the agent backend needs LangGraph: pip install 'reasonforge[miner-agent]'")

    @property
    def name(self) -> str:
        return f"agent/{self.chat.name}"

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        now = self.clock.monotonic()
        course: Course = {
            "question": question,
            "deadline": now + budget_seconds,
            "planned_until": now + PLAN_SHARE * budget_seconds,
            "messages": (),
            "written": "",
            "outcome": NoAnswer("the budget was too small for a single round"),
            "attempts": (),
            "rounds": 0,
        }
        # Each round is two nodes; LangGraph's own bound is only a second lock on the door.
        ended: Course = await self._graph.ainvoke(course, {"recursion_limit": 2 * self.rounds + 10})
        outcome = ended["outcome"]
        best = min(reversed(ended["attempts"]), key=lambda attempt: attempt.reviewed.rank, default=None)
        gave_up = isinstance(outcome, NoAnswer) and ended["written"]
        if best is not None and not (best.reviewed.faults and gave_up):
            return handed_in(best.solution, best.reviewed)
        return unusable(outcome) if isinstance(outcome, Repair) else outcome

    @cached_property
    def _graph(self) -> Any:
        try:
            library = importlib.import_module("langgraph.graph")
        except ImportError:
            return None
        graph = library.StateGraph(Course)
        for name, node in (
            ("plan", self._plan),
            ("solve", self._solve),
            ("check", self._check),
            ("revise", self._revise),
        ):
            graph.add_node(name, node)
        graph.add_edge(library.START, "plan")
        graph.add_conditional_edges("plan", self._after_plan, ["solve", "check"])
        graph.add_edge("solve", "check")
        graph.add_conditional_edges("check", self._after_check, {"revise": "revise", "end": library.END})
        graph.add_edge("revise", "check")
        return graph.compile()

    def _left(self, course: Course) -> float:
        return course["deadline"] - self.clock.monotonic()

    async def _plan(self, course: Course) -> Course:
        prompt = prompt_for(course["question"])
        opening = (Message("system", prompt.system), Message("user", prompt.user))
        until = min(course["planned_until"], course["deadline"])
        if until - self.clock.monotonic() < LEAST_SECONDS_FOR_ROUND:
            return {"messages": opening}
        asking = (opening[0], Message("user", f"{prompt.user}\n\n{_PLAN}"))
        said = await self.chat.speak(asking, until)
        if isinstance(said, NoAnswer):
            return {"messages": opening}
        outcome = read_reply(said.text, course["question"])
        if isinstance(outcome, Solution):
            return {"messages": opening, "written": said.text, "outcome": outcome}
        computed = await self._computed(said, course)
        answered = Message("user", f"{computed}Now solve the problem: reply with the complete JSON object.")
        return {"messages": (*asking, _shown(said), answered)}

    async def _solve(self, course: Course) -> Course:
        return await self._said(course["messages"], course)

    async def _check(self, course: Course) -> Course:
        outcome = course["outcome"]
        if not isinstance(outcome, Solution):
            return {}
        left = max(0.0, self._left(course))
        reviewed = await review(outcome, course["written"], course["question"], self.tools, left)
        return {"attempts": (*course["attempts"], Attempt(outcome, reviewed))}

    async def _revise(self, course: Course) -> Course:
        messages = (*course["messages"], _shown(Said(course["written"])), Message("user", _criticism(course)))
        return await self._said(messages, course) | {"messages": messages, "rounds": course["rounds"] + 1}

    def _after_plan(self, course: Course) -> str:
        return "check" if isinstance(course["outcome"], Solution) else "solve"

    def _after_check(self, course: Course) -> str:
        outcome = course["outcome"]
        if isinstance(outcome, NoAnswer):
            return "end"
        if isinstance(outcome, Solution):
            reviewed = course["attempts"][-1].reviewed
            if not reviewed.faults and (not reviewed.gaps or course["rounds"] > 0):  # a gap is worth one revision
                return "end"
        if course["rounds"] >= self.rounds or self._left(course) < LEAST_SECONDS_FOR_ROUND:
            return "end"
        return "revise"

    async def _said(self, messages: tuple[Message, ...], course: Course) -> Course:
        """What the model says to `messages`, read."""
        if self._left(course) <= 0:
            return {"outcome": NoAnswer("the time was over"), "written": ""}
        said = await self.chat.speak(messages, course["deadline"])
        if isinstance(said, NoAnswer):
            return {"outcome": said, "written": ""}
        return {"outcome": _read(said, course["question"]), "written": said.text}

    async def _computed(self, plan: Said, course: Course) -> str:
        """The answers to what a plan asks the tools for, one a line."""
        requests = [lhs for lhs, _, rhs in claims_written(plan.text) if rhs.strip() == "?"]
        share = max(0.0, self._left(course)) / (2 * (MOST_REQUESTS + 1))
        lines = [
            f"{request[:MAX_CHARACTERS]} gives {(await self.tools.algebra.compute(request, share)).text}"
            for request in requests[:MOST_REQUESTS]
        ]
        reply = find_object(plan.text, frozenset({"code"}))
        program = None if isinstance(reply, NotFound) else reply.get("code")
        if isinstance(program, str) and program.strip():
            lines.append(
                f"your program gives: {(await self.tools.code.run(program[:_SHOWN_CHARACTERS], '', share)).text}"
            )
        return "".join(f"{line}\n" for line in lines)


def _read(said: Said, question: Question) -> Solution | NoAnswer | Repair:
    outcome = read_reply(said.text, question)
    if isinstance(outcome, Repair) and not said.is_whole:
        return Repair("it is cut off, because it was longer than its tokens allow; write fewer and shorter steps")
    return outcome


def _shown(said: Said) -> Message:
    # An assistant's turn must not be empty for any service.
    return Message("assistant", said.text[:_SHOWN_CHARACTERS].strip() or "(nothing)")


def _criticism(course: Course) -> str:
    outcome = course["outcome"]
    if isinstance(outcome, Repair):
        found: tuple[str, ...] = (f"your reply could not be used: {outcome.fault}",)
    else:
        reviewed = course["attempts"][-1].reviewed if course["attempts"] else _NO_CHECKS
        found = (*reviewed.faults, *reviewed.gaps)
    lines = "\n".join(f"- {fault}" for fault in found[:MOST_FAULTS])
    return (
        f"Your reply was checked with tools:\n{lines}\n"
        "Think again, correct what follows from it too, and reply with the complete JSON object."
    )

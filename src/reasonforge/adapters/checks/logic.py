"""The `logic` check: the argument is valid and consistent, and needs all that it rests on (z3)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reasonforge.adapters.checks.formula import Satisfiability
from reasonforge.domain.answers.final_text import bare
from reasonforge.domain.artefacts.logic import ArgumentQuery
from reasonforge.domain.artefacts.proposition import Proposition, read_proposition
from reasonforge.domain.finding import Finding

_ASSUMPTION_NODES = 200


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:
    """Right where premises ∧ ¬conclusion cannot be, the premises can be, and each one of them is needed.

    Assumptions beside the premises are at most as many as the task allows, contradict none of its premises, and do
    not settle the conclusion by themselves.

    Raises:
        ValueError: `against` is malformed, or is too hard for the solver without anything of the miner's in it.
    """
    query = ArgumentQuery.read(against)
    given = artefact if isinstance(artefact, Mapping) else {}
    try:
        named = _premises(given.get("premises"), query)
        assumed = _assumptions(given.get("assumptions") or [], query)
        conclusion = _conclusion(given.get("conclusion"), query, final_answer)
    except ValueError as error:
        return Finding(0.0, str(error))
    answers = _Answers(given_up=False)
    reason = _flaw(query, named, assumed, query.options[conclusion], answers)
    if answers.given_up and not assumed:
        raise ValueError("the task's own formulas are too hard to decide")
    if answers.given_up:
        return Finding(0.0, "the argument is too hard to decide with these assumptions")
    if reason:
        return Finding(0.0, reason)
    return Finding(1.0, f"{conclusion} follows from {len(named) + len(assumed)} consistent premises, each needed")


class _Answers:
    """Asks z3, and remembers whether it ever gave up."""

    def __init__(self, *, given_up: bool) -> None:
        self.given_up = given_up
        self._z3 = Satisfiability()

    def possible(self, true: Iterable[Proposition], false: Sequence[Proposition] = ()) -> bool:
        """Whether the first can be true and the others false; False where z3 gives up."""
        found = self._z3.together(list(true), false)
        self.given_up = self.given_up or found is None
        return bool(found)


def _flaw(
    query: ArgumentQuery,
    named: Mapping[str, Proposition],
    assumed: Sequence[Proposition],
    conclusion: Proposition,
    ask: _Answers,
) -> str:
    """What is wrong with an argument; empty when nothing is. Meaningless once z3 has given up."""
    basis = [*named.values(), *assumed]
    if not ask.possible(basis):
        return "the premises contradict one another"
    if ask.possible(basis, [conclusion]):
        return "the conclusion does not follow"
    for at in range(len(basis)):
        if not ask.possible([*basis[:at], *basis[at + 1 :]], [conclusion]):
            what = list(named)[at] if at < len(named) else f"assumption {at - len(named) + 1}"
            return f"{what} is not needed for the conclusion"
    if not assumed:
        return ""
    everything = list(query.premises.values())
    if ask.possible(everything) and not ask.possible([*everything, *assumed]):
        return "an assumption contradicts the task's premises"
    if not ask.possible(assumed, [conclusion]):
        return "the assumptions settle the conclusion by themselves"
    return ""


def _premises(given: Any, query: ArgumentQuery) -> Mapping[str, Proposition]:
    if not isinstance(given, list) or not 1 <= len(given) <= len(query.premises):
        raise ValueError("premises must be an array of the names of some of the task's premises")
    if not all(isinstance(name, str) and name in query.premises for name in given):
        raise ValueError("premises has something that is no name of one of the task's premises")
    if len(set(given)) < len(given):
        raise ValueError("premises names one of them twice")
    return {name: query.premises[name] for name in given}


def _assumptions(given: Any, query: ArgumentQuery) -> list[Proposition]:
    if not isinstance(given, list) or len(given) > query.assumptions:
        message = f"there may be at most {query.assumptions} assumptions, in an array"
        raise ValueError(message)
    read = [
        read_proposition(one, query.vocabulary, f"assumption {at}", _ASSUMPTION_NODES)
        for at, one in enumerate(given, 1)
    ]
    if query.assumable is not None and any(one not in query.assumable for one in read):
        raise ValueError("an assumption is none of those that the task allows")
    return read


def _conclusion(given: Any, query: ArgumentQuery, final_answer: str) -> str:
    if not isinstance(given, str) or given not in query.options:
        raise ValueError("the conclusion must be one of the options")
    if query.final_answer_is_option and bare(final_answer).casefold() != given.casefold():
        raise ValueError("the final answer is not the option concluded")
    if query.answer is not None and given != query.answer:
        raise ValueError("the conclusion is not the right option")
    return given


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "vocabulary": {"predicates": {"promised": 1, "bound": 1}, "individuals": ["ann", "ben"], "atoms": ["harm"]},
        "premises": {
            "rule": ["forall", "x", ["implies", ["is", "promised", "x"], ["or", ["is", "bound", "x"], "harm"]]],
            "fact": ["is", "promised", "ann"],
            "other": ["is", "promised", "ben"],
            "mild": ["not", "harm"],
        },
        "options": {"A": ["is", "bound", "ann"], "B": ["not", ["is", "bound", "ann"]]},
    },
    {"premises": ["rule", "fact", "mild"], "conclusion": "A"},
    {"premises": ["rule", "fact"], "conclusion": "A"},
)

import re
from collections.abc import Iterable
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.causal_artefacts import as_seen, effect_specification, told
from reasonforge.adapters.tasks.causal_graph import Arrow, ancestors, drawn_arrows, is_acyclic, nodes_of
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.hidden_inputs import HiddenInputs
from reasonforge.adapters.tasks.wrong_ending import ended_in, seed_of
from reasonforge.domain.answers.wording import ChoiceAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.docalculus import CHECK, NOT_IDENTIFIABLE
from reasonforge.domain.causal.estimand import (
    Constant,
    Estimand,
    Probability,
    Product,
    Quotient,
    Sum,
    name_of,
    read_estimand,
    written,
)
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.causal.identify import identify
from reasonforge.domain.discipline import Discipline

_OPTIONS, _MOST_NODES, _MOST_HIDDEN = 4, 10, 8
_ARROW = re.compile(r"([a-z]) → ([a-z])")
_HIDDEN = re.compile(r"([a-z]) ↔ ([a-z])")
_OUTCOME = re.compile(r"P\(([a-z]) \|")
_OPTION = re.compile(r"[A-D]: do\(([a-z])\)")
_CAN, _CANNOT = "Exactly one of these is identifiable.", "Exactly one of these is not identifiable."


@frozen
class Query:
    """A causal graph with hidden common causes, an outcome, and four variables that lead to it.

    Of their effects on the outcome just one is identifiable, or just one is not, as `wanted` says.

    Attributes:
        arrows: each once, no cycle; all 5 to 10 nodes, lower-case letters, have some.
        hidden: 1 to 8 pairs with a hidden common cause, each in alphabetical order.
    """

    arrows: tuple[Arrow, ...]
    hidden: tuple[Arrow, ...]
    outcome: str
    options: tuple[str, ...]
    wanted: bool

    def __attrs_post_init__(self) -> None:
        nodes = nodes_of(self.arrows)
        if not _OPTIONS < len(nodes) <= _MOST_NODES or not 1 <= len(self.hidden) <= _MOST_HIDDEN:
            raise ValueError("a graph has 5 to 10 nodes, and 1 to 8 hidden causes")
        if not is_acyclic(self.arrows) or any(first >= second for first, second in self.hidden):
            raise ValueError("a causal graph has no cycle, and its hidden causes join two nodes in alphabetical order")
        if len(set(self.options)) != _OPTIONS or len(self.options) != _OPTIONS:
            raise ValueError("there are four different options")
        if self.outcome not in nodes or not set(self.options) <= ancestors(self.arrows, self.outcome) - {self.outcome}:
            raise ValueError("the options lead to the outcome")
        self.graph()

    def graph(self) -> CausalGraph:
        return CausalGraph(nodes_of(self.arrows), self.arrows, self.hidden)


class Identifiability(HiddenInputs):
    """Which of four effects on one variable can (or cannot) be had from observation, in a graph with hidden causes.

    Difficulty d: 6 + (d - 1)/2 observed variables (rounded down), 2 + d/2 hidden causes (rounded down). Size: the
    number of variables. Kept where one effect alone is identifiable (or is not), the rule that a treatment with a
    hidden cause has no identifiable effect does not tell which, and every estimand is short enough to be handed in.
    """

    name: Final = "identifiability"
    version: Final = 2
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Query:
        return kept(lambda: _draw(rng, 6 + (difficulty - 1) // 2, 2 + difficulty // 2), _is_usable)

    def state(self, instance: Query, phrasing: int) -> str:
        arrows = ", ".join(f"{start} → {end}" for start, end in instance.arrows)
        hidden = ", ".join(f"{first} ↔ {second}" for first, second in instance.hidden)
        effects = "; ".join(
            f"{letter}: do({option})" for letter, option in zip(ascii_uppercase, instance.options, strict=False)
        )
        effect = f"P({instance.outcome} | do(·))"
        which = _CAN if instance.wanted else _CANNOT
        ending = (
            f"The artefact `docalculus` is about do({instance.options[0]}): it writes its effect on "
            f"{instance.outcome} as an estimand over the variables, or says that it is not identifiable. The final "
            "answer is one letter: A, B, C or D."
        )
        return (
            (
                f"A causal graph has these arrows: {arrows}. Besides, each of these pairs has a common cause that "
                f"nobody observes: {hidden}. Wanted is {effect} from the joint distribution of what is observed, for "
                f"these interventions: {effects}. {which} Which one? {ending}"
            ),
            (
                f"For which intervention does what is observed {'fix' if instance.wanted else 'not fix'} {effect}, "
                f"whatever the distribution? {effects}. {which} What causes what: {arrows}. Unobserved common causes "
                f"stand behind {hidden}, independent of one another. {ending}"
            ),
            (
                f"Consider every causal model with the arrows {arrows} and the hidden common causes {hidden}. An "
                f"effect is identifiable when any two of these models that agree on the observed variables agree on "
                f"it. The effects are {effect} with {effects}. {which} Find it. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Query) -> ChoiceAnswer:
        (right,) = _right(instance)
        return ChoiceAnswer(
            ascii_uppercase[instance.options.index(right)], tuple(f"do({option})" for option in instance.options)
        )

    def size(self, instance: Query) -> int:
        return len(nodes_of(instance.arrows))

    def read(self, problem: str) -> Query | None:
        return recognised(self, problem, _parse, _is_usable)

    def solve(self, instance: Query) -> WorkedSolution:
        """The ID algorithm (Shpitser and Pearl 2006) for each of the four."""
        lines = []
        for letter, option in zip(ascii_uppercase, instance.options, strict=False):
            found = _estimand(instance, option)
            finding = "it ends in a hedge, so there is none" if found is None else f"it gives {formula(found)}"
            lines.append(WorkedLine(_ALGORITHM, f"{letter}, do({option}): {finding}."))
        return WorkedSolution(
            self.answer(instance).value, tuple(lines), _told(_estimand(instance, instance.options[0]))
        )

    def solve_again(self, instance: Query) -> str:
        """Tian's criterion (2002), district by district."""
        graph = instance.graph()
        letters = [
            letter
            for letter, option in zip(ascii_uppercase, instance.options, strict=False)
            if _by_districts(graph, option, instance.outcome) is instance.wanted
        ]
        return " ".join(letters)

    def slip(self, instance: Query, rng: Random) -> str:
        """Another letter."""
        return rng.choice([letter for letter in "ABCD" if letter != self.answer(instance).value])

    def checks(self, instance: Query) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("docalculus",)

    def artefacts(self, instance: Query) -> tuple[ArtefactSpecification, ...]:
        return (
            effect_specification(
                instance.graph(), instance.options[0], instance.outcome, seed_of(self.state(instance, 0), self.secret)
            ),
        )

    def go_wrong(self, instance: Query, rng: Random) -> WorkedSolution:
        """Ends in another letter; calls what is identifiable not so, and takes seeing for doing where it is not."""
        treatment = instance.options[0]
        is_identifiable = _estimand(instance, treatment) is not None
        wrong = _told(None if is_identifiable else as_seen(treatment, instance.outcome))
        return ended_in(self.solve(instance), self.slip(instance, rng), wrong)


_ALGORITHM = (
    "The ID algorithm splits what leads to the outcome into districts of hidden causes; it fails where a district of "
    "what is left when the treatment is set cannot be had from the district around it."
)


def formula(estimand: Estimand) -> str:
    """An estimand as people write it."""
    match estimand:
        case Probability(variables, given):
            names, others = (", ".join(name_of(one) for one in group) for group in (variables, given))
            return f"P({names} | {others})" if others else f"P({names})"
        case Sum(over, body):
            return f"Σ over {', '.join(over)} of [{formula(body)}]"
        case Product(factors):
            return " · ".join(formula(factor) for factor in factors)
        case Quotient(above, below):
            return f"[{formula(above)}] / [{formula(below)}]"
        case Constant(value):
            return str(value)


def _told(estimand: Estimand | None) -> Any:
    return {CHECK: {"estimand": NOT_IDENTIFIABLE}} if estimand is None else told(estimand)


def _estimand(query: Query, treatment: str) -> Estimand | None:
    return identify(query.graph(), query.outcome, treatment)


def _right(query: Query) -> list[str]:
    return [option for option in query.options if (_estimand(query, option) is not None) is query.wanted]


def _by_districts(graph: CausalGraph, treatment: str, outcome: str) -> bool:
    """Whether every district of what leads to the outcome past the treatment can be had from the one around it."""
    others = [node for node in graph.nodes if node != treatment]
    past = graph.among(graph.among(others).ancestors([outcome]))
    return all(_can_be_had(graph, inner, _around(graph, graph.nodes, inner)) for inner in past.districts())


def _around(graph: CausalGraph, nodes: Iterable[str], inner: frozenset[str]) -> frozenset[str]:
    """The district, among some nodes, that holds the inner ones."""
    return next(district for district in graph.among(nodes).districts() if inner <= district)


def _can_be_had(graph: CausalGraph, inner: frozenset[str], outer: frozenset[str]) -> bool:
    """Tian's `Identify`: ever smaller ancestral sets and their districts, until one is the inner itself."""
    while True:
        leading = graph.among(outer).ancestors(inner)
        if leading == inner:
            return True
        if leading == outer:
            return False
        outer = _around(graph, leading, inner)


def _fits(estimand: Estimand, names: tuple[str, ...]) -> bool:
    try:
        read_estimand(written(estimand), names)
    except ValueError:
        return False
    return True


def _is_usable(query: Query) -> bool:
    estimands = [_estimand(query, option) for option in query.options]
    if sum((found is not None) is query.wanted for found in estimands) != 1:
        return False
    touched = {node for pair in query.hidden for node in pair}
    naive = [option for option in query.options if (option not in touched) is query.wanted]
    names = query.graph().nodes
    return naive != _right(query) and all(found is None or _fits(found, names) for found in estimands)


def _draw(rng: Random, count: int, hidden: int) -> Query | None:
    names = rng.sample(ascii_lowercase, count)
    arrows = drawn_arrows(rng, names, count // 2)
    pairs = {tuple(sorted(rng.sample(names, 2))) for _ in range(hidden)}
    outcome = names[-1] if rng.random() < 0.7 else rng.choice(names)
    before = sorted(ancestors(arrows, outcome) - {outcome})
    if len(pairs) < hidden or len(before) < _OPTIONS:
        return None
    options = tuple(rng.sample(before, _OPTIONS))
    return Query(arrows, tuple((a, b) for a, b in sorted(pairs)), outcome, options, rng.random() < 0.5)


def _parse(problem: str) -> Query | None:
    outcome = _OUTCOME.search(problem)
    if outcome is None:
        return None
    options = tuple(_OPTION.findall(problem))
    return Query(tuple(_ARROW.findall(problem)), tuple(_HIDDEN.findall(problem)), outcome[1], options, _CAN in problem)

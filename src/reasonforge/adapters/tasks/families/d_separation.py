import re
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.causal_graph import (
    Arrow,
    ball_passes,
    drawn_arrows,
    is_acyclic,
    moral_edges,
    nodes_of,
    open_path,
    path_round,
)
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.separation_claims import SeparationClaims, claims_of
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.wording import ChoiceAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline

_ARROW = re.compile(r"([a-z]) → ([a-z])")
_PAIR = re.compile(r"([a-z]) (?:from|independent of) ([a-z])\b")
_OPTION = re.compile(r"[A-D]: \{([a-z](?:, [a-z])*)?\}")
_OPTIONS = 4
_MOST_NODES = 16


@frozen
class Separation:
    """A directed acyclic graph, two of its nodes, and four sets of others, of which one d-separates the two.

    `arrows` lead from earlier to later nodes of some order; names are lower-case letters.
    """

    arrows: tuple[tuple[str, str], ...]
    first: str
    second: str
    options: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        nodes = self.nodes()
        if not 3 <= len(nodes) <= _MOST_NODES or len(self.arrows) > 60 or len(set(self.arrows)) != len(self.arrows):
            message = f"a graph has 3 to {_MOST_NODES} nodes and at most 60 different arrows"
            raise ValueError(message)
        if self.first == self.second or not {self.first, self.second, *"".join(self.options)} <= set(nodes):
            raise ValueError("two different nodes, and the sets, must be of the graph")
        if len(self.options) != _OPTIONS or any({self.first, self.second} & set(option) for option in self.options):
            raise ValueError("there are four sets, without the two nodes themselves")
        if not is_acyclic(self.arrows):
            raise ValueError("a causal graph has no cycle")

    def nodes(self) -> str:
        """The nodes in alphabetical order."""
        return nodes_of(self.arrows)


class DSeparation:
    """Which of four sets d-separates two nodes of a causal graph.

    Difficulty d: d + 4 nodes, about one and a third arrows a node, sets of up to 1 + d/3 nodes (rounded down).
    Size: the number of nodes. Kept where exactly one set separates, and it is not the one that separates when arrows
    are taken for plain edges (no attention to colliders).
    """

    name: Final = "d_separation"
    version: Final = 2
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Separation:
        return kept(lambda: _draw(rng, difficulty + 4, 1 + difficulty // 3), _colliders_matter)

    def state(self, instance: Separation, phrasing: int) -> str:
        arrows = ", ".join(f"{start} → {end}" for start, end in instance.arrows)
        options = "; ".join(
            f"{letter}: {_set(option)}" for letter, option in zip(ascii_uppercase, instance.options, strict=False)
        )
        ending = (
            f"The artefact `dag` gives the arrows as edges, and says whether {instance.first} is independent of "
            f"{instance.second} given each of the sets, and of every other variable given nothing. "
            "The final answer is one letter: A, B, C or D."
        )
        if phrasing == 0:
            return (
                f"A causal graph has these arrows: {arrows}. Exactly one of the following sets d-separates "
                f"{instance.first} from {instance.second}. Which one? {options}. {ending}"
            )
        return (
            f"Variables influence one another as these arrows say, and in no other way: {arrows}. Given exactly one of "
            f"the sets below, the graph makes {instance.first} independent of {instance.second}; given any of the "
            f"other three it does not. Which set is it? {options}. {ending}"
        )

    def answer(self, instance: Separation) -> ChoiceAnswer:
        letter = next(
            letter
            for letter, option in zip(ascii_uppercase, instance.options, strict=False)
            if _moral_separates(instance, option)
        )
        return ChoiceAnswer(letter, tuple(_set(option) for option in instance.options))

    def size(self, instance: Separation) -> int:
        return len(instance.nodes())

    def read(self, problem: str) -> Separation | None:
        return recognised(self, problem, _parse, _colliders_matter)

    def solve(self, instance: Separation) -> WorkedSolution:
        """Separation in the moral graph of the ancestors (Lauritzen)."""
        lines = []
        for letter, option in zip(ascii_uppercase, instance.options, strict=False):
            path = _moral_path(instance, option)
            finding = f"{' – '.join(path)} avoids the set" if path else "no path avoids the set, so it d-separates"
            nodes = {instance.first, instance.second, *option}
            edges = ", ".join(sorted(f"{a}{b}" for a, b in moral_edges(instance.arrows, nodes)))
            lines.append(WorkedLine(_MORAL, f"{letter}, {_set(option)}: moral edges {edges}; {finding}."))
        artefact = _asked(instance).told(
            instance.arrows, lambda x, y, given: not open_path(instance.arrows, x, y, given)
        )
        return WorkedSolution(self.answer(instance).value, tuple(lines), artefact)

    def solve_again(self, instance: Separation) -> str:
        """Follows active trails in the directed graph (Bayes ball)."""
        separating = [
            letter
            for letter, option in zip(ascii_uppercase, instance.options, strict=False)
            if not _ball_passes(instance, option)
        ]
        return " ".join(separating)

    def slip(self, instance: Separation, rng: Random) -> str:
        """Another letter."""
        return rng.choice([letter for letter in "ABCD" if letter != self.answer(instance).value])

    def checks(self, instance: Separation) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("docalculus", "dag")

    def artefacts(self, instance: Separation) -> tuple[ArtefactSpecification, ...]:
        return (_asked(instance).specification(),)

    def go_wrong(self, instance: Separation, rng: Random) -> WorkedSolution:
        """Ends in another letter, and takes arrows for plain edges."""
        return ended_in(
            self.solve(instance),
            self.slip(instance, rng),
            _asked(instance).told(instance.arrows, lambda x, y, given: not path_round(_plain(instance), x, y, given)),
        )


_MORAL = (
    "Keep the two nodes, the set and their ancestors, join parents of a common child, forget directions: the set "
    "d-separates if and only if every path between the two passes through it."
)


def _asked(separation: Separation) -> SeparationClaims:
    return claims_of(separation.arrows, separation.first, separation.second, separation.options)


def _plain(separation: Separation) -> set[Arrow]:
    return {(min(arrow), max(arrow)) for arrow in separation.arrows}


def _set(option: str) -> str:
    return "{" + ", ".join(option) + "}"


def _moral_path(separation: Separation, given: str) -> list[str]:
    return open_path(separation.arrows, separation.first, separation.second, given)


def _moral_separates(separation: Separation, given: str) -> bool:
    return not _moral_path(separation, given)


def _ball_passes(separation: Separation, given: str) -> bool:
    return ball_passes(separation.arrows, separation.first, separation.second, given)


def _draw(rng: Random, count: int, largest_set: int) -> Separation | None:
    names = rng.sample(ascii_lowercase, count)
    graph = drawn_arrows(rng, names, 1 + count // 3)
    first, second = rng.sample(names, 2)
    if (first, second) in graph or (second, first) in graph:
        return None
    others = sorted(set(names) - {first, second})
    sets = {"".join(sorted(rng.sample(others, rng.randint(0, min(largest_set, len(others)))))) for _ in range(24)}
    options = rng.sample(sorted(sets), min(len(sets), 12))
    graphs = {option: Separation(graph, first, second, (option,) * _OPTIONS) for option in options}
    separating = [option for option in options if not _ball_passes(graphs[option], option)]
    joining = [option for option in options if option not in separating]
    if not separating or len(joining) < _OPTIONS - 1:
        return None
    chosen = [separating[0], *joining[: _OPTIONS - 1]]
    rng.shuffle(chosen)
    return Separation(graph, first, second, tuple(chosen))


def _colliders_matter(separation: Separation) -> bool:
    right = [option for option in separation.options if _moral_separates(separation, option)]
    edges = _plain(separation)
    naive = [
        option for option in separation.options if not path_round(edges, separation.first, separation.second, option)
    ]
    return len(right) == 1 and naive != right


def _parse(problem: str) -> Separation | None:
    pair = _PAIR.search(problem)
    options = tuple((option or "").replace(", ", "") for option in _OPTION.findall(problem))
    return Separation(tuple(_ARROW.findall(problem)), pair[1], pair[2], options) if pair else None

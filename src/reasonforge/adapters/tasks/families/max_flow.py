import re
from collections.abc import Collection, Mapping
from itertools import combinations, pairwise
from random import Random
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
)
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.solver import CHECK, solver_artefact
from reasonforge.domain.discipline import Discipline

Pipe = tuple[int, int, int]

_PIPE = re.compile(r"([A-J])→([A-J]) ([1-9][0-9]?)\b")
_NAMES = "ABCDEFGHIJ"


@frozen
class Pipes:
    """Directed pipes (from, to, capacity) between nodes A = 0, B = 1, …, 4 to 10; flow goes from the first to the last.

    At most 40 pipes, rising, one for each ordered pair; none into the first or out of the last node.
    """

    nodes: int
    pipes: tuple[Pipe, ...]

    def __attrs_post_init__(self) -> None:
        if not 4 <= self.nodes <= len(_NAMES) or not 1 <= len(self.pipes) <= 40:
            raise ValueError("a network has 4 to 10 nodes and at most 40 pipes")
        pairs = [(start, end) for start, end, _ in self.pipes]
        if pairs != sorted(set(pairs)):
            raise ValueError("pipes are in order, and one for each pair")
        if any(end in {start, 0} or start == self.nodes - 1 for start, end in pairs):
            raise ValueError("no pipe leads into the source, out of the sink, or from a node to itself")


class MaxFlow:
    """The greatest flow through a network of pipes.

    Difficulty d: 4 + d/2 nodes (rounded down), 2·d + 4 pipes. Size: the number of pipes.
    Kept where several paths are needed, and neither all pipes at the source nor all at the sink are a smallest cut.
    """

    name: Final = "max_flow"
    version: Final = 2
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Pipes:
        nodes = 4 + difficulty // 2 + (difficulty == 1)

        def draw() -> Pipes:
            ends = [(start, end) for start in range(nodes - 1) for end in range(1, nodes) if start != end]
            chosen = sorted(rng.sample(ends, 2 * difficulty + 4))
            return Pipes(nodes, tuple((start, end, rng.randint(1, 15)) for start, end in chosen))

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Pipes, phrasing: int) -> str:
        pipes = ", ".join(f"{_NAMES[start]}→{_NAMES[end]} {capacity}" for start, end, capacity in instance.pipes)
        sink = _NAMES[instance.nodes - 1]
        ending = (
            "The final answer is one integer. The artefact `solver` gives a greatest flow, how much of it goes from "
            "where to where, and what proves that there is no greater one."
        )
        if phrasing == 0:
            return (
                f"Water flows through one-way pipes with these capacities in litres per second: {pipes}. How many "
                f"litres per second can flow from A to {sink} at most? {ending}"
            )
        if phrasing == 1:
            return (
                f"A rail network has one-way tracks, and each takes so many trains a day: {pipes}. Some shall close so "
                f"that no train gets from A to {sink}. What is the least total capacity to close? {ending}"
            )
        return f"Find the value of a maximum flow from source A to sink {sink} in the network {pipes}. {ending}"

    def answer(self, instance: Pipes) -> IntegerAnswer:
        return IntegerAnswer(_flow(instance)[0])

    def size(self, instance: Pipes) -> int:
        return len(instance.pipes)

    def read(self, problem: str) -> Pipes | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Pipes) -> WorkedSolution:
        """Shortest augmenting paths (Edmonds and Karp), and the cut that proves there are no more."""
        flow, augmented, reached = _flow(instance)
        lines: list[WorkedLine] = []
        total = 0
        for path, amount in augmented:
            told = f"{amount} more along {'→'.join(_NAMES[node] for node in path)}"
            lines.append(line(_AUGMENT, told, equals(f"{total} + {amount}", total + amount)))
            total += amount
        cut = [
            (start, end, capacity) for start, end, capacity in instance.pipes if start in reached and end not in reached
        ]
        told = ", ".join(f"{_NAMES[start]}→{_NAMES[end]}" for start, end, _ in cut)
        lines.append(line(_CUT, f"The cut {told} holds {flow}", equals(" + ".join(str(c) for _, _, c in cut), flow)))
        return WorkedSolution(str(flow), tuple(lines), _told(instance, reached))

    def solve_again(self, instance: Pipes) -> str:
        """The smallest of all cuts."""
        inner = range(1, instance.nodes - 1)
        sides = (frozenset((0, *some)) for size in range(len(inner) + 1) for some in combinations(inner, size))
        return str(min(_capacity(instance, side) for side in sides))

    def slip(self, instance: Pipes, rng: Random) -> str:
        """Never takes flow back, or looks at the source or the sink alone."""
        greedy = _flow(instance, take_back=False)[0]
        wrong = [*_shortcuts(instance), *([greedy] if greedy != _flow(instance)[0] else [])]
        return str(rng.choice(wrong))

    def checks(self, instance: Pipes) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return (CHECK,)

    def artefacts(self, instance: Pipes) -> tuple[ArtefactSpecification, ...]:
        proof = _told(instance, _flow(instance)[2])[CHECK]
        asked = solver_artefact(
            list(map(_pipe, instance.pipes)),
            "max",
            {_pipe(pipe): 1 for pipe in instance.pipes if pipe[0] == 0},
            [
                {
                    "name": _balance(node),
                    "terms": {_pipe(pipe): 1 if pipe[1] == node else -1 for pipe in instance.pipes if node in pipe[:2]},
                    "relation": "=",
                    "bound": 0,
                }
                for node in _inner(instance)
            ],
            solution=proof["x"],
            duals=proof.get("duals"),
            upper={_pipe(pipe): pipe[2] for pipe in instance.pipes},
        )
        return (asked,)

    def go_wrong(self, instance: Pipes, rng: Random) -> WorkedSolution:
        """Ends in a slip, and takes all that leaves the source for a smallest cut."""
        return ended_in(self.solve(instance), self.slip(instance, rng), _told(instance, {0}))


_AUGMENT = "Send as much as fits along a shortest path that still has room, where flow may also be taken back."
_CUT = "No path is left: the pipes out of what the source still reaches are full, and no flow can exceed them."


def _pipe(pipe: Pipe) -> str:
    return f"{_NAMES[pipe[0]]}_{_NAMES[pipe[1]]}"


def _balance(node: int) -> str:
    return f"balance_{_NAMES[node]}"


def _inner(network: Pipes) -> list[int]:
    """The nodes that have pipes and must pass on what they get."""
    return [node for node in range(1, network.nodes - 1) if any(node in pipe[:2] for pipe in network.pipes)]


def _told(network: Pipes, source_side: Collection[int]) -> Mapping[str, Any]:
    """The artefact with a greatest flow, and this cut as the proof: where there is none greater if it is a smallest.

    A node's dual is what one litre more, taken out there, would add to the flow: 1 on the source's side of the cut.
    """
    net: dict[tuple[int, int], int] = {}
    for path, amount in _flow(network)[1]:
        for start, end in pairwise(path):
            net[start, end] = net.get((start, end), 0) + amount
            net[end, start] = net.get((end, start), 0) - amount
    flow = {_pipe(pipe): max(0, net.get(pipe[:2], 0)) for pipe in network.pipes}
    duals = {_balance(node): int(node in source_side) for node in _inner(network)}
    return {CHECK: {"x": flow, **({"duals": duals} if duals else {})}}


def _capacity(network: Pipes, side: frozenset[int]) -> int:
    return sum(capacity for start, end, capacity in network.pipes if start in side and end not in side)


def _path(room: dict[tuple[int, int], int], nodes: int) -> tuple[list[int], frozenset[int]]:
    """A shortest path with room from the first to the last node (or nothing), and what can be reached."""
    before = {0: 0}
    waiting = [0]
    for node in waiting:
        for other in range(nodes):
            if other not in before and room.get((node, other), 0) > 0:
                before[other] = node
                waiting.append(other)
    if nodes - 1 not in before:
        return [], frozenset(before)
    path = [nodes - 1]
    while path[-1]:
        path.append(before[path[-1]])
    return path[::-1], frozenset(before)


def _flow(network: Pipes, *, take_back: bool = True) -> tuple[int, list[tuple[list[int], int]], frozenset[int]]:
    """The flow, the augmenting paths with their amounts, and what the source reaches at the end."""
    room = {(start, end): capacity for start, end, capacity in network.pipes}
    augmented: list[tuple[list[int], int]] = []
    path, reached = _path(room, network.nodes)
    while path:
        steps = list(pairwise(path))
        amount = min(room[step] for step in steps)
        for start, end in steps:
            room[start, end] -= amount
            if take_back:
                room[end, start] = room.get((end, start), 0) + amount
        augmented.append((path, amount))
        path, reached = _path(room, network.nodes)
    return sum(amount for _, amount in augmented), augmented, reached


def _shortcuts(network: Pipes) -> tuple[int, int]:
    """All pipes at the source, and all at the sink."""
    everything_else = frozenset(range(network.nodes - 1))
    return _capacity(network, frozenset((0,))), _capacity(network, everything_else)


def _shortcuts_fail(network: Pipes) -> bool:
    flow, augmented, _ = _flow(network)
    return len(augmented) > 1 and flow not in _shortcuts(network)


def _parse(problem: str) -> Pipes:
    found = _PIPE.findall(problem)
    pipes = tuple((_NAMES.index(start), _NAMES.index(end), int(capacity)) for start, end, capacity in found)
    return Pipes(1 + max((max(start, end) for start, end, _ in pipes), default=0), pipes)

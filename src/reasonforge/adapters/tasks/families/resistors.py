import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_RESISTOR = re.compile(r"([0-9]{1,3}) Ω between ([A-H]) and ([A-H])")
_NODES = "ABCDEFGH"
Pair = tuple[int, int]
Conductances = dict[Pair, Fraction]


@frozen
class Network:
    """Resistors (node, node, ohms) between nodes 0…nodes-1 (3 to 8); measured between nodes 0 and 1.

    Connected, 2 to 16 resistors of 1 to 999 Ω, first node of each below its second.
    """

    nodes: int
    resistors: tuple[tuple[int, int, int], ...]

    def __attrs_post_init__(self) -> None:
        if not 3 <= self.nodes <= len(_NODES) or not 2 <= len(self.resistors) <= 16:
            raise ValueError("a network has 3 to 8 nodes and 2 to 16 resistors")
        if any(not 0 <= low < high < self.nodes or not 1 <= ohms <= 999 for low, high, ohms in self.resistors):
            raise ValueError("a resistor of 1 to 999 Ω lies between two nodes, the first before the second")
        reached = {0}
        for _ in range(self.nodes):
            reached |= {node for low, high, _ in self.resistors if reached & {low, high} for node in (low, high)}
        if len(reached) != self.nodes:
            raise ValueError("a network must be connected")


class Resistors:
    """The resistance of a network between two of its nodes, as a fraction.

    Difficulty d: d + 2 resistors between 3 + d/2 nodes (rounded down, at most 8), 1 to 12 Ω. From difficulty 4 on most
    networks are no combination of series and parallel. Size: the number of resistors.
    Kept where a current flows through every resistor, and neither all in series nor all in parallel is right.
    """

    name: Final = "resistors"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Network:
        nodes, count = min(3 + difficulty // 2, len(_NODES)), difficulty + 2

        def draw() -> Network | None:
            pairs = list(combinations(range(nodes), 2))
            drawn = sorted((*rng.choice(pairs), rng.randint(1, 12)) for _ in range(count))
            degrees = [sum(node in {low, high} for low, high, _ in drawn) for node in range(nodes)]
            if min(degrees[:2]) < 1 or min(degrees[2:]) < 2:
                return None
            try:
                return Network(nodes, tuple(drawn))
            except ValueError:  # in several pieces
                return None

        return kept(draw, _every_resistor_carries)

    def state(self, instance: Network, phrasing: int) -> str:
        resistors = "; ".join(
            f"{ohms} Ω between {_NODES[low]} and {_NODES[high]}" for low, high, ohms in instance.resistors
        )
        ending = (
            "The final answer is a fraction p/q in lowest terms, or an integer: the number of ohms, without a unit."
        )
        if phrasing == 0:
            return f"These resistors are wired together: {resistors}. What is the resistance between A and B? {ending}"
        return (
            f"A circuit has nodes {', '.join(_NODES[: instance.nodes])} and only ideal resistors: {resistors}. "
            f"A battery is connected to A and B. Find the equivalent resistance that it sees, exactly. {ending}"
        )

    def answer(self, instance: Network) -> FractionAnswer:
        return FractionAnswer(Fraction(self.solve(instance).final_answer))

    def size(self, instance: Network) -> int:
        return len(instance.resistors)

    def read(self, problem: str) -> Network | None:
        return recognised(self, problem, _parse, _every_resistor_carries)

    def solve(self, instance: Network) -> WorkedSolution:
        """Joins parallel resistors, then removes one inner node after the other (star–mesh transform)."""
        conductances, claims = _joined(instance)
        lines = [line(_PARALLEL, f"Conductances in 1/Ω {_described(conductances)}", *claims)]
        for node in range(instance.nodes - 1, 1, -1):
            conductances, claims = _without(conductances, node)
            lines.append(line(_STAR_MESH, f"Without {_NODES[node]} {_described(conductances)}", *claims))
        between = conductances[0, 1]
        reciprocal = equals(f"1 / {written(between)}", 1 / between)
        lines.append(line("The resistance is the reciprocal of the conductance.", f"{1 / between} Ω", reciprocal))
        return WorkedSolution(str(1 / between), tuple(lines))

    def solve_again(self, instance: Network) -> str:
        """Kirchhoff's matrix-tree theorem: det L without rows A and B over det L without row A."""
        laplacian = [[Fraction(0)] * instance.nodes for _ in range(instance.nodes)]
        for low, high, ohms in instance.resistors:
            for row, column, sign in ((low, low, 1), (high, high, 1), (low, high, -1), (high, low, -1)):
                laplacian[row][column] += Fraction(sign, ohms)
        without_a = [row[1:] for row in laplacian[1:]]
        without_both = [row[2:] for row in laplacian[2:]]
        return str(_determinant(without_both) / _determinant(without_a))

    def slip(self, instance: Network, rng: Random) -> str:
        """Takes all for series, or all for parallel."""
        return str(rng.choice((_all_in_series(instance), _all_in_parallel(instance))))


_PARALLEL = "Resistors between the same two nodes are parallel, and their conductances add up."
_STAR_MESH = (
    "An inner node can be removed: between each two of its neighbours appears the product of their conductances to it, "
    "divided by the sum of all its conductances."
)


def _described(conductances: Conductances) -> str:
    return ", ".join(f"{_NODES[low]}{_NODES[high]} {value}" for (low, high), value in sorted(conductances.items()))


def _joined(network: Network) -> tuple[Conductances, list[Claim]]:
    conductances: Conductances = {}
    claims: list[Claim] = []
    for low, high, ohms in network.resistors:
        before = conductances.get((low, high))
        after = (before or 0) + Fraction(1, ohms)
        if before is not None:
            claims.append(equals(f"{written(before)} + {written(Fraction(1, ohms))}", after))
        conductances[low, high] = after
    return conductances, claims


def _without(conductances: Conductances, node: int) -> tuple[Conductances, list[Claim]]:
    arms = {low + high - node: value for (low, high), value in sorted(conductances.items()) if node in {low, high}}
    left = {pair: value for pair, value in conductances.items() if node not in pair}
    total = sum(arms.values(), Fraction(0))
    claims = [equals(" + ".join(written(value) for value in arms.values()), total)]
    for low, high in combinations(sorted(arms), 2):
        added = arms[low] * arms[high] / total
        claims.append(equals(f"{written(arms[low])} * {written(arms[high])} / {written(total)}", added))
        before = left.get((low, high))
        if before is not None:
            claims.append(equals(f"{written(before)} + {written(added)}", before + added))
        left[low, high] = (before or 0) + added
    return left, claims


def _determinant(matrix: Sequence[Sequence[Fraction]]) -> Fraction:
    """By elimination. Principal minors of a connected network's Laplacian are positive, so every pivot is."""
    rows = [list(row) for row in matrix]
    determinant = Fraction(1)
    for at, pivot_row in enumerate(rows):
        determinant *= pivot_row[at]
        for row in rows[at + 1 :]:
            factor = row[at] / pivot_row[at]
            for column in range(at, len(row)):
                row[column] -= factor * pivot_row[column]
    return determinant


def _all_in_series(network: Network) -> Fraction:
    return Fraction(sum(ohms for _, _, ohms in network.resistors))


def _all_in_parallel(network: Network) -> Fraction:
    return 1 / sum((Fraction(1, ohms) for _, _, ohms in network.resistors), Fraction(0))


def _every_resistor_carries(network: Network) -> bool:
    """Whether no resistor's ends are at the same potential, and no shortcut gives the resistance."""
    potentials = _potentials(network)
    through_a = sum(((1 - potentials[high]) / ohms for low, high, ohms in network.resistors if low == 0), Fraction(0))
    shortcuts = {_all_in_series(network), _all_in_parallel(network)}
    carries = all(potentials[low] != potentials[high] for low, high, _ in network.resistors)
    return carries and 1 / through_a not in shortcuts


def _potentials(network: Network) -> list[Fraction]:
    """Of every node, with A at 1 and B at 0, by Gauss-Jordan elimination of Kirchhoff's current law."""
    at_a, inner = network.nodes, range(2, network.nodes)
    rows = {node: [Fraction(0)] * (network.nodes + 1) for node in inner}
    for low, high, ohms in network.resistors:
        for node, other in ((low, high), (high, low)):
            if node in rows:
                rows[node][node] += Fraction(1, ohms)
                if other in rows:
                    rows[node][other] -= Fraction(1, ohms)
                elif other == 0:
                    rows[node][at_a] += Fraction(1, ohms)
    for node in inner:
        pivot = [entry / rows[node][node] for entry in rows[node]]
        for other in inner:
            factor = rows[other][node]
            rows[other] = [entry - factor * of_pivot for entry, of_pivot in zip(rows[other], pivot, strict=True)]
        rows[node] = pivot
    return [Fraction(1), Fraction(0), *(rows[node][at_a] for node in inner)]


def _parse(problem: str) -> Network:
    resistors = [(_NODES.index(low), _NODES.index(high), int(ohms)) for ohms, low, high in _RESISTOR.findall(problem)]
    return Network(1 + max((high for _, high, _ in resistors), default=0), tuple(resistors))

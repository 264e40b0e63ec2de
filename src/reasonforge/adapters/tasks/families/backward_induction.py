import re
from fractions import Fraction
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Branch = int | tuple[int, int]
Payoffs = tuple[Fraction, Fraction]

_NODE = re.compile(r"node ([1-9][0-9]?) \((Ann|Bob|chance ([1-5])/([2-6]))\): ([^,;]{1,20}) or ([^,;]{1,20})(?=;|\. )")
_TO_NODE = re.compile(r"node ([1-9][0-9]?)")
_TO_END = re.compile(r"end ([0-9]{1,2}) / ([0-9]{1,2})")


@frozen
class Node:
    """Who moves (Ann, Bob or chance), the chance of the first branch where nobody does, and both branches.

    A branch is the number of a later node, or the payoffs (Ann's, Bob's) at which the game ends.
    """

    mover: str
    chance: tuple[int, int] | None
    first: Branch
    second: Branch


@frozen
class Tree:
    """Nodes numbered from 1 (the root), 2 to 16; every other node is the branch of exactly one earlier one."""

    nodes: tuple[Node, ...]

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.nodes) <= 16:
            raise ValueError("a game has 2 to 16 nodes")
        reached = [(at, branch) for at, node in enumerate(self.nodes, start=1) for branch in (node.first, node.second)]
        later = [(at, branch) for at, branch in reached if isinstance(branch, int)]
        if sorted(branch for _, branch in later) != list(range(2, len(self.nodes) + 1)):
            raise ValueError("every node but the first is reached in one way")
        if any(branch <= at for at, branch in later):
            raise ValueError("branches lead to later nodes")
        if any(node.chance is not None and not 0 < node.chance[0] < node.chance[1] for node in self.nodes):
            raise ValueError("a chance is between 0 and 1")


class BackwardInduction:
    """Ann's expected payoff in the subgame perfect equilibrium of a game with chance moves.

    Difficulty d: d + 3 nodes, every third or so a chance move. Size: the number of nodes.
    Kept where no mover is ever indifferent, and the answer changes when Bob plays for Ann and when Ann hopes for the
    better side of every chance.
    """

    name: Final = "backward_induction"
    version: Final = 1
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Tree:
        return kept(lambda: _draw(rng, difficulty + 3), _shortcuts_fail)

    def state(self, instance: Tree, phrasing: int) -> str:
        nodes = "; ".join(
            f"node {at} ({_mover(node)}): {_branch(node.first)} or {_branch(node.second)}"
            for at, node in enumerate(instance.nodes, start=1)
        )
        ending = "The final answer is a fraction p/q in lowest terms, or an integer."
        chance = "A chance node takes its first branch with the probability that stands there, else the second."
        if phrasing == 0:
            return (
                f"Ann and Bob play a game with perfect information that begins at node 1: {nodes}. At each node the "
                f"one named chooses a branch; where the game ends stands what Ann / Bob get. {chance} Both maximise "
                f"their own expected payoff. What does Ann expect to get? {ending}"
            )
        if phrasing == 1:
            return (
                f"Find the subgame perfect equilibrium of this extensive game: {nodes}. Payoffs at an end are Ann's / "
                f"Bob's, and play starts at node 1. {chance} Give Ann's expected payoff in it. {ending}"
            )
        return (
            "A negotiation goes through stages, and everybody sees what has happened before: "
            f"{nodes}. It starts at node 1 and ends with profits for Ann / Bob. {chance} Each side is selfish and "
            f"foresees what the other will do. How much is the negotiation worth to Ann? {ending}"
        )

    def answer(self, instance: Tree) -> FractionAnswer:
        return FractionAnswer(_values(instance)[0][0])

    def size(self, instance: Tree) -> int:
        return len(instance.nodes)

    def read(self, problem: str) -> Tree | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Tree) -> WorkedSolution:
        """From the last node to the first, what each is worth to both."""
        values = _values(instance)
        lines: list[WorkedLine] = []
        for at in range(len(instance.nodes) - 1, -1, -1):
            node = instance.nodes[at]
            first, second = (_worth(branch, values) for branch in (node.first, node.second))
            claims: list[Claim] = []
            if node.chance:
                share = Fraction(*node.chance)
                for side in (0, 1):
                    mixed = (
                        f"{written(share)} * {written(first[side])} + {written(1 - share)} * {written(second[side])}"
                    )
                    claims.append(equals(mixed, values[at][side]))
            else:
                side = ("Ann", "Bob").index(node.mover)
                better, worse = sorted((first[side], second[side]), reverse=True)
                claims.append(Claim(f"{written(better)} - {written(worse)}", ">", "0"))
            idea = _CHANCE if node.chance else _CHOICE
            lines.append(
                line(idea, f"Node {at + 1} is worth {values[at][0]} to Ann and {values[at][1]} to Bob", *claims)
            )
        return WorkedSolution(str(values[0][0]), tuple(lines))

    def solve_again(self, instance: Tree) -> str:
        """Starts from any plan and changes one move at a time while its mover gains by that alone."""
        plan = [True] * len(instance.nodes)
        improved = True
        while improved:
            improved = False
            for at, node in enumerate(instance.nodes):
                if node.chance is None:
                    side = ("Ann", "Bob").index(node.mover)
                    gains = [_played(instance, branch, plan)[side] for branch in (node.first, node.second)]
                    if plan[at] != (gains[0] > gains[1]):
                        plan[at], improved = not plan[at], True
        return str(_played(instance, 1, plan)[0])

    def slip(self, instance: Tree, rng: Random) -> str:
        """Lets Bob play for Ann, or takes the better side of every chance."""
        return str(rng.choice(_shortcuts(instance)))


_CHANCE = "At a chance node expected payoffs are the branches' payoffs weighed with their probabilities."
_CHOICE = "At a choice the mover takes the branch that pays the mover more."


def _mover(node: Node) -> str:
    return f"chance {node.chance[0]}/{node.chance[1]}" if node.chance else node.mover


def _branch(branch: Branch) -> str:
    return f"node {branch}" if isinstance(branch, int) else f"end {branch[0]} / {branch[1]}"


def _worth(branch: Branch, values: list[Payoffs]) -> Payoffs:
    return values[branch - 1] if isinstance(branch, int) else (Fraction(branch[0]), Fraction(branch[1]))


def _mixed(node: Node, first: Payoffs, second: Payoffs) -> Payoffs:
    share = Fraction(*node.chance) if node.chance else Fraction(1)
    return share * first[0] + (1 - share) * second[0], share * first[1] + (1 - share) * second[1]


def _values(tree: Tree, *, bob_helps: bool = False, lucky: bool = False) -> list[Payoffs]:
    """What every node is worth to (Ann, Bob).

    Raises:
        ValueError: a mover is indifferent.
    """
    values: list[Payoffs] = [(Fraction(0), Fraction(0))] * len(tree.nodes)
    for at in range(len(tree.nodes) - 1, -1, -1):
        node = tree.nodes[at]
        first, second = (_worth(branch, values) for branch in (node.first, node.second))
        if node.chance and not lucky:
            values[at] = _mixed(node, first, second)
            continue
        side = 1 if node.mover == "Bob" and not bob_helps else 0
        if first[side] == second[side] and not (lucky or bob_helps):
            raise ValueError("a mover is indifferent, so the value is not unique")
        values[at] = max(first, second, key=lambda payoffs: payoffs[side])
    return values


def _played(tree: Tree, branch: Branch, plan: list[bool]) -> Payoffs:
    """What both get when play goes on from a branch as planned (True is a node's first branch)."""
    if not isinstance(branch, int):
        return Fraction(branch[0]), Fraction(branch[1])
    node = tree.nodes[branch - 1]
    if node.chance:
        return _mixed(node, _played(tree, node.first, plan), _played(tree, node.second, plan))
    return _played(tree, node.first if plan[branch - 1] else node.second, plan)


def _draw(rng: Random, count: int) -> Tree | None:
    movers = [rng.choice(("Ann", "Bob", "chance")) for _ in range(count)]
    if len(set(movers)) < 3:
        return None
    open_branches = [(0, 0), (0, 1)]
    places: dict[tuple[int, int], Branch] = {}
    for new in range(1, count):
        place = open_branches.pop(rng.randrange(len(open_branches)))
        places[place] = new + 1
        open_branches += [(new, 0), (new, 1)]
    for place in open_branches:
        places[place] = (rng.randint(0, 30), rng.randint(0, 30))
    nodes: list[Node] = []
    for at, mover in enumerate(movers):
        below = rng.randint(2, 6)
        chance = (rng.randint(1, below - 1), below) if mover == "chance" else None
        nodes.append(Node(mover, chance, places[at, 0], places[at, 1]))
    return Tree(tuple(nodes))


def _shortcuts(tree: Tree) -> tuple[Fraction, Fraction]:
    return _values(tree, bob_helps=True)[0][0], _values(tree, lucky=True)[0][0]


def _shortcuts_fail(tree: Tree) -> bool:
    try:
        right = _values(tree)[0][0]
    except ValueError:  # indifference
        return False
    return right not in _shortcuts(tree)


def _parse(problem: str) -> Tree:
    nodes: list[Node] = []
    for _, mover, above, below, *branches in _NODE.findall(problem):
        chance = (int(above), int(below)) if above else None
        first, second = (_parsed(branch) for branch in branches)
        nodes.append(Node("chance" if chance else mover, chance, first, second))
    return Tree(tuple(nodes))


def _parsed(branch: str) -> Branch:
    if to_node := _TO_NODE.fullmatch(branch):
        return int(to_node[1])
    if to_end := _TO_END.fullmatch(branch):
        return int(to_end[1]), int(to_end[2])
    raise ValueError("a branch leads to a node or to an end")

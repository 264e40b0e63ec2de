import re
from collections.abc import Iterator
from heapq import heappop, heappush
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
)
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline

Facts = frozenset[str]

_FACTS = "pqrstuvwxy"
_ACTIONS = "ABCDEFGHIJKLMNOP"
_ACTION = re.compile(
    r"([A-P]) costs ([1-9]): needs ([p-y](?: [p-y])*), makes ([p-y](?: [p-y])*), "
    r"ends ([p-y](?: [p-y])*|nothing)(?=;|\.)"
)
_START = re.compile(r"\bonly ([p-y](?: [p-y])*) (?:hold|holds)\b")
_GOAL = re.compile(r"\bfacts? ([p-y](?: [p-y])*) (?:hold|holds)\b")


@frozen
class Operator:
    """An action: what must hold for it, what holds after it, what does not any more, and what it costs (1 to 9)."""

    cost: int
    needs: str
    makes: str
    ends: str


@frozen
class World:
    """2 to 16 actions named A, B, …; the facts that hold at first, and those that shall hold at the end."""

    operators: tuple[Operator, ...]
    start: str
    goal: str

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.operators) <= len(_ACTIONS) or not self.start or not self.goal:
            raise ValueError("a world has 2 to 16 actions, facts at first and facts to reach")
        lists = [self.start, self.goal, *(text for op in self.operators for text in (op.needs, op.makes, op.ends))]
        if any(list(text) != sorted(set(text)) for text in lists):
            raise ValueError("facts are listed once, in alphabetical order")


class StripsPlan:
    """The cost of a cheapest plan in a small STRIPS world.

    Difficulty d: d + 4 actions over 4 + d/2 facts (rounded down); cheapest plans have at least 2 + d/4 actions.
    Size: the number of actions. Kept where the goal can be reached, and neither a plan with the fewest actions nor a
    cheapest one where nothing ever ends costs the same.
    """

    name: Final = "strips_plan"
    version: Final = 1
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> World:
        return kept(
            lambda: _draw(rng, difficulty + 4, 4 + difficulty // 2),
            lambda world: _shortcuts_fail(world) and len(_cheapest(world)[1]) >= 2 + difficulty // 4,
        )

    def state(self, instance: World, phrasing: int) -> str:
        actions = "; ".join(
            f"{name} costs {one.cost}: needs {' '.join(one.needs)}, makes {' '.join(one.makes)}, "
            f"ends {' '.join(one.ends) or 'nothing'}"
            for name, one in zip(_ACTIONS, instance.operators, strict=False)
        )
        start = f"only {' '.join(instance.start)} {'holds' if len(instance.start) == 1 else 'hold'}"
        single = len(instance.goal) == 1
        goal = f"{'fact' if single else 'facts'} {' '.join(instance.goal)} {'holds' if single else 'hold'}"
        ending = "The final answer is one integer."
        if phrasing == 0:
            return (
                f"A world is described by facts. At first {start}. Actions may be done in any order and repeatedly, "
                f"when all they need holds; afterwards what they make holds, and what they end does not. {actions}. "
                f"What is the least total cost of a plan after which {goal}? {ending}"
            )
        if phrasing == 1:
            return (
                f"Solve this STRIPS planning problem with action costs optimally. Initially {start}. The actions, with "
                f"preconditions, add lists and delete lists: {actions}. In the goal {goal}. How much does an optimal "
                f"plan cost? {ending}"
            )
        return (
            f"A machine has lamps; a letter holds while its lamp is lit. At first {start}. A button works only if the "
            f"lamps that it needs are lit; then it makes some light up, and ends the light of others. {actions}. "
            f"Find the smallest sum of costs of pushes until {goal}. {ending}"
        )

    def answer(self, instance: World) -> IntegerAnswer:
        return IntegerAnswer(_cheapest(instance)[0])

    def size(self, instance: World) -> int:
        return len(instance.operators)

    def read(self, problem: str) -> World | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: World) -> WorkedSolution:
        """Cheapest-first search over sets of facts (Dijkstra), and the plan that it finds."""
        cost, plan = _cheapest(instance)
        facts, total = frozenset(instance.start), 0
        lines = [WorkedLine(_SEARCH, f"The plan {' '.join(_ACTIONS[at] for at in plan)} is a cheapest one.")]
        for at in plan:
            operator = instance.operators[at]
            facts = _after(facts, operator)
            step = equals(f"{total} + {operator.cost}", total + operator.cost)
            lines.append(line(_STEP, f"After {_ACTIONS[at]} there is {' '.join(sorted(facts))}", step))
            total += operator.cost
        lines.append(
            line(
                "All costs together.",
                f"{cost}",
                equals(" + ".join(str(instance.operators[at].cost) for at in plan), cost),
            )
        )
        return WorkedSolution(str(cost), tuple(lines))

    def solve_again(self, instance: World) -> str:
        """The reachable sets of facts, their costs relaxed until none falls any more (Bellman and Ford)."""
        costs: dict[Facts, int] = {frozenset(instance.start): 0}
        changed = True
        while changed:
            changed = False
            for facts, cost in list(costs.items()):
                for operator, after in _steps(instance, facts):
                    if cost + operator.cost < costs.get(after, cost + operator.cost + 1):
                        costs[after], changed = cost + operator.cost, True
        return str(min(cost for facts, cost in costs.items() if set(instance.goal) <= facts))

    def slip(self, instance: World, rng: Random) -> str:
        """Takes the plan with the fewest actions, or forgets what actions end."""
        return str(rng.choice(_shortcuts(instance)))


_SEARCH = "Of all sets of facts that can be reached, go on from the cheapest one, until one holds the goal."
_STEP = "An action whose needs hold adds what it makes, and takes away what it ends."


def _after(facts: Facts, operator: Operator) -> Facts:
    return (facts - frozenset(operator.ends)) | frozenset(operator.makes)


def _steps(world: World, facts: Facts) -> Iterator[tuple[Operator, Facts]]:
    for operator in world.operators:
        if facts.issuperset(operator.needs):
            yield operator, _after(facts, operator)


def _cheapest(world: World) -> tuple[int, tuple[int, ...]]:
    """The cost of a cheapest plan and the plan, of equal ones the first in order.

    Raises:
        ValueError: the goal cannot be reached.
    """
    waiting: list[tuple[int, tuple[int, ...], str]] = [(0, (), world.start)]
    done: set[str] = set()
    while waiting:
        cost, plan, told = heappop(waiting)
        if told in done:
            continue
        done.add(told)
        facts = frozenset(told)
        if facts.issuperset(world.goal):
            return cost, plan
        for at, operator in enumerate(world.operators):
            if facts.issuperset(operator.needs):
                after = "".join(sorted(_after(facts, operator)))
                if after not in done:
                    heappush(waiting, (cost + operator.cost, (*plan, at), after))
    raise ValueError("the goal cannot be reached")


def _draw(rng: Random, actions: int, count: int) -> World:
    facts = _FACTS[:count]

    def some(most: int, least: int = 1, of: str = facts) -> str:
        return "".join(sorted(rng.sample(of, rng.randint(least, min(most, len(of))))))

    operators: list[Operator] = []
    for _ in range(actions):
        needs = some(2)
        makes = some(2, of="".join(fact for fact in facts if fact not in needs))
        ends = some(2, least=0, of="".join(fact for fact in facts if fact not in makes))
        operators.append(Operator(rng.randint(1, 9), needs, makes, ends))
    return World(tuple(operators), some(2), some(3, least=2))


def _shortcuts(world: World) -> tuple[int, int]:
    """The cost of a plan with the fewest actions, and that of a cheapest one when nothing ever ends."""
    even = tuple(Operator(1, one.needs, one.makes, one.ends) for one in world.operators)
    _, fewest = _cheapest(World(even, world.start, world.goal))
    endless = tuple(Operator(one.cost, one.needs, one.makes, "") for one in world.operators)
    return sum(world.operators[at].cost for at in fewest), _cheapest(World(endless, world.start, world.goal))[0]


def _shortcuts_fail(world: World) -> bool:
    try:
        cost, plan = _cheapest(world)
    except ValueError:  # out of reach
        return False
    return len(plan) > 1 and cost not in _shortcuts(world)


def _parse(problem: str) -> World | None:
    start, goal = _START.search(problem), _GOAL.search(problem)
    if start is None or goal is None:
        return None
    operators = tuple(
        Operator(int(cost), *(part.replace("nothing", "").replace(" ", "") for part in (needs, makes, ends)))
        for _, cost, needs, makes, ends in _ACTION.findall(problem)
    )
    return World(operators, start[1].replace(" ", ""), goal[1].replace(" ", ""))

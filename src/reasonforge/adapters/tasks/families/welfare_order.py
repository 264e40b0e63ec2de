import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.sequence import ListAnswer
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.discipline import Discipline

_PLANS = ("Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple", "Oak", "Rowan", "Willow")
_ORDERS = {
    "leximin": (
        "the plan whose worst-off person is better off is better; if these are equal, the one whose second worst-off "
        "person is better off; and so on upwards"
    ),
    "utilitarian order with an equality clause": (
        "the plan with the greater sum is better; if the sums are equal, the one with the smaller difference between "
        "its best-off and its worst-off person"
    ),
    "sufficientarian order": (
        "the plan with more people at 10 or above is better; if these are as many, the one in which those below 10 "
        "miss it by less in total; if that is equal too, the one with the greater sum"
    ),
}
_PLAN = re.compile(r"([A-Z][a-z]+) \(([0-9]{1,2}(?:, [0-9]{1,2}){2,11})\)")
_ENOUGH = 10


@frozen
class Plans:
    """2 to 10 plans, each with the well-being (0 to 99) of the same 3 to 12 people, and the order that ranks them."""

    plans: tuple[tuple[str, tuple[int, ...]], ...]
    order: str

    def __attrs_post_init__(self) -> None:
        names = [name for name, _ in self.plans]
        if self.order not in _ORDERS or not 2 <= len(set(names)) == len(names) <= 10 or not set(names) <= set(_PLANS):
            raise ValueError("there are 2 to 10 plans of different names, and a known order")
        people = {len(values) for _, values in self.plans}
        if len(people) != 1 or not 3 <= min(people) <= 12:
            raise ValueError("each plan says how well off the same 3 to 12 people are")


class WelfareOrder:
    """Ranks plans by a stated social welfare order: leximin, utilitarian or sufficientarian with their tie-breaks.

    Difficulty d (1 to 8): 3 + d/2 plans for d + 3 people (rounded down). Size: plans times people. Kept where no two
    plans are equally good, a tie-break decides between two of them, and the other orders give other rankings.
    """

    name: Final = "welfare_order"
    version: Final = 1
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Plans:
        order = rng.choice(sorted(_ORDERS))
        return kept(lambda: _draw(rng, order, 3 + difficulty // 2, difficulty + 3), _decided)

    def state(self, instance: Plans, phrasing: int) -> str:
        plans = "; ".join(f"{name} ({', '.join(str(value) for value in values)})" for name, values in instance.plans)
        meaning = _ORDERS[instance.order]
        ending = "The final answer is a list of the names in square brackets, the best plan first."
        return (
            (
                f"A charter ranks plans by the {instance.order}: {meaning}. The plans, with how well off each person "
                f"would be: {plans}. Rank them all. {ending}"
            ),
            (
                f"These plans are on the table, the numbers being the well-being of the same people in the same order: "
                f"{plans}. The {instance.order} applies, that is: {meaning}. In what order does it put the plans? "
                f"{ending}"
            ),
            (
                f"In which order must a panel put the plans {plans}, where the numbers say how well off each person "
                f"would be, if it is bound to the {instance.order}? This means: {meaning}. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Plans) -> ListAnswer:
        return ListAnswer(
            tuple(TextAnswer(name) for name in _ranked(instance, instance.order)), {"format": "text", "case": False}
        )

    def size(self, instance: Plans) -> int:
        return len(instance.plans) * len(instance.plans[0][1])

    def read(self, problem: str) -> Plans | None:
        return recognised(self, problem, _parse, _decided)

    def solve(self, instance: Plans) -> WorkedSolution:
        """Works out what the order looks at for every plan, and sorts."""
        lines: list[WorkedLine] = []
        for name, values in instance.plans:
            rising = ", ".join(str(value) for value in sorted(values))
            claims = [equals(" + ".join(str(value) for value in values), sum(values))]
            if instance.order == "sufficientarian order":
                below = [value for value in values if value < _ENOUGH]
                missing = " + ".join(f"({_ENOUGH} - {value})" for value in below) or "0"
                claims.append(equals(missing, sum(_ENOUGH - value for value in below)))
            elif instance.order != "leximin":
                claims.append(equals(f"{max(values)} - {min(values)}", max(values) - min(values)))
            lines.append(line(_LOOK, f"{name}, from the worst-off up: {rising}", *claims))
        ranked = _listed(_ranked(instance, instance.order))
        lines.append(WorkedLine("Sort by the first thing the order looks at, and break ties by the next.", ranked))
        return WorkedSolution(ranked, tuple(lines))

    def solve_again(self, instance: Plans) -> str:
        """Counts for every plan how many others beat it in a comparison of two."""
        beaten = {
            name: sum(_better(other, values, instance.order) for _, other in instance.plans)
            for name, values in instance.plans
        }
        return _listed(sorted(beaten, key=lambda name: beaten[name]))

    def slip(self, instance: Plans, rng: Random) -> str:
        """Ranks by another order, or exchanges two neighbours."""
        right = _ranked(instance, instance.order)
        if rng.random() < 0.5:
            return _listed(_ranked(instance, rng.choice(sorted(_ORDERS.keys() - {instance.order}))))
        at = rng.randrange(len(right) - 1)
        return _listed([*right[:at], right[at + 1], right[at], *right[at + 2 :]])


_LOOK = "Put each plan's people in order, and work out what the rule compares."


def _listed(names: list[str]) -> str:
    return f"[{', '.join(names)}]"


def _key(values: tuple[int, ...], order: str) -> tuple[int, ...]:
    """What is greater where a plan is better."""
    if order == "leximin":
        return tuple(sorted(values))
    if order == "sufficientarian order":
        missing = sum(_ENOUGH - value for value in values if value < _ENOUGH)
        return sum(value >= _ENOUGH for value in values), -missing, sum(values)
    return sum(values), min(values) - max(values)


def _ranked(plans: Plans, order: str) -> list[str]:
    return [name for name, _ in sorted(plans.plans, key=lambda plan: _key(plan[1], order), reverse=True)]


def _better(one: tuple[int, ...], other: tuple[int, ...], order: str) -> bool:
    """Whether the one plan is strictly better than the other, read off the differences between the two."""
    gained = sum(one) - sum(other)
    if order == "leximin":
        levels = sorted({*one, *other})
        below = ((sum(v <= level for v in one), sum(v <= level for v in other)) for level in levels)
        return next((mine < theirs for mine, theirs in below if mine != theirs), False)
    if order == "sufficientarian order":
        saved = len([v for v in one if v >= _ENOUGH]) - len([v for v in other if v >= _ENOUGH])
        closer = sum(min(v, _ENOUGH) for v in one) - sum(min(v, _ENOUGH) for v in other)
        return next((step > 0 for step in (saved, closer, gained) if step), False)
    wider = (max(one) - min(one)) - (max(other) - min(other))
    return next((step > 0 for step in (gained, -wider) if step), False)


def _decided(plans: Plans) -> bool:
    keys = [_key(values, plans.order) for _, values in plans.plans]
    if len(set(keys)) < len(keys) or len({key[0] for key in keys}) == len(keys):
        return False
    right = _ranked(plans, plans.order)
    return all(_ranked(plans, other) != right for other in _ORDERS if other != plans.order)


def _draw(rng: Random, order: str, count: int, people: int) -> Plans:
    """Plans of nearly the same sum, so that the orders disagree and ties occur."""
    names = rng.sample(_PLANS, count)
    total = people * rng.randint(9, 12)
    plans = []
    for name in names:
        values = [rng.randint(3, 18) for _ in range(people - 1)]
        last = total + rng.choice((-1, 0, 0, 1)) - sum(values)
        values.insert(rng.randrange(people), min(25, max(2, last)))
        plans.append((name, tuple(values)))
    return Plans(tuple(plans), order)


def _parse(problem: str) -> Plans | None:
    order = next((order for order, meaning in _ORDERS.items() if meaning in problem), None)
    plans = tuple((name, tuple(map(int, values.split(", ")))) for name, values in _PLAN.findall(problem))
    return Plans(plans, order) if order and plans else None

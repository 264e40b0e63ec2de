import re
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, equals, kept, nontrivial, recognised
from reasonforge.domain.answers.wording import ChoiceAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_OPTIONS = 4
_NOTIONS = {
    "EF1": "whoever envies another's bundle would not, if some one good of the envier's choice were taken out of it",
    "EFX": "whoever envies another's bundle would not, if any one good whatsoever were taken out of it",
    "proportional": "everybody values their own bundle at no less than their value of all goods divided by the people",
}
_VALUES = re.compile(r"person ([1-9]) values ([a-z] [0-9]{1,2}(?:, [a-z] [0-9]{1,2}){2,13})(?=[;.])")
_ALLOCATION = re.compile(r"[A-D]: ([a-z]+(?: \| [a-z]+){1,3})(?=[;.])")
_NOTION = re.compile(r"\b(EF1|EFX|proportional), which means")
Bundles = tuple[str, ...]


@frozen
class Goods:
    """What 2 to 4 people think each of 3 to 14 goods is worth (0 to 99), four allocations, and a notion of fairness."""

    values: tuple[tuple[int, ...], ...]
    options: tuple[Bundles, ...]
    notion: str

    def __attrs_post_init__(self) -> None:
        goods = {len(row) for row in self.values}
        if (
            not 2 <= len(self.values) <= 4
            or len(goods) != 1
            or not 3 <= min(goods) <= 14
            or self.notion not in _NOTIONS
        ):
            raise ValueError("there are 2 to 4 people, 3 to 14 goods and a known notion")
        if len(set(self.options)) != _OPTIONS or len(self.options) != _OPTIONS:
            raise ValueError("there are four different allocations")
        for option in self.options:
            if len(option) != len(self.values) or "".join(sorted("".join(option))) != ascii_lowercase[: min(goods)]:
                raise ValueError("an allocation gives every good to one of the people")

    def worth(self, person: int, bundle: str) -> int:
        """What a bundle is worth to a person."""
        return _worth(self.values[person], bundle)

    def welfare(self, option: Bundles) -> int:
        """The sum over the people of what their own bundles are worth to them."""
        return sum(self.worth(person, bundle) for person, bundle in enumerate(option))


class FairAllocation:
    """Which of four allocations of indivisible goods is fair: EF1, EFX (Caragiannis et al. 2016) or proportional.

    Difficulty d (1 to 8): d + 4 goods, 2 people up to difficulty 3, 3 up to 6, 4 beyond. Size: the number of goods.
    Kept where exactly one of the allocations is fair, and another one has the greatest sum of values.
    """

    name: Final = "fair_allocation"
    version: Final = 1
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Goods:
        notion = rng.choice(sorted(_NOTIONS))
        people = 2 + (difficulty > 3) + (difficulty > 6)
        return kept(lambda: _draw(rng, notion, people, difficulty + 4), _shortcut_fails)

    def state(self, instance: Goods, phrasing: int) -> str:
        values = "; ".join(
            f"person {person} values {_priced(row)}" for person, row in enumerate(instance.values, start=1)
        )
        options = "; ".join(
            f"{letter}: {' | '.join(option)}" for letter, option in zip(ascii_uppercase, instance.options, strict=False)
        )
        asked = f"{instance.notion}, which means: {_NOTIONS[instance.notion]}"
        ending = "The final answer is one letter: A, B, C or D."
        return (
            (
                f"Goods that cannot be divided go to people, for whom a bundle is worth the sum of its goods: "
                f"{values}. One of these allocations (bundles of person 1, 2 and so on) is {asked}. Which one? "
                f"{options}. {ending}"
            ),
            (
                f"Four ways to share an inheritance are proposed, bundles separated by bars and listed in the order of "
                f"the heirs: {options}. Worth adds up, and {values}. A single proposal is {asked}. Find it. {ending}"
            ),
            (
                f"Exactly one of the allocations below is {asked}. Values of bundles are sums; {values}. Allocations, "
                f"the first bundle being person 1's: {options}. Which is it? {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Goods) -> ChoiceAnswer:
        fair = [at for at, option in enumerate(instance.options) if _is_fair(instance, option)]
        return ChoiceAnswer(ascii_uppercase[fair[0]], tuple(" | ".join(option) for option in instance.options))

    def size(self, instance: Goods) -> int:
        return len(instance.values[0])

    def read(self, problem: str) -> Goods | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Goods) -> WorkedSolution:
        """Values every bundle in everybody's eyes, and looks for a complaint against each allocation."""
        lines = []
        for letter, option in zip(ascii_uppercase, instance.options, strict=False):
            claims: list[Claim] = []
            for person in range(len(option)):
                for bundle in option:
                    terms = [str(instance.worth(person, good)) for good in bundle]
                    claims.append(equals(" + ".join(terms), instance.worth(person, bundle)))
            complaint = _complaint(instance.values, instance.notion, option)
            facts = f"{letter}, {' | '.join(option)}: {complaint or f'no complaint, so it is {instance.notion}'}."
            lines.append(WorkedLine(_WEIGH, facts, nontrivial(*claims)))
        return WorkedSolution(self.answer(instance).value, tuple(lines))

    def solve_again(self, instance: Goods) -> str:
        """Tries out every removal of every good, or compares shares multiplied out."""
        fair = [
            letter
            for letter, option in zip(ascii_uppercase, instance.options, strict=False)
            if _survives_removals(instance, option)
        ]
        return " ".join(fair)

    def slip(self, instance: Goods, rng: Random) -> str:
        """The allocation with the greatest sum of values, or another letter."""
        right = self.answer(instance).value
        greatest = ascii_uppercase[max(range(_OPTIONS), key=lambda at: instance.welfare(instance.options[at]))]
        return greatest if rng.random() < 0.6 else rng.choice([letter for letter in "ABCD" if letter != right])


_WEIGH = "Value every bundle in everybody's eyes, and see whether anybody has a complaint that the notion admits."


def _priced(row: tuple[int, ...]) -> str:
    return ", ".join(f"{good} {value}" for good, value in zip(ascii_lowercase, row, strict=False))


def _worth(row: tuple[int, ...], bundle: str) -> int:
    return sum(row[ascii_lowercase.index(good)] for good in bundle)


def _complaint(values: tuple[tuple[int, ...], ...], notion: str, option: Bundles) -> str:
    """A complaint against an allocation that its notion admits; empty if there is none."""
    for person, own in enumerate(option):
        mine = _worth(values[person], own)
        if notion == "proportional":
            whole = sum(values[person])
            if mine * len(option) < whole:
                return f"person {person + 1} has {mine}, less than {whole} divided by {len(option)}"
            continue
        for other, bundle in enumerate(option):
            worths = [_worth(values[person], good) for good in bundle]
            spared = max(worths) if notion == "EF1" else min(worths)
            if other != person and mine < sum(worths) - spared:
                return f"person {person + 1} has {mine} and envies person {other + 1} {sum(worths)} less {spared}"
    return ""


def _is_fair(goods: Goods, option: Bundles) -> bool:
    return not _complaint(goods.values, goods.notion, option)


def _survives_removals(goods: Goods, option: Bundles) -> bool:
    if goods.notion == "proportional":
        seen = [[goods.worth(person, bundle) for bundle in option] for person in range(len(option))]
        return all(sum(row) <= len(row) * row[person] for person, row in enumerate(seen))
    enough = any if goods.notion == "EF1" else all
    return all(
        enough(goods.worth(person, bundle.replace(good, "")) <= goods.worth(person, own) for good in bundle)
        for person, own in enumerate(option)
        for bundle in option
        if bundle != own
    )


def _shortcut_fails(goods: Goods) -> bool:
    fair = [option for option in goods.options if _is_fair(goods, option)]
    welfare = [goods.welfare(option) for option in goods.options]
    return len(fair) == 1 and welfare.count(max(welfare)) == 1 and goods.welfare(fair[0]) < max(welfare)


def _draw(rng: Random, notion: str, people: int, count: int) -> Goods | None:
    values = tuple(tuple(rng.randint(1, 20) for _ in range(count)) for _ in range(people))
    goods = ascii_lowercase[:count]
    found: dict[bool, list[Bundles]] = {True: [], False: []}
    for _ in range(16):
        owners = [*range(people), *(rng.randrange(people) for _ in range(count - people))]
        rng.shuffle(owners)
        option = tuple(
            "".join(good for good, owner in zip(goods, owners, strict=True) if owner == who) for who in range(people)
        )
        fair = not _complaint(values, notion, option)
        if option not in found[fair]:
            found[fair].append(option)
    if not found[True] or len(found[False]) < _OPTIONS - 1:
        return None
    options = [found[True][0], *found[False][: _OPTIONS - 1]]
    rng.shuffle(options)
    return Goods(values, tuple(options), notion)


def _parse(problem: str) -> Goods | None:
    notion = _NOTION.search(problem)
    values = tuple(tuple(int(entry.split(" ")[1]) for entry in row.split(", ")) for _, row in _VALUES.findall(problem))
    options = tuple(tuple(text.split(" | ")) for text in _ALLOCATION.findall(problem))
    return Goods(values, options, notion[1]) if notion else None

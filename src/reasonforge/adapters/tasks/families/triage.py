import re
from functools import cmp_to_key
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.considered import BothSides, both_sides_specification, told, waved_through
from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, equals, kept, line, recognised
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.coverage import CHECK
from reasonforge.domain.discipline import Discipline

_NAMES = ("Ada", "Bo", "Cleo", "Dov", "Eli", "Fay", "Gus", "Hal", "Ivo", "Jun", "Kai", "Lou", "Mia", "Ned")
_CRITERIA = {
    "higher severity": ("severity", 1),
    "higher chance of benefit": ("chance", 1),
    "fewer units needed": ("units", -1),
    "more hours waited": ("hours", 1),
}
_TIE = "lower lottery number"
_PATIENT = re.compile(
    r"([A-Z][a-z]+): severity ([0-9]{1,2}), chance ([0-9]{1,2}), units ([0-9]{1,2}), hours ([0-9]{1,2}), "
    r"lottery ([0-9]{1,2})\b"
)
_UNITS = re.compile(r"\b([0-9]{1,3}) units in all")
_ORDER = re.compile(r"priority: ([a-z ]+(?:, then [a-z ]+)*)")


@frozen
class Patient:
    """A name, and what the rules look at; each from 0 to 99, at least one unit needed, lottery numbers different."""

    name: str
    severity: int
    chance: int
    units: int
    hours: int
    lottery: int

    def key(self, order: tuple[str, ...]) -> tuple[int, ...]:
        """What is greater where the patient comes earlier under the order."""
        values = {"severity": self.severity, "chance": self.chance, "units": self.units, "hours": self.hours}
        ranks = (values[what] * sign for what, sign in (_CRITERIA[criterion] for criterion in order))
        return (*ranks, -self.lottery)


@frozen
class Ward:
    """3 to 14 patients, the order of 2 to 4 criteria, and the units to be given out."""

    patients: tuple[Patient, ...]
    order: tuple[str, ...]
    units: int

    def __attrs_post_init__(self) -> None:
        lots = {patient.lottery for patient in self.patients}
        names = {patient.name for patient in self.patients}
        if not 3 <= len(lots) == len(names) == len(self.patients) <= 14 or not names <= set(_NAMES):
            raise ValueError("there are 3 to 14 patients of different names and lottery numbers")
        if not 2 <= len(set(self.order)) == len(self.order) or not set(self.order) <= _CRITERIA.keys():
            raise ValueError("the order has at least two different known criteria")
        if min(patient.units for patient in self.patients) < 1 or self.units < 1:
            raise ValueError("everybody needs a unit at least, and there is one at least")


class Triage:
    """Who is the last to be treated, under a stated lexical priority and a limited supply.

    Difficulty d (1 to 8): d + 4 patients, 2 + d/3 criteria (rounded down) before the lottery. Size: the number of
    patients. Kept where two ways of getting it wrong name somebody else: stopping at the first who cannot be served,
    and swapping the first two criteria.
    """

    name: Final = "triage"
    version: Final = 2
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Ward:
        return kept(lambda: _draw(rng, difficulty + 4, 2 + difficulty // 3), _shortcuts_fail)

    def state(self, instance: Ward, phrasing: int) -> str:
        patients = "; ".join(
            f"{one.name}: severity {one.severity}, chance {one.chance}, units {one.units}, hours {one.hours}, "
            f"lottery {one.lottery}"
            for one in instance.patients
        )
        order = ", then ".join((*instance.order, _TIE))
        supply = f"{instance.units} units in all"
        rule = (
            "Each criterion only decides between those whom all before it leave equal. Whoever's turn it is gets all "
            "the units they need if that many are left, and is otherwise passed over while the next one has a turn"
        )
        asked = ", ".join(one.name for one in _considered(instance))
        ending = (
            "The final answer is one name. The artefact `coverage` says in your own words what speaks for letting each "
            f"of these decide and what against: {asked}."
        )
        return (
            (
                f"The protocol gives turns in this lexical priority: {order}. {rule}. There are {supply}. Patients: "
                f"{patients}. Who is the last to receive units? {ending}"
            ),
            (
                f"A hospital has {supply} of a drug for these patients: {patients}. Its ethics board fixed the order "
                f"of turns by lexical priority: {order}. {rule}. To whom do the last units go out? {ending}"
            ),
            (
                f"Who, of all who are served, is served last? There are {supply}, and the patients are {patients}. "
                f"Turns go by this priority: {order}. {rule}. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Ward) -> TextAnswer:
        return TextAnswer(_served(instance, _turns(instance, instance.order))[-1].name)

    def size(self, instance: Ward) -> int:
        return len(instance.patients)

    def read(self, problem: str) -> Ward | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Ward) -> WorkedSolution:
        """Puts the patients in order, then hands out units turn by turn."""
        left, last = instance.units, ""
        turns = _turns(instance, instance.order)
        lines = [WorkedLine(_ORDERED, f"The turns are {', '.join(patient.name for patient in turns)}.")]
        for patient in turns:
            if patient.units <= left:
                claim = equals(f"{left} - {patient.units}", left - patient.units)
                left, last = left - patient.units, patient.name
                lines.append(line(_HANDED, f"{patient.name} is served", claim))
            else:
                facts = f"{patient.name} needs {patient.units} and {left} are left."
                lines.append(WorkedLine(_PASSED, facts))
        return WorkedSolution(last, tuple(lines), told(_considered(instance)))

    def solve_again(self, instance: Ward) -> str:
        """Picks the next patient by comparing them two at a time, criterion by criterion."""

        def compared(one: Patient, other: Patient) -> int:
            return _compared(one, other, instance.order)

        waiting, left, last = list(instance.patients), instance.units, ""
        while waiting:
            best = min(waiting, key=cmp_to_key(compared))
            waiting.remove(best)
            if best.units <= left:
                left, last = left - best.units, best.name
        return last

    def slip(self, instance: Ward, rng: Random) -> str:
        """Stops at the first who cannot be served, or swaps criteria, or names somebody else."""
        right = self.answer(instance).value
        others = [patient.name for patient in instance.patients if patient.name != right]
        return rng.choice(_shortcuts(instance)) if rng.random() < 0.7 else rng.choice(others)

    def checks(self, instance: Ward) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("logic", CHECK)

    def artefacts(self, instance: Ward) -> tuple[ArtefactSpecification, ...]:
        statements = [self.state(instance, phrasing) for phrasing in range(self.phrasings)]
        return (both_sides_specification(_considered(instance), statements),)

    def go_wrong(self, instance: Ward, rng: Random) -> WorkedSolution:
        """Ends in a slip, and has nothing to say about the criteria but that they matter."""
        return ended_in(self.solve(instance), self.slip(instance, rng), waved_through(_considered(instance)))


_ORDERED = "Order the patients by the first criterion, and within equals by the next, down to the lottery."
_HANDED = "A patient whose need can be met gets the units."
_PASSED = "A patient whose need exceeds what is left is passed over, and the turns go on."


_SIDES = {
    "higher severity": BothSides(
        "severity",
        ("severity", "severe", "ill", "sick", "sicker", "sickest", "worse", "worst", "urgent", "urgency", "condition"),
        "Whoever is sickest loses most by going without, and a rescue that comes too late is none.",
        "Severe cases may be past help, and doses spent there are gone for people they would have saved.",
    ),
    "higher chance of benefit": BothSides(
        "chance",
        (
            "chance",
            "chances",
            "benefit",
            "benefits",
            "prospect",
            "prospects",
            "likely",
            "outcome",
            "recover",
            "success",
        ),
        "A scarce drug does most good where treatment is likely to work, so that fewer die overall.",
        "Those with poor prospects are often poor or disabled; ranking by outcome piles one unfairness on another.",
    ),
    "fewer units needed": BothSides(
        "units",
        ("units", "unit", "dose", "doses", "need", "needs", "supply", "amount", "fewer", "number", "drug"),
        "With the same supply more people are reached when small requests come before large ones.",
        "How many doses a body takes is nobody's fault, and counting heads turns that into a penalty.",
    ),
    "more hours waited": BothSides(
        "hours",
        ("hours", "hour", "wait", "waits", "waiting", "waited", "time", "queue", "first", "earlier", "long", "longer"),
        "Standing in a queue is a rule everybody understands, and it cannot be bent by whom one knows.",
        "Who could come early had a car, a phone or free time; waiting rewards luck more than want.",
    ),
}
_LOTTERY = BothSides(
    "lottery",
    ("lottery", "lotteries", "lot", "lots", "luck", "random", "chance", "draw", "drawn", "equal", "equals", "equally"),
    "Between equals a random draw treats all alike and leaves nothing to favour or prejudice.",
    "Luck gives no reason that the loser could accept, and it hides that somebody might have been told apart.",
)


def _considered(ward: Ward) -> list[BothSides]:
    """The protocol's criteria in their order, and the lottery."""
    return [*(_SIDES[criterion] for criterion in ward.order), _LOTTERY]


def _compared(one: Patient, other: Patient, order: tuple[str, ...]) -> int:
    """Negative where the one comes before the other."""
    for criterion in order:
        match criterion:
            case "higher severity":
                difference = other.severity - one.severity
            case "higher chance of benefit":
                difference = other.chance - one.chance
            case "fewer units needed":
                difference = one.units - other.units
            case _:
                difference = other.hours - one.hours
        if difference:
            return difference
    return one.lottery - other.lottery


def _turns(ward: Ward, order: tuple[str, ...]) -> list[Patient]:
    return sorted(ward.patients, key=lambda patient: patient.key(order), reverse=True)


def _served(ward: Ward, turns: list[Patient], *, stops: bool = False) -> list[Patient]:
    """Those who get units, in turn; with `stops`, nobody after the first whose need cannot be met."""
    left, served = ward.units, []
    for patient in turns:
        if patient.units <= left:
            left -= patient.units
            served.append(patient)
        elif stops:
            break
    return served


def _shortcuts(ward: Ward) -> list[str]:
    """Who is last when the turns stop at the first unmet need, and with the first two criteria swapped."""
    swapped = (ward.order[1], ward.order[0], *ward.order[2:])
    lists = [
        _served(ward, _turns(ward, ward.order), stops=True),
        _served(ward, _turns(ward, swapped)),
    ]
    return [served[-1].name for served in lists if served]


def _shortcuts_fail(ward: Ward) -> bool:
    served = _served(ward, _turns(ward, ward.order))
    return len(_shortcuts(ward)) == 2 and bool(served) and served[-1].name not in _shortcuts(ward)


def _draw(rng: Random, count: int, criteria: int) -> Ward:
    names = rng.sample(_NAMES, count)
    lots = rng.sample(range(1, 40), count)
    patients = tuple(
        Patient(name, rng.randint(1, 4), rng.randint(3, 8), rng.randint(1, 6), rng.randint(1, 6), lot)
        for name, lot in zip(names, lots, strict=True)
    )
    needed = sum(patient.units for patient in patients)
    order = tuple(rng.sample(list(_CRITERIA), criteria))
    return Ward(patients, order, rng.randint(needed // 3, needed * 2 // 3))


def _parse(problem: str) -> Ward | None:
    units, order = _UNITS.search(problem), _ORDER.search(problem)
    if units is None or order is None:
        return None
    patients = tuple(
        Patient(name, int(severity), int(chance), int(need), int(hours), int(lot))
        for name, severity, chance, need, hours, lot in _PATIENT.findall(problem)
    )
    return Ward(patients, tuple(order[1].split(", then "))[:-1], int(units[1]))

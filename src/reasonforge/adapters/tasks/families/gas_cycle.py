import re
from fractions import Fraction
from itertools import pairwise
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
    written,
)
from reasonforge.adapters.tasks.simulated import Simulated, total
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline

State = tuple[int, int]

_STATE = re.compile(r"\(([1-9][0-9]{0,2}) kPa, ([1-9][0-9]?) L\)")
_FREEDOM = re.compile(r"\b([3-8]) degrees of freedom")


@frozen
class Cycle:
    """An ideal gas with 3 to 8 degrees of freedom, and 4 to 14 states (kPa, L) that it goes through in a circle.

    Pressure and volume change in turns, volume first.
    """

    freedom: int
    states: tuple[State, ...]

    def __attrs_post_init__(self) -> None:
        if not 3 <= self.freedom <= 8 or not 4 <= len(self.states) <= 14 or len(self.states) % 2:
            raise ValueError("a cycle has 3 to 8 degrees of freedom, and an even number of 4 to 14 states")
        for at, ((p, v), (q, w)) in enumerate(self.steps()):
            if (p != q or v == w) if at % 2 == 0 else (p == q or v != w):
                raise ValueError("volume and pressure change in turns")

    def steps(self) -> list[tuple[State, State]]:
        """From each state to the next, the last one back to the first."""
        return list(pairwise((*self.states, self.states[0])))

    def heats(self) -> list[Fraction]:
        """Taken in at every step, in J: (f/2 + 1)·p·ΔV at constant pressure, (f/2)·V·Δp at constant volume."""
        half = Fraction(self.freedom, 2)
        return [(half + 1) * p * (w - v) if p == q else half * v * (q - p) for (p, v), (q, w) in self.steps()]


class GasCycle:
    """The efficiency of a cycle of isobaric and isochoric steps of an ideal gas, as a fraction.

    Difficulty d: 4 + 2·((d - 1)/2) states (rounded down), which is the size. Kept where the gas does work, and neither
    Carnot's efficiency nor the work over the sum of all heats, given off or taken in, is right.
    """

    name: Final = "gas_cycle"
    version: Final = 2
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Cycle:
        return kept(lambda: _draw(rng, 2 + (difficulty - 1) // 2), _shortcuts_fail)

    def state(self, instance: Cycle, phrasing: int) -> str:
        states = " → ".join(f"({p} kPa, {v} L)" for p, v in (*instance.states, instance.states[0]))
        freedom = f"{instance.freedom} degrees of freedom"
        ending = (
            "The artefact `simulation` gives the parameters f (degrees of freedom) and of the k-th state p_k and "
            "V_k, and as quantities the net work `work`, the heat `heat_in` of the steps that take heat in, and "
            "`efficiency`. The final answer is a fraction p/q in lowest terms."
        )
        if phrasing == 0:
            return (
                f"An ideal gas whose molecules have {freedom} goes through this cycle, each step at constant pressure "
                f"or at constant volume: {states}. What is its efficiency, net work over heat taken in? {ending}"
            )
        if phrasing == 1:
            return (
                f"A heat engine uses an ideal gas with molar heat capacity f/2 · R at constant volume, where f is the "
                f"number in '{freedom}'. It runs quasi-statically along straight lines in the p–V diagram: {states}. "
                f"Divide its net work by the sum of the heats of those steps in which it takes heat in. {ending}"
            )
        return (
            f"In a p–V diagram the corners of a closed process are {states}, joined by straight lines. The working gas "
            f"is ideal, with {freedom}. Which share of the heat that flows in becomes work? {ending}"
        )

    def answer(self, instance: Cycle) -> FractionAnswer:
        return FractionAnswer(_efficiency(instance))

    def size(self, instance: Cycle) -> int:
        return len(instance.states)

    def read(self, problem: str) -> Cycle | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Cycle) -> WorkedSolution:
        """The heat of every step by its heat capacity; the net work is the sum of all heats (first law)."""
        heats = instance.heats()
        lines: list[WorkedLine] = []
        for ((p, v), (q, w)), heat in zip(instance.steps(), heats, strict=True):
            if p == q:
                claim = equals(f"({instance.freedom} / 2 + 1) * {p} * ({w} - {v})", heat)
            else:
                claim = equals(f"{instance.freedom} / 2 * {v} * ({q} - {p})", heat)
            lines.append(line(_HEAT, f"({p}, {v}) → ({q}, {w}) takes in {heat} J", claim))
        taken = [heat for heat in heats if heat > 0]
        work, taken_in = sum(heats, Fraction(0)), sum(taken, Fraction(0))
        lines.append(line(_NET, f"W = {work} J", equals(" + ".join(map(written, heats)), work)))
        lines.append(line(_IN, f"Q = {taken_in} J", equals(" + ".join(map(written, taken)), taken_in)))
        share = equals(f"{written(work)} / {written(taken_in)}", work / taken_in)
        lines.append(line("Efficiency is W / Q.", f"{work / taken_in}", share))
        return WorkedSolution(str(work / taken_in), tuple(lines), _simulated(instance).told(_told(work, taken_in)))

    def solve_again(self, instance: Cycle) -> str:
        """The work as the area of the cycle, and each heat as work plus the change of internal energy f/2 · p·V."""
        area = sum(Fraction((p + q) * (w - v), 2) for (p, v), (q, w) in instance.steps())
        taken = Fraction(0)
        for (p, v), (q, w) in instance.steps():
            energy = Fraction(instance.freedom, 2) * (q * w - p * v)
            taken += max(Fraction(0), energy + Fraction((p + q) * (w - v), 2))
        return str(area / taken)

    def slip(self, instance: Cycle, rng: Random) -> str:
        """Gives Carnot's efficiency, or divides by all heats as if every step took heat in."""
        return str(rng.choice(_shortcuts(instance)))

    def checks(self, instance: Cycle) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("simulation",)

    def artefacts(self, instance: Cycle) -> tuple[ArtefactSpecification, ...]:
        return (_simulated(instance).specification(),)

    def go_wrong(self, instance: Cycle, rng: Random) -> WorkedSolution:
        """Ends in a slip, and counts the heats given off as if they were taken in."""
        return ended_in(
            self.solve(instance), self.slip(instance, rng), _simulated(instance).told(_all_heats_in(instance))
        )


_HEAT = "Heat is (f/2 + 1)·p·ΔV at constant pressure and (f/2)·V·Δp at constant volume; 1 kPa·L is 1 J."
_NET = "Over a cycle the internal energy does not change, so the net work is the sum of all heats."
_IN = "Only steps with positive heat take heat in."


def _told(work: Fraction, heat_in: Fraction) -> dict[str, Fraction]:
    return {"work": work, "heat_in": heat_in, "efficiency": work / heat_in}


def _all_heats_in(cycle: Cycle) -> dict[str, Fraction]:
    heats = cycle.heats()
    return _told(sum(heats, Fraction(0)), sum((abs(heat) for heat in heats), Fraction(0)))


def _simulated(cycle: Cycle) -> Simulated:
    """The heats q_k of the steps, in kPa·L, which is J."""
    params = {"f": (Fraction(cycle.freedom), "")}
    for at, (pressure, volume) in enumerate(cycle.states, start=1):
        params |= {f"p_{at}": (Fraction(pressure), "kPa"), f"V_{at}": (Fraction(volume), "L")}
    define: list[tuple[str, Any]] = []
    for at, ((pressure, _), (after, _)) in enumerate(cycle.steps(), start=1):
        then = at % len(cycle.states) + 1
        if pressure == after:
            heat = ["mul", ["add", ["div", "f", 2], 1], f"p_{at}", ["sub", f"V_{then}", f"V_{at}"]]
        else:
            heat = ["mul", ["div", "f", 2], f"V_{at}", ["sub", f"p_{then}", f"p_{at}"]]
        define.append((f"q_{at}", heat))
    heats = [name for name, _ in define]
    define += [
        ("work", total(heats)),
        ("heat_in", ["div", total([*heats, *(["abs", heat] for heat in heats)]), 2]),
        ("efficiency", ["div", "work", "heat_in"]),
    ]
    return Simulated(params, define, {"work": "J", "heat_in": "J", "efficiency": ""})


def _efficiency(cycle: Cycle) -> Fraction:
    heats = cycle.heats()
    return sum(heats, Fraction(0)) / sum((heat for heat in heats if heat > 0), Fraction(0))


def _draw(rng: Random, corners: int) -> Cycle | None:
    pressures, volumes = ([step * rng.randint(1, 40) for _ in range(corners)] for step in (10, 1))
    states: list[State] = []
    for at in range(corners):
        states += [(pressures[at], volumes[at]), (pressures[at], volumes[(at + 1) % corners])]
    try:
        return Cycle(rng.choice((3, 5, 6, 7)), tuple(states))
    except ValueError:  # two corners in the same place
        return None


def _shortcuts(cycle: Cycle) -> tuple[Fraction, Fraction]:
    heats = cycle.heats()
    hottest, coldest = max(p * v for p, v in cycle.states), min(p * v for p, v in cycle.states)
    return 1 - Fraction(coldest, hottest), sum(heats, Fraction(0)) / sum((abs(heat) for heat in heats), Fraction(0))


def _shortcuts_fail(cycle: Cycle) -> bool:
    return sum(cycle.heats()) > 0 and _efficiency(cycle) not in _shortcuts(cycle)


def _parse(problem: str) -> Cycle | None:
    freedom = _FREEDOM.search(problem)
    states = tuple((int(p), int(v)) for p, v in _STATE.findall(problem))
    return Cycle(int(freedom[1]), states[:-1]) if freedom and len(states) > 1 else None

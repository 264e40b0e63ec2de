import math
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

Phase = tuple[int, int]

_ORDERS = {
    1: "velocity",
    3: "the rate at which acceleration changes",
    4: "the rate at which the rate of change of acceleration changes",
}
_LAW = re.compile(r"force is mass times ([a-z ]{1,80})[;,.]")
_MASS = re.compile(r"mass of ([1-9][0-9]?) kg")
_PHASE = re.compile(r"(-?[0-9]{1,2}) N for ([1-9]) s")
_START = re.compile(r"x = (-?[0-9]{1,2})(?:, v = (-?[0-9]{1,2}))?(?:, a = (-?[0-9]{1,2}))?(?:, j = (-?[0-9]{1,2}))?\.")
_SYMBOLS = "xvaj"


@frozen
class World:
    """Force is mass times the `order`-th derivative of position (1, 3 or 4), and forces (N, s) act one after another.

    `start` is position and its derivatives below that order, in metres and seconds; 1 to 14 phases.
    """

    order: int
    mass: int
    start: tuple[int, ...]
    phases: tuple[Phase, ...]

    def __attrs_post_init__(self) -> None:
        if self.order not in _ORDERS or len(self.start) != self.order or not 1 <= len(self.phases) <= 14:
            raise ValueError("a world has a law, as many initial values as its order, and 1 to 14 phases")


class AlteredKinematics:
    """Where a body is in a world in which force does not make acceleration.

    Difficulty d: d + 1 phases of constant force; the law's order is 1, 3 or 4 (Newton's would be 2), up to difficulty 3
    mostly the lower ones. Size: the number of phases. Kept where Newton's law gives another place.
    """

    name: Final = "altered_kinematics"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> World:
        def draw() -> World:
            order = rng.choice((1, 3, 3) if difficulty <= 3 else (3, 4))
            phases = tuple((rng.choice((-1, 1)) * rng.randint(1, 20), rng.randint(1, 4)) for _ in range(difficulty + 1))
            return World(order, rng.randint(2, 12), tuple(rng.randint(-9, 9) for _ in range(order)), phases)

        return kept(draw, _newton_fails)

    def state(self, instance: World, phrasing: int) -> str:
        law = f"force is mass times {_ORDERS[instance.order]}"
        phases = ", then ".join(f"{force} N for {time} s" for force, time in instance.phases)
        start = ", ".join(f"{symbol} = {value}" for symbol, value in zip(_SYMBOLS, instance.start, strict=False))
        meant = (
            "Here x is the position, v its rate of change, a that of v and j that of a, in units of metre and second; "
            "what is given for the start changes continuously. The final answer is a fraction p/q in lowest terms, or "
            "an integer: the number of metres, without a unit."
        )
        if phrasing == 0:
            return (
                f"In another world {law}; nothing else is different. A body with a mass of {instance.mass} kg "
                f"feels, along a line, {phases}. It starts with {start}. Where is it at the end? {meant}"
            )
        if phrasing == 1:
            return (
                f"Suppose that physics is not ours, and {law}. Along a straight track a force acts: {phases}. It acts "
                f"on a mass of {instance.mass} kg, for which at first {start}. Find x after the last of them. {meant}"
            )
        return (
            f"An exercise in a made-up mechanics, where {law}. At the start {start}. A probe with a mass of "
            f"{instance.mass} kg is driven by {phases}. Compute its final coordinate x. {meant}"
        )

    def answer(self, instance: World) -> FractionAnswer:
        return FractionAnswer(Fraction(self.solve(instance).final_answer))

    def size(self, instance: World) -> int:
        return len(instance.phases)

    def read(self, problem: str) -> World | None:
        return recognised(self, problem, _parse, _newton_fails)

    def solve(self, instance: World) -> WorkedSolution:
        """Phase by phase, the Taylor polynomials of position and its derivatives, which are exact."""
        state = [Fraction(value) for value in instance.start]
        lines: list[WorkedLine] = []
        for force, time in instance.phases:
            top = Fraction(force, instance.mass)
            claims = [equals(f"{written(force)} / {instance.mass}", top)]
            full = [*state, top]
            for at in range(instance.order):
                terms = [(value, power) for power, value in enumerate(full[at:])]
                state[at] = sum(
                    (value * Fraction(time**power, math.factorial(power)) for value, power in terms), Fraction(0)
                )
                text = " + ".join(
                    f"{written(value)} * {time} ^ {p} / {math.factorial(p)}" if p else written(value)
                    for value, p in terms
                )
                claims.append(equals(text, state[at]))
            told = ", ".join(f"{symbol} = {value}" for symbol, value in zip(_SYMBOLS, state, strict=False))
            lines.append(line(_TAYLOR, f"After {force} N for {time} s, {told}", *claims))
        return WorkedSolution(str(state[0]), tuple(lines))

    def solve_again(self, instance: World) -> str:
        """The free motion, and for each phase Cauchy's formula for its force integrated `order` times."""
        end = sum(time for _, time in instance.phases)
        place = sum(
            (Fraction(value * end**at, math.factorial(at)) for at, value in enumerate(instance.start)), Fraction(0)
        )
        begun = 0
        for force, time in instance.phases:
            since, until = end - begun, end - begun - time
            gained = since**instance.order - until**instance.order
            place += Fraction(force * gained, instance.mass * math.factorial(instance.order))
            begun += time
        return str(place)

    def slip(self, instance: World, rng: Random) -> str:
        """Takes Newton's law, or forgets the initial motion."""
        still = World(instance.order, instance.mass, (instance.start[0], *(0,) * (instance.order - 1)), instance.phases)
        unmoved, right = self.solve_again(still), self.solve_again(instance)
        return unmoved if unmoved != right and rng.random() < 0.4 else str(_newton(instance))


_TAYLOR = "While the force is constant, position and its derivatives are polynomials of time: Σ derivative · t^k / k!."


def _newton(world: World) -> Fraction:
    place, velocity = Fraction(world.start[0]), Fraction(world.start[1] if world.order > 1 else 0)
    for force, time in world.phases:
        acceleration = Fraction(force, world.mass)
        place += velocity * time + acceleration * time**2 / 2
        velocity += acceleration * time
    return place


def _newton_fails(world: World) -> bool:
    return AlteredKinematics().solve_again(world) != str(_newton(world))


def _parse(problem: str) -> World | None:
    law, mass, start = _LAW.search(problem), _MASS.search(problem), _START.search(problem)
    if law is None or mass is None or start is None:
        return None
    order = next((order for order, text in _ORDERS.items() if text == law[1]), 0)
    values = tuple(int(value) for value in start.groups() if value is not None)
    return World(order, int(mass[1]), values, tuple((int(f), int(t)) for f, t in _PHASE.findall(problem)))

import re
from fractions import Fraction
from random import Random
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.adapters.tasks.simulated import Simulated, total
from reasonforge.adapters.tasks.square_root import heron, square_root
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import DecimalAnswer, significant, within
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Event = tuple[str, int, int]

_DIGITS = 4
_TOLERANCE = 1e-3
_START = re.compile(r"([1-9][0-9]?) kg, speed ([1-9][0-9]?) m/s, gravity ([1-9][0-9]?)\.([0-9]) m/s²")
_TOLD = re.compile(r"\([0-9]{1,2}\) ([^;]{1,80}?)(?=;|\. )")
_KINDS = {
    "down": re.compile(r"down a smooth slope, ([1-9][0-9]?) m lower"),
    "up": re.compile(r"up a smooth slope, ([1-9][0-9]?) m higher"),
    "rough": re.compile(r"over ([1-9][0-9]?) m of level ground with friction coefficient 0\.([0-9]{2})"),
    "push": re.compile(r"pushed ahead by ([1-9][0-9]?) m with ([1-9][0-9]{0,2}) N on smooth ground"),
    "stick": re.compile(r"into a resting body of ([1-9][0-9]?) kg, and both stick together"),
}


@frozen
class Ride:
    """A body of 1 to 99 kg and m/s under gravity (tenths of m/s²), and 1 to 16 events (kind, number, number).

    The numbers: down and up metres; rough metres and hundredths of friction; push metres and newtons; stick kg.
    """

    mass: int
    speed: int
    gravity_tenths: int
    events: tuple[Event, ...]

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.events) <= 16 or self.gravity_tenths < 1:
            raise ValueError("a ride has 1 to 16 events and a positive gravity")

    def gravity(self) -> Fraction:
        """In m/s²."""
        return Fraction(self.gravity_tenths, 10)


class Mechanics:
    """The speed of a body after slopes, friction, pushes and perfectly inelastic collisions.

    Difficulty d: d + 1 events, at least one rough stretch and one collision. Size: the number of events.
    Kept where the body never stops, and neither forgetting friction nor conserving kinetic energy in collisions leads
    into ten times the tolerance.
    """

    name: Final = "mechanics"
    version: Final = 2
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Ride:
        return kept(lambda: _draw(rng, difficulty + 1), _shortcuts_fail)

    def state(self, instance: Ride, phrasing: int) -> str:
        start = (
            f"mass {instance.mass} kg, speed {instance.speed} m/s, gravity "
            f"{instance.gravity_tenths // 10}.{instance.gravity_tenths % 10} m/s²"
        )
        events = "; ".join(f"({number}) {_event(event)}" for number, event in enumerate(instance.events, start=1))
        ending = (
            "The artefact `simulation` gives the parameters m, v and g, of the k-th stage h_k (how much lower or "
            "higher), s_k (how far), mu_k (friction), F_k (force) or M_k (the resting body), and as quantities the "
            "speeds v_1, v_2, … after the stages. "
            f"The final answer is a decimal number of metres per second with {_DIGITS} significant digits, without a "
            f"unit; a relative error of {_TOLERANCE} is accepted."
        )
        if phrasing == 0:
            return f"A sled starts with {start}. It goes, in this order: {events}. How fast is it at the end? {ending}"
        if phrasing == 1:
            return (
                f"Follow a small body through a sequence of stages: {events}. Initially: {start}; there "
                f"is no air drag. What is its speed after the last stage? {ending}"
            )
        return f"Given at first: {start}. Then a cart moves on as follows: {events}. Find its final speed. {ending}"

    def answer(self, instance: Ride) -> DecimalAnswer:
        return DecimalAnswer(square_root(_squared(instance)[-1]), rel_tol=_TOLERANCE, digits=_DIGITS)

    def size(self, instance: Ride) -> int:
        return len(instance.events)

    def read(self, problem: str) -> Ride | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Ride) -> WorkedSolution:
        """Follows the square of the speed through energy (slopes, friction, pushes) and momentum (collisions)."""
        square, mass = Fraction(instance.speed**2), instance.mass
        lines = [line("Start from the square of the speed.", f"v² = {square}", equals(f"{instance.speed} ^ 2", square))]
        for event, after in zip(instance.events, _squared(instance), strict=True):
            claims, mass = _claims(event, square, mass, instance.gravity(), after)
            lines.append(line(_IDEAS[event[0]], f"Then v² = {after}", *claims))
            square = after
        root, claim = heron(square)
        final = significant(root, _DIGITS)
        lines.append(line("The root is found by one step of Heron's method.", f"v = {final} m/s", claim))
        return WorkedSolution(final, tuple(lines), _simulated(instance).told(_speeds(_squared(instance))))

    def solve_again(self, instance: Ride) -> str:
        """Sums up changes of the squared momentum, which collisions leave alone."""
        momentum, mass = Fraction((instance.mass * instance.speed) ** 2), instance.mass
        for kind, first, second in instance.events:
            if kind == "stick":
                mass += first
            work = {
                "down": mass * instance.gravity() * first,
                "up": -mass * instance.gravity() * first,
                "rough": -mass * instance.gravity() * first * Fraction(second, 100),
                "push": Fraction(first * second),
            }.get(kind, Fraction(0))
            momentum += 2 * mass * work
        return significant(square_root(momentum) / mass, _DIGITS)

    def slip(self, instance: Ride, rng: Random) -> str:
        """Forgets friction, or conserves kinetic energy where bodies stick together."""
        return significant(square_root(rng.choice(_shortcuts(instance))), _DIGITS)

    def checks(self, instance: Ride) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("simulation",)

    def artefacts(self, instance: Ride) -> tuple[ArtefactSpecification, ...]:
        return (_simulated(instance).specification(),)

    def go_wrong(self, instance: Ride, rng: Random) -> WorkedSolution:
        """Ends in a slip, and simulates without friction."""
        return ended_in(
            self.solve(instance),
            self.slip(instance, rng),
            _simulated(instance).told(_speeds(_squared(instance, friction=False))),
        )


_IDEAS = {
    "down": "Going down turns potential energy into kinetic energy: v² grows by 2·g·h.",
    "up": "Going up costs kinetic energy: v² falls by 2·g·h.",
    "rough": "Friction does the work μ·m·g·s against the motion: v² falls by 2·μ·g·s.",
    "push": "The push does the work F·s: v² grows by 2·F·s / m.",
    "stick": "Momentum is conserved where bodies stick together: v is multiplied by m / (m + M).",
}


def _event(event: Event) -> str:
    kind, first, second = event
    return {
        "down": f"down a smooth slope, {first} m lower",
        "up": f"up a smooth slope, {first} m higher",
        "rough": f"over {first} m of level ground with friction coefficient 0.{second:02d}",
        "push": f"pushed ahead by {first} m with {second} N on smooth ground",
        "stick": f"into a resting body of {first} kg, and both stick together",
    }[kind]


def _squared(ride: Ride, *, friction: bool = True, energy_kept: bool = False) -> list[Fraction]:
    """v² after every event."""
    square, mass = Fraction(ride.speed**2), ride.mass
    found: list[Fraction] = []
    for kind, first, second in ride.events:
        match kind:
            case "down":
                square += 2 * ride.gravity() * first
            case "up":
                square -= 2 * ride.gravity() * first
            case "rough":
                square -= 2 * ride.gravity() * first * Fraction(second, 100) * friction
            case "push":
                square += Fraction(2 * first * second, mass)
            case _:
                share = Fraction(mass, mass + first)
                square *= share if energy_kept else share**2
                mass += first
        found.append(square)
    return found


def _speeds(squares: list[Fraction]) -> dict[str, Fraction]:
    """The quantities of the artefact: the speed after each event."""
    return {f"v_{at}": square_root(square) for at, square in enumerate(squares, start=1)}


def _simulated(ride: Ride) -> Simulated:
    """The squares w_k of the speeds, event by event."""
    params = {
        "m": (Fraction(ride.mass), "kg"),
        "v": (Fraction(ride.speed), "m/s"),
        "g": (ride.gravity(), "m/s^2"),
    }
    define: list[tuple[str, Any]] = []
    square: Any = ["pow", "v", 2]
    bodies: list[Any] = ["m"]
    for at, (kind, first, second) in enumerate(ride.events, start=1):
        h, s, mu, f, m = (f"{name}_{at}" for name in ("h", "s", "mu", "F", "M"))
        match kind:
            case "down" | "up":
                params[h] = (Fraction(first), "m")
                square = ["add" if kind == "down" else "sub", square, ["mul", 2, "g", h]]
            case "rough":
                params |= {s: (Fraction(first), "m"), mu: (Fraction(second, 100), "")}
                square = ["sub", square, ["mul", 2, mu, "g", s]]
            case "push":
                params |= {s: (Fraction(first), "m"), f: (Fraction(second), "N")}
                square = ["add", square, ["div", ["mul", 2, f, s], total(bodies)]]
            case _:
                params[m] = (Fraction(first), "kg")
                grown = [*bodies, m]
                square = ["mul", square, ["pow", ["div", total(bodies), total(grown)], 2]]
                bodies = grown
        define += [(f"w_{at}", square), (f"v_{at}", ["sqrt", f"w_{at}"])]
        square = f"w_{at}"
    return Simulated(params, define, {f"v_{at}": "m/s" for at in range(1, len(ride.events) + 1)})


def _claims(event: Event, square: Fraction, mass: int, gravity: Fraction, after: Fraction) -> tuple[list[Claim], int]:
    """An event's arithmetic, and the mass after it."""
    kind, first, second = event
    before, g = written(square), f"{float(gravity):.1f}"
    if kind == "stick":
        joined = equals(f"{mass} + {first}", mass + first)
        return [joined, equals(f"{before} * {mass} ^ 2 / {mass + first} ^ 2", after)], mass + first
    change = {
        "down": f"+ 2 * {g} * {first}",
        "up": f"- 2 * {g} * {first}",
        "rough": f"- 2 * 0.{second:02d} * {g} * {first}",
        "push": f"+ 2 * {second} * {first} / {mass}",
    }[kind]
    return [equals(f"{before} {change}", after)], mass


def _draw(rng: Random, count: int) -> Ride:
    kinds = ["rough", "stick", *(rng.choice(sorted(_KINDS)) for _ in range(count - 2))]
    rng.shuffle(kinds)
    events = tuple(_drawn(rng, kind) for kind in kinds)
    return Ride(rng.randint(2, 20), rng.randint(8, 40), rng.randint(16, 120), events)


def _drawn(rng: Random, kind: str) -> Event:
    match kind:
        case "rough":
            return kind, rng.randint(2, 20), rng.randint(5, 50)
        case "push":
            return kind, rng.randint(2, 20), rng.randint(5, 90)
        case _:
            return kind, rng.randint(1, {"down": 15, "up": 8, "stick": 6}[kind]), 0


def _shortcuts(ride: Ride) -> tuple[Fraction, Fraction]:
    return _squared(ride, friction=False)[-1], _squared(ride, energy_kept=True)[-1]


def _shortcuts_fail(ride: Ride) -> bool:
    squares = _squared(ride)
    return min(squares) >= 1 and not any(
        within(square_root(abs(wrong)), square_root(squares[-1]), 0.0, 10 * _TOLERANCE) for wrong in _shortcuts(ride)
    )


def _parse(problem: str) -> Ride | None:
    start = _START.search(problem)
    if start is None:
        return None
    events: list[Event] = []
    for told in _TOLD.findall(problem):
        found = next(((kind, match) for kind, form in _KINDS.items() if (match := form.fullmatch(told))), None)
        if found is None:
            return None
        numbers = [int(number) for number in found[1].groups()]
        events.append((found[0], numbers[0], numbers[1] if len(numbers) > 1 else 0))
    return Ride(int(start[1]), int(start[2]), 10 * int(start[3]) + int(start[4]), tuple(events))

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

Portion = tuple[int, int, str]

_DIGITS = 4
_TOLERANCE = 1e-3
_CONSTANT = re.compile(r"K = ([1-9][0-9]?)/10000 mol/L")
_PORTION = re.compile(r"([1-9][0-9]{0,2}) mL of 0\.([0-9]{2}) mol/L (HA|NaA|NaOH|HCl)\b")
_SOLUTES = ("HA", "NaA", "NaOH", "HCl")
_MICRO = 1_000_000


@frozen
class Mixture:
    """An acid's constant in 1/10,000 mol/L, and 2 to 14 portions (mL, hundredths of mol/L, solute)."""

    constant: int
    portions: tuple[Portion, ...]

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.portions) <= 14 or any(strength < 1 for _, strength, _ in self.portions):
            raise ValueError("a mixture has 2 to 14 portions, each of some strength")
        if self.of("HA") + self.of("NaA") == 0:
            raise ValueError("a mixture holds some of the weak acid or its salt")

    def of(self, solute: str) -> int:
        """How much of a solute went in, in 1/100 mmol."""
        return sum(volume * strength for volume, strength, name in self.portions if name == solute)

    def volume(self) -> int:
        """In mL."""
        return sum(volume for volume, _, _ in self.portions)

    def total(self) -> Fraction:
        """[HA] + [A⁻] in mol/L."""
        return Fraction(self.of("HA") + self.of("NaA"), 100 * self.volume())

    def surplus(self) -> Fraction:
        """[Na⁺] - [Cl⁻] in mol/L; negative when strong acid is left."""
        return Fraction(self.of("NaA") + self.of("NaOH") - self.of("HCl"), 100 * self.volume())

    def k(self) -> Fraction:
        """The acid's constant in mol/L."""
        return Fraction(self.constant, 10_000)


class WeakAcid:
    """[H⁺] in a mixture of a weak acid, its salt, strong acid and strong base, by exact equilibrium.

    Difficulty d: d + 2 portions. Size: the number of portions. Water's own ions are neglected, as the statement says.
    Kept where the base does not use up the acid ([H⁺] is at least 2 µmol/L), and neither the buffer formula
    K·[HA]/[A⁻] with the amounts after neutralisation, nor the weak acid alone, leads into ten times the tolerance.
    """

    name: Final = "weak_acid"
    version: Final = 2
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Mixture:
        def draw() -> Mixture:
            solutes = ["HA", rng.choice(_SOLUTES[1:]), *(rng.choice(_SOLUTES) for _ in range(difficulty))]
            rng.shuffle(solutes)
            portions = tuple((5 * rng.randint(1, 30), rng.randint(1, 25), solute) for solute in solutes)
            return Mixture(rng.randint(2, 99), portions)

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Mixture, phrasing: int) -> str:
        portions = ", ".join(
            f"{volume} mL of 0.{strength:02d} mol/L {name}" for volume, strength, name in instance.portions
        )
        acid = f"K = {instance.constant}/10000 mol/L"
        ending = (
            "HCl, NaOH and the salt NaA dissociate completely, volumes add up, and water's own ions are neglected. "
            "The artefact `simulation` gives the parameters K and of the k-th portion V_k and c_k (of what it "
            "holds), and as quantities the concentrations H, A and HA of H⁺, A⁻ and HA at equilibrium. The "
            f"final answer is a decimal number of µmol/L with {_DIGITS} significant digits, without a unit; a relative "
            f"error of {_TOLERANCE} is accepted."
        )
        if phrasing == 0:
            return (
                f"The acid HA dissociates with {acid}. These solutions are mixed: {portions}. What is the "
                f"concentration of H⁺ at equilibrium? {ending}"
            )
        if phrasing == 1:
            return (
                f"Into one flask go {portions}. HA is a weak acid ({acid}). Find the concentration of hydrogen ions "
                f"when equilibrium is reached, without approximating the equilibrium. {ending}"
            )
        return f"Given a weak acid HA, {acid}, and a mixture made from {portions}: calculate [H⁺] in it. {ending}"

    def answer(self, instance: Mixture) -> DecimalAnswer:
        return DecimalAnswer(_hydrogen(instance) * _MICRO, rel_tol=_TOLERANCE, digits=_DIGITS)

    def size(self, instance: Mixture) -> int:
        return len(instance.portions)

    def read(self, problem: str) -> Mixture | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Mixture) -> WorkedSolution:
        """The positive root of x² + (K + s)·x + K·s - K·T, by charge balance."""
        weak, surplus, k = instance.total(), instance.surplus(), instance.k()
        acid = [f"{volume} * 0.{strength:02d}" for volume, strength, name in instance.portions if name in {"HA", "NaA"}]
        charge = [
            f"{'-' if name == 'HCl' else '+'} {volume} * 0.{strength:02d}"
            for volume, strength, name in instance.portions
            if name != "HA"
        ]
        volumes = " + ".join(str(volume) for volume, _, _ in instance.portions)
        linear, constant = k + surplus, k * surplus - k * weak
        square = linear**2 - 4 * constant
        root, claim = heron(square)
        x = (root - linear) / 2
        final = significant(x * _MICRO, _DIGITS)
        per_volume = f"/ {instance.volume()}"
        lines = (
            line("Volumes add up.", f"{instance.volume()} mL", equals(volumes, instance.volume())),
            line(
                "The weak acid is there as HA or A⁻; what strong base leaves of the charge is carried by A⁻ or H⁺.",
                f"T = {weak} mol/L and s = {surplus} mol/L",
                equals(f"({' + '.join(acid)}) {per_volume}", weak),
                equals(f"({' '.join(charge).removeprefix('+ ')}) {per_volume}", surplus),
            ),
            line(
                "With x = [H⁺], x + s = T·K / (K + x) becomes x² + b·x + c = 0, b = K + s, c = K·s - K·T.",
                f"b = {linear} and c = {constant}",
                equals(f"{written(k)} + {written(surplus)}", linear),
                equals(f"{written(k)} * {written(surplus)} - {written(k)} * {written(weak)}", constant),
                equals(f"{written(linear)} ^ 2 - 4 * {written(constant)}", square),
            ),
            line(
                "The positive root, its square root by one step of Heron's method, in µmol/L.",
                f"[H⁺] = {final} µmol/L",
                claim,
                equals(f"({written(root)} - {written(linear)}) / 2 * {_MICRO}", x * _MICRO),
            ),
        )
        return WorkedSolution(final, lines, _simulated(instance).told(_concentrations(instance, _hydrogen(instance))))

    def solve_again(self, instance: Mixture) -> str:
        """Bisects the charge balance, which rises with x, in units of 10⁻¹⁸ mol/L."""
        scale = 10**18
        weak, surplus, k = (int(value * scale) for value in (instance.total(), instance.surplus(), instance.k()))
        low, high = 0, scale
        while high - low > 1:
            middle = (low + high) // 2
            if (middle + surplus) * (k + middle) < weak * k:
                low = middle
            else:
                high = middle
        return significant(Fraction(low * _MICRO, scale), _DIGITS)

    def slip(self, instance: Mixture, rng: Random) -> str:
        """Takes the amounts after neutralisation for those at equilibrium, or forgets all but the weak acid."""
        return significant(rng.choice(_shortcuts(instance)) * _MICRO, _DIGITS)

    def checks(self, instance: Mixture) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("simulation",)

    def artefacts(self, instance: Mixture) -> tuple[ArtefactSpecification, ...]:
        return (_simulated(instance).specification(),)

    def go_wrong(self, instance: Mixture, rng: Random) -> WorkedSolution:
        """Ends in a slip, and gives the concentrations as if the weak acid were alone."""
        return ended_in(
            self.solve(instance),
            self.slip(instance, rng),
            _simulated(instance).told(_concentrations(instance, _shortcuts(instance)[0])),
        )


def _concentrations(mixture: Mixture, x: Fraction) -> dict[str, Fraction]:
    """What the artefact tells where [H⁺] is x mol/L."""
    dissociated = mixture.total() * mixture.k() / (mixture.k() + x)
    return {"H": x * _MICRO, "A": dissociated, "HA": mixture.total() - dissociated}


def _simulated(mixture: Mixture) -> Simulated:
    """The quadratic equation x² + b·x + c = 0 for x = [H⁺] in mol/L."""
    params = {"K": (mixture.k(), "mol/L")}
    acid: list[Any] = []
    charge: list[Any] = []
    for at, (volume, strength, name) in enumerate(mixture.portions, start=1):
        params |= {f"V_{at}": (Fraction(volume), "mL"), f"c_{at}": (Fraction(strength, 100), "mol/L")}
        amount = ["mul", f"V_{at}", f"c_{at}"]
        if name in {"HA", "NaA"}:
            acid.append(amount)
        if name != "HA":
            charge.append(["neg", amount] if name == "HCl" else amount)
    volumes = [f"V_{at}" for at in range(1, len(mixture.portions) + 1)]
    define: list[tuple[str, Any]] = [
        ("V", total(volumes)),
        ("T", ["div", total(acid), "V"]),
        ("s", ["div", total(charge), "V"]),
        ("b", ["add", "K", "s"]),
        ("c", ["mul", "K", ["sub", "s", "T"]]),
        ("x", ["div", ["sub", ["sqrt", ["sub", ["pow", "b", 2], ["mul", 4, "c"]]], "b"], 2]),
        ("H", ["mul", "x", _MICRO]),
        ("A", ["div", ["mul", "T", "K"], ["add", "K", "x"]]),
        ("HA", ["sub", "T", "A"]),
    ]
    return Simulated(params, define, {"H": "umol/L", "A": "mol/L", "HA": "mol/L"})


def _hydrogen(mixture: Mixture) -> Fraction:
    """[H⁺] in mol/L, by the quadratic formula to 24 decimal places; at most 0 where there is no such equilibrium."""
    total, surplus, k = mixture.total(), mixture.surplus(), mixture.k()
    linear = k + surplus
    return (square_root(linear**2 + 4 * k * (total - surplus)) - linear) / 2 if total > surplus else Fraction(0)


def _shortcuts(mixture: Mixture) -> tuple[Fraction, ...]:
    """K·[HA]/[A⁻] with amounts after neutralisation where both are there, and the weak acid alone."""
    total, surplus, k = mixture.total(), mixture.surplus(), mixture.k()
    alone = (square_root(k**2 + 4 * k * total) - k) / 2
    return (alone, k * (total - surplus) / surplus) if surplus > 0 else (alone,)


def _shortcuts_fail(mixture: Mixture) -> bool:
    x = _hydrogen(mixture)
    return x * _MICRO >= 2 and not any(within(wrong, x, 0.0, 10 * _TOLERANCE) for wrong in _shortcuts(mixture))


def _parse(problem: str) -> Mixture | None:
    constant = _CONSTANT.search(problem)
    portions = tuple((int(volume), int(strength), name) for volume, strength, name in _PORTION.findall(problem))
    return Mixture(int(constant[1]), portions) if constant else None

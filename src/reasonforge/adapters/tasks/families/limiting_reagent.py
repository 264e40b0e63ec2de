import re
from fractions import Fraction
from random import Random
from string import ascii_uppercase
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
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import DecimalAnswer, significant, within
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.citations import citations_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_REACTION = re.compile(r"([1-9] [A-Z](?: \+ [1-9] [A-Z])+) → ([1-9]) ([A-Z]) \(yield ([0-9]{1,3}) %\)")
_SUPPLY = re.compile(r"([0-9]{1,4}(?:\.[0-9])?) g of ([A-Z]) \(([0-9]{1,4}) g/mol\)")
_SCHEME, _STOCK = "scheme", "stock"
_DIGITS = 4
_TOLERANCE = 1e-3


@frozen
class Reagent:
    """coefficient · name, with what is at hand of it; grams are 0 for the product of the reaction before."""

    coefficient: int
    name: str
    molar_mass: int = 0
    grams: Fraction = Fraction(0)


@frozen
class Reaction:
    """Reagents → coefficient · product, of which `yield_percent` is obtained."""

    reagents: tuple[Reagent, ...]
    coefficient: int
    product: str
    yield_percent: int


def _mass_after(reaction: Reaction, carried: Fraction) -> Fraction:
    """The molar mass of a reaction's product; `carried` is that of the product it starts with."""
    masses = (r.coefficient * (Fraction(r.molar_mass) if r.grams else carried) for r in reaction.reagents)
    return sum(masses, Fraction(0)) / reaction.coefficient


@frozen
class Synthesis:
    """Reactions one after the other, 1 to 6; each later one starts with the product of the one before.

    Every substance has one name, every supply a positive amount and molar mass.
    """

    reactions: tuple[Reaction, ...]

    def __attrs_post_init__(self) -> None:
        names = [reagent.name for reaction in self.reactions for reagent in reaction.reagents if reagent.grams]
        names += [reaction.product for reaction in self.reactions]
        if not 1 <= len(self.reactions) <= 6 or len(set(names)) != len(names):
            raise ValueError("a synthesis has 1 to 6 reactions, and no substance twice")
        before = ""
        for reaction in self.reactions:
            carried = [reagent.name for reagent in reaction.reagents if not reagent.grams]
            if carried != ([before] if before else []) or not 1 <= reaction.yield_percent <= 100:
                raise ValueError("each reaction starts with the product before it, and yields 1 to 100 %")
            if any(reagent.grams and reagent.molar_mass < 1 for reagent in reaction.reagents):
                raise ValueError("every supply has a positive molar mass")
            before = reaction.product

    def supplies(self) -> tuple[Reagent, ...]:
        """What is at hand at the start, in order."""
        return tuple(reagent for reaction in self.reactions for reagent in reaction.reagents if reagent.grams)

    def product_mass(self) -> Fraction:
        """The molar mass of the last product in g/mol, by conservation of mass."""
        mass = Fraction(0)
        for reaction in self.reactions:
            mass = _mass_after(reaction, mass)
        return mass


class LimitingReagent:
    """The mass of the last product of a chain of made-up reactions, some reagent limiting each.

    Difficulty d: d + 1 supplies, 1 + (d - 1) / 3 reactions (rounded down), each with its yield.
    Size: the number of supplies. Kept where one supply alone limits and no other has its numbers, taking the first
    supply for limiting, and forgetting the yields, both lead outside the tolerance, and the molar mass of every product
    is an integer.
    """

    name: Final = "limiting_reagent"
    version: Final = 2
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Synthesis:
        return kept(lambda: _draw(rng, difficulty), _shortcuts_fail)

    def state(self, instance: Synthesis, phrasing: int) -> str:
        scheme, stock = (f"“{text}”" for text in _documents(instance).values())
        product = instance.reactions[-1].product
        ending = (
            "Mass is conserved in every reaction. The artefact `citations` quotes from stock the supply that in the "
            "end limits how much there is, its grams and its molar mass in the claim, and from scheme the last "
            f"reaction, its yield in the claim. The final answer is a decimal number of grams with {_DIGITS} "
            f"significant digits, without a unit; a relative error of {_TOLERANCE} is accepted."
        )
        if phrasing == 0:
            return (
                f"The reactions of this document, scheme, are run one after the other, each until a reagent is used "
                f"up: {scheme} What is at hand the document stock lists: {stock} How many grams of {product} are "
                f"obtained at the end? {ending}"
            )
        return (
            f"A chemist has made a list of supplies, the document stock: {stock} With them the document scheme is "
            f"followed in order, and each step goes on until one of its reagents is exhausted: {scheme} What mass of "
            f"{product} results? {ending}"
        )

    def answer(self, instance: Synthesis) -> DecimalAnswer:
        grams = _obtained(instance) * instance.product_mass()
        return DecimalAnswer(grams, rel_tol=_TOLERANCE, digits=_DIGITS)

    def size(self, instance: Synthesis) -> int:
        return len(instance.supplies())

    def read(self, problem: str) -> Synthesis | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Synthesis) -> WorkedSolution:
        """Moles of every supply, then reaction by reaction the limiting one."""
        lines: list[WorkedLine] = []
        moles = mass = Fraction(0)
        for reaction in instance.reactions:
            done, moles = _worked(reaction, moles)
            lines.append(done)
            summed = " + ".join(f"{r.coefficient} * {written(r.molar_mass or mass)}" for r in reaction.reagents)
            mass = _mass_after(reaction, mass)
            conserved = equals(f"({summed}) / {reaction.coefficient}", mass)
            lines.append(line(_CONSERVED, f"The molar mass of {reaction.product} is {mass} g/mol", conserved))
        final = significant(moles * mass, _DIGITS)
        facts = f"{final} g of {instance.reactions[-1].product}"
        lines.append(line(_MASS, facts, equals(f"{written(moles)} * {written(mass)}", moles * mass)))
        return WorkedSolution(final, tuple(lines), _cited(instance, instance.supplies()[_limiting(instance)]))

    def solve_again(self, instance: Synthesis) -> str:
        """What each supply alone would allow of the last product; the least of these is obtained."""
        return significant(min(_allowed(instance)) * instance.product_mass(), _DIGITS)

    def slip(self, instance: Synthesis, rng: Random) -> str:
        """Takes the first supply for the limiting one, or forgets the yields."""
        return significant(rng.choice(_shortcuts(instance)) * instance.product_mass(), _DIGITS)

    def checks(self, instance: Synthesis) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("simulation", "citations")

    def artefacts(self, instance: Synthesis) -> tuple[ArtefactSpecification, ...]:
        limiting = instance.supplies()[_limiting(instance)]
        required = [
            (_STOCK, (_decimal(limiting.grams), limiting.molar_mass)),
            (_SCHEME, (instance.reactions[-1].yield_percent,)),
        ]
        return (citations_artefact(_documents(instance), required=required, least=len(required)),)

    def go_wrong(self, instance: Synthesis, rng: Random) -> WorkedSolution:
        """Ends in a slip, and cites the first supply as the limiting one."""
        return ended_in(self.solve(instance), self.slip(instance, rng), _cited(instance, instance.supplies()[0]))


_LIMITING = (
    "Moles are mass over molar mass, and the reagent with the fewest moles per coefficient limits the reaction; "
    "the yield takes its share of the product."
)
_MASS = "Moles times molar mass is the mass, rounded at the very end."
_CONSERVED = "Mass is conserved, so a product's molar mass follows from the reagents'."


def _documents(synthesis: Synthesis) -> dict[str, str]:
    """The scheme and the stock, as the statement quotes them."""
    reactions = "; ".join(_equation(reaction) for reaction in synthesis.reactions)
    return {_SCHEME: f"{reactions}.", _STOCK: " ".join(f"{_told(supply)}." for supply in synthesis.supplies())}


def _told(supply: Reagent) -> str:
    return f"There are {_decimal(supply.grams)} g of {supply.name} ({supply.molar_mass} g/mol)"


def _cited(synthesis: Synthesis, supply: Reagent) -> dict[str, Any]:
    """The artefact that cites a supply for the limiting one, and the last reaction."""
    last = synthesis.reactions[-1]
    reason = f"{supply.name} limits: {_decimal(supply.grams)} g of it at {supply.molar_mass} g/mol."
    return {
        "citations": [
            {"claim": reason, "doc_id": _STOCK, "quote": _told(supply)},
            {"claim": f"{last.yield_percent} % of {last.product} result.", "doc_id": _SCHEME, "quote": _equation(last)},
        ]
    }


def _worked(reaction: Reaction, carried: Fraction) -> tuple[WorkedLine, Fraction]:
    claims: list[Claim] = []
    extents: dict[str, Fraction] = {}
    for reagent in reaction.reagents:
        moles = carried
        if reagent.grams:
            moles = reagent.grams / reagent.molar_mass
            claims.append(equals(f"{_decimal(reagent.grams)} / {reagent.molar_mass}", moles))
        extents[reagent.name] = moles / reagent.coefficient
        claims.append(equals(f"{written(moles)} / {reagent.coefficient}", extents[reagent.name]))
    limiting = min(extents, key=lambda name: extents[name])
    obtained = extents[limiting] * reaction.coefficient * reaction.yield_percent / 100
    claims.append(
        equals(f"{written(extents[limiting])} * {reaction.coefficient} * {reaction.yield_percent} / 100", obtained)
    )
    return line(_LIMITING, f"{limiting} limits, and {obtained} mol of {reaction.product} result", *claims), obtained


def _draw(rng: Random, difficulty: int) -> Synthesis | None:
    steps = 1 + (difficulty - 1) // 3
    names = iter(rng.sample(ascii_uppercase, difficulty + 1 + steps))
    counts = [1 + (step == 0) for step in range(steps)]
    for _ in range(difficulty + 1 - sum(counts)):
        counts[rng.randrange(steps)] += 1
    reactions: list[Reaction] = []
    before, mass, moles = "", 0, Fraction(rng.randint(5, 30), 10)
    for count in counts:
        reagents = [Reagent(rng.randint(1, 4), before)] if before else []
        for _ in range(count):
            coefficient, molar_mass = rng.randint(1, 4), rng.randint(10, 120)
            about = moles * coefficient * molar_mass * rng.randint(80, 180) / 100
            reagents.append(Reagent(coefficient, next(names), molar_mass, Fraction(max(1, round(about * 10)), 10)))
        total = sum(reagent.coefficient * (reagent.molar_mass or mass) for reagent in reagents)
        coefficient = rng.randint(1, 3)
        if total % coefficient:
            return None
        before, mass = next(names), total // coefficient
        reactions.append(Reaction(tuple(reagents), coefficient, before, rng.choice(range(60, 100, 5))))
        moles = moles * coefficient / 2
    return Synthesis(tuple(reactions))


def _obtained(synthesis: Synthesis) -> Fraction:
    """Moles of the last product."""
    moles = Fraction(0)
    for reaction in synthesis.reactions:
        _, moles = _worked(reaction, moles)
    return moles


def _allowed(synthesis: Synthesis) -> list[Fraction]:
    """Moles of the last product that each supply would allow if there were plenty of every other."""
    allowed: list[Fraction] = []
    for reaction in synthesis.reactions:
        per_run = Fraction(reaction.coefficient * reaction.yield_percent, 100)
        carried = next((reagent.coefficient for reagent in reaction.reagents if not reagent.grams), 1)
        allowed = [moles / carried * per_run for moles in allowed]
        fresh = [reagent for reagent in reaction.reagents if reagent.grams]
        allowed += [supply.grams / supply.molar_mass / supply.coefficient * per_run for supply in fresh]
    return allowed


def _shortcuts(synthesis: Synthesis) -> tuple[Fraction, Fraction]:
    allowed = _allowed(synthesis)
    generous = [Reaction(r.reagents, r.coefficient, r.product, 100) for r in synthesis.reactions]
    return allowed[0], min(_allowed(Synthesis(tuple(generous))))


def _limiting(synthesis: Synthesis) -> int:
    """Which supply allows the least of the last product."""
    allowed = _allowed(synthesis)
    return allowed.index(min(allowed))


def _is_told_apart(synthesis: Synthesis) -> bool:
    """Whether one supply alone limits, and no other one has its two numbers."""
    allowed = _allowed(synthesis)
    numbers = [{supply.grams, Fraction(supply.molar_mass)} for supply in synthesis.supplies()]
    return allowed.count(min(allowed)) == 1 == numbers.count(numbers[_limiting(synthesis)])


def _shortcuts_fail(synthesis: Synthesis) -> bool:
    if not _is_told_apart(synthesis):
        return False
    right = min(_allowed(synthesis))
    return right > 0 and not any(within(wrong, right, 0.0, 10 * _TOLERANCE) for wrong in _shortcuts(synthesis))


def _equation(reaction: Reaction) -> str:
    left = " + ".join(f"{reagent.coefficient} {reagent.name}" for reagent in reaction.reagents)
    return f"{left} → {reaction.coefficient} {reaction.product} (yield {reaction.yield_percent} %)"


def _decimal(grams: Fraction) -> str:
    """A number of tenths as a decimal, without a needless place."""
    whole, tenths = divmod(grams * 10, 10)
    return f"{whole}.{tenths}" if tenths else str(whole)


def _parse(problem: str) -> Synthesis:
    supplies = {name: (int(mass), Fraction(grams)) for grams, name, mass in _SUPPLY.findall(problem)}
    reactions = []
    for left, coefficient, product, percent in _REACTION.findall(problem):
        parts = [part.split(" ") for part in left.split(" + ")]
        reagents = tuple(Reagent(int(count), name, *supplies.get(name, ())) for count, name in parts)
        reactions.append(Reaction(reagents, int(coefficient), product, int(percent)))
    return Synthesis(tuple(reactions))

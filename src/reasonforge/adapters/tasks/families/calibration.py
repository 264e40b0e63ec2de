import re
from fractions import Fraction
from itertools import combinations
from math import copysign, sqrt
from random import Random
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.distribution_tails import student_tails
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.adapters.tasks.sum_of_products import sum_of_products
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import FractionAnswer, within
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.citations import citations_artefact
from reasonforge.domain.artefacts.statistics import statistics_artefact
from reasonforge.domain.discipline import Discipline

_TEST, _COLUMNS = "regression_slope", ("load", "lengthening")
_CORRECTION = "correction"
_A_REPORT = 2
_LEAST_APART = 0.01
_READING = re.compile(r"At ([1-9][0-9]{0,2}) N the spring was ([1-9][0-9]{0,2}) mm longer\.")
_CORRECTED = re.compile(
    r"The figure for ([1-9][0-9]{0,2}) N was misread: the spring was ([1-9][0-9]{0,2}) mm longer, not ([1-9][0-9]{0,2})"
)


@frozen
class Readings:
    """How much longer a spring was (mm) under 4 to 16 different loads (N); one of the figures was first misread.

    Numbers are 1 to 999; the loads vary, and the points are on no line.

    Attributes:
        lengths: the right ones, as many as loads.
        misread: which of them was told wrongly first, and `printed` as what.
    """

    loads: tuple[int, ...]
    lengths: tuple[int, ...]
    misread: int
    printed: int

    def __attrs_post_init__(self) -> None:
        if not 4 <= len(self.loads) <= 16 or len(set(self.loads)) != len(self.loads):
            raise ValueError("there are 4 to 16 readings, each of another load")
        if len(self.lengths) != len(self.loads) or not 0 <= self.misread < len(self.loads):
            raise ValueError("every load has its length, and one of the readings was misread")
        if self.printed == self.lengths[self.misread]:
            raise ValueError("what was misread is not what was right")

    def as_printed(self) -> tuple[int, ...]:
        """The lengths before the correction."""
        return (*self.lengths[: self.misread], self.printed, *self.lengths[self.misread + 1 :])

    def report_of(self, at: int) -> str:
        """The id of the report that tells a reading."""
        return f"report-{1 + at // _A_REPORT}"

    def documents(self) -> dict[str, str]:
        """The reports, two readings each, and the correction."""
        told: dict[str, list[str]] = {}
        for at, (load, length) in enumerate(zip(self.loads, self.as_printed(), strict=True)):
            told.setdefault(self.report_of(at), []).append(_told(load, length))
        reports = {name: " ".join(sentences) for name, sentences in told.items()}
        return reports | {_CORRECTION: self.correction()}

    def correction(self) -> str:
        right = self.lengths[self.misread]
        return (
            f"The figure for {self.loads[self.misread]} N was misread: the spring was {right} mm longer, not "
            f"{self.printed} mm."
        )

    def greatest(self) -> int:
        """Which reading that was not misread has the greatest load."""
        return max((at for at in range(len(self.loads)) if at != self.misread), key=lambda at: self.loads[at])


class Calibration:
    """The least-squares slope of a spring's lengthening over the load, from short reports of which one is corrected.

    Difficulty d: d + 4 readings, two a report. Size: the number of readings. Kept where the slope is positive and
    neither overlooking the correction, nor the line through the readings of least and greatest load, nor the line of
    load over lengthening leads within a hundredth of it.
    """

    name: Final = "calibration"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Readings:
        return kept(lambda: _draw(rng, difficulty + 4), _shortcuts_fail)

    def state(self, instance: Readings, phrasing: int) -> str:
        documents = " ".join(f"{name}: “{text}”" for name, text in instance.documents().items())
        ending = (
            "The artefact `statistics` gives the test of this slope against 0, of the columns load and lengthening. "
            "The artefact `citations` quotes, with its two numbers in the claim, the right reading from the "
            "correction, and among the readings never corrected the one of the greatest load. The final answer is a "
            "fraction p/q in lowest terms, or an integer: the number of mm/N, without a unit."
        )
        return (
            (
                f"A spring was loaded step by step, and these documents tell about it. {documents} By least squares, "
                f"how much does the spring lengthen per newton, an intercept allowed? {ending}"
            ),
            (
                f"What slope has the regression line, with intercept, of a spring's lengthening on the load? All that "
                f"was noted down: {documents} {ending}"
            ),
            (
                f"Read the following notes about one spring. {documents} Fit a straight line (ordinary least squares, "
                f"the load as the independent variable) to the readings as they should be, and state its slope. "
                f"{ending}"
            ),
        )[phrasing]

    def answer(self, instance: Readings) -> FractionAnswer:
        return FractionAnswer(_slope(instance.loads, instance.lengths))

    def size(self, instance: Readings) -> int:
        return len(instance.loads)

    def read(self, problem: str) -> Readings | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Readings) -> WorkedSolution:
        """(n·Σxy - Σx·Σy) / (n·Σx² - (Σx)²), after the correction."""
        loads, lengths, count = instance.loads, instance.lengths, len(instance.loads)
        x, y = sum(loads), sum(lengths)
        added = [equals(" + ".join(map(str, column)), total) for column, total in ((loads, x), (lengths, y))]
        pairs = [(Fraction(load), Fraction(length)) for load, length in zip(loads, lengths, strict=True)]
        xy, products = sum_of_products(_PRODUCTS, "load times lengthening", pairs)
        xx, squares = sum_of_products(_PRODUCTS, "load times load", [(load, load) for load, _ in pairs])
        above, below = count * xy - x * y, count * xx - x**2
        slope = above / below
        quotient = (
            equals(f"{count} * {xy} - {x} * {y}", above),
            equals(f"{count} * {xx} - {x} ^ 2", below),
            equals(f"{written(above)} / {written(below)}", slope),
        )
        lines = (
            line(_CORRECTING, f"At {loads[instance.misread]} N: {lengths[instance.misread]} mm. Sums", *added),
            *products,
            *squares,
            line(_QUOTIENT, f"slope = {slope} mm/N", *quotient),
        )
        cited = (_CORRECTION, instance.correction(), instance.misread, lengths)
        artefact = _statistics(loads, lengths) | _citations(instance, *cited)
        return WorkedSolution(str(slope), lines, artefact)

    def solve_again(self, instance: Readings) -> str:
        """The slopes between all pairs of readings, weighed by the squares of how far the loads are apart."""
        points = tuple(zip(instance.loads, instance.lengths, strict=True))
        pairs = [(b[0] - a[0], b[1] - a[1]) for a, b in combinations(points, 2)]
        return str(Fraction(sum(run * rise for run, rise in pairs), sum(run**2 for run, _ in pairs)))

    def slip(self, instance: Readings, rng: Random) -> str:
        """Overlooks the correction, joins the outermost readings, or takes the regression the other way round."""
        return str(rng.choice(_shortcuts(instance)))

    def checks(self, instance: Readings) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("simulation", "statistics", "citations")

    def artefacts(self, instance: Readings) -> tuple[ArtefactSpecification, ...]:
        columns = dict(zip(_COLUMNS, (instance.loads, instance.lengths), strict=True))
        right, great = instance.misread, instance.greatest()
        required = [
            (name, (instance.loads[at], instance.lengths[at]))
            for name, at in ((_CORRECTION, right), (instance.report_of(great), great))
        ]
        return (
            statistics_artefact(columns, [{"test": _TEST, "columns": list(_COLUMNS)}]),
            citations_artefact(instance.documents(), required=required, least=2),
        )

    def go_wrong(self, instance: Readings, rng: Random) -> WorkedSolution:
        """Ends in a slip; the artefacts overlook the correction."""
        printed, at = instance.as_printed(), instance.misread
        cited = (instance.report_of(at), _told(instance.loads[at], printed[at]), at, printed)
        artefact = _statistics(instance.loads, printed) | _citations(instance, *cited)
        return ended_in(self.solve(instance), self.slip(instance, rng), artefact)


_CORRECTING = "The correction replaces what the report says; then loads and lengthenings are added up."
_PRODUCTS = "The slope needs the sum of the products and that of the squares."
_QUOTIENT = "By least squares the slope is (n·Σxy - Σx·Σy) / (n·Σx² - (Σx)²)."


def _told(load: int, length: int) -> str:
    return f"At {load} N the spring was {length} mm longer."


def _moments(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    """n²-fold covariance."""
    return len(first) * sum(a * b for a, b in zip(first, second, strict=True)) - sum(first) * sum(second)


def _slope(loads: tuple[int, ...], lengths: tuple[int, ...]) -> Fraction:
    return Fraction(_moments(loads, lengths), _moments(loads, loads))


def _statistics(loads: tuple[int, ...], lengths: tuple[int, ...]) -> dict[str, Any]:
    """The artefact: t² = r²·df / (1 - r²)."""
    product, df = _moments(loads, lengths), len(loads) - 2
    whole = _moments(loads, loads) * _moments(lengths, lengths)
    t = copysign(sqrt(Fraction(product**2 * df, whole - product**2)), product)
    told = {"statistic": float(_slope(loads, lengths)), "df": df, "p": student_tails(t, df)}
    return {"statistics": {"test": _TEST, "columns": list(_COLUMNS), **told}}


def _citations(
    readings: Readings, doc_id: str, quote: str, at: int, lengths: tuple[int, ...]
) -> dict[str, list[dict[str, str]]]:
    """The artefact: one reading from a passage, and the one of the greatest load from its report."""
    great = readings.greatest()
    cited = (
        (doc_id, quote, readings.loads[at], lengths[at]),
        (
            readings.report_of(great),
            _told(readings.loads[great], lengths[great]),
            readings.loads[great],
            lengths[great],
        ),
    )
    return {
        "citations": [
            {"claim": f"The reading at {load} N is {length} mm.", "doc_id": name, "quote": text}
            for name, text, load, length in cited
        ]
    }


def _shortcuts(readings: Readings) -> tuple[Fraction, Fraction, Fraction]:
    points = sorted(zip(readings.loads, readings.lengths, strict=True))
    (x, y), (z, w) = points[0], points[-1]
    backwards = Fraction(_moments(readings.lengths, readings.lengths), _moments(readings.loads, readings.lengths))
    return _slope(readings.loads, readings.as_printed()), Fraction(w - y, z - x), backwards


def _shortcuts_fail(readings: Readings) -> bool:
    for lengths in (readings.lengths, readings.as_printed()):
        product = _moments(readings.loads, lengths)
        if product <= 0 or product**2 == _moments(readings.loads, readings.loads) * _moments(lengths, lengths):
            return False
    right = _slope(readings.loads, readings.lengths)
    return not any(within(wrong, right, 0.0, _LEAST_APART) for wrong in _shortcuts(readings))


def _draw(rng: Random, count: int) -> Readings | None:
    loads = rng.sample(range(5, 60), count)
    base, stiffness = rng.randint(5, 40), Fraction(rng.randint(10, 50), 10)
    lengths = [max(1, round(base + stiffness * load) + rng.randint(-15, 15)) for load in loads]
    misread = rng.randrange(count)
    printed = max(1, lengths[misread] + rng.choice((-1, 1)) * rng.randint(30, 90))
    if printed == lengths[misread]:  # both at the least that can be read
        return None
    return Readings(tuple(loads), tuple(lengths), misread, printed)


def _parse(problem: str) -> Readings | None:
    corrected = _CORRECTED.search(problem)
    told = [(int(load), int(length)) for load, length in _READING.findall(problem)]
    if corrected is None or not told:
        return None
    load, right, printed = (int(number) for number in corrected.groups())
    loads = tuple(one for one, _ in told)
    if load not in loads or told[loads.index(load)][1] != printed:
        return None
    misread = loads.index(load)
    lengths = tuple(right if at == misread else length for at, (_, length) in enumerate(told))
    return Readings(loads, lengths, misread, printed)

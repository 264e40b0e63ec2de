import re
from fractions import Fraction
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
from reasonforge.adapters.tasks.hidden_inputs import HiddenInputs
from reasonforge.adapters.tasks.surveyed import FEWEST_PEOPLE, LEAST_APART, MOST_PEOPLE, Surveyed
from reasonforge.adapters.tasks.wrong_ending import ended_in, seed_of
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.discipline import Discipline

_SITE = re.compile(
    r"invited: ([0-9]{1,4}) came \(([0-9]{1,4}) well\), ([0-9]{1,4}) did not \(([0-9]{1,4}) well\); "
    r"not invited: ([0-9]{1,4}) came \(([0-9]{1,4}) well\), ([0-9]{1,4}) did not \(([0-9]{1,4}) well\)"
)
_MOST_PEOPLE = 9_999


@frozen
class Arm:
    """People of one site who were (or were not) invited: how many took the treatment, how many did not, well ones."""

    took: int
    took_well: int
    left: int
    left_well: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.took_well <= self.took <= _MOST_PEOPLE or not 0 <= self.left_well <= self.left <= _MOST_PEOPLE:
            raise ValueError("at most all of them are well, and there are not more than 9,999")
        if self.people() < 1:
            raise ValueError("an arm has people")

    def people(self) -> int:
        return self.took + self.left

    def well(self) -> int:
        return self.took_well + self.left_well


Site = tuple[Arm, Arm]


@frozen
class Trial:
    """Encouragement by lot, within each of 1 to 10 sites: the invited arm and the other; the lot differs by site."""

    sites: tuple[Site, ...]

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.sites) <= 10:
            raise ValueError("a trial has 1 to 10 sites")
        if any(_compliance(site) <= 0 for site in self.sites):
            raise ValueError("an invitation makes more people come, at every site")


class Instrument(HiddenInputs):
    """The effect among compliers, by an instrument that is random within each site (Wald; Imbens and Angrist 1994).

    Difficulty d: d sites. Size: the number of sites. Kept where it differs from the difference between those who took
    the treatment and those who did not, from the effect of being invited, and (with several sites) from the Wald
    estimate that pools the sites and from the plain mean of the sites' estimates; where pooling the sites changes the
    effect of being invited by more than 1/200; and there are 20 to 2,000 people.
    """

    name: Final = "instrument"
    version: Final = 3
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Trial:
        return kept(lambda: Trial(tuple(_draw(rng) for _ in range(difficulty))), _shortcuts_fail)

    def state(self, instance: Trial, phrasing: int) -> str:
        sites = " / ".join(f"invited: {_told(one)}; not invited: {_told(other)}" for one, other in instance.sites)
        ending = (
            "As a table these are rows, one a person, of the columns site (0, 1, … as listed; left out where there "
            "is but one), invited, came and well (1 or 0). The artefact `bootstrap` gives the average effect of "
            "invited, not of came, on well, what it is adjusted for, and its interval. Frequencies count as "
            "probabilities. The final answer is a fraction p/q in lowest terms, with its sign."
        )
        return (
            (
                f"At each site a lottery of its own decided who was invited to a treatment; being invited changes how "
                f"one fares only by way of coming, and nobody stays away because of it. Sites, with how many were well "
                f"afterwards: {sites}. What is the average effect of the treatment on being well among all who come if "
                f"and only if they are invited, sites weighed by how many of these people they have? {ending}"
            ),
            (
                f"Compute the complier average causal effect over all sites together. The instrument is an invitation, "
                f"random within a site but with chances that differ between sites; it acts through treatment alone and "
                f"never keeps anybody from it. Data: {sites}. {ending}"
            ),
            (
                f"Data of an encouragement trial, site by site: {sites}. Within a site, lots were drawn; across sites "
                f"the chances differ, and so may the people. Suppose no one is put off by an invitation, and that "
                f"without coming it has no effect. By how much did coming raise the probability of being well, on "
                f"average over everybody whom the invitation could move? {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Trial) -> FractionAnswer:
        return FractionAnswer(_worked(instance)[0])

    def size(self, instance: Trial) -> int:
        return len(instance.sites)

    def read(self, problem: str) -> Trial | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Trial) -> WorkedSolution:
        """The effect of the invitation on being well over its effect on coming, each summed over the sites' people."""
        effect, lines = _worked(instance)
        return WorkedSolution(str(effect), tuple(lines), _surveyed(instance).estimated(_adjustment(instance)))

    def solve_again(self, instance: Trial) -> str:
        """Finds the compliers of each site, how many of them fare well with and without treatment, and averages."""
        return str(_by_compliers(instance))

    def slip(self, instance: Trial, rng: Random) -> str:
        """Compares takers with others, the invited with others, or pools the sites."""
        return str(rng.choice(_shortcuts(instance)))

    def checks(self, instance: Trial) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("docalculus", "bootstrap")

    def artefacts(self, instance: Trial) -> tuple[ArtefactSpecification, ...]:
        return (
            _surveyed(instance).specification(_adjustment(instance), seed_of(self.state(instance, 0), self.secret)),
        )

    def go_wrong(self, instance: Trial, rng: Random) -> WorkedSolution:
        """Ends in a slip, and holds fixed who came, which the invitation has brought about."""
        return ended_in(self.solve(instance), self.slip(instance, rng), _held_fixed(instance))


_SITE_IDEA = "Within a site the lot is fair, so compare the invited with the others there, in being well and in coming."
_RATIO = "The invitation works through coming alone, so the effect is the change in being well over that in coming."


def _told(arm: Arm) -> str:
    return f"{arm.took} came ({arm.took_well} well), {arm.left} did not ({arm.left_well} well)"


def _adjustment(trial: Trial) -> list[str]:
    return ["site"] if len(trial.sites) > 1 else []


def _surveyed(trial: Trial) -> Surveyed:
    """A row (site, invited, came, well) a person, without the site where there is but one.

    The lot is a site's own, so the site bears on who is invited; whoever comes differs in ways nobody measured.
    """
    arms = [(at, invited, site[1 - invited]) for at, site in enumerate(trial.sites) for invited in (1, 0)]
    rows = [
        [at, invited, came, well]
        for at, invited, arm in arms
        for came, well, people in (
            (1, 1, arm.took_well),
            (1, 0, arm.took - arm.took_well),
            (0, 1, arm.left_well),
            (0, 0, arm.left - arm.left_well),
        )
        for _ in range(people)
    ]
    names = ("invited", "came", "well")
    arrows, hidden = [("invited", "came"), ("came", "well")], [("came", "well")]
    if len(trial.sites) == 1:
        return Surveyed(CausalGraph(names, arrows, hidden), "invited", "well", names, [row[1:] for row in rows])
    of_site = [("site", name) for name in names]
    graph = CausalGraph(("site", *names), [*of_site, *arrows], hidden)
    return Surveyed(graph, "invited", "well", ("site", *names), rows)


def _held_fixed(trial: Trial) -> dict[str, Any]:
    surveyed, chosen = _surveyed(trial), [*_adjustment(trial), "came"]
    return {check: {**part, "adjustment": chosen} for check, part in surveyed.estimated([]).items()}


def _compliance(site: Site) -> Fraction:
    one, other = site
    return Fraction(one.took, one.people()) - Fraction(other.took, other.people())


def _people(site: Site) -> int:
    return site[0].people() + site[1].people()


def _worked(trial: Trial) -> tuple[Fraction, list[WorkedLine]]:
    """The estimate Σ n·Δwell / Σ n·Δcame over the sites, and its arithmetic."""
    lines, changes = [], []
    for number, (one, other) in enumerate(trial.sites, start=1):
        claims = []
        for arm in (one, other):
            claims.append(equals(f"{arm.took} + {arm.left}", arm.people()))
            claims.append(equals(f"{arm.took_well} + {arm.left_well}", arm.well()))
        everybody = one.people() + other.people()
        claims.append(equals(f"{one.people()} + {other.people()}", everybody))
        pair = []
        for above, below in ((one.well(), other.well()), (one.took, other.took)):
            change = everybody * (Fraction(above, one.people()) - Fraction(below, other.people()))
            claims.append(equals(f"{everybody} * ({above} / {one.people()} - {below} / {other.people()})", change))
            pair.append(change)
        changes.append(pair)
        lines.append(line(_SITE_IDEA, f"site {number}", *claims))
    well, came = (sum(column, Fraction(0)) for column in zip(*changes, strict=True))
    sums = [equals(" + ".join(written(pair[at]) for pair in changes), total) for at, total in enumerate((well, came))]
    lines.append(line(_RATIO, "all sites", *sums, equals(f"{written(well)} / {written(came)}", well / came)))
    return well / came, lines


def _by_compliers(trial: Trial) -> Fraction:
    """Well compliers with treatment: those among the invited takers less the always-takers; and so without it."""
    gained = compliers = Fraction(0)
    for one, other in trial.sites:
        with_it = Fraction(one.took_well, one.people()) - Fraction(other.took_well, other.people())
        without = Fraction(other.left_well, other.people()) - Fraction(one.left_well, one.people())
        people = one.people() + other.people()
        gained += people * (with_it - without)
        compliers += people * (Fraction(other.left, other.people()) - Fraction(one.left, one.people()))
    return gained / compliers


def _shortcuts(trial: Trial) -> list[Fraction]:
    """As treated, intention to treat, and with several sites pooled Wald and the plain mean of Walds."""
    arms = [arm for site in trial.sites for arm in site]
    took, left = sum(arm.took for arm in arms), sum(arm.left for arm in arms)
    found = []
    if took and left:
        as_treated = Fraction(sum(arm.took_well for arm in arms), took)
        found.append(as_treated - Fraction(sum(arm.left_well for arm in arms), left))
    together = _pooled(trial)
    changed = _invitation(together)
    found.append(changed)
    if len(trial.sites) > 1:
        came = _compliance(together.sites[0])
        found.append(changed / came if came else Fraction(0))
        each = [_worked(Trial((site,)))[0] for site in trial.sites]
        found.append(sum(each, Fraction(0)) / len(each))
    return found


def _pooled(trial: Trial) -> Trial:
    """All sites as one."""
    one, other = (Arm(*(sum(column) for column in zip(*_columns(trial, side), strict=True))) for side in (0, 1))
    return Trial(((one, other),))


def _invitation(trial: Trial) -> Fraction:
    """The effect of being invited on being well, averaged over all people."""
    changed = sum(
        (
            _people(site) * (Fraction(site[0].well(), site[0].people()) - Fraction(site[1].well(), site[1].people()))
            for site in trial.sites
        ),
        Fraction(0),
    )
    return changed / sum(_people(site) for site in trial.sites)


def _columns(trial: Trial, side: int) -> list[tuple[int, int, int, int]]:
    return [(site[side].took, site[side].took_well, site[side].left, site[side].left_well) for site in trial.sites]


def _shortcuts_fail(trial: Trial) -> bool:
    if not FEWEST_PEOPLE <= sum(_people(site) for site in trial.sites) <= MOST_PEOPLE:
        return False
    changed, pooled = (_invitation(trial), _invitation(_pooled(trial)))
    confounded = len(trial.sites) == 1 or abs(changed - pooled) > LEAST_APART
    return confounded and _worked(trial)[0] not in _shortcuts(trial)


def _draw(rng: Random) -> Site:
    """A site with always-takers, compliers and never-takers; those who come anyway fare better."""
    arms = []
    gain = rng.randint(-10, 40)
    for invited in (True, False):
        people = rng.choice((20, 25, 40, 50, 60, 75, 80, 100))
        took = people * (rng.randint(50, 90) if invited else rng.randint(5, 35)) // 100
        well = took * (rng.randint(35, 55) + gain) // 100
        arms.append(Arm(took, well, people - took, (people - took) * rng.randint(20, 50) // 100))
    return arms[0], arms[1]


def _parse(problem: str) -> Trial | None:
    sites = []
    for found in _SITE.findall(problem):
        counts = tuple(int(text) for text in found)
        sites.append((Arm(*counts[:4]), Arm(*counts[4:])))
    return Trial(tuple(sites)) if sites else None

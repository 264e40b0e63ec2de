import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
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
)
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.sequence import ListAnswer, integers
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.constraints import CHECK, constraints_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_JOB = re.compile(r"([A-R]) takes ([1-9][0-9]?) days?(?: after ([A-R](?: and [A-R]){0,3}))?(?=;|\.)")
_ASKED = re.compile(r"\bjob ([A-R])\b")
_NAMES = "ABCDEFGHIJKLMNOPQR"


@frozen
class Project:
    """Jobs A, B, … (2 to 18), each a number of days and the earlier jobs it waits for, and the job that is asked."""

    days: tuple[int, ...]
    waits: tuple[tuple[int, ...], ...]
    asked: int

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.days) <= len(_NAMES) or len(self.waits) != len(self.days):
            raise ValueError("a project has 2 to 18 jobs")
        if any(
            list(before) != sorted(set(before)) or (before and before[-1] >= at) for at, before in enumerate(self.waits)
        ):
            raise ValueError("a job waits for different earlier jobs")
        if not 0 <= self.asked < len(self.days):
            raise ValueError("the job that is asked must be of the project")


class CriticalPath:
    """How long a project lasts, and how late one of its jobs may end without making it longer (total float).

    Difficulty d: d + 4 jobs that wait for up to three others. Size: the number of jobs.
    Kept where the job asked has some total float, and its free float (what delays no other job) is another number.
    """

    name: Final = "critical_path"
    version: Final = 2
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Project:
        def draw() -> Project:
            count = difficulty + 4
            waits = [tuple(sorted(rng.sample(range(at), min(at, rng.randint(0, 3))))) for at in range(count)]
            return Project(tuple(rng.randint(2, 20) for _ in range(count)), tuple(waits), rng.randrange(count))

        return kept(draw, _shortcut_fails)

    def state(self, instance: Project, phrasing: int) -> str:
        jobs = "; ".join(
            f"{_NAMES[at]} takes {days} {'day' if days == 1 else 'days'}"
            f"{' after ' + ' and '.join(_NAMES[before] for before in waits) if waits else ''}"
            for at, (days, waits) in enumerate(zip(instance.days, instance.waits, strict=True))
        )
        asked = f"job {_NAMES[instance.asked]}"
        ending = (
            "The final answer is a list in square brackets of two integers: both numbers of days, in this order. The "
            "artefact `constraints` gives the day, counted from 0, on which each of them starts so that the whole is "
            "done as soon as possible."
        )
        if phrasing == 0:
            return (
                f"A project consists of these jobs, which may run side by side once those before them are done. "
                f"{jobs}. How many days does the project take at least, and by how many days may {asked} end late "
                f"without making it longer? {ending}"
            )
        if phrasing == 1:
            return (
                f"Use the critical path method on this plan (there are workers enough). {jobs}. State the shortest "
                f"duration of the whole and the total float of {asked}. {ending}"
            )
        return (
            f"A builder schedules work in days. {jobs}. Everything else starts as early as it can. First, when is all "
            f"done? Second, what is the longest delay of {asked} that leaves this date as it is? {ending}"
        )

    def answer(self, instance: Project) -> ListAnswer:
        return integers(
            [max(_earliest(instance)), _latest(instance)[instance.asked] - _earliest(instance)[instance.asked]]
        )

    def size(self, instance: Project) -> int:
        return len(instance.days)

    def read(self, problem: str) -> Project | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Project) -> WorkedSolution:
        """Earliest ends from the first job on, latest ends back from the last."""
        early, late = _earliest(instance), _latest(instance)
        lines: list[WorkedLine] = []
        for at, (days, waits) in enumerate(zip(instance.days, instance.waits, strict=True)):
            start = max((early[before] for before in waits), default=0)
            lines.append(line(_EARLY, f"{_NAMES[at]} ends at {early[at]}", equals(f"{start} + {days}", early[at])))
        for at in range(len(early) - 1, -1, -1):
            then = [(late[next_], instance.days[next_]) for next_ in _followers(instance, at)]
            claims: list[Claim] = [equals(f"{end} - {days}", end - days) for end, days in then]
            lines.append(line(_LATE, f"{_NAMES[at]} ends by {late[at]}", *claims))
        slack = late[instance.asked] - early[instance.asked]
        found = equals(f"{late[instance.asked]} - {early[instance.asked]}", slack)
        lines.append(line(_FLOAT, f"{_NAMES[instance.asked]} may be {slack} late", found))
        starts = [end - days for end, days in zip(early, instance.days, strict=True)]
        return WorkedSolution(integers([max(early), slack]).truth(), tuple(lines), _told(starts))

    def solve_again(self, instance: Project) -> str:
        """The longest path of all, less the longest one through the job."""
        through = (
            _longest_to(instance, instance.asked)
            + _longest_from(instance, instance.asked)
            - instance.days[instance.asked]
        )
        whole = max(_longest_from(instance, at) for at in range(len(instance.days)))
        return integers([whole, whole - through]).truth()

    def slip(self, instance: Project, rng: Random) -> str:
        """Gives the free float, or adds up all jobs."""
        length, slack = (
            max(_earliest(instance)),
            _latest(instance)[instance.asked] - _earliest(instance)[instance.asked],
        )
        if rng.random() < 0.6:
            return integers([length, _free_float(instance)]).truth()
        return integers([sum(instance.days), slack]).truth()

    def checks(self, instance: Project) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("solver", CHECK)

    def artefacts(self, instance: Project) -> tuple[ArtefactSpecification, ...]:
        early = _earliest(instance)
        jobs = _NAMES[: len(early)]
        asked = constraints_artefact(
            jobs,
            [
                {
                    "kind": "schedule",
                    "durations": dict(zip(jobs, instance.days, strict=True)),
                    "precedence": [[jobs[before], jobs[at]] for at, b in enumerate(instance.waits) for before in b],
                    "deadline": max(early),
                    "says": "jobs wait for those before them, and the whole is done as soon as possible",
                }
            ],
            solution=_told([end - days for end, days in zip(early, instance.days, strict=True)])[CHECK]["x"],
        )
        return (asked,)

    def go_wrong(self, instance: Project, rng: Random) -> WorkedSolution:
        """Ends in a slip, and has one job after the other, as if there were a single worker."""
        one_by_one = [0, *accumulate(instance.days[:-1])]
        return ended_in(self.solve(instance), self.slip(instance, rng), _told(one_by_one))


_EARLY = "A job starts when the last of those before it ends."
_LATE = "A job must end before the latest start of every job that waits for it, or by the end of the project."
_FLOAT = "The total float is the latest end less the earliest."


def _told(starts: Sequence[int]) -> Mapping[str, Any]:
    """The artefact with these starts."""
    return {CHECK: {"x": dict(zip(_NAMES, starts, strict=False))}}


def _followers(project: Project, job: int) -> list[int]:
    return [at for at, waits in enumerate(project.waits) if job in waits]


def _earliest(project: Project) -> list[int]:
    """When every job ends at the earliest."""
    ends: list[int] = []
    for days, waits in zip(project.days, project.waits, strict=True):
        ends.append(days + max((ends[before] for before in waits), default=0))
    return ends


def _latest(project: Project) -> list[int]:
    """When every job must end at the latest."""
    end = max(_earliest(project))
    ends = [end] * len(project.days)
    for at in range(len(ends) - 1, -1, -1):
        ends[at] = min((ends[after] - project.days[after] for after in _followers(project, at)), default=end)
    return ends


def _longest_to(project: Project, job: int) -> int:
    paths: dict[int, int] = {}
    for at in range(job + 1):
        paths[at] = project.days[at] + max([paths[before] for before in project.waits[at]], default=0)
    return paths[job]


def _longest_from(project: Project, job: int) -> int:
    paths: dict[int, int] = {}
    for at in range(len(project.days) - 1, job - 1, -1):
        paths[at] = project.days[at] + max((paths[after] for after in _followers(project, at)), default=0)
    return paths[job]


def _free_float(project: Project) -> int:
    """How late the asked job may end without delaying any other."""
    early = _earliest(project)
    starts = [early[after] - project.days[after] for after in _followers(project, project.asked)]
    return min(starts, default=max(early)) - early[project.asked]


def _shortcut_fails(project: Project) -> bool:
    early = _earliest(project)
    slack = _latest(project)[project.asked] - early[project.asked]
    return slack > 0 and slack != _free_float(project) and sum(project.days) != max(early)


def _parse(problem: str) -> Project | None:
    asked, jobs = _ASKED.search(problem), _JOB.findall(problem)
    if asked is None:
        return None
    waits = tuple(tuple(_NAMES.index(name) for name in before.split(" and ") if name) for _, _, before in jobs)
    return Project(tuple(int(days) for _, days, _ in jobs), waits, _NAMES.index(asked[1]))

import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.sequence import ListAnswer, integers
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_QUANTUM = re.compile(r"\b(?:quantum of|slices of|at most) ([0-9]) ms")
_JOB = re.compile(r"[A-H]: arrives at ([0-9]{1,2}) ms, needs ([0-9]{1,2}) ms")
_LABELS = "ABCDEFGH"
_WAYS = (
    (
        "One processor runs jobs in turn (round robin) with a quantum of {quantum} ms. Jobs: {jobs}. Who is ready "
        "waits in one queue; a job whose quantum ends unfinished goes to the back, behind jobs that arrived "
        "meanwhile or at that very moment. Switching takes no time. When is each job done? The final answer is the "
        "list of the completion times in ms, [{labels}]."
    ),
    (
        "A scheduler gives each job in its queue slices of {quantum} ms; a job that needs less leaves early. An "
        "interrupted job queues up again at the end, after all that have arrived by then, the same instant included. "
        "There is no overhead. {jobs}. At which times, in ms from 0, do they finish? The final answer is the list "
        "[{labels}]."
    ),
    (
        "Jobs take turns on one core: the first in the queue runs for at most {quantum} ms, then, if it is not "
        "finished, it rejoins the queue behind every job that has arrived up to and including that time. If the "
        "queue is empty, the core idles. {jobs}. State the times of completion, as the list [{labels}] in ms. The "
        "final answer is that list."
    ),
)


@frozen
class Workload:
    """A quantum of 1…9 ms, and 2 to 8 jobs (arrival, need): arrivals rising, different and below 100, needs 1…99."""

    quantum: int
    jobs: tuple[tuple[int, int], ...]

    def __attrs_post_init__(self) -> None:
        arrivals = [arrival for arrival, _ in self.jobs]
        if not 2 <= len(self.jobs) <= len(_LABELS) or arrivals != sorted(set(arrivals)):
            raise ValueError("2 to 8 jobs arrive one after the other")
        if self.quantum < 1 or any(need < 1 for _, need in self.jobs):
            raise ValueError("a quantum and a job take 1 ms at least")


class RoundRobin:
    """When each job is done under round-robin scheduling.

    Difficulty d: 3 + d/3 jobs (rounded down) of up to 5 + d ms, quantum 2 to 4 ms. Size: the number of jobs. Kept where
    running each job to its end (FCFS), and queueing before those who arrive at the end of a quantum, both give other
    times.
    """

    name: Final = "round_robin"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Workload:
        count = 3 + difficulty // 3

        def draw() -> Workload:
            arrivals = sorted(rng.sample(range(3 * count), count))
            return Workload(rng.randint(2, 4), tuple((start, rng.randint(2, 5 + difficulty)) for start in arrivals))

        return kept(draw, _shortcuts_fail)

    def state(self, instance: Workload, phrasing: int) -> str:
        jobs = "; ".join(
            f"{label}: arrives at {arrival} ms, needs {need} ms"
            for label, (arrival, need) in zip(_LABELS, instance.jobs, strict=False)
        )
        labels = ", ".join(_LABELS[: len(instance.jobs)])
        return _WAYS[phrasing].format(quantum=instance.quantum, jobs=jobs, labels=labels)

    def answer(self, instance: Workload) -> ListAnswer:
        return integers(_ends(instance, instance.quantum))

    def size(self, instance: Workload) -> int:
        return len(instance.jobs)

    def read(self, problem: str) -> Workload | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Workload) -> WorkedSolution:
        """Runs the queue, slice by slice."""
        slices = _slices(instance, instance.quantum)
        per_line = -(-len(slices) // 45)
        lines = []
        for at in range(0, len(slices), per_line):
            part = slices[at : at + per_line]
            told = ", ".join(f"{_LABELS[job]} runs from {start} to {start + length}" for job, start, length in part)
            claims: list[Claim] = [equals(f"{start} + {length}", start + length) for _, start, length in part]
            lines.append(line(_TURNS, told, *claims))
        return WorkedSolution(_listed(_ends(instance, instance.quantum)), tuple(lines))

    def solve_again(self, instance: Workload) -> str:
        """Lets the clock tick millisecond by millisecond."""
        left = [need for _, need in instance.jobs]
        ends = [0] * len(left)
        queue: list[int] = []
        now = used = 0
        while any(left):
            queue.extend(job for job, (arrival, _) in enumerate(instance.jobs) if arrival == now)
            if used == instance.quantum:
                queue.append(queue.pop(0))
                used = 0
            now += 1
            if queue:
                left[queue[0]] -= 1
                used += 1
                if not left[queue[0]]:
                    ends[queue.pop(0)] = now
                    used = 0
        return _listed(ends)

    def slip(self, instance: Workload, rng: Random) -> str:
        """Runs each job to its end, or requeues before those who arrive at that moment."""
        if rng.random() < 0.5:
            return _listed(_ends(instance, 99))
        return _listed(_ends(instance, instance.quantum, requeue_first=True))


_TURNS = "The first in the queue runs for a quantum or to its end; new arrivals join before it is queued again."


def _slices(workload: Workload, quantum: int, *, requeue_first: bool = False) -> list[tuple[int, int, int]]:
    """Who runs, from when and how long."""
    left = [need for _, need in workload.jobs]
    coming = list(range(len(left)))
    queue: list[int] = []
    slices = []
    now = 0
    while queue or coming:
        if not queue:
            now = max(now, workload.jobs[coming[0]][0])
            queue.append(coming.pop(0))
        job = queue.pop(0)
        length = min(quantum, left[job])
        slices.append((job, now, length))
        now, left[job] = now + length, left[job] - length
        if left[job] and requeue_first:
            queue.append(job)
        while coming and workload.jobs[coming[0]][0] <= now:
            queue.append(coming.pop(0))
        if left[job] and not requeue_first:
            queue.append(job)
    return slices


def _ends(workload: Workload, quantum: int, *, requeue_first: bool = False) -> list[int]:
    ends = {job: start + length for job, start, length in _slices(workload, quantum, requeue_first=requeue_first)}
    return [ends[job] for job in range(len(workload.jobs))]


def _listed(times: list[int]) -> str:
    return f"[{', '.join(map(str, times))}]"


def _shortcuts_fail(workload: Workload) -> bool:
    right = _ends(workload, workload.quantum)
    return right not in (_ends(workload, 99), _ends(workload, workload.quantum, requeue_first=True))


def _parse(problem: str) -> Workload | None:
    quantum = _QUANTUM.search(problem)
    jobs = tuple((int(arrival), int(need)) for arrival, need in _JOB.findall(problem)[:9])
    return Workload(int(quantum[1]), jobs) if quantum else None

import re
from random import Random
from string import ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.domain.answers.sequence import ListAnswer
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.discipline import Discipline

_CAPACITY = re.compile(r"\b(?:holds|room for) ([0-9]{1,2}) pages")
_REQUESTS = re.compile(r"in this order: ([A-Z](?:, [A-Z])*)\.")
_LINES = 40


@frozen
class Trace:
    """Requests for pages named by capital letters, at most 200, to a cache for 1 to 25 pages that starts empty."""

    capacity: int
    requests: str

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.capacity <= 25 or not 1 <= len(self.requests) <= 200:
            raise ValueError("a trace has 1 to 200 requests to a cache for 1 to 25 pages")
        if not set(self.requests) <= set(ascii_uppercase):
            raise ValueError("pages are capital letters")


class LruEvictions:
    """Which pages a least-recently-used cache evicts, in order.

    Difficulty d: 6 + 3d requests for capacity + 2 + d/4 pages, capacity 2 + d/3 (both rounded down).
    Size: the number of requests. Kept where evicting in order of arrival (FIFO) gives another list.
    """

    name: Final = "lru_evictions"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Trace:
        capacity = 2 + difficulty // 3

        def draw() -> Trace:
            pages = rng.sample(ascii_uppercase, capacity + 2 + difficulty // 4)
            return Trace(capacity, "".join(rng.choice(pages) for _ in range(6 + 3 * difficulty)))

        return kept(draw, _age_is_not_enough)

    def state(self, instance: Trace, phrasing: int) -> str:
        requests = ", ".join(instance.requests)
        if phrasing == 0:
            return (
                f"A cache holds {instance.capacity} pages and is empty at first. When a page that it does not hold is "
                "requested while it is full, it evicts the least recently requested page. Pages are requested in this "
                f"order: {requests}. Which pages are evicted, in the order of their eviction? "
                "The final answer is a list of letters in square brackets, separated by commas."
            )
        return (
            f"A program keeps a table with room for {instance.capacity} pages, at first empty. Each access to a page "
            "marks it as used most recently; a page that is not in the table is loaded, and if there is no room the "
            f"page whose last use is longest ago is dropped. The program accesses pages in this order: {requests}. "
            "List every dropped page, first dropped first, as often as it is dropped. "
            "The final answer is a list of letters in square brackets, separated by commas."
        )

    def answer(self, instance: Trace) -> ListAnswer:
        return ListAnswer(tuple(TextAnswer(page) for page in _simulate(instance)), TextAnswer("A").wire_format())

    def size(self, instance: Trace) -> int:
        return len(instance.requests)

    def read(self, problem: str) -> Trace | None:
        return recognised(self, problem, _parse, _age_is_not_enough)

    def solve(self, instance: Trace) -> WorkedSolution:
        """Simulates the cache, request by request."""
        cache: list[str] = []
        lines: list[WorkedLine] = []
        per_line = -(-len(instance.requests) // _LINES)
        facts: list[str] = []
        for number, page in enumerate(instance.requests, start=1):
            happening = _request(cache, page, instance.capacity)
            facts.append(f"{number}. {page}: {happening}; now {', '.join(cache)}")
            if number % per_line == 0 or number == len(instance.requests):
                lines.append(WorkedLine(_IDEA, ". ".join(facts) + "."))
                facts = []
        return WorkedSolution(_listed(_simulate(instance)), tuple(lines))

    def solve_again(self, instance: Trace) -> str:
        """Finds each victim without a cache: it is the last of the most recent different pages before a miss."""
        victims = []
        for at, page in enumerate(instance.requests):
            recent = list(dict.fromkeys(reversed(instance.requests[:at])))[: instance.capacity]
            if page not in recent and len(recent) == instance.capacity:
                victims.append(recent[-1])
        return _listed("".join(victims))

    def slip(self, instance: Trace, rng: Random) -> str:
        """Evicts in order of arrival, or forgets the last eviction."""
        if rng.random() < 0.5:
            return _listed(_simulate(instance, fifo=True))
        return _listed(_simulate(instance)[:-1])


_IDEA = (
    "Keep the cache in order from least to most recently used: "
    "a hit moves its page to the end, a miss on a full cache drops the first."
)


def _request(cache: list[str], page: str, capacity: int) -> str:
    """Serves one request, the least recently used page first in the cache; tells what happened."""
    if page in cache:
        cache.remove(page)
        cache.append(page)
        return "hit"
    dropped = cache.pop(0) if len(cache) == capacity else ""
    cache.append(page)
    return f"miss, evicts {dropped}" if dropped else "miss"


def _simulate(trace: Trace, *, fifo: bool = False) -> str:
    """The evicted pages; with `fifo`, a hit does not make a page younger."""
    cache: list[str] = []
    evicted = ""
    for page in trace.requests:
        if page in cache:
            if not fifo:
                cache.remove(page)
                cache.append(page)
            continue
        if len(cache) == trace.capacity:
            evicted += cache.pop(0)
        cache.append(page)
    return evicted


def _age_is_not_enough(trace: Trace) -> bool:
    evicted = _simulate(trace)
    return len(evicted) > 1 and evicted != _simulate(trace, fifo=True)


def _listed(pages: str) -> str:
    return f"[{', '.join(pages)}]"


def _parse(problem: str) -> Trace | None:
    capacity, requests = _CAPACITY.search(problem), _REQUESTS.search(problem)
    return Trace(int(capacity[1]), requests[1].replace(", ", "")) if capacity and requests else None

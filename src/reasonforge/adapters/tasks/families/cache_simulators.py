import re
from itertools import product
from random import Random
from typing import Any, Final

from attrs import evolve, frozen

from reasonforge.adapters.tasks.family import WorkedLine
from reasonforge.adapters.tasks.written_program import HAND_IN, Arguments, ProgramFamily

_EVICTIONS: Final = {
    "lru": "the key whose last request lies furthest back",
    "mru": "the key that was requested last",
    "fifo": "the key that has been in the cache for the longest time",
    "lfu": (
        "the key with the fewest requests since it came into the cache, that one included, and of several such keys "
        "the one that has been there for the longest time"
    ),
}
_RULES: Final = {
    "bypass": "a key divisible by {0} that is not in the cache is never put into it",
    "drop": "after a hit on a key that leaves the remainder 1 when divided by {0}, that key is taken out of the cache",
    "flush": "before each {0}th request (of all requests, counted from 1), the cache is emptied",
    "double": "a key greater than {0} counts for two places as long as it is in the cache",
}
_RANGES: Final = {"bypass": (3, 6), "drop": (2, 5), "flush": (5, 9), "double": (4, 8)}
_RULE = re.compile(r"\([0-9]\) ([^;.\n]{1,140})[;.]")
_WAYS = (
    (
        "Write a Python function simulate(capacity, requests) for a cache of `capacity` places (at least 2) that is "
        "empty at first; `requests` is a list of positive integers, the keys asked for one after another. A request "
        "for a key in the cache is a hit; any other key is put in, which takes one place. {policy} {rules}It returns "
        "the list [hits, keys], the number of hits and the list of the keys in the cache at the end, in ascending "
        "order. {hand_in}"
    ),
    (
        "Simulate a cache. The Python function simulate(capacity, requests) gets the number of places (at least 2) "
        "and a list of keys, which are positive integers, and asks for each of them in turn. If the key is there, "
        "that is a hit; otherwise it comes in, for one place. {policy} {rules}When all requests are served, the "
        "function returns the list [hits, keys], how many hits there were and the sorted list of the keys left. "
        "{hand_in}"
    ),
    (
        "An embedded device keeps recent keys (positive integers) in a cache with `capacity` places, at least 2. "
        "Serving a request means: a key that is stored counts as a hit, and another one is stored, one place each. "
        "{policy} {rules}Model this as the Python function simulate(capacity, requests), whose second argument is the "
        "list of requested keys, and which returns the list [hits, keys]: the number of hits, and all stored keys at "
        "the end as a list from the smallest to the largest. {hand_in}"
    ),
)
_POLICY = "As long as there is too little room for a new key, {eviction} is evicted first."


@frozen
class Cache:
    """Which key is evicted, and up to four further rules, each (name, number), in a fixed order.

    Raises:
        ValueError: it has a rule that does not exist, twice, or with a number out of range.
    """

    eviction: str
    rules: tuple[tuple[str, int], ...]

    def __attrs_post_init__(self) -> None:
        order = [name for name in _RULES if name in dict(self.rules)]
        if self.eviction not in _EVICTIONS or [name for name, _ in self.rules] != order:
            raise ValueError("there is no such cache")
        if not all(_RANGES[name][0] - 1 <= number <= _RANGES[name][1] + 1 for name, number in self.rules):
            raise ValueError("a rule's number is out of range")


class CacheSimulators(ProgramFamily[Cache]):
    """A function that simulates a cache with an eviction policy and further rules.

    Difficulty d: 1 + d/3 further rules (rounded down). Size: their number. Kept where forgetting a rule is found out.
    """

    name = "cache_simulators"
    version = 2
    phrasings = len(_WAYS)
    entry = "simulate"

    def draw(self, rng: Random, difficulty: int) -> Cache | None:
        names = rng.sample(list(_RULES), 1 + difficulty // 3)
        rules = tuple((name, rng.randint(*_RANGES[name])) for name in _RULES if name in names)
        return Cache(rng.choice(list(_EVICTIONS)), rules)

    def state(self, instance: Cache, phrasing: int) -> str:
        told = "; ".join(f"({at}) {_RULES[name].format(n)}" for at, (name, n) in enumerate(instance.rules, start=1))
        policy = _POLICY.format(eviction=_EVICTIONS[instance.eviction])
        return _WAYS[phrasing].format(policy=policy, rules=f"Besides: {told}. ", hand_in=HAND_IN)

    def size(self, instance: Cache) -> int:
        return len(instance.rules)

    def parse(self, problem: str) -> Cache | None:
        evictions = [name for name, text in _EVICTIONS.items() if _POLICY.format(eviction=text) in problem]
        rules = [_read(text) for text in _RULE.findall(problem)[:5]]
        found = tuple(rule for rule in rules if rule is not None)
        return Cache(evictions[0], found) if len(evictions) == 1 and len(found) == len(rules) else None

    def worthwhile(self, instance: Cache) -> bool:
        forgetful = [evolve(instance, rules=tuple(r for r in instance.rules if r != rule)) for rule in instance.rules]
        tests = self.test_inputs(instance, self._rng(instance, "tests"))
        found_out = all(any(self.value(one, a) != self.value(instance, a) for a in tests) for one in forgetful)
        return found_out and 1 <= len(instance.rules) <= len(_RULES) and super().worthwhile(instance)

    def value(self, instance: Cache, arguments: Arguments) -> Any:
        """Keeps [key, came, last, requests] of every key in the cache."""
        capacity, requests = arguments
        rules = dict(instance.rules)
        hits, held = 0, dict[int, list[int]]()
        for now, key in enumerate(requests, start=1):
            if "flush" in rules and now % rules["flush"] == 0:
                held.clear()
            if key in held:
                hits += 1
                held[key][1:] = [now, held[key][2] + 1]
                if "drop" in rules and key % rules["drop"] == 1:
                    del held[key]
                continue
            if "bypass" in rules and key % rules["bypass"] == 0:
                continue
            while held and _room(held, rules) + _room([key], rules) > capacity:
                del held[_evicted(instance.eviction, held)]
            held[key] = [now, now, 1]
        return [hits, sorted(held)]

    def value_again(self, instance: Cache, arguments: Arguments) -> Any:
        """Keeps lists of keys in the orders of arrival and of use, and counts in the requests so far."""
        capacity, requests = arguments
        rules = dict(instance.rules)
        arrived: list[int] = []
        used: list[int] = []
        log: dict[int, int] = {}
        hits = 0
        for index in range(len(requests)):
            key = requests[index]
            if (index + 1) % rules.get("flush", len(requests) + 1) == 0:
                arrived, used, log = [], [], {}
            if key in used:
                hits += 1
                log[key] += 1
                used.remove(key)
                used.append(key)
                if key % rules.get("drop", 1) == 1:
                    used.remove(key)
                    arrived.remove(key)
            elif key % rules.get("bypass", key + 1):
                threshold = rules.get("double", key + max(requests))
                needed = 1 + (key > threshold)
                while used and sum(1 + (one > threshold) for one in used) + needed > capacity:
                    choices = {"lru": used[0], "mru": used[-1], "fifo": arrived[0]}
                    gone = choices.get(instance.eviction, min(arrived, key=lambda one: log[one]))
                    used.remove(gone)
                    arrived.remove(gone)
                used.append(key)
                arrived.append(key)
                log[key] = 1
        return [hits, sorted(used)]

    def source(self, instance: Cache) -> str:
        rules = dict(instance.rules)
        lines = [f"def {self.entry}(capacity, requests):", "    hits = 0", "    came = {}", "    last = {}"]
        lines += ["    count = {}", "    for now, key in enumerate(requests, start=1):"]
        if "flush" in rules:
            lines += [f"        if now % {rules['flush']} == 0:", "            came.clear()"]
        lines += ["        if key in came:", "            hits += 1", "            last[key] = now"]
        lines += ["            count[key] += 1"]
        if "drop" in rules:
            lines += [f"            if key % {rules['drop']} == 1:", "                del came[key]"]
        lines += ["            continue"]
        if "bypass" in rules:
            lines += [f"        if key % {rules['bypass']} == 0:", "            continue"]
        lines += [f"        while came and {_room_written(rules)} > capacity:"]
        lines += [f"            del came[{_CHOSEN[instance.eviction]}]"]
        lines += ["        came[key] = now", "        last[key] = now", "        count[key] = 1"]
        lines += ["    return [hits, sorted(came)]"]
        return "\n".join(lines) + "\n"

    def mutants(self, instance: Cache) -> list[Cache]:
        """Another policy, a rule forgotten, or one with a number that is one off."""
        found = [evolve(instance, eviction=name) for name in _EVICTIONS if name != instance.eviction]
        for at, (name, number) in enumerate(instance.rules):
            before, after = instance.rules[:at], instance.rules[at + 1 :]
            found.append(evolve(instance, rules=(*before, *after)))
            found.append(evolve(instance, rules=(*before, (name, number + 1), *after)))
        return found

    def test_inputs(self, instance: Cache, rng: Random) -> list[Arguments]:  # noqa: ARG002 - requests of any kind
        return [[2, []], [3, [5]], *([rng.randint(2, 5), _requests(rng, 30)] for _ in range(18))]

    def case_inputs(self, instance: Cache, rng: Random) -> list[Arguments]:  # noqa: ARG002 - as above
        small = [[2, list(keys)] for length in range(4) for keys in product((1, 6, 9), repeat=length)]
        return [*small, *([rng.randint(2, 6), _requests(rng, 24)] for _ in range(80))]

    def explained(self, instance: Cache) -> tuple[WorkedLine, ...]:
        evicting = WorkedLine(
            "Keep for every key when it came, when it was last asked for, and how often.",
            f"To evict {_EVICTIONS[instance.eviction]}: {_CHOSEN[instance.eviction]}.",
        )
        rules = tuple(
            WorkedLine("Put each further rule where it takes effect.", f"With {number}: {_RULES[name].format(number)}.")
            for name, number in instance.rules
        )
        return (evicting, *rules)


_CHOSEN: Final = {
    "lru": "min(came, key=last.get)",
    "mru": "max(came, key=last.get)",
    "fifo": "min(came, key=came.get)",
    "lfu": "min(came, key=lambda one: (count[one], came[one]))",
}


def _room(keys: Any, rules: dict[str, int]) -> int:
    return sum(2 if "double" in rules and key > rules["double"] else 1 for key in keys)


def _room_written(rules: dict[str, int]) -> str:
    if "double" not in rules:
        return "len(came) + 1"
    return f"sum(1 + (one > {rules['double']}) for one in (*came, key))"


def _evicted(eviction: str, held: dict[int, list[int]]) -> int:
    if eviction == "lru":
        return min(held, key=lambda key: held[key][1])
    if eviction == "mru":
        return max(held, key=lambda key: held[key][1])
    if eviction == "fifo":
        return min(held, key=lambda key: held[key][0])
    return min(held, key=lambda key: (held[key][2], held[key][0]))


def _requests(rng: Random, most: int) -> list[int]:
    """Keys from 1 to 12, some of them much oftener than others."""
    often = rng.sample(range(1, 13), 4)
    return [
        rng.choice(often) if rng.random() < 0.6 else rng.randint(1, 12) for _ in range(rng.randint(most // 2, most))
    ]


def _read(text: str) -> tuple[str, int] | None:
    for name, told in _RULES.items():
        match = re.fullmatch(re.escape(told).replace(re.escape("{0}"), "([1-9][0-9]?)"), text)
        if match:
            return name, int(match[1])
    return None

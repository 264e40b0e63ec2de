"""What an operator should look at (1-mechanism §1.7). Flags go to the ledger; they never change a score."""

import math
from collections.abc import Iterable, Sequence

from attrs import frozen

from reasonforge.domain.flag import Flag, FlagKind
from reasonforge.domain.identity import Hotkey, TaskId
from reasonforge.domain.numbers import finite, mean, nonnegative


@frozen
class AnomalyRules:
    """The constants of §1.7.

    Attributes:
        seconds_per_difficulty: nobody answers a task in less than this, times its difficulty.
        overhead_seconds: how much longer than the miner's own work a round trip may take: two network legs and queues.
        clock_tolerance_seconds: by how much a claimed time may exceed the measured one, for a clock that runs apart.
        constant_variance, constant_count, constant_window: sample variance below which the last scores, at least
            `constant_count` and at most `constant_window` of them, are too constant.
        collusion_tasks: on how many tasks a pair must be alike.
    """

    seconds_per_difficulty: float = 0.5
    overhead_seconds: float = 10.0
    clock_tolerance_seconds: float = 0.05
    constant_variance: float = 0.001
    constant_count: int = 5
    constant_window: int = 20
    collusion_tasks: int = 3

    def __attrs_post_init__(self) -> None:
        for name in ("seconds_per_difficulty", "overhead_seconds", "clock_tolerance_seconds", "constant_variance"):
            nonnegative(getattr(self, name), name)
        if not 2 <= self.constant_count <= self.constant_window:
            message = "a variance needs at least 2 scores, and constant_window holds at least constant_count of them"
            raise ValueError(message)
        if self.collusion_tasks < 1:
            message = f"collusion_tasks must be at least 1, and is {self.collusion_tasks}"
            raise ValueError(message)


DEFAULT_ANOMALY_RULES = AnomalyRules()


def too_fast(
    hotkey: Hotkey, difficulty: int, elapsed_seconds: float, rules: AnomalyRules = DEFAULT_ANOMALY_RULES
) -> Flag | None:
    """Whether an answer came sooner than its task can be thought through; `elapsed_seconds` as measured here.

    >>> too_fast(Hotkey("5F"), 4, 1.9).detail
    'answered a task of difficulty 4 in 1.900 s, below 2.000 s'
    """
    least = difficulty * rules.seconds_per_difficulty
    if finite(elapsed_seconds, "elapsed_seconds") >= least:
        return None
    detail = f"answered a task of difficulty {difficulty} in {elapsed_seconds:.3f} s, below {least:.3f} s"
    return Flag(FlagKind.TOO_FAST, (hotkey,), detail)


def claimed_time(
    hotkey: Hotkey,
    claimed_ms: float | None,
    elapsed_seconds: float,
    rules: AnomalyRules = DEFAULT_ANOMALY_RULES,
) -> Flag | None:
    """Whether a miner's own figure disagrees with the measured time by more than the round trip explains.

    The work is a part of the round trip: a claim may fall short of it by `overhead_seconds`, and exceed it only by
    `clock_tolerance_seconds`. No claim is no lie; NaN, an infinity or a negative time is one.

    >>> claimed_time(Hotkey("5F"), 9_000.0, 2.0).detail
    'says it took 9.000 s, and the round trip was 2.000 s'
    """
    if claimed_ms is None:
        return None
    claimed = claimed_ms / 1000
    shortfall = finite(elapsed_seconds, "elapsed_seconds") - claimed
    if claimed >= 0 and -rules.clock_tolerance_seconds <= shortfall <= rules.overhead_seconds:
        return None
    detail = f"says it took {claimed:.3f} s, and the round trip was {elapsed_seconds:.3f} s"
    return Flag(FlagKind.CLAIMED_TIME, (hotkey,), detail)


def too_constant(hotkey: Hotkey, scores: Sequence[float], rules: AnomalyRules = DEFAULT_ANOMALY_RULES) -> Flag | None:
    """Whether a miner's last CMS values, oldest first, vary less than honest work does.

    >>> too_constant(Hotkey("5F"), [0.7] * 5).detail
    'the last 5 scores have a variance of 0.000000, below 0.001'
    """
    last = [finite(score, "a score") for score in scores[-rules.constant_window :]]
    if len(last) < rules.constant_count:
        return None
    middle = mean(last)
    variance = math.fsum((score - middle) ** 2 for score in last) / (len(last) - 1)
    if variance >= rules.constant_variance:
        return None
    detail = f"the last {len(last)} scores have a variance of {variance:.6f}, below {rules.constant_variance:g}"
    return Flag(FlagKind.TOO_CONSTANT, (hotkey,), detail)


@frozen
class AlikePair:
    """Two miners whose reasoning on one task was above a similarity threshold, in either order."""

    task_id: TaskId
    one: Hotkey
    other: Hotkey


def collusion(pairs: Iterable[AlikePair], rules: AnomalyRules = DEFAULT_ANOMALY_RULES) -> tuple[Flag, ...]:
    """The groups of miners connected by pairs alike on at least `collusion_tasks` different tasks.

    One flag a group, by its first hotkey; the result does not depend on the order of the pairs, nor on how often
    one is told.
    """
    tasks: dict[tuple[Hotkey, Hotkey], set[TaskId]] = {}
    for pair in pairs:
        if pair.one != pair.other:
            tasks.setdefault((min(pair.one, pair.other), max(pair.one, pair.other)), set()).add(pair.task_id)
    linked = {pair: len(seen) for pair, seen in sorted(tasks.items()) if len(seen) >= rules.collusion_tasks}
    flags = []
    for members in _groups(linked):
        inside = [count for (one, _), count in linked.items() if one in members]
        detail = (
            f"{len(members)} miners in {len(inside)} pairs, each alike on {min(inside)} to {max(inside)} tasks, "
            f"{rules.collusion_tasks} being enough"
        )
        flags.append(Flag(FlagKind.COLLUSION, tuple(sorted(members)), detail))
    return tuple(flags)


def _groups(pairs: Iterable[tuple[Hotkey, Hotkey]]) -> list[set[Hotkey]]:
    """Connected components, by their least member."""
    neighbours: dict[Hotkey, list[Hotkey]] = {}
    for one, other in pairs:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    groups: list[set[Hotkey]] = []
    seen: set[Hotkey] = set()
    for start in sorted(neighbours):
        if start in seen:
            continue
        group, waiting = {start}, [start]
        while waiting:
            fresh = [near for near in neighbours[waiting.pop()] if near not in group]
            group.update(fresh)
            waiting.extend(fresh)
        seen |= group
        groups.append(group)
    return groups

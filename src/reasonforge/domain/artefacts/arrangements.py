"""Constraints on the whole of an assignment: schedules and stable matchings."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefacts.authored import identifier, identifiers, items, known_members, mapping, number, refuse

Value = Fraction | str | None
Assignment = Mapping[str, Value]
MOST_LABELS = 200


@frozen
class Schedule:
    """Start times ≥ 0 of tasks that last, wait for one another and share a resource.

    Attributes:
        durations: task → time units ≥ 0; each task is a variable, its start.
        precedence: (earlier, later): later starts when earlier has ended, at the soonest.
        capacity, demands: at no time the running tasks demand more; None when there is no such limit.
        deadline: the latest end; None when there is none.
    """

    durations: Mapping[str, Fraction]
    precedence: tuple[tuple[str, str], ...]
    capacity: Fraction | None
    demands: Mapping[str, Fraction]
    deadline: Fraction | None

    @classmethod
    def read(cls, given: Mapping[str, Any], variables: tuple[str, ...]) -> Self:
        """`{"durations", "precedence"?, "capacity"?, "demands"?, "deadline"?}`."""
        known_members(given, ("durations", "precedence", "capacity", "demands", "deadline"), "a schedule")
        durations = _sizes(given.get("durations"), variables, "durations")
        demands = _sizes(given.get("demands", {}), tuple(durations), "demands")
        pairs = [identifiers(pair, "a precedence", 2, 2) for pair in items(given.get("precedence", []), "precedence")]
        if any(name not in durations for pair in pairs for name in pair):
            raise refuse("a precedence is between tasks that have a duration")
        capacity, deadline = (
            None if given.get(name) is None else number(given[name], name) for name in ("capacity", "deadline")
        )
        return cls(durations, tuple((pair[0], pair[1]) for pair in pairs), capacity, demands, deadline)

    def holds(self, x: Assignment) -> bool:
        """Whether the start times keep all of it."""
        starts = {name: start for name in self.durations if isinstance(start := x[name], Fraction)}
        if len(starts) < len(self.durations) or min(starts.values()) < 0:
            return False
        ends = {name: start + self.durations[name] for name, start in starts.items()}
        if self.deadline is not None and max(ends.values()) > self.deadline:
            return False
        if any(starts[later] < ends[earlier] for earlier, later in self.precedence):
            return False
        return self.capacity is None or self._within_capacity(starts, ends, self.capacity)

    def _within_capacity(self, starts: Mapping[str, Fraction], ends: Mapping[str, Fraction], most: Fraction) -> bool:
        """The load can only rise when a task starts, after those that end then have left."""
        changes = [(starts[name], 1, demand) for name, demand in self.demands.items() if ends[name] > starts[name]]
        changes += [(ends[name], 0, -demand) for name, demand in self.demands.items() if ends[name] > starts[name]]
        load = Fraction(0)
        for _, _, change in sorted(changes):
            load += change
            if load > most:
                return False
        return True


@frozen
class StableMatching:
    """Each proposer is a variable whose value is a receiver or null; nobody prefers one another to what they have.

    Attributes:
        proposers, receivers: name → whom it accepts, best first; who is not listed is not acceptable.
    """

    proposers: Mapping[str, tuple[str, ...]]
    receivers: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, given: Mapping[str, Any], variables: tuple[str, ...]) -> Self:
        """`{"proposers": {name: [receiver, …]}, "receivers": {name: [proposer, …]}}`."""
        known_members(given, ("proposers", "receivers"), "a stable matching")
        proposers, receivers = (
            {
                identifier(name, f"one of the {side}"): identifiers(liked, f"the preferences of {name}", 0, MOST_LABELS)
                for name, liked in mapping(given.get(side), side).items()
            }
            for side in ("proposers", "receivers")
        )
        strangers = {name for liked in proposers.values() for name in liked} - set(receivers)
        strangers |= {name for liked in receivers.values() for name in liked} - set(proposers)
        if not proposers or strangers or not set(proposers) <= set(variables):
            raise refuse("proposers are variables, and preferences name the other side")
        return cls(proposers, receivers)

    def holds(self, x: Assignment) -> bool:
        """One-to-one, acceptable to both, and without a blocking pair (Gale and Shapley 1962)."""
        pairs = {name: x[name] for name in self.proposers}
        taken = [receiver for receiver in pairs.values() if receiver is not None]
        if len(set(taken)) < len(taken):
            return False
        holder = {receiver: name for name, receiver in pairs.items() if isinstance(receiver, str)}
        if any(
            receiver not in self.proposers[name] or name not in self.receivers[receiver]
            for receiver, name in holder.items()
        ):
            return False
        if len(holder) < len(taken):  # somebody is matched with a number
            return False
        return not any(
            self._would_rather(name, holder.get(receiver), receiver)
            for name, liked in self.proposers.items()
            for receiver in _better(liked, pairs[name])
        )

    def _would_rather(self, proposer: str, holder: str | None, receiver: str) -> bool:
        """Whether a receiver prefers a proposer to whom it has."""
        return proposer in _better(self.receivers[receiver], holder)


def _better(liked: tuple[str, ...], had: Value) -> tuple[str, ...]:
    """Those before what one has; all when one has nothing."""
    return liked[: liked.index(had)] if isinstance(had, str) and had in liked else liked


def _sizes(given: Any, names: tuple[str, ...], what: str) -> Mapping[str, Fraction]:
    sizes = {key: number(size, f"one of the {what}") for key, size in mapping(given, what).items()}
    if not set(sizes) <= set(names) or any(size < 0 for size in sizes.values()):
        raise refuse(f"{what} are numbers ≥ 0 of known tasks")
    if what == "durations" and not sizes:
        raise refuse("a schedule has tasks")
    return sizes

"""What every Gate promises (application/ports/gate.py)."""

import asyncio
from collections.abc import Sequence

from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.application.ports.gate import Barred, Gate

LONG = 3600.0
STEPS = st.lists(
    st.tuples(st.just("come"), st.integers(0, 3)) | st.tuples(st.sampled_from(("finish", "quit")), st.integers(0, 20)),
    max_size=30,
)


@define
class _Desk:
    """What should happen, said plainly: who works and who waits, by name."""

    places: int
    room: int
    working: list[int] = field(factory=list)
    waiting: list[tuple[int, int]] = field(factory=list)
    refused: list[int] = field(factory=list)

    def come(self, name: int, priority: int) -> None:
        if len(self.working) < self.places:
            self.working.append(name)
            return
        if len(self.waiting) >= self.room:
            lowest = min(self.waiting, key=lambda each: (each[1], -each[0]), default=None)
            if lowest is None or lowest[1] >= priority:
                self.refused.append(name)
                return
            self.waiting.remove(lowest)
            self.refused.append(lowest[0])
        self.waiting.append((name, priority))

    def leave(self, name: int) -> None:
        if name in self.working:
            self.working.remove(name)
            if self.waiting:
                first = max(self.waiting, key=lambda each: (each[1], -each[0]))
                self.waiting.remove(first)
                self.working.append(first[0])
        else:
            self.waiting = [each for each in self.waiting if each[0] != name]


@define
class _Crowd:
    """Works that run until they are told to end, and what became of them."""

    gate: Gate
    inside: set[int] = field(factory=set)
    ends: dict[int, asyncio.Event] = field(factory=dict)
    tasks: dict[int, "asyncio.Task[str | Barred]"] = field(factory=dict)

    def come(self, name: int, priority: float, within_seconds: float = LONG) -> None:
        self.ends[name] = asyncio.Event()

        async def work() -> str:
            self.inside.add(name)
            try:
                await self.ends[name].wait()
            finally:
                self.inside.remove(name)
            return f"done {name}"

        run = self.gate.run(work, priority=priority, within_seconds=within_seconds)
        self.tasks[name] = asyncio.create_task(run)

    def refused(self) -> list[int]:
        finished = {name: task for name, task in self.tasks.items() if task.done() and not task.cancelled()}
        return sorted(name for name, task in finished.items() if task.result() is Barred.BUSY)

    async def leave(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


async def settle() -> None:
    """Let everybody do what there is to do now."""
    for _ in range(8):
        await asyncio.sleep(0)


class GateContract:
    """Subclasses give a gate with so many places and so much room."""

    def gate(self, places: int, room: int) -> Gate:
        raise NotImplementedError

    def test_it_lets_in_as_a_doorman_would(self) -> None:
        """Whoever comes, ends or gives up, in any order: those work, wait and are refused whom the rules name."""

        @settings(max_examples=150, deadline=None)
        @given(st.integers(1, 3), st.integers(0, 3), STEPS)
        def property_(places: int, room: int, steps: Sequence[tuple[str, int]]) -> None:
            asyncio.run(self._follow(places, room, steps))

        property_()

    async def _follow(self, places: int, room: int, steps: Sequence[tuple[str, int]]) -> None:
        gate = self.gate(places, room)
        desk, crowd = _Desk(places, room), _Crowd(gate)
        for name, (what, number) in enumerate(steps):
            if what == "come":
                crowd.come(name, float(number))
                desk.come(name, number)
            elif present := desk.working if what == "finish" else desk.working + [each[0] for each in desk.waiting]:
                chosen = present[number % len(present)]
                if what == "finish":
                    crowd.ends[chosen].set()
                else:
                    crowd.tasks[chosen].cancel()
                desk.leave(chosen)
            await settle()
            assert crowd.inside == set(desk.working)
            assert crowd.refused() == sorted(desk.refused)
            assert gate.is_full == (len(desk.working) == places and len(desk.waiting) == room)
        await crowd.leave()
        assert not gate.is_full

    def test_a_place_is_never_lost(self) -> None:
        """Cancelled in the same moment in which they are let in, all the same their places go to the next."""

        async def go() -> set[int]:
            crowd = _Crowd(self.gate(1, 3))
            for name in range(4):
                crowd.come(name, 0.0)
            await settle()
            crowd.ends[0].set()
            crowd.tasks[1].cancel()
            crowd.tasks[2].cancel()
            await settle()
            inside = set(crowd.inside)
            await crowd.leave()
            return inside

        assert asyncio.run(go()) == {3}

    def test_who_is_let_in_and_cancelled_at_once_passes_the_place_on(self) -> None:
        """The place was given, the task that got it is cancelled before it runs: the next one works."""

        async def go() -> set[int]:
            crowd = _Crowd(self.gate(1, 2))
            for name in range(3):
                crowd.come(name, 0.0)
            await settle()
            crowd.tasks[0].add_done_callback(lambda _: crowd.tasks[1].cancel())
            crowd.ends[0].set()
            await settle()
            inside = set(crowd.inside)
            await crowd.leave()
            return inside

        assert asyncio.run(go()) == {2}

    def test_work_past_its_time_is_cancelled(self) -> None:
        """At its deadline work ends, its caller hears LATE, and the place is free."""

        async def go() -> tuple[object, object, set[int]]:
            crowd = _Crowd(self.gate(1, 0))
            crowd.come(0, 0.0, within_seconds=0.02)
            late = await crowd.tasks[0]
            crowd.come(1, 0.0)
            await settle()
            crowd.ends[1].set()
            return late, await crowd.tasks[1], crowd.inside

        assert asyncio.run(go()) == (Barred.LATE, "done 1", set())

    def test_waiting_past_its_time_ends(self) -> None:
        """The deadline counts from the call: who still waits then leaves without having begun."""

        async def go() -> tuple[object, dict[int, bool]]:
            crowd = _Crowd(self.gate(1, 1))
            crowd.come(0, 0.0)
            await settle()
            crowd.come(1, 5.0, within_seconds=0.02)
            late = await crowd.tasks[1]
            began = {name: name in crowd.inside for name in (0, 1)}
            await crowd.leave()
            return late, began

        assert asyncio.run(go()) == (Barred.LATE, {0: True, 1: False})

    def test_no_time_is_late(self) -> None:
        """Work that is given no time does not begin."""

        async def never() -> str:
            raise AssertionError("it began")

        gate = self.gate(1, 1)
        assert asyncio.run(gate.run(never, priority=0.0, within_seconds=0.0)) is Barred.LATE

    def test_what_work_raises_is_raised(self) -> None:
        """Its own errors, a TimeoutError among them, reach the caller, and the place is free again."""

        async def broken(error: Exception) -> str:
            raise error

        async def go(error: Exception) -> bool:
            gate = self.gate(1, 0)
            try:
                await gate.run(lambda: broken(error), priority=0.0, within_seconds=LONG)
            except type(error):
                return not gate.is_full
            return False

        assert asyncio.run(go(TimeoutError("its own")))
        assert asyncio.run(go(LookupError("its own")))

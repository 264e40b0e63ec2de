"""What every EventLog promises (application/ports/event_log.py)."""

import asyncio
from contextlib import AbstractContextManager

from reasonforge.application.ports.event_log import EventKind, EventLog, PublicEvent


def event(number: int) -> PublicEvent:
    return PublicEvent(EventKind.TASK_SCORED, 0.1 + number, {"epoch": number, "validator": "5☃", "top": [{"s": 1 / 3}]})


class EventLogContract:
    """Subclasses give an empty log that keeps so many events."""

    def fresh(self, kept: int) -> AbstractContextManager[EventLog]:
        raise NotImplementedError

    def test_events_come_back_in_order_after_an_id(self) -> None:
        """Equal to what went in, ids rising, from any place and a bounded number at a time."""

        async def go(log: EventLog) -> None:
            assert await log.newest() == 0
            await log.append([event(1), event(2)])
            await log.append([])
            await log.append([event(3)])
            found = await log.after(0, 10)
            assert [one.event for one in found] == [event(1), event(2), event(3)]
            assert [one.id for one in found] == sorted({one.id for one in found})
            assert found[-1].id == await log.newest()
            assert list(await log.after(found[0].id, 1)) == [found[1]]
            assert list(await log.after(found[-1].id, 10)) == []

        with self.fresh(100) as log:
            asyncio.run(go(log))

    def test_the_newest_stay(self) -> None:
        """A log never keeps more than it may, and what goes is the oldest."""

        async def go(log: EventLog) -> None:
            for number in range(10):
                await log.append([event(number)])
            assert [one.event for one in await log.after(0, 100)] == [event(7), event(8), event(9)]
            assert await log.newest() == (await log.after(0, 100))[-1].id

        with self.fresh(3) as log:
            asyncio.run(go(log))

"""Trying again, within a deadline, what may succeed later."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

from attrs import frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer

ResultT = TypeVar("ResultT")


@frozen
class Setback:
    """Why an attempt failed.

    Attributes:
        reason: one clause for people; never a secret, and nothing a service wrote in free text.
        may_pass: whether the same attempt can succeed later.
        retry_after: seconds the service asks us to wait; None when it does not say.
    """

    reason: str
    may_pass: bool = False
    retry_after: float | None = None


@frozen
class Patience:
    """How often and how long: full jitter over an exponential back-off (`Exponential Backoff And Jitter`, AWS 2015).

    Attributes:
        attempts: at most, the first included.
        first, longest: seconds; the k-th wait is uniform in [0, min(longest, first · 2^k)], at least `retry_after`.
        least: seconds that must be left after a wait for another attempt to make sense.
    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 20.0
    least: float = 1.0

    def wait(self, failures: int, setback: Setback, rng: Random) -> float:
        """Seconds to wait after so many failures ≥ 1."""
        jittered = rng.uniform(0, min(self.longest, self.first * 2.0 ** (failures - 1)))
        return max(jittered, setback.retry_after or 0.0)


async def persist(
    attempt: Callable[[float], Awaitable[ResultT | Setback]],
    clock: Clock,
    rng: Random,
    deadline: float,
    patience: Patience,
) -> ResultT | NoAnswer:
    """What `attempt` came to, tried again while it may pass and time is left; otherwise why there is nothing.

    `attempt` is told how many seconds are left, and is stopped when they have passed. Nothing is waited for that would
    end past the deadline (of `clock.monotonic()`): then the reason comes at once.
    """
    failures = 0
    while True:
        left = deadline - clock.monotonic()
        if left <= 0:
            return NoAnswer("no time was left to ask the model")
        try:
            async with asyncio.timeout(left):
                outcome = await attempt(left)
        except TimeoutError:
            return NoAnswer("the model did not reply within the time there was")
        if not isinstance(outcome, Setback):
            return outcome
        failures += 1
        if not outcome.may_pass or failures >= patience.attempts:
            return NoAnswer(outcome.reason if failures == 1 else f"{outcome.reason}, {failures} times")
        wait = patience.wait(failures, outcome, rng)
        if wait + patience.least > deadline - clock.monotonic():
            return NoAnswer(f"{outcome.reason}, and no time is left to try again")
        await clock.sleep(wait)

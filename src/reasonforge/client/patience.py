"""When a request is sent again, and after how long."""

from collections.abc import Generator
from random import Random
from typing import TypeAlias, TypeVar

from attrs import frozen

from reasonforge.client.faults import GatewayError, Unreachable, problem
from reasonforge.client.http_values import Broken, Call, Pause, Reply, retry_after

ResultT = TypeVar("ResultT")
Flow: TypeAlias = Generator[Call | Pause, Reply | Broken | None, ResultT]
"""A conversation with the gateway without its input and output: it yields requests and pauses, is sent the answers, and
returns what came of it. Both clients drive the same ones."""

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request can succeed."""


@frozen
class Patience:
    """How often and how long: full jitter over an exponential back-off.

    Attributes:
        attempts: at most, the first included.
        first, longest: seconds; the k-th wait is uniform in [0, min(longest, first · 2^(k−1))], at least `Retry-After`.
        longest_asked: a gateway that asks for a longer wait is not waited for: its refusal is raised at once.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 8.0
    longest_asked: float = 60.0

    def wait(self, failures: int, asked: float | None, rng: Random) -> float:
        """Seconds to wait after so many failures ≥ 1."""
        return max(rng.uniform(0, min(self.longest, self.first * 2.0 ** (failures - 1))), asked or 0.0)


def persist(call: Call, patience: Patience, rng: Random) -> Flow[Reply]:
    """The answer to `call`, sent again while that may help. Only for requests that may be sent twice.

    Raises:
        GatewayError: the last refusal, or that there was no answer.
    """
    failures = 0
    while True:
        outcome = yield call
        assert outcome is not None  # noqa: S101 - what drives a flow answers each call
        if isinstance(outcome, Reply) and outcome.status < 400:
            return outcome
        failures += 1
        fault, asked, passing = _judged(outcome, failures)
        if not passing or failures >= patience.attempts or (asked or 0.0) > patience.longest_asked:
            raise fault
        yield Pause(patience.wait(failures, asked, rng))


def _judged(outcome: Reply | Broken, failures: int) -> tuple[GatewayError, float | None, bool]:
    if isinstance(outcome, Broken):
        times = "" if failures == 1 else f", tried {failures} times"
        return Unreachable(f"{outcome.reason}{times}"), None, True
    return problem(outcome), retry_after(outcome.headers), outcome.status in PASSING

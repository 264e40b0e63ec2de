"""What every adapter of the Workers port keeps (application/ports/workers.py)."""

import asyncio
import time
from abc import abstractmethod
from typing import Any

import pytest

from reasonforge.application.ports.workers import Exceeded, Workers
from reasonforge.domain.errors import ValidatorFault

TARGETS = "tests.adapters.worker_targets:"


class WorkersContract:
    """Subclass it and say how to make a pool for targets of `tests.`, with two workers and little memory."""

    @abstractmethod
    def workers(self) -> Workers: ...

    def outcome(self, name: str, payload: Any, seconds: float = 5.0) -> Any:
        """What one call of a pool of its own comes to."""

        async def scene() -> Any:
            workers = self.workers()
            try:
                return await workers.call(TARGETS + name, payload, seconds)
            finally:
                await workers.aclose()

        return asyncio.run(scene())

    @pytest.mark.parametrize(
        "value",
        [None, True, 0, -(10**400), 0.1, "", "\ud800 \U0001f600 \0", [], {"a": [{"b": None}]}, "x" * 1_000_000],
        ids=["null", "true", "zero", "huge", "float", "empty", "unpaired", "list", "nested", "megabyte"],
    )
    def test_json_goes_there_and_back(self, value: Any) -> None:
        """What goes to a function, and what it gives, arrive as they are."""
        assert self.outcome("echo", value) == value

    @pytest.mark.parametrize("target", ["spin", "tower", "nap"])
    def test_time_is_limited(self, target: str) -> None:
        """Work past its time is killed, wherever it is stuck, and the call is back within a second of that."""

        async def scene() -> None:
            workers = self.workers()
            try:
                await workers.call(TARGETS + "echo", 0, 5.0)
                start = time.monotonic()
                outcome = await workers.call(TARGETS + target, 60, 0.5)
                assert outcome == Exceeded("time limit of 0.5 s")
                assert 0.45 < time.monotonic() - start < 1.5
                assert await workers.call(TARGETS + "echo", 1, 5.0) == 1
            finally:
                await workers.aclose()

        asyncio.run(scene())

    @pytest.mark.parametrize("target", ["eat_memory", "eat_memory_slowly", "disguise_memory"])
    def test_memory_is_limited(self, target: str) -> None:
        """Work past the memory limit says so, also when a library disguised it."""
        outcome = self.outcome(target, 0)
        assert isinstance(outcome, Exceeded)
        assert outcome.reason.startswith("memory limit of ")

    def test_what_a_function_raises_is_ours(self) -> None:
        """A function that raises is a fault that names it and what it said, and the pool goes on."""

        async def scene() -> None:
            workers = self.workers()
            try:
                with pytest.raises(ValidatorFault, match=r"worker_targets:fail raised LookupError: no such planet"):
                    await workers.call(TARGETS + "fail", "no such planet", 5.0)
                assert await workers.call(TARGETS + "echo", 1, 5.0) == 1
            finally:
                await workers.aclose()

        asyncio.run(scene())

    @pytest.mark.parametrize("target", ["no_such_function", "not_json", "Path"])
    def test_a_function_that_cannot_serve_is_ours(self, target: str) -> None:
        """No function, no JSON out of it, or a function of somebody else: a fault."""
        with pytest.raises(ValidatorFault):
            self.outcome(target, 0)

    @pytest.mark.parametrize(
        "target",
        [
            "os:system",
            "tests",
            "tests.:echo",
            "tests.adapters.worker_targets",
            "tests.adapters.worker_targets:",
            "tests.adapters.worker_targets:WARMED.append",
            "testsuite.adapters:echo",
            "tests.adapters.worker_targets:echo\n",
            "tests.adapters.worker_targets:__import__",
            " tests.adapters.worker_targets:echo",
            "tests..worker_targets:echo",
        ],
    )
    def test_only_our_functions_are_targets(self, target: str) -> None:
        """A target is a module of ours, a colon and a public function; all else is a fault before it runs."""

        async def scene() -> None:
            workers = self.workers()
            try:
                with pytest.raises(ValidatorFault, match="module:function"):
                    await workers.call(target, 0, 1.0)
            finally:
                await workers.aclose()

        asyncio.run(scene())

    def test_waiting_is_not_working(self) -> None:
        """Calls beyond the number of workers wait their turn, and the wait does not count as their time."""

        async def scene() -> None:
            workers = self.workers()
            try:
                await workers.call(TARGETS + "echo", 0, 5.0)
                start = time.monotonic()
                outcomes = await asyncio.gather(*(workers.call(TARGETS + "nap", 0.3, 0.8) for _ in range(8)))
                assert outcomes == [0.3] * 8
                assert time.monotonic() - start > 1.1
            finally:
                await workers.aclose()

        asyncio.run(scene())

    def test_closed_is_closed(self) -> None:
        """After `aclose`, which may come twice, a call is a fault; so is one that was under way."""

        async def scene() -> None:
            workers = self.workers()
            await workers.call(TARGETS + "echo", 0, 5.0)
            under_way = asyncio.create_task(workers.call(TARGETS + "nap", 60, 60.0))
            await asyncio.sleep(0.1)
            await workers.aclose()
            await workers.aclose()
            with pytest.raises(ValidatorFault, match="closed"):
                await workers.call(TARGETS + "echo", 0, 5.0)
            with pytest.raises(ValidatorFault, match="closed"):
                await under_way

        asyncio.run(scene())

    def test_never_used_can_be_closed(self) -> None:
        """A pool that was never asked for anything closes."""
        asyncio.run(self.workers().aclose())

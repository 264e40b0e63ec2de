import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from reasonforge.adapters.workers.pool import ProcessWorkers, WorkerLimits
from reasonforge.application.ports.workers import Exceeded, Workers
from reasonforge.domain.errors import ValidatorFault
from tests.contracts.workers import TARGETS, WorkersContract

MEBIBYTE = 1 << 20
ROOT = Path(__file__).parents[2]


def pool(**settings: Any) -> ProcessWorkers:
    plain: dict[str, Any] = {"size": 2, "limits": WorkerLimits(memory_bytes=256 * MEBIBYTE), "preload": ()}
    return ProcessWorkers(prefix="tests.", **{**plain, **settings})


def running(pids: Iterable[int]) -> set[int]:
    """Those that exist, zombies included."""
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


async def gone(pids: Iterable[int], seconds: float) -> bool:
    watched = set(pids)
    end = time.monotonic() + seconds
    while running(watched) and time.monotonic() < end:  # noqa: ASYNC110 - processes tell nobody
        await asyncio.sleep(0.01)
    return not running(watched)


class TestProcessWorkers(WorkersContract):
    def workers(self) -> Workers:
        return pool()


@pytest.mark.parametrize(
    ("target", "payload", "reason"),
    [
        ("leave", 0, "the work crashed"),
        ("leave", 3, "the work crashed"),
        ("leave_at_once", 0, "the work ended its process (exit code 0)"),
        ("die_of", int(signal.SIGKILL), "the work crashed (SIGKILL)"),
        ("die_of", int(signal.SIGABRT), "the work crashed (SIGABRT)"),
        ("die_of", int(signal.SIGXCPU), "time limit of 5 s"),
        ("follow_a_null_pointer", 0, "the work crashed (SIGSEGV)"),
        ("recurse", 0, "limit of recursion"),
        ("long_answer", 9 * MEBIBYTE, "output limit of 8 MB"),
    ],
)
def test_work_that_ends_its_worker_has_exceeded(target: str, payload: Any, reason: str) -> None:
    """However work ends its worker, it is the work's doing, the reason says how, and the next call is served."""

    async def scene() -> None:
        async with pool() as workers:
            assert await workers.call(TARGETS + target, payload, 5.0) == Exceeded(reason)
            assert await workers.call(TARGETS + "echo", 1, 5.0) == 1

    asyncio.run(scene())


def test_a_long_payload_is_refused_unseen() -> None:
    """Work longer than the message limit is exceeded before any worker sees it."""

    async def scene() -> None:
        limits = WorkerLimits(message_bytes=1000)
        async with pool(limits=limits) as workers:
            outcome = await workers.call(TARGETS + "echo", "x" * 1000, 5.0)
            assert isinstance(outcome, Exceeded)
            assert outcome.reason.startswith("input limit of ")

    asyncio.run(scene())


@pytest.mark.parametrize(
    "payload", [object(), {1, 2}, 10**5000, b"bytes", {(1, 2): 3}], ids=["object", "set", "digits", "bytes", "key"]
)
def test_a_payload_that_is_no_json_is_ours(payload: Any) -> None:
    """Whoever calls with something else than JSON has made a mistake of ours."""

    async def scene() -> None:
        async with pool() as workers:
            with pytest.raises(ValidatorFault, match="not plain JSON"):
                await workers.call(TARGETS + "echo", payload, 5.0)

    asyncio.run(scene())


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_work_gets_a_positive_time(seconds: float) -> None:
    """Time that is none is a fault."""

    async def scene() -> None:
        async with pool() as workers:
            with pytest.raises(ValidatorFault, match="seconds"):
                await workers.call(TARGETS + "echo", 0, seconds)

    asyncio.run(scene())


def test_no_process_is_left() -> None:
    """After `aclose` neither worker nor zygote exists, not as a zombie either, whatever the workers were at."""

    async def scene() -> None:
        workers = pool()
        spinning = [asyncio.create_task(workers.call(TARGETS + "tower", 0, 60.0)) for _ in range(2)]
        await asyncio.sleep(1.0)
        nursery = workers._nursery
        assert nursery is not None
        pids = {*workers.processes(), nursery.process.pid}
        assert len(pids) == 4
        assert running(pids) == pids
        await workers.aclose()
        assert not running(pids)
        outcomes = await asyncio.gather(*spinning, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [ValidatorFault] * 2

    async def scene_with_time() -> None:
        async with asyncio.timeout(30):
            await scene()

    asyncio.run(scene_with_time())


def test_a_killed_worker_is_reaped() -> None:
    """A worker past its time is gone when the call is back, and the pool has as many as before."""

    async def scene() -> None:
        async with pool() as workers:
            await workers.call(TARGETS + "echo", 0, 5.0)
            before = set(workers.processes())
            await workers.call(TARGETS + "tower", 0, 0.2)
            killed = before - set(workers.processes())
            assert len(killed) == 1
            assert not running(killed)
            await workers.call(TARGETS + "echo", 0, 5.0)
            assert len(workers.processes()) == 3

    asyncio.run(scene())


def test_a_cancelled_call_kills_its_worker() -> None:
    """Whoever stops waiting for a call stops the work, and the pool serves on."""

    async def scene() -> None:
        async with pool(size=1) as workers:
            pid: Any = await workers.call(TARGETS + "process_id", 0, 5.0)
            await workers.call(TARGETS + "process_id", 0, 5.0)
            call = asyncio.create_task(workers.call(TARGETS + "tower", 0, 60.0))
            await asyncio.sleep(0.2)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert await gone([pid], 2.0)
            assert await workers.call(TARGETS + "echo", 1, 5.0) == 1
            assert await workers.call(TARGETS + "echo", 2, 5.0) == 2

    asyncio.run(scene())


def test_a_call_cancelled_while_it_waits_takes_nothing_along() -> None:
    """A call given up before its turn leaves the one at work alone."""

    async def scene() -> None:
        async with pool(size=1) as workers:
            working = asyncio.create_task(workers.call(TARGETS + "nap", 0.4, 5.0))
            await asyncio.sleep(0.1)
            waiting = asyncio.create_task(workers.call(TARGETS + "nap", 0.4, 5.0))
            await asyncio.sleep(0.1)
            waiting.cancel()
            assert await working == 0.4
            assert await workers.call(TARGETS + "echo", 1, 5.0) == 1

    asyncio.run(scene())


def test_the_event_loop_goes_on() -> None:
    """While eight calls run past their time and eight carry a megabyte, a 10 ms ticker is never 100 ms late.

    The best of three, since on a busy machine a ticker is late by itself.
    """

    async def latest() -> float:
        late: list[float] = []

        async def tick() -> None:
            while True:
                start = time.monotonic()
                await asyncio.sleep(0.01)
                late.append(time.monotonic() - start - 0.01)

        async with pool() as workers:
            await workers.call(TARGETS + "echo", 0, 5.0)
            ticker = asyncio.create_task(tick())
            await asyncio.gather(
                *(workers.call(TARGETS + "tower", 0, 0.3) for _ in range(8)),
                *(workers.call(TARGETS + "echo", "x" * 1_000_000, 5.0) for _ in range(8)),
            )
            ticker.cancel()
        assert len(late) > 50
        return max(late)

    assert min(asyncio.run(latest()) for _ in range(3)) < 0.1


def test_no_more_than_the_size_run_at_once() -> None:
    """Of twenty calls, never more than two are at work."""

    async def scene() -> None:
        async with pool() as workers:
            await workers.call(TARGETS + "echo", 0, 5.0)
            start = time.monotonic()
            await asyncio.gather(*(workers.call(TARGETS + "nap", 0.1, 5.0) for _ in range(20)))
            assert time.monotonic() - start >= 1.0
            assert len(workers.processes()) == 3

    asyncio.run(scene())


def test_a_worker_is_replaced_after_its_calls() -> None:
    """No worker serves more calls than it may."""

    async def scene() -> None:
        limits = WorkerLimits(calls=3)
        async with pool(size=1, limits=limits) as workers:
            pids: list[Any] = [await workers.call(TARGETS + "process_id", 0, 5.0) for _ in range(20)]
            assert max(pids.count(pid) for pid in set(pids)) == 3

    asyncio.run(scene())


def test_a_worker_that_dies_idle_costs_nobody() -> None:
    """Workers killed from outside while they wait are replaced, and calls are served."""

    async def scene() -> None:
        async with pool() as workers:
            await workers.call(TARGETS + "echo", 0, 5.0)
            for _ in range(3):
                for pid in workers.processes():
                    os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(0.1)
                assert await workers.call(TARGETS + "echo", 1, 5.0) == 1

    asyncio.run(scene())


def test_work_outlives_the_zygote() -> None:
    """When the zygote is killed in the middle of work, which is not the work's doing, the work is done again."""

    async def scene() -> None:
        async with pool() as workers:
            await workers.call(TARGETS + "echo", 0, 5.0)
            calls = [asyncio.create_task(workers.call(TARGETS + "nap", 0.5, 5.0)) for _ in range(4)]
            await asyncio.sleep(0.2)
            nursery, before = workers._nursery, workers.processes()
            assert nursery is not None
            nursery.process.kill()
            assert await asyncio.gather(*calls) == [0.5] * 4
            assert await gone(before, 5.0)
            assert len(workers.processes()) == 3

    asyncio.run(scene())


def test_a_zygote_that_cannot_start_is_ours() -> None:
    """When no worker ever gets ready, the call is a fault, not a wait without end."""

    async def scene() -> None:
        async with pool(preload=("tests.adapters.worker_targets:no_such_warm_up",)) as workers:
            with pytest.raises(ValidatorFault, match="no worker can be started"):
                await workers.call(TARGETS + "echo", 0, 5.0)

    asyncio.run(scene())


def test_what_is_loaded_ahead() -> None:
    """Workers are born with the modules to preload and warm, and a module that is not installed harms nobody."""

    async def scene() -> None:
        preload = ("wave", "no_such_module_anywhere", "tests.adapters.worker_targets:warm_up")
        async with pool(preload=preload) as workers:
            assert await workers.call(TARGETS + "loaded", "wave", 5.0) is True
            assert await workers.call(TARGETS + "loaded", "chunk", 5.0) is False
            assert await workers.call(TARGETS + "warmth", 0, 5.0) == 1

    asyncio.run(scene())


def test_workers_see_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A worker has none of our environment and descriptors, a session of its own, and can write no file."""
    monkeypatch.setenv("RF_SECRET", "hunter2")

    async def scene() -> None:
        with (tmp_path / "ours").open("w", encoding="ascii") as ours:
            os.set_inheritable(ours.fileno(), True)
            async with pool() as workers:
                seen: Any = await workers.call(TARGETS + "surroundings", 0, 5.0)
                assert "hunter2" not in str(seen["environment"])
                assert len(seen["descriptors"]) == 4
                assert seen["session"] is True
                assert seen["limits"] == [0, 0, 0]
                assert await workers.call(TARGETS + "write_a_file", str(tmp_path / "theirs"), 5.0) == "OSError"

    asyncio.run(scene())


def test_pools_in_several_event_loops() -> None:
    """One event loop after another may have its pool."""

    async def scene(number: int) -> object:
        async with pool() as workers:
            return await workers.call(TARGETS + "echo", number, 5.0)

    assert [asyncio.run(scene(number)) for number in range(3)] == [0, 1, 2]


def test_none_outlives_a_killed_parent() -> None:
    """When the validator itself is killed in the middle of work, its workers and zygote die within seconds."""
    script = textwrap.dedent(
        f"""
        import asyncio
        from reasonforge.adapters.workers.pool import ProcessWorkers

        async def main():
            workers = ProcessWorkers(size=2, prefix="tests.", preload=())
            await workers.call("{TARGETS}echo", 0, 5.0)
            calls = [asyncio.create_task(workers.call("{TARGETS}tower", 0, 60.0)) for _ in range(2)]
            await asyncio.sleep(0.3)
            print(workers._nursery.process.pid, *workers.processes(), flush=True)
            await asyncio.gather(*calls)

        asyncio.run(main())
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        try:
            assert len(pids) == 4
            assert running(pids) == set(pids)
        finally:
            parent.kill()
    assert asyncio.run(gone(pids, 5.0))


def test_a_pool_has_a_worker() -> None:
    """A pool of none is refused."""
    with pytest.raises(ValueError, match="at least one"):
        pool(size=0)

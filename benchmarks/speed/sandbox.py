"""Containers kept ready against a container for every run, on the same engine, in turns.

python benchmarks/speed/sandbox.py [--image reasonforge-sandbox-base] [--submissions 5] [--inputs 8]

A submission is one program and its hidden inputs. Kept ready, it takes one container that was started before it came,
and its inputs run there one after another; otherwise every input gets a container of its own, made when it is needed.
Both count everything until nothing is left, containers included. Exits 1 when ready is less than 3 times as fast.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable

from reasonforge.adapters.docker.engine import Engine
from reasonforge.adapters.docker.image import Image
from reasonforge.adapters.docker.sandbox import DockerSandbox
from reasonforge.application.ports.sandbox import Program, Run, RunEnd

LEAST_TIMES = 3.0
PROGRAM = Program("python", ("python3", "-I", "main.py"), {"main.py": b"print(sum(map(int, input().split())))"})


async def ready(sandbox: DockerSandbox, inputs: list[bytes]) -> list[Run]:
    return list(await sandbox.run(PROGRAM, inputs))


async def fresh(sandbox: DockerSandbox, inputs: list[bytes]) -> list[Run]:
    return [run for one in inputs for run in await sandbox.run(PROGRAM, [one])]


async def timed(work: Awaitable[list[Run]], inputs: list[bytes]) -> float:
    """Seconds an input; every answer must be right."""
    before = time.perf_counter()
    runs = await work
    seconds = time.perf_counter() - before
    wanted = [(RunEnd.EXITED, b"%d\n" % sum(map(int, one.split()))) for one in inputs]
    assert [(run.end, run.stdout) for run in runs] == wanted
    return seconds / len(inputs)


async def measure(image: str, submissions: int, count: int) -> float:
    """Prints both, and gives how many times faster ready containers are."""
    inputs = [b"%d %d\n" % (number, number * number) for number in range(count)]
    warm = DockerSandbox({"python": Image(image)}, Engine(), ahead=2, owner="reasonforge-benchmark")
    cold = DockerSandbox({"python": Image(image)}, Engine(), ahead=0, owner="reasonforge-benchmark")
    pooled: list[float] = []
    single: list[float] = []
    try:
        await ready(warm, inputs[:1])
        for _ in range(submissions):
            await asyncio.to_thread(warm.settle)
            pooled.append(await timed(ready(warm, inputs), inputs))
            single.append(await timed(fresh(cold, inputs), inputs))
    finally:
        await warm.aclose()
        await cold.aclose()
    times = statistics.median(single) / statistics.median(pooled)
    print(f"{submissions} submissions of {count} inputs, {warm.name}, medians")
    print(f"ready containers, one a submission: {statistics.median(pooled) * 1000:7.1f} ms an input")
    print(f"a container an input:               {statistics.median(single) * 1000:7.1f} ms an input")
    print(f"ready is {times:.1f} times as fast (at least {LEAST_TIMES:g} asked for)")
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", default="reasonforge-sandbox-base")
    parser.add_argument("--submissions", type=int, default=5)
    parser.add_argument("--inputs", type=int, default=8)
    given = parser.parse_args()
    return 0 if asyncio.run(measure(given.image, given.submissions, given.inputs)) >= LEAST_TIMES else 1


if __name__ == "__main__":
    sys.exit(main())

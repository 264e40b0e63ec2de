"""A SymPy simplification in a warm worker beside one in a process of its own. The target is 20 times as fast.

Both are isolated alike: a process that can be killed, and reads one request and writes one answer as JSON. They take
turns, so that what else the machine does falls on both.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from statistics import median

from reasonforge.adapters.workers.pool import ProcessWorkers

ROUNDS, WARM_CALLS = 9, 20
ONCE = "import json, sys; import workers; print(json.dumps(workers.simplified(json.load(sys.stdin))))"


def simplified(number: int) -> str:
    """(x² - n²)/(x - n), simplified from scratch: SymPy's cache is emptied, so that no call feeds on one before."""
    import sympy  # noqa: PLC0415 - only the processes measured load it
    from sympy.core.cache import clear_cache  # noqa: PLC0415 - as above

    clear_cache()
    x = sympy.Symbol("x")
    return str(sympy.simplify((x**2 - number**2) / (x - number)))


def warm_up() -> None:
    simplified(1)


async def alone(number: int) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ONCE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parent,
        start_new_session=True,
    )
    output, _ = await process.communicate(json.dumps(number).encode())
    return str(json.loads(output))


async def measure() -> tuple[list[float], list[float]]:
    """Milliseconds of a warm call and of a process, round by round; each round other numbers."""
    warm, cold = [], []
    async with ProcessWorkers(prefix="workers", preload=("sympy", "workers:warm_up")) as workers:
        for _ in range(workers.size * 2):
            await workers.call("workers:simplified", 1, 30.0)
        for number in range(2, ROUNDS + 2):
            start = time.perf_counter()
            for further in range(WARM_CALLS):
                found = await workers.call("workers:simplified", number + 100 * further, 30.0)
                assert found == f"x + {number + 100 * further}"
            between = time.perf_counter()
            assert await alone(number) == f"x + {number}"
            warm.append(1000 * (between - start) / WARM_CALLS)
            cold.append(1000 * (time.perf_counter() - between))
    return warm, cold


def main() -> None:
    warm, cold = (median(figures) for figures in asyncio.run(measure()))
    print(
        f"simplify one expression: warm worker {warm:.2f} ms, a process a call {cold:.0f} ms, {cold / warm:.0f} times"
    )


if __name__ == "__main__":
    main()

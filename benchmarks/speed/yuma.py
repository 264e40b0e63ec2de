"""One epoch of Yuma Consensus: numpy beside plain loops. The target is well under 10 ms at 256 × 256."""

import random
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from reasonforge.domain.yuma import yuma_epoch

Grid = list[list[float]]
KAPPA, ALPHA = 0.5, 0.1


def naive_epoch(weights: Grid, stake: list[float], bonds: Grid) -> list[float]:
    """Dividends of the original variant with the default parameters, one number after another."""
    uids = range(len(stake))
    total = sum(stake)
    held = [amount / total for amount in stake]
    rows = []
    for i in uids:
        row = [0.0 if i == j else weights[i][j] for j in uids]
        size = sum(row)
        rows.append([weight / size for weight in row])
    clipped = [[0.0] * len(stake) for _ in uids]
    incentive = [0.0] * len(stake)
    for j in uids:
        agreed, above = 0.0, 0.0
        for weight, amount in sorted(((rows[i][j], held[i]) for i in uids), reverse=True):
            if above >= KAPPA:
                break
            agreed, above = weight, above + amount
        for i in uids:
            clipped[i][j] = min(rows[i][j], agreed)
            incentive[j] += held[i] * clipped[i][j]
    earned = sum(incentive)
    incentive = [share / earned for share in incentive]
    dividends = [0.0] * len(stake)
    for j in uids:
        delta = sum(clipped[i][j] * held[i] for i in uids) or 1.0
        kept = sum(bonds[i][j] for i in uids) or 1.0
        column = [ALPHA * clipped[i][j] * held[i] / delta + (1 - ALPHA) * bonds[i][j] / kept for i in uids]
        size = sum(column) or 1.0
        for i in uids:
            dividends[i] += column[i] / size * incentive[j]
    return [share / sum(dividends) for share in dividends]


def subnet(size: int) -> tuple[Grid, list[float], Grid]:
    rng = random.Random(size)
    grids = [[[rng.random() for _ in range(size)] for _ in range(size)] for _ in range(2)]
    return grids[0], [rng.random() for _ in range(size)], grids[1]


def milliseconds(run: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return 1000 * best


def main() -> None:
    for size in (64, 256):
        lists = subnet(size)
        assert np.allclose(yuma_epoch(*lists).dividends, naive_epoch(*lists), rtol=0, atol=1e-9)
        arrays = [np.array(values) for values in lists]
        plain = milliseconds(partial(naive_epoch, *lists), 3)
        original = milliseconds(partial(yuma_epoch, *arrays), 30)
        third = milliseconds(partial(yuma_epoch, *arrays, yuma3=True), 30)
        print(
            f"yuma {size:3} × {size:3}: numpy {original:.2f} ms (Yuma 3: {third:.2f} ms), "
            f"plain loops {plain:.1f} ms, {plain / original:.0f} times as long"
        )


if __name__ == "__main__":
    main()

"""Epochs a second of the offline simulator and of its plain-Python twin, in the same run.

Whole epochs: both draw the same random numbers with the same function, and the time of that is inside both figures
and printed beside them. Both are timed in turns, each as the fastest of its rounds, and their figures are compared
first, since a fast simulator that says something else would be of no use.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reasonforge.application.simulation.draw_epoch import EpochDraws, draw_bonuses, draw_epoch
from reasonforge.application.simulation.outcome import SimulationState
from reasonforge.application.simulation.population import Population
from reasonforge.application.simulation.roster import roster
from reasonforge.application.simulation.simulate_epoch import simulate_epoch

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.application.simulation_twin import TwinState, simulate_epoch_in_loops

CASES = ((12, 6, 3, None), (192, 64, 3, 20.0), (192, 64, 64, 14.0))
"""Miners, validators, judges a reply, and how many times faster than the twin it must be."""
EMISSION = 100.0


def seconds_of(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure(miners: int, validators: int, judges: int, rounds: int) -> tuple[float, float, float]:
    """Seconds an epoch: of the simulator, of its twin, and of drawing alone."""
    members = roster(miners, validators)
    rng = np.random.Generator(np.random.PCG64(42))
    bonuses = draw_bonuses(rng, members)
    population, listed = Population.of(members, bonuses), bonuses.tolist()
    state, twin_state = SimulationState.initial(members), TwinState.initial(members)

    def draw() -> EpochDraws:
        return draw_epoch(rng, miners=miners, validators=validators, judges_per_reply=judges)

    draws = draw()
    _, result = simulate_epoch(state, draws, population, EMISSION)
    _, twin = simulate_epoch_in_loops(twin_state, draws, members, listed, emission=EMISSION)
    np.testing.assert_allclose(result.miner_earnings, twin.miner_earnings, rtol=1e-9)
    np.testing.assert_allclose(result.validator_earnings, twin.validator_earnings, rtol=1e-9)

    repeats = max(5, 20_000 // (miners * judges))

    def vectorised() -> None:
        nonlocal state
        for _ in range(repeats):
            state, _ = simulate_epoch(state, draw(), population, EMISSION)

    def looped() -> None:
        nonlocal twin_state
        twin_state, _ = simulate_epoch_in_loops(twin_state, draw(), members, listed, emission=EMISSION)

    def drawing() -> None:
        for _ in range(repeats):
            draw()

    fast = slow = alone = math.inf
    for _ in range(rounds):
        fast = min(fast, seconds_of(vectorised) / repeats)
        slow = min(slow, seconds_of(looped))
        alone = min(alone, seconds_of(drawing) / repeats)
    return fast, slow, alone


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of which the fastest counts")
    rounds = parser.parse_args().rounds
    print("offline simulator, whole epochs of 12 tasks, random draws included in both")
    print(
        f"{'miners':>6} {'validators':>10} {'judges':>6} {'epochs/s':>9} {'twin':>7} {'ratio':>7} {'draws':>9}  target"
    )
    missed = False
    for miners, validators, judges, target in CASES:
        fast, slow, alone = measure(miners, validators, judges, rounds)
        ratio = slow / fast
        missed = missed or (target is not None and ratio < target)
        print(
            f"{miners:>6} {validators:>10} {judges:>6} {1 / fast:>9.0f} {1 / slow:>7.1f} {ratio:>6.1f}x"
            f" {alone * 1e3:>6.2f} ms  {'-' if target is None else f'{target:.0f}x'}"
        )
    if missed:
        print("a ratio is below its target", file=sys.stderr)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

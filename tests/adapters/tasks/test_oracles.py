"""The families' answers against libraries that know nothing of us."""

from fractions import Fraction
from itertools import product
from random import Random

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from sympy.ntheory.modular import crt

from reasonforge.adapters.tasks.families.bankruptcy import Bankruptcy, Estate
from reasonforge.adapters.tasks.families.congruences import Congruences
from reasonforge.adapters.tasks.families.d_separation import DSeparation
from reasonforge.adapters.tasks.families.intervention import Intervention
from reasonforge.adapters.tasks.families.knapsack import Knapsack
from reasonforge.adapters.tasks.families.lattice_paths import LatticePaths
from reasonforge.adapters.tasks.families.resistors import Resistors
from reasonforge.adapters.tasks.families.zero_sum import ZeroSum
from reasonforge.adapters.tasks.family import pose

HARD = pytest.mark.parametrize("difficulty", [1, 4, 7, 10])
SEEDS = [f"oracle {number}" for number in range(4)]


@HARD
def test_congruences_by_sympy(difficulty: int) -> None:
    """Sympy's Chinese remainder theorem gives the same smallest solution."""
    for seed in SEEDS:
        system = pose(Congruences(), seed, difficulty).instance
        solution, _ = crt(system.moduli, system.residues)
        assert Congruences().answer(system).value == int(solution)


@HARD
def test_lattice_paths_by_matrix_powers(difficulty: int) -> None:
    """The adjacency matrix of the free points, to the power of the length, counts the same paths."""
    for seed in SEEDS:
        grid = pose(LatticePaths(), seed, difficulty).instance
        graph = nx.DiGraph()
        for x, y in product(range(grid.width + 1), range(grid.height + 1)):
            graph.add_edges_from(((x, y), end) for end in ((x + 1, y), (x, y + 1)))
        graph.remove_nodes_from(grid.blocked)
        nodes = list(graph)
        matrix = nx.to_numpy_array(graph, nodelist=nodes, dtype=np.int64)
        paths = np.linalg.matrix_power(matrix, grid.width + grid.height)
        assert LatticePaths().answer(grid).value == paths[nodes.index((0, 0)), nodes.index((grid.width, grid.height))]


@HARD
def test_resistors_by_networkx(difficulty: int) -> None:
    """Networkx's resistance distance is the same number."""
    for seed in SEEDS:
        network = pose(Resistors(), seed, difficulty).instance
        graph = nx.MultiGraph()
        for low, high, ohms in network.resistors:
            graph.add_edge(low, high, weight=ohms)
        distance = nx.resistance_distance(graph, 0, 1, weight="weight", invert_weight=True)
        assert float(Resistors().answer(network).value) == pytest.approx(distance, rel=1e-9)


@HARD
def test_zero_sum_by_linear_programming(difficulty: int) -> None:
    """Scipy's linear programme for the row player has the same value."""
    for seed in SEEDS:
        game = pose(ZeroSum(), seed, difficulty).instance
        rows = [[-above, -below, 1.0] for above, below in game.columns()]
        found = linprog(
            [0, 0, -1],
            A_ub=rows,
            b_ub=[0] * len(rows),
            A_eq=[[1, 1, 0]],
            b_eq=[1],
            bounds=[(0, 1), (0, 1), (None, None)],
        )
        assert float(ZeroSum().answer(game).value) == pytest.approx(-found.fun, abs=1e-9)


@HARD
def test_knapsack_by_integer_programming(difficulty: int) -> None:
    """Scipy's integer programme carries the same value."""
    for seed in SEEDS:
        sack = pose(Knapsack(), seed, difficulty).instance
        found = milp(
            [-value for value in sack.values],
            constraints=LinearConstraint([sack.weights], ub=sack.capacity),
            bounds=Bounds(0, 1),
            integrality=np.ones(len(sack.values)),
        )
        assert Knapsack().answer(sack).value == round(-found.fun)


@HARD
def test_d_separation_by_networkx(difficulty: int) -> None:
    """Networkx finds that the answer's set separates, and no other."""
    for seed in SEEDS:
        separation = pose(DSeparation(), seed, difficulty).instance
        graph = nx.DiGraph(separation.arrows)
        separates = [
            nx.is_d_separator(graph, {separation.first}, {separation.second}, set(option))
            for option in separation.options
        ]
        assert separates == [letter == DSeparation().answer(separation).value for letter in "ABCD"]


@HARD
def test_intervention_by_sampling(difficulty: int) -> None:
    """In 20,000 runs of the model with the treatment set, the outcome is as frequent as computed, within 5 sigma."""
    for seed in SEEDS[:2]:
        model = pose(Intervention(), seed, difficulty).instance
        rng, runs, successes = Random(1), 20_000, 0
        chances = {mechanism.name: [float(chance) for chance in mechanism.chances] for mechanism in model.mechanisms}
        for _ in range(runs):
            world: dict[str, int] = {}
            for mechanism in model.mechanisms:
                setting = int("".join(str(world[parent]) for parent in mechanism.parents) or "0", 2)
                drawn = int(rng.random() < chances[mechanism.name][setting])
                world[mechanism.name] = 1 if mechanism.name == model.treatment else drawn
            successes += world[model.outcome]
        assert successes / runs == pytest.approx(float(Intervention().answer(model).value), abs=5 * 0.5 / runs**0.5)


@pytest.mark.parametrize(
    ("amount", "shares"),
    [
        (100, ["100/3", "100/3", "100/3"]),
        (200, ["50", "75", "75"]),
        (300, ["50", "100", "150"]),
        (400, ["50", "125", "225"]),
        (500, ["200/3", "500/3", "800/3"]),
    ],
)
def test_bankruptcy_by_the_mishnah(amount: int, shares: list[str]) -> None:
    """Claims of 100, 200 and 300 are paid as Ketubot 93a has it for 100, 200 and 300, and by its rule beyond."""
    answer = Bankruptcy().answer(Estate(amount, (100, 200, 300)))
    assert [element.truth() for element in answer.value] == [str(Fraction(share)) for share in shares]

"""The strategic families' answers against libraries and brute force that know nothing of us."""

from fractions import Fraction
from itertools import combinations, permutations, product

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import LinearConstraint, linprog, milp

from reasonforge.adapters.tasks.families.backward_induction import BackwardInduction, Tree
from reasonforge.adapters.tasks.families.critical_path import CriticalPath, Project
from reasonforge.adapters.tasks.families.iterated_dominance import Bimatrix, IteratedDominance
from reasonforge.adapters.tasks.families.markov_decision import MarkovDecision
from reasonforge.adapters.tasks.families.max_flow import MaxFlow
from reasonforge.adapters.tasks.families.shapley import Coalitions, Shapley
from reasonforge.adapters.tasks.families.stable_matching import Market, StableMatching
from reasonforge.adapters.tasks.families.strips_plan import StripsPlan
from reasonforge.adapters.tasks.families.subtraction_game import Heaps, SubtractionGame
from reasonforge.adapters.tasks.families.vickrey_clarke_groves import Auction, VickreyClarkeGroves
from reasonforge.adapters.tasks.family import pose
from reasonforge.domain.answers.sequence import fractions, integers

HARD = pytest.mark.parametrize("difficulty", [1, 4, 7, 10])
SEEDS = [f"oracle {number}" for number in range(4)]


@HARD
def test_iterated_dominance_by_mixed_dominance(difficulty: int) -> None:
    """A linear programme that also tries mixed strategies as dominating ones leaves the same profile."""
    for seed in SEEDS[:2]:
        game: Bimatrix = pose(IteratedDominance(), seed, difficulty).instance
        payoffs = np.array(game.cells)
        mine, theirs = payoffs[:, :, 0], payoffs[:, :, 1].T
        left = [list(range(mine.shape[0])), list(range(mine.shape[1]))]
        changed = True
        while changed:
            changed = False
            for side, table in ((0, mine), (1, theirs)):
                own, against = left[side], left[1 - side]
                for strategy in list(own):
                    others = [one for one in own if one != strategy]
                    if others and _margin(table, strategy, others, against) > 1e-7:
                        own.remove(strategy)
                        changed = True
        assert IteratedDominance().answer(game).truth() == f'["R{left[0][0] + 1}", "C{left[1][0] + 1}"]'
        assert [len(side) for side in left] == [1, 1]


def _margin(
    table: np.ndarray[tuple[int, int], np.dtype[np.int64]], strategy: int, others: list[int], against: list[int]
) -> float:
    """By how much a mixture of the others beats a strategy at least; maximised."""
    rows = [[*(-table[other, at] for other in others), 1] for at in against]
    found = linprog(
        [0] * len(others) + [-1],
        A_ub=rows,
        b_ub=[-table[strategy, at] for at in against],
        A_eq=[[1] * len(others) + [0]],
        b_eq=[1],
        bounds=[(0, 1)] * len(others) + [(None, None)],
    )
    return float(-found.fun)


@HARD
def test_backward_induction_by_checking_every_plan(difficulty: int) -> None:
    """Among all plans only those from which no move gains anywhere are left, and they give Ann the answer."""
    for seed in SEEDS[:2]:
        tree: Tree = pose(BackwardInduction(), seed, min(difficulty, 8)).instance
        choosers = [at for at, node in enumerate(tree.nodes) if node.chance is None]

        def worth(branch: int | tuple[int, int], plan: dict[int, int], tree: Tree = tree) -> tuple[Fraction, Fraction]:
            if not isinstance(branch, int):
                return Fraction(branch[0]), Fraction(branch[1])
            node = tree.nodes[branch - 1]
            first, second = worth(node.first, plan), worth(node.second, plan)
            if node.chance is None:
                return (first, second)[plan[branch - 1]]
            share = Fraction(*node.chance)
            return share * first[0] + (1 - share) * second[0], share * first[1] + (1 - share) * second[1]

        values = set()
        for choices in product((0, 1), repeat=len(choosers)):
            plan = dict(zip(choosers, choices, strict=True))
            stable = all(
                worth(at + 1, plan)[side] >= worth(at + 1, {**plan, at: 1 - plan[at]})[side]
                for at in choosers
                for side in [("Ann", "Bob").index(tree.nodes[at].mover)]
            )
            if stable:
                values.add(worth(1, plan)[0])
        assert values == {BackwardInduction().answer(tree).value}


def test_shapley_by_the_textbook() -> None:
    """The glove game with one left and two right gloves gives 2/3, 1/6 and 1/6."""
    game = Coalitions(3, (0, 0, 0, 1, 1, 0, 1))
    assert Shapley().answer(game) == fractions([Fraction(2, 3), Fraction(1, 6), Fraction(1, 6)])


@HARD
def test_shapley_by_dividends(difficulty: int) -> None:
    """Every coalition's Harsanyi dividend, shared equally among its members, adds up to the same values."""
    for seed in SEEDS:
        game = pose(Shapley(), seed, difficulty).instance
        table = game.table()
        shares = dict.fromkeys("ABCDE"[: game.players], Fraction(0))
        for name in game.names():
            parts = ["".join(part) for size in range(len(name) + 1) for part in combinations(name, size)]
            dividend = sum((-1) ** (len(name) - len(part)) * table[part] for part in parts)
            for player in name:
                shares[player] += Fraction(dividend, len(name))
        assert Shapley().answer(game) == fractions(list(shares.values()))


@HARD
def test_vickrey_clarke_groves_by_integer_programming(difficulty: int) -> None:
    """Scipy's integer programmes for all bidders, and without each, give the same payments."""
    for seed in SEEDS[:2]:
        auction: Auction = pose(VickreyClarkeGroves(), seed, difficulty).instance
        bundles = ("X", "Y", "XY") if auction.items == 2 else ("X", "Y", "Z", "XY", "XZ", "YZ", "XYZ")
        bidders = range(len(auction.bids))
        everything, chosen = _welfare(auction, bundles, list(bidders))
        payments = []
        for bidder in bidders:
            without, _ = _welfare(auction, bundles, [other for other in bidders if other != bidder])
            payments.append(without - (everything - chosen.get(bidder, 0)))
        assert VickreyClarkeGroves().answer(auction) == integers(payments)


def _welfare(auction: Auction, bundles: tuple[str, ...], bidders: list[int]) -> tuple[int, dict[int, int]]:
    """The greatest total of bids, and the bids of those who win."""
    columns = [(bidder, name) for bidder in bidders for name in bundles]
    values = [auction.bids[bidder][bundles.index(name)] for bidder, name in columns]
    once = [[int(bidder == mine) for bidder, _ in columns] for mine in bidders]
    sold = [[int(item in name) for _, name in columns] for item in "XYZ"[: auction.items]]
    found = milp(
        [-value for value in values],
        constraints=LinearConstraint([*once, *sold], ub=1),
        bounds=(0, 1),
        integrality=np.ones(len(columns)),
    )
    won = {bidder: value for (bidder, _), value, taken in zip(columns, values, found.x, strict=True) if taken > 0.5}
    return round(-found.fun), won


@HARD
def test_critical_path_by_networkx(difficulty: int) -> None:
    """Networkx's longest path is the duration; delaying the job by its float keeps it, and by a day more does not."""
    for seed in SEEDS:
        project: Project = pose(CriticalPath(), seed, difficulty).instance
        length, slack = (int(element.truth()) for element in CriticalPath().answer(project).value)

        def duration(late: int, project: Project = project) -> int:
            graph = nx.DiGraph()
            for at, (days, waits) in enumerate(zip(project.days, project.waits, strict=True)):
                took = days + late * (at == project.asked)
                graph.add_edge((at, "start"), (at, "end"), weight=took)
                graph.add_edges_from([((before, "end"), (at, "start")) for before in waits], weight=0)
            return int(nx.dag_longest_path_length(graph))

        assert [duration(0), duration(slack), duration(slack + 1)] == [length, length, length + 1]


@HARD
def test_stable_matching_by_brute_force(difficulty: int) -> None:
    """Of all stable matchings of a small market, the answer is the best for every proposer at once."""
    for seed in SEEDS:
        market: Market = pose(StableMatching(), seed, min(difficulty, 7)).instance
        count = len(market.proposers)
        stable = [
            matched
            for matched in permutations(range(count))
            if not any(
                market.proposers[one].index(theirs) < market.proposers[one].index(matched[one])
                and market.receivers[theirs].index(one) < market.receivers[theirs].index(other)
                for other, theirs in enumerate(matched)
                for one in range(count)
            )
        ]
        best = [
            next(city for city in market.proposers[one] if any(matched[one] == city for matched in stable))
            for one in range(count)
        ]
        names = ("Rome", "Sofia", "Turin", "Ulm", "Vienna", "Warsaw", "York", "Zagreb")
        assert [element.truth() for element in StableMatching().answer(market).value] == [names[city] for city in best]


@HARD
def test_max_flow_by_networkx(difficulty: int) -> None:
    """Networkx's preflow-push finds the same flow."""
    for seed in SEEDS:
        network = pose(MaxFlow(), seed, difficulty).instance
        graph = nx.DiGraph()
        graph.add_nodes_from(range(network.nodes))
        for start, end, capacity in network.pipes:
            graph.add_edge(start, end, capacity=capacity)
        flow = nx.maximum_flow_value(graph, 0, network.nodes - 1, flow_func=nx.algorithms.flow.preflow_push)
        assert MaxFlow().answer(network).value == flow


@HARD
def test_subtraction_game_by_playing_it_out(difficulty: int) -> None:
    """Of the heaps from the least on, the answer is the first with which no first move leads to a lost position."""
    for seed in SEEDS[:2]:
        heaps: Heaps = pose(SubtractionGame(), seed, min(difficulty, 7)).instance
        won: dict[tuple[int, ...], bool] = {}
        first = SubtractionGame().answer(heaps).value
        sizes = [range(size + 1) for size in (*heaps.fixed, first)]
        for position in product(*sizes):
            moves = [
                (*position[:at], size - move, *position[at + 1 :])
                for at, size in enumerate(position)
                for move in heaps.moves
                if move <= size
            ]
            won[position] = any(not won[after] for after in moves)
        assert [won[*heaps.fixed, n] for n in range(heaps.least, first + 1)] == [True] * (first - heaps.least) + [False]


@HARD
def test_markov_decision_by_value_iteration(difficulty: int) -> None:
    """A thousand rounds of value iteration in floating point come to the same value."""
    for seed in SEEDS:
        process = pose(MarkovDecision(), seed, difficulty).instance
        values = [0.0] * len(process.actions)
        for _ in range(1_000):
            values = [
                max(
                    action.reward
                    + float(process.discount)
                    * (action.quarters * values[action.to] + (4 - action.quarters) * values[action.other])
                    / 4
                    for action in pair
                )
                for pair in process.actions
            ]
        assert float(MarkovDecision().answer(process).value) == pytest.approx(values[0], rel=1e-9, abs=1e-9)


@HARD
def test_strips_plan_by_networkx(difficulty: int) -> None:
    """Networkx's shortest path over all sets of facts costs the same."""
    for seed in SEEDS[:2]:
        world = pose(StripsPlan(), seed, difficulty).instance
        facts = sorted({fact for one in world.operators for fact in one.needs + one.makes + one.ends + world.start})
        graph = nx.DiGraph()
        for size in range(len(facts) + 1):
            for some in combinations(facts, size):
                for one in world.operators:
                    if set(one.needs) <= set(some):
                        after = frozenset((set(some) - set(one.ends)) | set(one.makes))
                        before = graph.get_edge_data(frozenset(some), after, {"weight": one.cost})
                        graph.add_edge(frozenset(some), after, weight=min(one.cost, before["weight"]))
        lengths = nx.single_source_dijkstra_path_length(graph, frozenset(world.start))
        cost = min(length for state, length in lengths.items() if set(world.goal) <= state)
        assert StripsPlan().answer(world).value == cost

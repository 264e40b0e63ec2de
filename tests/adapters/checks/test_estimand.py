"""Random models, and estimands valued in them, against exact arithmetic world by world."""

from collections.abc import Mapping
from itertools import product
from random import Random

import numpy as np
import pytest

from reasonforge.adapters.checks.estimand import agrees, drawn_model, value_in
from reasonforge.domain.causal.estimand import read_estimand
from reasonforge.domain.causal.graph import CausalGraph
from reasonforge.domain.causal.identify import identify
from reasonforge.domain.causal.separation import separated

GRAPH = CausalGraph("wzxy", ["wz", "zx", "xy"], ["wx", "wy"])
FREE = CausalGraph("zxmy", ["zx", "zy", "xm", "my"])


def test_models_obey_their_graph() -> None:
    """A model is a positive distribution in which exactly what the graph says is independent."""
    for seed in range(20):
        joint = drawn_model(FREE, ["x"], ["y"], np.random.default_rng(seed)).observed
        assert joint.sum() == pytest.approx(1.0)
        assert joint.min() > 0
        assert set(joint.shape) <= {2, 3}
        for a, b in (("x", "y"), ("z", "m"), ("z", "y")):
            for given in ([], ["m"], ["x"], ["z", "x"], ["x", "m"]):
                if {a, b} & set(given):
                    continue
                keep = [FREE.nodes.index(name) for name in (a, b, *given)]
                table = (
                    np.moveaxis(joint, keep, range(len(keep))).reshape(*(joint.shape[at] for at in keep), -1).sum(-1)
                )
                below = table.sum((0, 1), keepdims=True)
                apart = table.sum(0, keepdims=True) * table.sum(1, keepdims=True) / below
                assert np.allclose(table, apart, atol=1e-12) is separated(FREE, [a], [b], given)


def test_truth_without_hidden_causes() -> None:
    """P(y | do(x)) is the truncated factorisation, world by world."""
    for seed in range(10):
        model = drawn_model(FREE, ["x"], ["y"], np.random.default_rng(seed))
        sizes = model.observed.shape

        def chance(event: Mapping[str, int], joint: np.ndarray = model.observed) -> float:
            return float(joint[tuple(event.get(name, slice(None)) for name in FREE.nodes)].sum())

        for x, y in product(range(sizes[1]), range(sizes[3])):
            total = 0.0
            for z, m in product(range(sizes[0]), range(sizes[2])):
                given_m = chance({"x": x, "m": m}) / chance({"x": x})
                given_y = chance({"z": z, "m": m, "y": y}) / chance({"z": z, "m": m})
                total += chance({"z": z}) * given_m * given_y
            assert model.done[0, x, 0, y] == pytest.approx(total, rel=1e-9)


def test_hidden_causes_count() -> None:
    """With hidden causes the truth is not the conditional, and the napkin's estimand is the truth."""
    estimand = identify(GRAPH, ["y"], ["x"])
    assert estimand is not None
    for seed in range(10):
        model = drawn_model(GRAPH, ["x"], ["y"], np.random.default_rng(seed))
        assert agrees(model, estimand)
        assert not agrees(model, read_estimand(["P", ["y"], ["x"]], GRAPH.nodes))
        assert np.allclose(model.done.sum(axis=3), 1.0)


def test_scopes() -> None:
    """A sum hides an outer meaning; what no sum binds stays free; a sum over what does not occur counts its values."""
    model = drawn_model(FREE, ["x"], ["y"], np.random.default_rng(1))
    names = FREE.nodes

    def shape(given: object) -> tuple[int, ...]:
        return value_in(model, read_estimand(given, names)).shape

    sizes = model.observed.shape
    assert shape(["P", ["y"], ["x", "z"]]) == (sizes[0], sizes[1], 1, sizes[3])
    assert shape(["sum", ["z"], ["P", ["y"], ["x", "z"]]]) == (1, sizes[1], 1, sizes[3])
    assert shape(["P", [["y", 1]], [["x", 0]]]) == (1, 1, 1, 1)
    assert value_in(
        model, read_estimand(["sum", ["x", "y", "z"], ["P", ["x", "y", "z"]]], names)
    ).item() == pytest.approx(1)
    assert value_in(model, read_estimand(["sum", ["z"], 1], names)).item() == sizes[0]
    twice = ["sum", ["x"], ["mul", ["P", ["x"]], ["sum", ["x"], ["P", ["x"]]]]]
    assert value_in(model, read_estimand(twice, names)).item() == pytest.approx(1)


def test_near_truths_are_told_apart() -> None:
    """On random graphs, an estimand with one variable dropped from its condition agrees only where it may."""
    rng, told = Random(6), 0
    for seed in range(60):
        nodes = "abcd"
        pairs = [(a, b) for at, a in enumerate(nodes) for b in nodes[at + 1 :]]
        graph = CausalGraph(nodes, [pair for pair in pairs if rng.random() < 0.7])
        above = [node for node in "abc" if node in graph.parents("c")]
        model = drawn_model(graph, ["c"], ["d"], np.random.default_rng(seed))
        if not above:
            continue
        right = ["sum", above, ["mul", ["P", ["d"], ["c", *above]], ["P", above]]]
        wrong = ["sum", above, ["mul", ["P", ["d"], ["c", *above[1:]]], ["P", above]]]
        assert agrees(model, read_estimand(right, nodes))
        blocked = separated(graph, ["d"], [above[0]], ["c", *above[1:]])
        if not blocked:
            same = agrees(model, read_estimand(wrong, nodes))
            told += not same
            assert not same or separated(graph.without_effects_of(["c"]), ["c"], ["d"], above[1:])
    assert told > 10

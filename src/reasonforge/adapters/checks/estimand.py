"""Estimands held against random causal models: what is observed in a model, and what truly happens when one sets."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from reasonforge.domain.causal.estimand import (
    Constant,
    Estimand,
    Probability,
    Product,
    Quotient,
    Sum,
    Variable,
    name_of,
)
from reasonforge.domain.causal.graph import CausalGraph

_MOST_OBSERVED_STATES = 2_048
_MOST_STATES = 2**18
_MOST_VALUES = 3
_TOLERANCE = 1e-8
Array = NDArray[np.float64]


@frozen
class RandomModel:
    """A positive model over a graph: every variable and hidden cause has a random table given its direct causes.

    Attributes:
        nodes: the observed variables, an axis each, in this order.
        observed: their joint distribution; values per variable 2 or 3.
        done: P(outcomes | do(treatments)), an axis of length 1 for every other variable.
    """

    nodes: tuple[str, ...]
    observed: Array
    done: Array


def drawn_model(
    graph: CausalGraph, treatments: Sequence[str], outcomes: Sequence[str], rng: np.random.Generator
) -> RandomModel:
    """A model of at most 2,048 observed states; its truth by the truncated factorisation, hidden causes included."""
    sizes = _sizes(len(graph.nodes), len(graph.confounded), rng)
    axis = {node: at for at, node in enumerate(graph.nodes)}
    factors = [("", [at], _table(rng, [sizes[at]])) for at in range(len(graph.nodes), len(sizes))]
    for node in graph.nodes:
        hidden = [len(graph.nodes) + at for at, pair in enumerate(graph.confounded) if node in pair]
        axes = [*(axis[parent] for parent in graph.parents(node)), *hidden, axis[node]]
        factors.append((node, axes, _table(rng, [sizes[at] for at in axes])))
    every = list(range(len(graph.nodes)))
    observed = _contracted([(axes, table) for _, axes, table in factors], every)
    kept = sorted(axis[name] for name in (*treatments, *outcomes))
    done = _contracted([(axes, table) for name, axes, table in factors if name not in treatments], kept, sizes)
    shape = [sizes[at] if at in kept else 1 for at in every]
    return RandomModel(graph.nodes, observed, done.reshape(shape))


def _sizes(observed: int, hidden: int, rng: np.random.Generator) -> list[int]:
    """How many values each variable has: 2, and here and there 3 as far as the bounds on states allow."""
    sizes = [2] * (observed + hidden)
    for at in rng.permutation(observed + hidden):
        room_observed = at >= observed or np.prod(sizes[:observed]) * 1.5 <= _MOST_OBSERVED_STATES
        wish = _MOST_VALUES if at >= observed else 2 + int(rng.integers(2))
        if room_observed and np.prod(sizes) * 1.5 <= _MOST_STATES:
            sizes[at] = wish
    return sizes


def _table(rng: np.random.Generator, shape: Sequence[int]) -> Array:
    """Random chances along the last axis, none nearer to 0 than about a fiftieth."""
    weights = rng.gamma(1.0, size=tuple(shape)) + 0.05
    chances: Array = weights / weights.sum(axis=-1, keepdims=True)
    return chances


def _contracted(factors: Sequence[tuple[list[int], Array]], kept: list[int], sizes: Sequence[int] = ()) -> Array:
    """The product of the factors, summed over every axis that is not kept."""
    there = {at for axes, _ in factors for at in axes}
    parts: list[object] = []
    for axes, table in factors:
        parts += [table, axes]
    for at in kept:
        if at not in there:  # a treatment without effects has no factor left
            parts += [np.ones(sizes[at]), [at]]
    result: Array = np.einsum(*parts, kept, optimize="greedy")  # type: ignore[call-overload]
    return result


def value_in(model: RandomModel, estimand: Estimand) -> Array:
    """The estimand's value for every setting of its free variables: an axis a variable, of length 1 where bound."""
    with np.errstate(all="ignore"):
        return _value(model, estimand)


def agrees(model: RandomModel, estimand: Estimand) -> bool:
    """Whether the estimand is the truth in this model, for every value of every free variable."""
    value, truth = np.broadcast_arrays(value_in(model, estimand), model.done)
    return bool(np.isfinite(value).all() and (np.abs(value - truth) <= _TOLERANCE).all())


def _value(model: RandomModel, estimand: Estimand) -> Array:
    match estimand:
        case Constant(number):
            return np.full((1,) * len(model.nodes), float(number))
        case Probability(variables, given):
            return _probability(model, variables, given)
        case Product(factors):
            return reduce(np.multiply, (_value(model, factor) for factor in factors))
        case Quotient(above, below):
            quotient: Array = _value(model, above) / _value(model, below)
            return quotient
        case Sum(over, body):
            total = _value(model, body)
            for name in over:
                at = model.nodes.index(name)
                free = total.shape[at] > 1
                total = total.sum(axis=at, keepdims=True) if free else total * model.observed.shape[at]
            return total


def _probability(model: RandomModel, variables: Sequence[Variable], given: Sequence[Variable]) -> Array:
    above = {name_of(variable) for variable in variables}
    below = {name_of(variable) for variable in given}
    rest = tuple(at for at, name in enumerate(model.nodes) if name not in above | below)
    joint = model.observed.sum(axis=rest, keepdims=True)
    whole = joint.sum(axis=tuple(at for at, name in enumerate(model.nodes) if name in above), keepdims=True)
    chances: Array = joint / whole
    for variable in (*variables, *given):
        if not isinstance(variable, str):
            chances = chances.take([variable[1]], axis=model.nodes.index(variable[0]))
    return chances

"""The ID algorithm: P(outcomes | do(treatments)) from what can be observed, or that it cannot be had.

Shpitser and Pearl, "Identification of joint interventional distributions in recursive semi-Markovian causal models",
AAAI 2006, Figure 3. The numbers in the comments are its lines.
"""

from collections.abc import Collection, Iterable

from attrs import frozen

from reasonforge.domain.causal.estimand import Estimand, Probability, Product, Quotient, Sum
from reasonforge.domain.causal.graph import CausalGraph


class _Hedge(Exception):  # noqa: N818 - never leaves this module
    """Two models agree on all that is observed and differ in what is asked."""


@frozen
class _Distribution:
    """A distribution over `names`; `body` is None while it is still a marginal of the observed one."""

    names: tuple[str, ...]
    body: Estimand | None = None

    def marginal(self, kept: Collection[str]) -> "_Distribution":
        names = tuple(name for name in self.names if name in kept)
        gone = tuple(name for name in self.names if name not in kept)
        if self.body is None or not gone:
            return _Distribution(names, self.body)
        return _Distribution(names, Sum(gone, self.body))

    def density(self) -> Estimand:
        return Probability(self.names) if self.body is None else self.body

    def conditional(self, name: str, before: Collection[str]) -> Estimand:
        """P(name | before)."""
        given = tuple(other for other in self.names if other in before)
        if self.body is None:
            return Probability((name,), given)
        joint = self.marginal({*given, name}).density()
        return Quotient(joint, self.marginal(given).density()) if given else joint


def identify(graph: CausalGraph, outcomes: Iterable[str], treatments: Iterable[str]) -> Estimand | None:
    """P(outcomes | do(treatments)) as an estimand over the graph's nodes; None when it is not identifiable.

    Raises:
        ValueError: no outcome, a name that is no node, or one that is both.
    """
    asked, done = frozenset(outcomes), frozenset(treatments)
    if not asked or asked & done or not asked | done <= set(graph.nodes):
        raise ValueError("a query needs outcomes among the graph's nodes, and treatments that are others of them")
    try:
        return _identify(asked, done, _Distribution(graph.order()), graph)
    except _Hedge:
        return None


def _identify(y: frozenset[str], x: frozenset[str], p: _Distribution, graph: CausalGraph) -> Estimand:
    every = frozenset(graph.nodes)
    if not x:  # 1
        return p.marginal(y).density()
    relevant = graph.ancestors(y)
    if every - relevant:  # 2
        return _identify(y, x & relevant, p.marginal(relevant), graph.among(relevant))
    unaffected = (every - x) - graph.set_from_outside(x).ancestors(y)
    if unaffected:  # 3
        return _identify(y, x | unaffected, p, graph)
    districts = graph.among(every - x).districts()
    if len(districts) > 1:  # 4
        factors = tuple(_identify(district, every - district, p, graph) for district in districts)
        return _summed(every - (y | x), Product(factors), graph)
    (inner,) = districts
    outer = graph.districts()
    if len(outer) == 1:  # 5
        raise _Hedge
    order = graph.order()
    before = {name: order[:at] for at, name in enumerate(order)}
    if inner in outer:  # 6
        factors = tuple(p.conditional(name, before[name]) for name in order if name in inner)
        return _summed(inner - y, _product(factors), graph)
    (around,) = (district for district in outer if inner < district)  # 7
    members = tuple(name for name in order if name in around)
    body = _product(tuple(p.conditional(name, before[name]) for name in members))
    return _identify(y, x & around, _Distribution(members, body), graph.among(around))


def _product(factors: tuple[Estimand, ...]) -> Estimand:
    return factors[0] if len(factors) == 1 else Product(factors)


def _summed(over: frozenset[str], body: Estimand, graph: CausalGraph) -> Estimand:
    names = tuple(name for name in graph.nodes if name in over)
    return Sum(names, body) if names else body

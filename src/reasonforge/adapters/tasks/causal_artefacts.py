"""Estimands of the effect of setting a variable, as an artefact: from a model's tables, and wrong ones."""

from collections.abc import Mapping
from typing import Any

from reasonforge.adapters.tasks.causal_model import Model
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.docalculus import CHECK, docalculus_artefact
from reasonforge.domain.causal.estimand import Estimand, Probability, Product, Sum, written
from reasonforge.domain.causal.graph import CausalGraph


def graph_of(model: Model) -> CausalGraph:
    """Who causes whom in a model without hidden causes."""
    arrows = [(parent, mechanism.name) for mechanism in model.mechanisms for parent in mechanism.parents]
    return CausalGraph(model.names(), arrows)


def effect_specification(graph: CausalGraph, treatment: str, outcome: str, seed: int) -> ArtefactSpecification:
    """Asks for P(outcome | do(treatment)) in a graph; the seed is that of the models it is held against."""
    return docalculus_artefact(graph, [treatment], [outcome], seed=seed)


def told(estimand: Estimand) -> Mapping[str, Any]:
    """The artefact that states an estimand."""
    return {CHECK: {"estimand": written(estimand)}}


def truncated(model: Model) -> Estimand:
    """The truncated factorisation: Σ Π P(variable | causes) over what leads to the outcome past the treatment."""
    relevant = model.ancestors(model.outcome, past_treatment=False) - {model.treatment}
    names = tuple(name for name in model.names() if name in relevant)
    free = tuple(name for name in names if name != model.outcome)
    body = Product(tuple(Probability((name,), tuple(model.of(name).parents)) for name in names))
    return Sum(free, body) if free else body


def parents_adjusted(model: Model) -> Estimand:
    """Σ P(outcome | treatment, causes) · P(causes) over the direct causes of the treatment, which are there."""
    causes = tuple(model.of(model.treatment).parents)
    success = Probability((model.outcome,), (model.treatment, *causes))
    return Sum(causes, Product((success, Probability(causes)))) if causes else success


def as_seen(treatment: str, outcome: str) -> Estimand:
    """P(outcome | treatment): what is seen, taken for what is done."""
    return Probability((outcome,), (treatment,))

"""Claims of independence in a causal graph of one-letter variables, as the `dag` check asks for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from reasonforge.adapters.tasks.causal_graph import Arrow, nodes_of
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.dag import CHECK, dag_artefact
from reasonforge.domain.causal.graph import CausalGraph

Judgement = Callable[[str, str, str], bool]
"""(x, y, given) → whether they are independent."""


@frozen
class SeparationClaims:
    """Two variables given each of some sets, and the first with every other variable given nothing.

    Attributes:
        nodes: one letter each; `arrows` are the graph's.
        options: the sets, one letter a variable.
    """

    nodes: str
    arrows: tuple[Arrow, ...]
    first: str
    second: str
    options: tuple[str, ...]

    def asked(self) -> Sequence[tuple[str, str, str]]:
        """Each (x, y, given) once."""
        sets = sorted({"".join(sorted(option)) for option in self.options})
        others = (node for node in self.nodes if node not in {self.first, self.second})
        return [*((self.first, self.second, given) for given in sets), *((self.first, other, "") for other in others)]

    def specification(self) -> ArtefactSpecification:
        """Asks for the edges of the graph, and for the claims."""
        return dag_artefact(CausalGraph(self.nodes, self.arrows), self.asked())

    def told(self, arrows: Iterable[Arrow], independent: Judgement) -> Mapping[str, Any]:
        """The artefact with these edges, and claims as the judgement has them."""
        return {
            CHECK: {
                "edges": [list(arrow) for arrow in arrows],
                "claims": [
                    {"x": x, "y": y, "given": list(given), "independent": independent(x, y, given)}
                    for x, y, given in self.asked()
                ],
            }
        }


def claims_of(arrows: tuple[Arrow, ...], first: str, second: str, options: tuple[str, ...]) -> SeparationClaims:
    """Of a graph all of whose nodes have arrows."""
    return SeparationClaims(nodes_of(arrows), arrows, first, second, options)

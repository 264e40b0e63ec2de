"""Propositions as JSON, over atoms and over predicates of a few individuals.

    "p"                                              an atom of the vocabulary
    ["is", "predicate", term, …]                     a term is an individual or a bound variable
    ["not", f]  ["and", f, …]  ["or", f, …]  ["implies", f, g]  ["iff", f, g]
    ["forall", "x", f]  ["exists", "x", f]           over all individuals

Quantifiers are written out at reading, so that what remains is propositional and its size is what is bounded.
"""

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, frozen

from reasonforge.domain.artefacts.authored import NAME, identifiers, known_members, mapping, refuse, whole

MOST_NODES, MOST_DEPTH, MOST_INDIVIDUALS, MOST_PLACES = 4_000, 24, 8, 3
_PARTS = {"not": (1, 1), "and": (1, 60), "or": (1, 60), "implies": (2, 2), "iff": (2, 2)}


@frozen
class Proposition:
    """An operation of `not and or implies iff` with its parts, or the atom `name`."""

    operation: str
    parts: tuple["Proposition", ...] = ()
    name: str = ""


@frozen
class Vocabulary:
    """What propositions may speak of. Individuals: 0 to 8; a predicate takes 1 to 3 of them."""

    atoms: frozenset[str]
    predicates: Mapping[str, int]
    individuals: tuple[str, ...]

    @classmethod
    def read(cls, given: Any) -> Self:
        """From `{"atoms"?: [name, …], "predicates"?: {name: places}, "individuals"?: [name, …]}`."""
        vocabulary = mapping(given, "the vocabulary")
        known_members(vocabulary, ("atoms", "predicates", "individuals"), "the vocabulary")
        predicates = {
            name: whole(places, f"the places of {name}", 1, MOST_PLACES)
            for name, places in mapping(vocabulary.get("predicates", {}), "predicates").items()
        }
        individuals = identifiers(vocabulary.get("individuals", []), "individuals", 0, MOST_INDIVIDUALS)
        if predicates and not individuals:
            raise refuse("predicates need individuals")
        atoms = identifiers(vocabulary.get("atoms", []), "atoms", 0, 100)
        if not atoms and not predicates:
            raise refuse("the vocabulary needs an atom or a predicate")
        return cls(frozenset(atoms), predicates, individuals)


def read_proposition(given: Any, vocabulary: Vocabulary, name: str, most_nodes: int = MOST_NODES) -> Proposition:
    """JSON of anybody as a proposition; a ValueError with a sentence that begins with `name` otherwise.

    `most_nodes` bounds it with its quantifiers written out.
    """
    return _Reading(vocabulary, name, most_nodes).read(given, {}, 1)


@define
class _Reading:
    """One proposition being read; `left` counts down as it is written out."""

    vocabulary: Vocabulary
    name: str
    left: int

    def read(self, given: Any, bound: Mapping[str, str], depth: int) -> Proposition:
        self.left -= 1
        if self.left < 0 or depth > MOST_DEPTH:
            raise refuse(f"{self.name} is too large, or nested more than {MOST_DEPTH} deep")
        if isinstance(given, str):
            if given not in self.vocabulary.atoms:
                raise refuse(f"{self.name} has a text that is no atom")
            return Proposition("atom", name=given)
        if not isinstance(given, list) or not given or not isinstance(given[0], str):
            raise refuse(f"{self.name} has a part that is neither an atom nor an array of an operation and its parts")
        operation, parts = given[0], given[1:]
        if operation == "is":
            return self._applied(parts, bound)
        if operation in {"forall", "exists"}:
            return self._quantified(operation, parts, bound, depth)
        least, most = _PARTS.get(operation, (1, 0))
        if not least <= len(parts) <= most:
            raise refuse(f"{self.name} has an unknown operation, or one with another number of parts")
        return Proposition(operation, tuple(self.read(part, bound, depth + 1) for part in parts))

    def _applied(self, parts: list[Any], bound: Mapping[str, str]) -> Proposition:
        if not all(isinstance(part, str) for part in parts) or not parts:
            raise refuse(f"{self.name} applies something that is no predicate")
        predicate, *terms = parts
        individuals = [bound.get(term, term) for term in terms]
        known = all(one in self.vocabulary.individuals for one in individuals)
        if not known or self.vocabulary.predicates.get(predicate) != len(terms):
            raise refuse(f"{self.name} applies an unknown predicate, or one to other than its number of individuals")
        return Proposition("atom", name=f"{predicate}({','.join(individuals)})")

    def _quantified(self, operation: str, parts: list[Any], bound: Mapping[str, str], depth: int) -> Proposition:
        if len(parts) != 2 or not isinstance(parts[0], str) or not NAME.fullmatch(parts[0]):
            raise refuse(f"{self.name} has a quantifier that is not of the form [{operation}, variable, formula]")
        variable, body = parts
        if variable in self.vocabulary.individuals or variable in bound or not self.vocabulary.individuals:
            raise refuse(f"{self.name} binds a variable twice, or one that is called like an individual")
        instances = tuple(self.read(body, {**bound, variable: one}, depth + 1) for one in self.vocabulary.individuals)
        return Proposition("and" if operation == "forall" else "or", instances)

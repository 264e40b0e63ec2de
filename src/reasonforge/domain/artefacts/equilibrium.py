"""What the `equilibrium` check asks: mixed strategies from which no player gains by deviating."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any, Self

from attrs import frozen

from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.authored import flag, identifiers, items, known_members, mapping, number, refuse

CHECK = "equilibrium"
MOST_PLAYERS, MOST_ACTIONS, MOST_PROFILES = 5, 40, 4_000
_MEMBERS = ("payoffs", "actions", "zero_sum", "epsilon")
Strategy = Sequence[Fraction]


@frozen
class Game:
    """A game in normal form.

    Attributes:
        actions: the names of each player's; 1 to 40 of them, at most 4,000 profiles in all.
        payoffs: one table a player, over all profiles in the order of the actions, the last player's changing fastest.
        epsilon: the greatest regret that is forgiven, ≥ 0.
    """

    actions: tuple[tuple[str, ...], ...]
    payoffs: tuple[tuple[Fraction, ...], ...]
    epsilon: Fraction = Fraction(0)

    @classmethod
    def read(cls, against: Mapping[str, Any]) -> Self:
        """From a task's `against`; a ValueError names what is malformed.

        `payoffs` holds one nested array a player, indexed [first's action][second's] …; only the first player's when
        `zero_sum` is true.
        """
        known_members(mapping(against, "against"), _MEMBERS, "against")
        zero_sum = flag(against.get("zero_sum", False), "zero_sum")
        tables = items(against.get("payoffs"), "payoffs", 1, MOST_PLAYERS)
        players = 2 if zero_sum else len(tables)
        if players < 2 or (zero_sum and len(tables) != 1):
            raise refuse("payoffs hold a table for each of at least two players, or the first's when zero_sum")
        shape = _shape(tables[0], players)
        flat = [_flattened(table, shape) for table in tables]
        if zero_sum:
            flat.append(tuple(-payoff for payoff in flat[0]))
        named = against.get("actions")
        actions = (
            items(named, "actions", players, players) if named is not None else [_numbered(size) for size in shape]
        )
        read = tuple(
            identifiers(names, f"the actions of player {at}", size, size)
            for at, (names, size) in enumerate(zip(actions, shape, strict=True), 1)
        )
        epsilon = number(against.get("epsilon", 0), "epsilon")
        if epsilon < 0:
            raise refuse("epsilon must not be negative")
        return cls(read, tuple(flat), epsilon)

    def regret(self, player: int, strategies: Sequence[Strategy]) -> Fraction:
        """What a player would gain by its best deviation, given everyone's probabilities; ≥ 0."""
        of_actions = self._payoffs_of_actions(player, strategies)
        have = sum((p * payoff for p, payoff in zip(strategies[player], of_actions, strict=True)), Fraction(0))
        return max(of_actions) - have

    def _payoffs_of_actions(self, player: int, strategies: Sequence[Strategy]) -> list[Fraction]:
        """The player's expected payoff of each of its actions: the others are averaged out, one by one."""
        table = list(self.payoffs[player])
        for strategy in reversed(strategies[player + 1 :]):
            width = len(strategy)
            table = [
                sum((p * table[at + k] for k, p in enumerate(strategy) if p), Fraction(0))
                for at in range(0, len(table), width)
            ]
        for strategy in strategies[:player]:
            rest = len(table) // len(strategy)
            table = [
                sum((p * table[k * rest + at] for k, p in enumerate(strategy) if p), Fraction(0)) for at in range(rest)
            ]
        return table


def equilibrium_artefact(
    payoffs: Sequence[Any],
    *,
    equilibrium: Sequence[Sequence[Any]],
    actions: Sequence[Sequence[str]] | None = None,
    zero_sum: bool = False,
    epsilon: Any = 0,
) -> ArtefactSpecification:
    """Asks for one equilibrium in mixed strategies; `payoffs` as `Game.read` takes them, numbers as ints or `p/q`.

    Raises:
        ValueError: malformed data, or `equilibrium`, which proves that the task can be solved, is none.
    """
    against: dict[str, Any] = {"payoffs": list(payoffs), "zero_sum": zero_sum, "epsilon": epsilon}
    if actions is not None:
        against["actions"] = [list(names) for names in actions]
    game = Game.read(against)
    strategies = [[number(p, "a probability") for p in strategy] for strategy in equilibrium]
    if [len(strategy) for strategy in strategies] != [len(names) for names in game.actions]:
        raise refuse("the reference equilibrium must have a probability for each action of each player")
    for player, strategy in enumerate(strategies):
        if min(strategy) < 0 or sum(strategy) != 1 or game.regret(player, strategies) > game.epsilon:
            raise refuse(f"the reference is no equilibrium for player {player + 1}")
    listed = "; ".join(f"player {at}: {', '.join(names)}" for at, names in enumerate(game.actions, 1))
    describe = (
        f"strategies: for each player the probabilities of its actions in this order ({listed}), as exact fractions "
        f"(texts p/q) that add up to exactly 1. No player may gain more than {game.epsilon} by deviating."
    )
    each = {"type": "array", "items": {"type": ["string", "number"]}}
    shapes = [{**each, "minItems": len(names), "maxItems": len(names)} for names in game.actions]
    strategies_schema = {"type": "array", "prefixItems": shapes, "minItems": len(shapes), "items": False}
    schema = {"type": "object", "required": ["strategies"], "properties": {"strategies": strategies_schema}}
    return ArtefactSpecification(CHECK, {"describe": describe, "schema": schema}, against)


def _numbered(size: int) -> list[str]:
    return [f"a{at}" for at in range(1, size + 1)]


def _shape(table: Any, players: int) -> tuple[int, ...]:
    shape: list[int] = []
    for _ in range(players):
        rows = items(table, "payoffs", 1, MOST_ACTIONS)
        shape.append(len(rows))
        table = rows[0]
    if prod(shape) > MOST_PROFILES:
        raise refuse(f"a game has at most {MOST_PROFILES} profiles")
    return tuple(shape)


def _flattened(table: Any, shape: tuple[int, ...]) -> tuple[Fraction, ...]:
    if not shape:
        return (number(table, "a payoff"),)
    rows = items(table, "payoffs", shape[0], shape[0])
    return tuple(payoff for row in rows for payoff in _flattened(row, shape[1:]))

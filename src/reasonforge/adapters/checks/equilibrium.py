"""The `equilibrium` check: no player gains by deviating from the mixed strategies stated, exactly."""

from collections.abc import Mapping
from typing import Any

from reasonforge.adapters.checks.exact import assignment, bounded
from reasonforge.domain.artefacts.equilibrium import Game
from reasonforge.domain.finding import Finding


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """Right where the strategies are probabilities and each player's regret is at most the game's epsilon.

    Raises:
        ValueError: `against` is malformed.
    """
    game = Game.read(against)
    given = artefact.get("strategies") if isinstance(artefact, Mapping) else None
    if not isinstance(given, list) or len(given) != len(game.actions):
        return Finding(0.0, f"strategies must be an array with one for each of the {len(game.actions)} players")
    strategies = []
    for at, (strategy, names) in enumerate(zip(given, game.actions, strict=True), 1):
        try:
            probabilities = list(assignment(strategy, names, f"the strategy of player {at}").values())
        except ValueError as error:
            return Finding(0.0, str(error))
        if min(probabilities) < 0:
            return Finding(0.0, f"player {at} has a negative probability")
        if sum(probabilities) != 1:
            return Finding(0.0, f"the probabilities of player {at} do not add up to exactly 1")
        strategies.append(probabilities)
    try:
        bounded([p for strategy in strategies for p in strategy], "strategies")
    except ValueError as error:
        return Finding(0.0, str(error))
    for player in range(len(strategies)):
        if game.regret(player, strategies) > game.epsilon:
            return Finding(0.0, f"player {player + 1} gains by deviating")
    return Finding(1.0, "no player gains by deviating")


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {"payoffs": [[[3, -1], [-2, 1]]], "zero_sum": True},
    {"strategies": [["3/7", "4/7"], ["2/7", "5/7"]]},
    {"strategies": [["1/2", "1/2"], ["2/7", "5/7"]]},
)

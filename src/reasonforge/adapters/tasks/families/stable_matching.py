import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.sequence import ListAnswer
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.constraints import CHECK, constraints_artefact
from reasonforge.domain.discipline import Discipline

Ranking = tuple[int, ...]
Rankings = tuple[Ranking, ...]

_PROPOSERS = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana")
_RECEIVERS = ("Rome", "Sofia", "Turin", "Ulm", "Vienna", "Warsaw", "York", "Zagreb")
_LIST = re.compile(r"([A-Z][a-z]{2,7}): ([A-Z][a-z]{2,7}(?: > [A-Z][a-z]{2,7}){1,7})(?=;|\.)")


@frozen
class Market:
    """3 to 8 proposers and as many receivers, each ranking all of the other side, the favourite first."""

    proposers: Rankings
    receivers: Rankings

    def __attrs_post_init__(self) -> None:
        count = len(self.proposers)
        if not 3 <= count <= len(_PROPOSERS) or len(self.receivers) != count:
            raise ValueError("a market has 3 to 8 on either side")
        if any(sorted(ranking) != list(range(count)) for ranking in (*self.proposers, *self.receivers)):
            raise ValueError("everyone ranks all of the other side")


class StableMatching:
    """The stable matching that is best for the proposers.

    Difficulty d: 3 + d/2 on either side (rounded down). Size: how many on a side.
    Kept where choosing in turn (everyone the best that is left) gives another matching, which is unstable.
    """

    name: Final = "stable_matching"
    version: Final = 2
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Market:
        count = 3 + difficulty // 2

        def draw() -> Market:
            sides = [tuple(tuple(rng.sample(range(count), count)) for _ in range(count)) for _ in range(2)]
            return Market(*sides)

        return kept(draw, _shortcut_fails)

    def state(self, instance: Market, phrasing: int) -> str:
        first = _told(instance.proposers, _PROPOSERS, _RECEIVERS)
        second = _told(instance.receivers, _RECEIVERS, _PROPOSERS)
        order = ", ".join(_PROPOSERS[: len(instance.proposers)])
        ending = (
            f"The final answer is a list in square brackets: the cities of {order}, in this order. The artefact "
            "`constraints` gives the same as an object."
        )
        if phrasing == 0:
            return (
                f"Doctors are matched with hospitals in cities, one to one. The doctors rank. {first}. Hospitals rank. "
                f"{second}. Of the matchings in which no doctor and hospital prefer each other to what they have, "
                f"which is best for all doctors? {ending}"
            )
        if phrasing == 1:
            return (
                f"Run deferred acceptance (Gale and Shapley), in which the people propose, with these preferences, the "
                f"favourite first. People. {first}. Cities. {second}. Who ends up where? {ending}"
            )
        return (
            f"Students apply for one place each abroad. {first}. Each city takes one student and has priorities. "
            f"{second}. Find the student-optimal stable assignment. {ending}"
        )

    def answer(self, instance: Market) -> ListAnswer:
        names = [TextAnswer(_RECEIVERS[receiver]) for receiver in _deferred(instance.proposers, instance.receivers)[0]]
        return ListAnswer(tuple(names), {"format": "text", "case": False})

    def size(self, instance: Market) -> int:
        return len(instance.proposers)

    def read(self, problem: str) -> Market | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Market) -> WorkedSolution:
        """Deferred acceptance, proposal by proposal."""
        matched, told = _deferred(instance.proposers, instance.receivers)
        size = -(-len(told) // 30)
        lines = [WorkedLine(_PROPOSE, f"{'; '.join(told[at : at + size])}.") for at in range(0, len(told), size)]
        pairs = ", ".join(f"{_PROPOSERS[one]} in {_RECEIVERS[other]}" for one, other in enumerate(matched))
        lines.append(WorkedLine("When nobody is free any more, the matching is stable.", f"At the end {pairs}."))
        return WorkedSolution(_listed(matched), tuple(lines), _pairs(matched))

    def solve_again(self, instance: Market) -> str:
        """The first stable matching in a search that gives each proposer in turn the best first.

        The proposers' best stable partners make up one matching, so it is the first in this order.
        """
        return _listed(_searched(instance, ()) or [])

    def slip(self, instance: Market, rng: Random) -> str:
        """Lets the other side propose, where that differs, or everyone choose in turn."""
        in_turn, right = _in_turn(instance), _deferred(instance.proposers, instance.receivers)[0]
        reverse = _deferred(instance.receivers, instance.proposers)[0]
        theirs = [reverse.index(proposer) for proposer in range(len(reverse))]
        return _listed(theirs if theirs != right and rng.random() < 0.6 else in_turn)

    def checks(self, instance: Market) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("solver", CHECK)

    def artefacts(self, instance: Market) -> tuple[ArtefactSpecification, ...]:
        asked = constraints_artefact(
            _PROPOSERS[: len(instance.proposers)],
            [
                {
                    "kind": "stable_matching",
                    "proposers": _preferences(instance.proposers, _PROPOSERS, _RECEIVERS),
                    "receivers": _preferences(instance.receivers, _RECEIVERS, _PROPOSERS),
                    "says": "the matching is stable",
                }
            ],
            solution=_pairs(_deferred(instance.proposers, instance.receivers)[0])[CHECK]["x"],
        )
        return (asked,)

    def go_wrong(self, instance: Market, rng: Random) -> WorkedSolution:  # noqa: ARG002 - there is one such matching
        """Lets everyone choose in turn.

        Nobody can then be better off unless somebody is worse off, as in no stable matching but the proposers' best:
        so what differs from that is not stable.
        """
        in_turn = _in_turn(instance)
        return ended_in(self.solve(instance), _listed(in_turn), _pairs(in_turn))


_PROPOSE = "Whoever is free proposes to the next on the list; the one who is asked keeps the better of two."


def _told(rankings: Rankings, mine: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    return "; ".join(
        f"{mine[at]}: {' > '.join(theirs[name] for name in ranking)}" for at, ranking in enumerate(rankings)
    )


def _preferences(rankings: Rankings, mine: tuple[str, ...], theirs: tuple[str, ...]) -> Mapping[str, list[str]]:
    return {mine[at]: [theirs[name] for name in ranking] for at, ranking in enumerate(rankings)}


def _pairs(matched: Sequence[int]) -> Mapping[str, Any]:
    """The artefact that says who goes where."""
    return {CHECK: {"x": {_PROPOSERS[at]: _RECEIVERS[receiver] for at, receiver in enumerate(matched)}}}


def _listed(matched: list[int]) -> str:
    return f"[{', '.join(_RECEIVERS[receiver] for receiver in matched)}]"


def _deferred(proposers: Rankings, receivers: Rankings) -> tuple[list[int], list[str]]:
    """Each proposer's partner, and what happened (in the names of the sides as the statement has them)."""
    holds: dict[int, int] = {}
    asked = [0] * len(proposers)
    told: list[str] = []
    free = list(range(len(proposers) - 1, -1, -1))
    while free:
        proposer = free.pop()
        receiver = proposers[proposer][asked[proposer]]
        asked[proposer] += 1
        held = holds.get(receiver)
        ranking = receivers[receiver]
        if held is None or ranking.index(proposer) < ranking.index(held):
            holds[receiver] = proposer
            free += [] if held is None else [held]
        else:
            free.append(proposer)
        told.append(f"{_PROPOSERS[proposer]} asks {_RECEIVERS[receiver]}, who keeps {_PROPOSERS[holds[receiver]]}")
    partner = {proposer: receiver for receiver, proposer in holds.items()}
    return [partner[proposer] for proposer in range(len(proposers))], told


def _blocks(market: Market, matched: tuple[int, ...]) -> bool:
    """Whether the last of the matched proposers and an earlier one's receiver, or the other way round, would elope."""
    last, mine = len(matched) - 1, matched[-1]
    for other, theirs in enumerate(matched[:-1]):
        for one, own, rival, wanted in ((last, mine, other, theirs), (other, theirs, last, mine)):
            likes, liked = market.proposers[one], market.receivers[wanted]
            if likes.index(wanted) < likes.index(own) and liked.index(one) < liked.index(rival):
                return True
    return False


def _searched(market: Market, matched: tuple[int, ...]) -> list[int] | None:
    if len(matched) == len(market.proposers):
        return list(matched)
    for receiver in market.proposers[len(matched)]:
        if receiver not in matched and not _blocks(market, (*matched, receiver)):
            found = _searched(market, (*matched, receiver))
            if found is not None:
                return found
    return None


def _in_turn(market: Market) -> list[int]:
    taken: list[int] = []
    for ranking in market.proposers:
        taken.append(next(receiver for receiver in ranking if receiver not in taken))
    return taken


def _shortcut_fails(market: Market) -> bool:
    return _deferred(market.proposers, market.receivers)[0] != _in_turn(market)


def _parse(problem: str) -> Market:
    found = _LIST.findall(problem)
    sides: list[list[Ranking]] = []
    for mine, theirs in ((_PROPOSERS, _RECEIVERS), (_RECEIVERS, _PROPOSERS)):
        rankings = [ranking.split(" > ") for name, ranking in found if name in mine]
        sides.append([tuple(theirs.index(name) for name in ranking) for ranking in rankings])
    return Market(tuple(sides[0]), tuple(sides[1]))

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_BALLOT = re.compile(r"([0-9]{1,3}) ballots? ([A-Z][a-z]+(?: > [A-Z][a-z]+)+)")
_NAMES = ("Amal", "Bela", "Chen", "Dina", "Emre", "Fumi", "Goran", "Hana", "Ilse", "Jomo", "Kofi", "Lena")
_RULES = {
    "Borda": (
        "each ballot gives a candidate as many points as candidates stand below, and the greatest number of points wins"
    ),
    "instant runoff": (
        "in each round the candidate who is first on the fewest ballots is struck from all of them, until one is left"
    ),
    "Condorcet": "whoever would beat every other candidate in a vote between the two wins",
}
Ranking = tuple[str, ...]


@frozen
class Election:
    """The rule that decides, and how many ballots carry each of 2 to 16 rankings of the same 3 to 6 candidates."""

    rule: str
    ballots: tuple[tuple[int, Ranking], ...]

    def __attrs_post_init__(self) -> None:
        rankings = [ranking for _, ranking in self.ballots]
        if self.rule not in _RULES or not 2 <= len(rankings) <= 16 or any(count < 1 for count, _ in self.ballots):
            raise ValueError("an election has a known rule and 2 to 16 kinds of ballots")
        alike = {tuple(sorted(ranking)) for ranking in rankings}
        if len(alike) != 1 or not 3 <= len(set(rankings[0])) == len(rankings[0]) <= 6:
            raise ValueError("every ballot ranks the same 3 to 6 candidates")

    def candidates(self) -> Ranking:
        """In alphabetical order."""
        return tuple(sorted(self.ballots[0][1]))


class Voting:
    """Who wins an election under a stated rule: Borda, instant runoff or Condorcet.

    Difficulty d (1 to 8): d + 3 kinds of ballots, 3 + d/3 candidates (rounded down). Size: the kinds of ballots.
    Kept where the rule names one winner without any tie on the way, and the plurality of first places names another.
    """

    name: Final = "voting"
    version: Final = 1
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Election:
        rule = rng.choice(sorted(_RULES))

        def draw() -> Election:
            names = rng.sample(_NAMES, 3 + difficulty // 3)
            rankings: dict[Ranking, int] = {}
            while len(rankings) < difficulty + 3:
                rankings[tuple(rng.sample(names, len(names)))] = rng.randint(2, 12 + difficulty)
            return Election(rule, tuple((count, ranking) for ranking, count in rankings.items()))

        return kept(draw, _plurality_is_wrong)

    def state(self, instance: Election, phrasing: int) -> str:
        ballots = "; ".join(f"{count} {_ballots(count)} {' > '.join(ranking)}" for count, ranking in instance.ballots)
        ending = "The final answer is one name."
        if phrasing == 0:
            return (
                f"A council has bound itself to this rule ({instance.rule}): {_RULES[instance.rule]}. "
                f"These ballots were cast, best candidate first: {ballots}. Who must be declared elected? {ending}"
            )
        return (
            f"Voters ranked the candidates, the favourite on the left: {ballots}. By the statutes the {instance.rule} "
            f"rule decides, that is: {_RULES[instance.rule]}. Whom do the statutes make the winner? {ending}"
        )

    def answer(self, instance: Election) -> TextAnswer:
        return TextAnswer(_COUNTS[instance.rule](instance)[0])

    def size(self, instance: Election) -> int:
        return len(instance.ballots)

    def read(self, problem: str) -> Election | None:
        return recognised(self, problem, _parse, _plurality_is_wrong)

    def solve(self, instance: Election) -> WorkedSolution:
        """Counts as the rule says."""
        winner, lines = _COUNTS[instance.rule](instance)
        return WorkedSolution(winner, tuple(lines))

    def solve_again(self, instance: Election) -> str:
        """Borda from the pairwise duels, instant runoff by handing ballots on, Condorcet by a challenge round."""
        return _RECOUNTS[instance.rule](instance)

    def slip(self, instance: Election, rng: Random) -> str:
        """Whoever has the most first places, or another loser."""
        winner = self.answer(instance).value
        losers = [name for name in instance.candidates() if name != winner]
        return _plurality(instance) if rng.random() < 0.7 else rng.choice(losers)


Count = tuple[str, list[WorkedLine]]
_POINTS = "A candidate's points are the ballots times the candidates that stand below on them."
_ROUND = "Count who is first on each ballot, and strike the last."
_DUEL = "In a vote between two, each ballot goes to the one that it ranks higher."


def _ballots(count: int) -> str:
    return "ballot" if count == 1 else "ballots"


def _sole(scores: Mapping[str, int], best: Callable[[Sequence[int]], int]) -> str:
    """The one name with the greatest or least score; empty when several have it."""
    names = [name for name, score in scores.items() if score == best(list(scores.values()))]
    return names[0] if len(names) == 1 else ""


def _added(counts: Sequence[int]) -> Claim:
    return equals(" + ".join(str(count) for count in counts) or "0", sum(counts))


def _borda(election: Election) -> Count:
    lines, totals = [], {}
    for name in election.candidates():
        points = [(count, len(ranking) - 1 - ranking.index(name)) for count, ranking in election.ballots]
        totals[name] = sum(count * point for count, point in points)
        sums = equals(" + ".join(f"{count} * {point}" for count, point in points), totals[name])
        lines.append(line(_POINTS, f"{name} has {totals[name]}", sums))
    winner = _sole(totals, max)
    lines.append(WorkedLine("The greatest number of points wins.", f"{winner} has the most."))
    return winner, lines


def _runoff(election: Election) -> Count:
    lines: list[WorkedLine] = []
    running = list(election.candidates())
    while len(running) > 1:
        firsts = dict.fromkeys(running, 0)
        claims: list[Claim] = []
        for name in running:
            mine = [count for count, ranking in election.ballots if next(n for n in ranking if n in running) == name]
            firsts[name] = sum(mine)
            claims.append(_added(mine))
        struck = _sole(firsts, min)
        if not struck:
            return "", lines
        told = ", ".join(f"{name} {count}" for name, count in firsts.items())
        lines.append(line(_ROUND, f"{told}; struck {struck}", *claims))
        running.remove(struck)
    return running[0], lines


def _prefer(election: Election, one: str, other: str) -> list[int]:
    return [count for count, ranking in election.ballots if ranking.index(one) < ranking.index(other)]


def _condorcet(election: Election) -> Count:
    lines: list[WorkedLine] = []
    beaten: set[str] = set()
    for one, other in combinations(election.candidates(), 2):
        sides = {one: _prefer(election, one, other), other: _prefer(election, other, one)}
        totals = {name: sum(counts) for name, counts in sides.items()}
        if totals[one] == totals[other]:
            beaten |= {one, other}
        else:
            beaten.add(_sole(totals, min))
        told = f"{one} {totals[one]} against {other} {totals[other]}"
        lines.append(line(_DUEL, told, *(_added(counts) for counts in sides.values())))
    unbeaten = [name for name in election.candidates() if name not in beaten]
    lines.append(WorkedLine("Whoever beats every other wins.", f"Unbeaten: {', '.join(unbeaten) or 'nobody'}."))
    return (unbeaten[0] if unbeaten else ""), lines


def _borda_again(election: Election) -> str:
    names = election.candidates()
    wins = {one: sum(sum(_prefer(election, one, other)) for other in names if other != one) for one in names}
    return _sole(wins, max)


def _runoff_again(election: Election) -> str:
    piles: dict[str, list[tuple[int, Ranking]]] = {name: [] for name in election.candidates()}
    for count, ranking in election.ballots:
        piles[ranking[0]].append((count, ranking))
    while len(piles) > 1:
        struck = _sole({name: sum(count for count, _ in pile) for name, pile in piles.items()}, min)
        if not struck:
            return ""
        for count, ranking in piles.pop(struck):
            left = ranking[ranking.index(struck) + 1 :]
            passed = next(name for name in (*left, *ranking) if name in piles)
            piles[passed].append((count, tuple(name for name in ranking if name != struck)))
    return next(iter(piles))


def _condorcet_again(election: Election) -> str:
    champion, *challengers = election.candidates()
    for challenger in challengers:
        if sum(_prefer(election, challenger, champion)) >= sum(_prefer(election, champion, challenger)):
            champion = challenger
    others = [name for name in election.candidates() if name != champion]
    half = sum(count for count, _ in election.ballots) / 2
    return champion if all(sum(_prefer(election, champion, other)) > half for other in others) else ""


_COUNTS = {"Borda": _borda, "instant runoff": _runoff, "Condorcet": _condorcet}
_RECOUNTS = {"Borda": _borda_again, "instant runoff": _runoff_again, "Condorcet": _condorcet_again}


def _plurality(election: Election) -> str:
    firsts = dict.fromkeys(election.candidates(), 0)
    for count, ranking in election.ballots:
        firsts[ranking[0]] += count
    return _sole(firsts, max)


def _plurality_is_wrong(election: Election) -> bool:
    winner, _ = _COUNTS[election.rule](election)
    return winner != "" and _plurality(election) not in {"", winner}


def _parse(problem: str) -> Election | None:
    ballots = tuple((int(count), tuple(ranking.split(" > "))) for count, ranking in _BALLOT.findall(problem))
    rule = next((rule for rule, meaning in _RULES.items() if meaning in problem), None)
    return Election(rule, ballots) if rule and ballots else None

import re
from random import Random
from string import ascii_lowercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.clause_arguments import argued, breach_specification, can_be_kept, conflict
from reasonforge.adapters.tasks.clauses import (
    SENTENCE,
    Clause,
    acts_of,
    check_clauses,
    done_in,
    drawn_clauses,
    is_kept,
    keepers,
    read_clause,
    told,
)
from reasonforge.adapters.tasks.family import WorkedLine, WorkedSolution, equals, kept, line, recognised
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.logic import CHECK
from reasonforge.domain.discipline import Discipline

_DUTY = re.compile(rf"\(weight ([0-9]{{1,3}})\) ({SENTENCE.pattern})(?=[;.])")


@frozen
class Duties:
    """3 to 20 duties over 2 to 8 acts, each with a weight from 1 to 100, which is what breaking it weighs."""

    clauses: tuple[Clause, ...]
    weights: tuple[int, ...]

    def __attrs_post_init__(self) -> None:
        check_clauses(self.clauses)
        if not 3 <= len(self.clauses) == len(self.weights) <= 20 or not all(1 <= w <= 100 for w in self.weights):
            raise ValueError("there are 3 to 20 duties, each of a weight from 1 to 100")


class LeastViolation:
    """The least total weight of duties that must be broken, when not all can be kept.

    Difficulty d (1 to 8): d + 9 duties over 3 + d/3 acts (rounded down). Size: the number of duties.
    Kept where at least two duties are broken even at best, and following the duties from the heaviest on, each unless
    those already followed forbid it, breaks more.
    """

    name: Final = "least_violation"
    version: Final = 2
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Duties:
        def draw() -> Duties:
            acts = rng.sample(ascii_lowercase, 3 + difficulty // 3)
            clauses = drawn_clauses(rng, acts, difficulty + 9)
            return Duties(clauses, tuple(rng.randint(2, 20) for _ in clauses))

        return kept(draw, _greed_fails)

    def state(self, instance: Duties, phrasing: int) -> str:
        duties = "; ".join(
            f"(weight {weight}) {told(clause)}"
            for clause, weight in zip(instance.clauses, instance.weights, strict=True)
        )
        ending = (
            "The final answer is one integer. The artefact `logic` argues that some duty must be broken: its premises "
            "are duties that together rule out another one, none of them for nothing (`duty_1` is the first above, "
            "whatever its weight), and its conclusion says which (`breaks_2`: the second is broken)."
        )
        return (
            (
                f"These duties conflict: {duties}. Each act is either done or not. The charter says: choose so that "
                f"the weights of the duties broken sum to as little as possible. What is that least sum? {ending}"
            ),
            (
                f"A council must break some of its duties and will break them at the least total weight: {duties}. How "
                f"much weight of duties is broken? {ending}"
            ),
            (
                f"For every course of action, add up the weights of the duties it violates. What is the smallest such "
                f"sum, over all choices of which acts are done? Duties: {duties}. {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Duties) -> IntegerAnswer:
        return IntegerAnswer(_least(instance)[0])

    def size(self, instance: Duties) -> int:
        return len(instance.clauses)

    def read(self, problem: str) -> Duties | None:
        return recognised(self, problem, _parse, _greed_fails)

    def solve(self, instance: Duties) -> WorkedSolution:
        """Weighs every course of action, and names the best ones."""
        least, course = _least(instance)
        acts = acts_of(instance.clauses)
        lines: list[WorkedLine] = []
        for number in sorted({0, 2 ** len(acts) - 1, course}, key=lambda number: (number == course, number)):
            done = done_in(number, acts)
            broken = _broken(instance, done)
            facts = f"doing {', '.join(sorted(done)) or 'nothing'} breaks a weight of {sum(broken)}"
            lines.append(line(_WEIGH, facts, equals(" + ".join(str(weight) for weight in broken) or "0", sum(broken))))
        broken_one, *others = conflict(instance.clauses)
        return WorkedSolution(str(least), tuple(lines), argued(map(_duty, others), _breaks(broken_one)))

    def solve_again(self, instance: Duties) -> str:
        """Branches on the acts, and cuts off what already breaks as much as the best so far."""
        return str(_bounded(instance))

    def slip(self, instance: Duties, rng: Random) -> str:
        """Follows the heaviest duties first, or counts the duties broken instead of their weights."""
        least, course = _least(instance)
        count = len(_broken(instance, done_in(course, acts_of(instance.clauses))))
        return str(_greedy(instance) if rng.random() < 0.7 or count == least else count)

    def checks(self, instance: Duties) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return (CHECK,)

    def artefacts(self, instance: Duties) -> tuple[ArtefactSpecification, ...]:
        duties = {_duty(at): clause for at, clause in enumerate(instance.clauses)}
        return (breach_specification(duties, {_breaks(at): _duty(at) for at in range(len(duties))}),)

    def go_wrong(self, instance: Duties, rng: Random) -> WorkedSolution:
        """Ends in a slip, and thinks that the heaviest duty alone rules out another, which it does not."""
        heaviest = instance.weights.index(max(instance.weights))
        acts = acts_of(instance.clauses)
        masks = [keepers(clause, acts) for clause in instance.clauses]
        reconcilable = [at for at, mask in enumerate(masks) if at != heaviest and can_be_kept((mask, masks[heaviest]))]
        artefact = argued([_duty(heaviest)], _breaks(rng.choice(reconcilable)))
        return ended_in(self.solve(instance), self.slip(instance, rng), artefact)


_WEIGH = "A course of action breaks a duty when all its conditions hold and its conclusion does not; add their weights."


def _duty(at: int) -> str:
    return f"duty_{at + 1}"


def _breaks(at: int) -> str:
    return f"breaks_{at + 1}"


def _broken(duties: Duties, done: set[str]) -> list[int]:
    return [weight for clause, weight in zip(duties.clauses, duties.weights, strict=True) if not is_kept(clause, done)]


def _least(duties: Duties) -> tuple[int, int]:
    """The least weight broken, and the first course of action that breaks no more."""
    acts = acts_of(duties.clauses)
    broken = [0] * 2 ** len(acts)
    for clause, weight in zip(duties.clauses, duties.weights, strict=True):
        mask = keepers(clause, acts)
        for course in range(len(broken)):
            broken[course] += 0 if mask >> course & 1 else weight
    least = min(broken)
    return least, broken.index(least)


def _bounded(duties: Duties) -> int:
    acts = acts_of(duties.clauses)
    best = sum(duties.weights)
    waiting: list[dict[str, bool]] = [{}]
    while waiting:
        decided = waiting.pop()
        lost = sum(
            weight
            for clause, weight in zip(duties.clauses, duties.weights, strict=True)
            if all(decided.get(act, wanted) != wanted for act, wanted in clause)
        )
        if lost >= best:
            continue
        if len(decided) == len(acts):
            best = lost
            continue
        act = acts[len(decided)]
        waiting += [decided | {act: False}, decided | {act: True}]
    return best


def _greedy(duties: Duties) -> int:
    """What is broken when the duties are followed from the heaviest on, each unless those before forbid it."""
    acts = acts_of(duties.clauses)
    common = (1 << 2 ** len(acts)) - 1
    lost = 0
    for weight, clause in sorted(zip(duties.weights, duties.clauses, strict=True), key=lambda duty: -duty[0]):
        mask = keepers(clause, acts)
        if common & mask:
            common &= mask
        else:
            lost += weight
    return lost


def _greed_fails(duties: Duties) -> bool:
    least, course = _least(duties)
    broken = _broken(duties, done_in(course, acts_of(duties.clauses)))
    return len(broken) >= 2 and _greedy(duties) != least


def _parse(problem: str) -> Duties | None:
    found = _DUTY.findall(problem)
    return Duties(tuple(read_clause(sentence) for _, sentence in found), tuple(int(weight) for weight, _ in found))

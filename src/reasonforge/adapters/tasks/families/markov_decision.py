import re
from fractions import Fraction
from itertools import product
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.determinant import expanded
from reasonforge.adapters.tasks.elimination import solved
from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    kept,
    line,
    recognised,
    written,
)
from reasonforge.domain.answers.numeric import FractionAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_ACTION = re.compile(
    r"S([1-5]) (safe|bold): reward (-?[0-9]{1,2}), then S([1-5])(?: or S([1-5]) \(([1-3])/4, ([1-3])/4\))?(?=;|\.)"
)
_DISCOUNT = re.compile(r"\b([1-8])/([2-9]) per step")
_NAMES = ("safe", "bold")


@frozen
class Action:
    """What it earns, and where it leads: with `quarters`/4 (1 to 4) to `to`, otherwise to `other`."""

    reward: int
    to: int
    other: int
    quarters: int


@frozen
class Process:
    """For each of 2 to 5 states the actions safe and bold, and a discount strictly between 0 and 1."""

    discount: Fraction
    actions: tuple[tuple[Action, Action], ...]

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.actions) <= 5 or not 0 < self.discount < 1:
            raise ValueError("a process has 2 to 5 states and a discount between 0 and 1")
        ends = [state for pair in self.actions for action in pair for state in (action.to, action.other)]
        if max(ends) >= len(self.actions):
            raise ValueError("actions lead to states of the process")


Policy = tuple[int, ...]


class MarkovDecision:
    """The greatest expected discounted reward of a Markov decision process, from its first state, as a fraction.

    Difficulty d: 2 + d/3 states (rounded down) with two actions each; up to 2 they lead to one state surely, above that
    some are random. Size: the number of states. Kept where the best policy is unique, and choosing by the next
    reward alone is worth less.
    """

    name: Final = "markov_decision"
    version: Final = 1
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Process:
        return kept(lambda: _draw(rng, 2 + difficulty // 3, difficulty), _shortcut_fails)

    def state(self, instance: Process, phrasing: int) -> str:
        actions = "; ".join(
            f"S{at} {name}: reward {action.reward}, then {_end(action)}"
            for at, pair in enumerate(instance.actions, start=1)
            for name, action in zip(_NAMES, pair, strict=True)
        )
        discount = f"{instance.discount} per step"
        ending = "The final answer is a fraction p/q in lowest terms, or an integer."
        meant = "Two numbers in parentheses are the probabilities of the two states."
        if phrasing == 0:
            return (
                f"A robot is in state S1 and chooses safe or bold at every step, for ever. {actions}. {meant} Later "
                f"rewards are discounted by the factor {discount}; the first one counts in full. What expected "
                f"discounted total can it reach at most? {ending}"
            )
        if phrasing == 1:
            return (
                f"Consider a Markov decision process with discount factor {discount}. {actions}. {meant} Compute the "
                f"optimal value of state S1 exactly. {ending}"
            )
        return (
            f"A shop earns money (or loses it, where the reward is negative) in each period, and then its situation "
            f"changes. {actions}. {meant} Money is worth {discount} of what it is one period earlier. With the best "
            f"policy, what is the expected present value, starting in S1? {ending}"
        )

    def answer(self, instance: Process) -> FractionAnswer:
        return FractionAnswer(_values(instance, _improved(instance))[0])

    def size(self, instance: Process) -> int:
        return len(instance.actions)

    def read(self, problem: str) -> Process | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Process) -> WorkedSolution:
        """Policy iteration; then the best policy's equations are solved, and its other actions seen to be worse."""
        policy = _improved(instance)
        values, stages = solved(_equations(instance, policy))
        chosen = ", ".join(f"S{at} {_NAMES[action]}" for at, action in enumerate(policy, start=1))
        lines: list[WorkedLine] = [WorkedLine(_ITERATION, f"The best policy is {chosen}.")]
        for at, claims in enumerate(stages):
            told = f"Clear column {at + 1}" if at < len(policy) else f"The values are {', '.join(map(str, values))}"
            lines.append(line(_SOLVE, told, *claims))
        claims = tuple(
            Claim(f"{written(values[at])} - ({_worth(instance, values, pair[1 - policy[at]])})", ">", "0")
            for at, pair in enumerate(instance.actions)
        )
        lines.append(
            line("No state's other action is as good, so the policy is optimal.", "Bellman's condition", *claims)
        )
        return WorkedSolution(str(values[0]), tuple(lines))

    def solve_again(self, instance: Process) -> str:
        """Tries every stationary policy, each by Cramer's rule for the first state."""
        best: list[Fraction] = []
        for policy in product(range(2), repeat=len(instance.actions)):
            rows = [
                [int(entry * 4 * instance.discount.denominator) for entry in row]
                for row in _equations(instance, policy)
            ]
            replaced = [[row[-1], *row[1:-1]] for row in rows]
            best.append(Fraction(expanded(replaced), expanded([row[:-1] for row in rows])))
        return str(max(best))

    def slip(self, instance: Process, rng: Random) -> str:
        """Chooses by the next reward alone, or takes one of the two actions everywhere."""
        right = _values(instance, _improved(instance))[0]
        constant = _values(instance, (rng.randrange(2),) * len(instance.actions))[0]
        return str(constant if constant != right and rng.random() < 0.5 else _greedy(instance))


_ITERATION = "Start from any policy, and switch every state to the better action under its values, until none changes."
_SOLVE = "The values satisfy v(s) = r + γ · Σ p·v(s'): solve these equations by elimination."


def _end(action: Action) -> str:
    if action.quarters == 4:
        return f"S{action.to + 1}"
    return f"S{action.to + 1} or S{action.other + 1} ({action.quarters}/4, {4 - action.quarters}/4)"


def _equations(process: Process, policy: Policy) -> list[list[Fraction]]:
    """(I - γ·P)·v = r for a policy, the right-hand side last."""
    rows: list[list[Fraction]] = []
    for at, chosen in enumerate(policy):
        action = process.actions[at][chosen]
        row = [Fraction(int(state == at)) for state in range(len(policy))]
        row[action.to] -= process.discount * Fraction(action.quarters, 4)
        row[action.other] -= process.discount * Fraction(4 - action.quarters, 4)
        rows.append([*row, Fraction(action.reward)])
    return rows


def _values(process: Process, policy: Policy) -> tuple[Fraction, ...]:
    return solved(_equations(process, policy))[0]


def _gain(process: Process, values: tuple[Fraction, ...], action: Action) -> Fraction:
    mixed = action.quarters * values[action.to] + (4 - action.quarters) * values[action.other]
    return action.reward + process.discount * mixed / 4


def _worth(process: Process, values: tuple[Fraction, ...], action: Action) -> str:
    """An action's value as arithmetic."""
    first, second = written(values[action.to]), written(values[action.other])
    mixed = first if action.quarters == 4 else f"({action.quarters} * {first} + {4 - action.quarters} * {second}) / 4"
    return f"{written(action.reward)} + {written(process.discount)} * {mixed}"


def _improved(process: Process) -> Policy:
    """The best policy, by policy iteration; the safe action where both are equally good."""
    policy: Policy = (0,) * len(process.actions)
    while True:
        values = _values(process, policy)
        gains = [[_gain(process, values, action) for action in pair] for pair in process.actions]
        better = tuple(1 - now if gain[1 - now] > gain[now] else now for now, gain in zip(policy, gains, strict=True))
        if better == policy:
            return policy
        policy = better


def _greedy(process: Process) -> Fraction:
    return _values(process, tuple(int(bold.reward > safe.reward) for safe, bold in process.actions))[0]


def _draw(rng: Random, states: int, difficulty: int) -> Process:
    def action() -> Action:
        to, other = rng.sample(range(states), 2)
        quarters = rng.randint(1, 3) if difficulty > 2 and rng.random() < 0.6 else 4
        return Action(rng.randint(-6, 12), to, to if quarters == 4 else other, quarters)

    discount = rng.choice([Fraction(1, 2), Fraction(2, 3), Fraction(3, 4), Fraction(4, 5), Fraction(3, 5)])
    return Process(discount, tuple((action(), action()) for _ in range(states)))


def _shortcut_fails(process: Process) -> bool:
    policy = _improved(process)
    values = _values(process, policy)
    strict = all(_gain(process, values, pair[1 - policy[at]]) < values[at] for at, pair in enumerate(process.actions))
    return strict and _greedy(process) != values[0]


def _parse(problem: str) -> Process | None:
    discount, told = _DISCOUNT.search(problem), _ACTION.findall(problem)
    if discount is None or len(told) % 2:
        return None
    actions = [
        Action(int(reward), int(to) - 1, int(other or to) - 1, int(quarters or "4"))
        for _, _, reward, to, other, quarters, _ in told
    ]
    return Process(Fraction(int(discount[1]), int(discount[2])), tuple(zip(actions[::2], actions[1::2], strict=True)))

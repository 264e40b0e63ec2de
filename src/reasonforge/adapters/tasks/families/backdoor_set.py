import re
from collections.abc import Iterable
from itertools import combinations
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.causal_graph import (
    Arrow,
    ball_passes,
    descendants,
    drawn_arrows,
    is_acyclic,
    nodes_of,
    open_path,
)
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.separation_claims import SeparationClaims
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.wording import ChoiceAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline

_ARROW = re.compile(r"([a-z]) → ([a-z])")
_EFFECT = re.compile(r"effect of ([a-z]) on ([a-z])\b")
_OPTION = re.compile(r"[A-D]: \{([a-z](?:, [a-z])*)?\}")
_OPTIONS, _LARGEST_SET, _MOST_NODES = 4, 6, 16
_MEANING = (
    "A back-door set holds no variable that the cause leads to, and blocks every path between cause and effect that "
    "begins with an arrow into the cause; it is minimal when no proper subset of it is a back-door set."
)


@frozen
class Adjustment:
    """A directed acyclic graph, a cause and an effect in it, and four sets of other nodes to adjust for."""

    arrows: tuple[Arrow, ...]
    cause: str
    effect: str
    options: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        nodes = set(nodes_of(self.arrows))
        if not 3 <= len(nodes) <= _MOST_NODES or len(self.arrows) > 60 or len(set(self.arrows)) != len(self.arrows):
            message = f"a graph has 3 to {_MOST_NODES} nodes and at most 60 different arrows"
            raise ValueError(message)
        if not is_acyclic(self.arrows):
            raise ValueError("a causal graph has no cycle")
        if self.cause == self.effect or not {self.cause, self.effect} <= nodes or len(self.options) != _OPTIONS:
            raise ValueError("the cause and the effect are two nodes, and there are four sets")
        for option in self.options:
            if not set(option) <= nodes - {self.cause, self.effect} or not len(set(option)) == len(option):
                raise ValueError("the sets hold other nodes of the graph, each once")
            if len(option) > _LARGEST_SET:
                message = f"no set holds more than {_LARGEST_SET} nodes"
                raise ValueError(message)

    def behind(self) -> tuple[Arrow, ...]:
        """The arrows without those that leave the cause."""
        return tuple(arrow for arrow in self.arrows if arrow[0] != self.cause)

    def led_to(self) -> set[str]:
        """What the cause leads to, itself among it."""
        return descendants(self.arrows, self.cause)


class BackdoorSet:
    """Which of four sets is a minimal back-door set (Pearl 1995) for the effect of one variable on another.

    Difficulty d: d + 4 nodes, a tree and up to (d + 8)/2 arrows more (rounded down). Size: the number of nodes. Kept
    where exactly one of the sets is a minimal back-door set, and the direct causes of the cause are another of the
    four.
    """

    name: Final = "backdoor_set"
    version: Final = 2
    discipline: Final = Discipline.CAUSAL
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Adjustment:
        return kept(lambda: _draw(rng, difficulty + 4, (difficulty + 8) // 2), _shortcut_fails)

    def state(self, instance: Adjustment, phrasing: int) -> str:
        arrows = ", ".join(f"{start} → {end}" for start, end in instance.arrows)
        options = "; ".join(
            f"{letter}: {_set(option)}" for letter, option in zip(ascii_uppercase, instance.options, strict=False)
        )
        effect = f"effect of {instance.cause} on {instance.effect}"
        ending = (
            f"The artefact `dag` is about the graph without the arrows that leave {instance.cause}: it gives its "
            f"edges, and says whether {instance.cause} is independent there of {instance.effect} given each of the "
            "sets, and of every other variable given nothing. The final answer is one letter: A, B, C or D."
        )
        return (
            (
                f"A causal graph has these arrows: {arrows}. Which of the following is a minimal back-door set for the "
                f"{effect}? {_MEANING} Exactly one of them is. {options}. {ending}"
            ),
            (
                f"To estimate the {effect} one wants to adjust for a minimal back-door set. {_MEANING} Variables "
                f"influence one another as these arrows say: {arrows}. Only one of the sets will do. {options}. "
                f"{ending}"
            ),
            (
                f"{options}. One of these sets, and no other, is a minimal back-door set for the {effect} in the graph "
                f"{arrows}. Which one is it? {_MEANING} {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Adjustment) -> ChoiceAnswer:
        letter = next(
            letter
            for letter, option in zip(ascii_uppercase, instance.options, strict=False)
            if _is_minimal(instance, option)
        )
        return ChoiceAnswer(letter, tuple(_set(option) for option in instance.options))

    def size(self, instance: Adjustment) -> int:
        return len(nodes_of(instance.arrows))

    def read(self, problem: str) -> Adjustment | None:
        return recognised(self, problem, _parse, _shortcut_fails)

    def solve(self, instance: Adjustment) -> WorkedSolution:
        """For each set: descendants, separation in the moral graph without the cause's own arrows, proper subsets."""
        lines = [
            WorkedLine(_CRITERION, f"{letter}, {_set(option)}: {_finding(instance, option)}.")
            for letter, option in zip(ascii_uppercase, instance.options, strict=False)
        ]
        artefact = _asked(instance).told(
            instance.behind(), lambda x, y, given: not open_path(instance.behind(), x, y, given)
        )
        return WorkedSolution(self.answer(instance).value, tuple(lines), artefact)

    def solve_again(self, instance: Adjustment) -> str:
        """Follows active trails out of the cause's back door (Bayes ball), for the set and with each node left out."""
        minimal = [
            letter
            for letter, option in zip(ascii_uppercase, instance.options, strict=False)
            if _blocks_the_ball(instance, option)
            and not any(_blocks_the_ball(instance, option.replace(node, "")) for node in option)
        ]
        return " ".join(minimal)

    def slip(self, instance: Adjustment, rng: Random) -> str:
        """The direct causes of the cause, or another letter."""
        right = self.answer(instance).value
        naive = ascii_uppercase[instance.options.index(_direct_causes(instance))]
        return naive if rng.random() < 0.6 else rng.choice([letter for letter in "ABCD" if letter != right])

    def checks(self, instance: Adjustment) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("docalculus", "dag")

    def artefacts(self, instance: Adjustment) -> tuple[ArtefactSpecification, ...]:
        return (_asked(instance).specification(),)

    def go_wrong(self, instance: Adjustment, rng: Random) -> WorkedSolution:
        """Ends in a slip, and leaves the cause's own arrows in the graph."""
        return ended_in(
            self.solve(instance),
            self.slip(instance, rng),
            _asked(instance).told(instance.arrows, lambda x, y, given: not open_path(instance.arrows, x, y, given)),
        )


_CRITERION = (
    "Strike what the cause leads to, drop the arrows out of the cause, and see whether the set separates cause and "
    "effect in the moral graph; if so, whether a smaller one does already."
)


def _asked(adjustment: Adjustment) -> SeparationClaims:
    nodes = nodes_of(adjustment.arrows)
    return SeparationClaims(nodes, adjustment.behind(), adjustment.cause, adjustment.effect, adjustment.options)


def _set(option: str) -> str:
    return "{" + ", ".join(option) + "}"


def _direct_causes(adjustment: Adjustment) -> str:
    return "".join(sorted(start for start, end in adjustment.arrows if end == adjustment.cause))


def _is_valid(adjustment: Adjustment, option: Iterable[str]) -> bool:
    given = "".join(option)
    if adjustment.led_to() & set(given):
        return False
    return not open_path(adjustment.behind(), adjustment.cause, adjustment.effect, given)


def _smaller(adjustment: Adjustment, option: str) -> str | None:
    """The first proper subset that is a back-door set, smallest first."""
    subsets = (subset for size in range(len(option)) for subset in combinations(option, size))
    return next(("".join(subset) for subset in subsets if _is_valid(adjustment, subset)), None)


def _is_minimal(adjustment: Adjustment, option: str) -> bool:
    return _is_valid(adjustment, option) and _smaller(adjustment, option) is None


def _finding(adjustment: Adjustment, option: str) -> str:
    led_to = sorted(adjustment.led_to() & set(option))
    if led_to:
        return f"{adjustment.cause} leads to {', '.join(led_to)}"
    path = open_path(adjustment.behind(), adjustment.cause, adjustment.effect, option)
    if path:
        return f"{' – '.join(path)} stays open"
    smaller = _smaller(adjustment, option)
    return "all back doors are closed, and every node is needed" if smaller is None else f"{_set(smaller)} is enough"


def _blocks_the_ball(adjustment: Adjustment, option: str) -> bool:
    is_after = adjustment.led_to() & set(option)
    return not is_after and not ball_passes(adjustment.behind(), adjustment.cause, adjustment.effect, option)


def _shortcut_fails(adjustment: Adjustment) -> bool:
    minimal = [option for option in adjustment.options if _is_minimal(adjustment, option)]
    naive = _direct_causes(adjustment)
    return (
        len(set(adjustment.options)) == _OPTIONS
        and len(minimal) == 1
        and naive in set(adjustment.options) - {minimal[0]}
    )


def _draw(rng: Random, count: int, extra: int) -> Adjustment | None:
    """A graph whose direct causes of the cause are more than needed; a minimal set; and two wrong sets near it."""
    names = rng.sample(ascii_lowercase, count)
    arrows = drawn_arrows(rng, names, extra)
    first, second = sorted(rng.sample(range(1, count), 2))
    trial = Adjustment(arrows, names[first], names[second], ("",) * _OPTIONS)
    naive = _direct_causes(trial)
    if names[second] not in trial.led_to() or len(naive) > _LARGEST_SET or _blocks_the_ball(trial, ""):
        return None
    others = sorted(set(names) - {trial.cause, trial.effect})
    before = sorted(set(others) - trial.led_to())
    chosen = "".join(sorted({*rng.sample(before, min(len(before), 4)), *naive}))
    for node in rng.sample(sorted(chosen), len(chosen)):
        if _blocks_the_ball(trial, chosen.replace(node, "")):
            chosen = chosen.replace(node, "")
    if chosen == naive or len(chosen) > _LARGEST_SET:
        return None
    near = {"".join(sorted({*chosen} ^ {node})) for node in others} | {"".join(sorted(rng.sample(others, len(chosen))))}
    wrong = [option for option in sorted(near - {naive, chosen}) if len(option) <= _LARGEST_SET]
    wrong = [option for option in rng.sample(wrong, min(len(wrong), 6)) if not _is_minimal(trial, option)]
    if len(wrong) < _OPTIONS - 2:
        return None
    options = [chosen, naive, *wrong[: _OPTIONS - 2]]
    rng.shuffle(options)
    return Adjustment(arrows, trial.cause, trial.effect, tuple(options))


def _parse(problem: str) -> Adjustment | None:
    effect = _EFFECT.search(problem)
    options = tuple((option or "").replace(", ", "") for option in _OPTION.findall(problem))
    return Adjustment(tuple(_ARROW.findall(problem)), effect[1], effect[2], options) if effect else None

import json
import re
from random import Random
from typing import Any

from attrs import evolve, frozen

from reasonforge.adapters.tasks.family import WorkedLine
from reasonforge.adapters.tasks.pipeline import ENDS, STEPS, Pipeline, drawn, step_written
from reasonforge.adapters.tasks.written_program import HAND_IN, Arguments, ProgramFamily, number_lists

_LISTING = re.compile(r"\n\ndef transform\(values\):\n((?:    [^\n]{1,120}\n){2,11})\n")
_EXAMPLE = re.compile(r"transform\((\[[-0-9, ]{0,80}\])\) == (-?[0-9]{1,15}|\[[-0-9, ]{0,200}\])")
_EXAMPLES = 6
_Examples = tuple[tuple[tuple[int, ...], str], ...]
_WAYS = (
    (
        "In this Python function, exactly one of the numbers that stand in it was made one larger or one smaller by "
        "mistake:\n\n{listing}\nWith the right number, these hold: {examples}. Repair it. {hand_in}"
    ),
    (
        "A function was right until somebody changed one number in it by one (up or down).\n\n{listing}\nIts tests say "
        "{examples}. Find the number and restore the Python function. {hand_in}"
    ),
    (
        "Before the last commit, all of this was true: {examples}. The commit added 1 to one number of the function, "
        "or took 1 from it:\n\n{listing}\nUndo that, and hand in the Python function as it was. {hand_in}"
    ),
)


@frozen
class Broken:
    """A pipeline with a wrong number, six inputs with what the right one returns, and the right one."""

    program: Pipeline
    examples: _Examples
    meant: Pipeline


class PipelineRepairs(ProgramFamily[Broken]):
    """A program with one number off by one, to be repaired by examples.

    Difficulty d: 2 + d/2 steps (rounded down) and an end. Size: the number of steps. Kept where exactly one change of
    one number by one agrees with all six examples.
    """

    name = "pipeline_repairs"
    version = 2
    phrasings = len(_WAYS)
    entry = "transform"

    def draw(self, rng: Random, difficulty: int) -> Broken | None:
        original = drawn(rng, 2 + difficulty // 2)
        wrong = original.nudged()
        if len(wrong) < 3:
            return None
        inputs = number_lists(rng, _EXAMPLES + 2, longest=8, largest=20)[2:]
        examples = tuple((tuple(values), json.dumps(original.value(values))) for values in inputs)
        return Broken(rng.choice(wrong), examples, original)

    def state(self, instance: Broken, phrasing: int) -> str:
        examples = ", ".join(f"transform({list(values)}) == {wanted}" for values, wanted in instance.examples)
        listing = instance.program.source(self.entry)
        return _WAYS[phrasing].format(listing=listing, examples=examples, hand_in=HAND_IN)

    def size(self, instance: Broken) -> int:
        return len(instance.program.steps)

    def parse(self, problem: str) -> Broken | None:
        listing = _LISTING.search(problem)
        if listing is None:
            return None
        lines = [text.strip() for text in listing[1].splitlines()]
        steps = [step_written(text, STEPS) for text in lines[:-1]]
        end = step_written(lines[-1], ENDS)
        found = tuple(step for step in steps if step is not None)
        if end is None or len(found) != len(steps):
            return None
        examples = tuple((tuple(json.loads(given)), wanted) for given, wanted in _EXAMPLE.findall(problem)[:9])
        program = Pipeline(found, end)
        repairs = _repairs(program, examples)
        return Broken(program, examples, repairs[0]) if repairs else None

    def worthwhile(self, instance: Broken) -> bool:
        program, examples = instance.program, instance.examples
        return (
            len(examples) == _EXAMPLES
            and not _agrees(program, examples)
            and _repairs(program, examples) == [instance.meant]
            and super().worthwhile(instance)
        )

    def value(self, instance: Broken, arguments: Arguments) -> Any:
        return instance.meant.value(arguments[0])

    def value_again(self, instance: Broken, arguments: Arguments) -> Any:
        return instance.meant.value_again(arguments[0])

    def source(self, instance: Broken) -> str:
        return instance.meant.source(self.entry)

    def mutants(self, instance: Broken) -> list[Broken]:
        """Another number changed, or none."""
        wrong = [one for one in (instance.program, *instance.program.nudged()) if one != instance.meant]
        return [evolve(instance, meant=one) for one in wrong]

    def test_inputs(self, instance: Broken, rng: Random) -> list[Arguments]:  # noqa: ARG002 - lists of any kind
        return [[values] for values in number_lists(rng, 20)]

    def case_inputs(self, instance: Broken, rng: Random) -> list[Arguments]:  # noqa: ARG002 - as above
        small = [[], *([one] for one in range(-9, 10)), *([one, two] for one in range(-2, 3) for two in range(-2, 3))]
        return [[values] for values in (*small, *number_lists(rng, 80))]

    def explained(self, instance: Broken) -> tuple[WorkedLine, ...]:
        right = instance.meant
        lines = self.source(instance).splitlines()[1:]
        told = zip(right.told(), lines, instance.program.source(self.entry).splitlines()[1:], strict=True)
        return tuple(
            WorkedLine(
                "Compare what a line does with what the examples need.",
                f"To {text}: {code.strip()}" + ("." if code == before else f", where there was {before.strip()}."),
            )
            for text, code, before in told
        )


def _repairs(program: Pipeline, examples: _Examples) -> list[Pipeline]:
    """Every pipeline with one number changed by one that agrees with all examples."""
    return [one for one in program.nudged() if _agrees(one, examples)]


def _agrees(program: Pipeline, examples: _Examples) -> bool:
    return all(json.dumps(program.value(list(values))) == wanted for values, wanted in examples)

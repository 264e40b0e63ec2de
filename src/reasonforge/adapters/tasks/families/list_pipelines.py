import re
from collections.abc import Mapping
from random import Random
from typing import Any

from attrs import evolve

from reasonforge.adapters.tasks.family import WorkedLine
from reasonforge.adapters.tasks.pipeline import ENDS, ORDERED, POINTWISE, STEPS, Pipeline, drawn, step_told
from reasonforge.adapters.tasks.written_program import HAND_IN, Arguments, ProgramFamily, number_lists

_STEP = re.compile(r"\([0-9]{1,2}\) ([^;.\n]{1,140})[;.]")
_MEANING = (
    "Remainders modulo m go from 0 to m - 1, also of negative numbers; the list may be empty at the beginning or "
    "become so"
)
_WAYS = (
    (
        "Write a Python function transform(values) of a list of integers. Beginning with that list, in this order: "
        "{steps} {meaning}. {hand_in}"
    ),
    (
        "A stream processor is specified as follows. {steps} {meaning}. Its input is a list of integers; implement it "
        "as the Python function transform(values). {hand_in}"
    ),
    (
        "Implement transform(values), a Python function whose argument is a list of integers, so that it does this. "
        "{steps} {meaning}. {hand_in}"
    ),
)


class ListPipelines(ProgramFamily[Pipeline]):
    """A function of a list that carries out a sequence of steps drawn at random.

    Difficulty d: 2 + d/2 steps (rounded down) and an end. Size: the number of steps.
    """

    name = "list_pipelines"
    version = 2
    phrasings = len(_WAYS)
    entry = "transform"

    def draw(self, rng: Random, difficulty: int) -> Pipeline:
        return drawn(rng, 2 + difficulty // 2)

    def state(self, instance: Pipeline, phrasing: int) -> str:
        told = "; ".join(f"({number}) {text}" for number, text in enumerate(instance.told(), start=1))
        return _WAYS[phrasing].format(steps=f"{told}.", meaning=_MEANING, hand_in=HAND_IN)

    def size(self, instance: Pipeline) -> int:
        return len(instance.steps)

    def parse(self, problem: str) -> Pipeline | None:
        told = _STEP.findall(problem)[:12]
        steps = [step_told(text, STEPS) for text in told[:-1]]
        end = step_told(told[-1], ENDS) if told else None
        found = tuple(step for step in steps if step is not None)
        return Pipeline(found, end) if end is not None and len(found) == len(steps) else None

    def value(self, instance: Pipeline, arguments: Arguments) -> Any:
        return instance.value(arguments[0])

    def value_again(self, instance: Pipeline, arguments: Arguments) -> Any:
        return instance.value_again(arguments[0])

    def source(self, instance: Pipeline) -> str:
        return instance.source(self.entry)

    def mutants(self, instance: Pipeline) -> list[Pipeline]:
        """One number off by one, one step forgotten, or two neighbours in the wrong order."""
        steps = instance.steps
        shorter = [(*steps[:at], *steps[at + 1 :]) for at in range(len(steps))] if len(steps) > 1 else []
        turned = [(*steps[:at], steps[at + 1], steps[at], *steps[at + 2 :]) for at in range(len(steps) - 1)]
        return [*instance.nudged(), *(evolve(instance, steps=one) for one in (*shorter, *turned))]

    def test_inputs(self, instance: Pipeline, rng: Random) -> list[Arguments]:  # noqa: ARG002 - lists of any kind
        return [[values] for values in number_lists(rng, 20)]

    def case_inputs(self, instance: Pipeline, rng: Random) -> list[Arguments]:  # noqa: ARG002 - as above
        small = [[], *([one] for one in range(-4, 5)), *([one, two] for one in range(-3, 4) for two in range(-3, 4))]
        return [[values] for values in (*small, *number_lists(rng, 90))]

    def relations(self, instance: Pipeline) -> list[Mapping[str, Any]]:
        inputs = [[[3, -1, 7, 7, 2, 12]], [[-5, 4]], [[0, 10, -10, 6, 3, 2, 1, -8]]]
        if instance.steps[0].kind in ORDERED:
            turn = {"name": "rotate", "argument": 0, "by": 2}
            return [{"relation": "invariant", "inputs": inputs, "transform": turn}]
        if all(step.kind in POINTWISE for step in instance.steps) and instance.end.kind == "list":
            pairs = [*inputs, *inputs[:1]]
            return [{"relation": "concatenation", "inputs": pairs, "argument": 0, "combine": "append"}]
        return []

    def explained(self, instance: Pipeline) -> tuple[WorkedLine, ...]:
        lines = self.source(instance).splitlines()[1:]
        return tuple(
            WorkedLine("Write each step as one line on the list as it is by then.", f"To {text}: {code.strip()}.")
            for text, code in zip(instance.told(), lines, strict=True)
        )

"""Instances of one task for several miners: what one says is wrong for every other one, family by family."""

import asyncio
from random import Random

import pytest

from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.adapters.tasks.made import Made, made, variant_seed
from reasonforge.adapters.tasks.registry import ANYWHERE, BY_NAME, FAMILIES
from reasonforge.adapters.tasks.source import MOST_VARIANTS, VARIANT_ATTEMPTS, GeneratedTasks, task_of
from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.task import Task
from tests.contracts.task_source import EPOCH

SOURCE = GeneratedTasks(FAMILIES, timeout_seconds=77.0)
MINERS = tuple(Hotkey(f"miner-{number}") for number in range(6))
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
TOO_FEW_ANSWERS = {
    "backdoor_set", "d_separation", "fair_allocation", "formal_coq", "formal_lean", "identifiability",
    "mutation_repairs", "obligations",
}  # fmt: skip
"""Choices with fewer options than six miners, and proofs, which a proof of something else may pass for."""


def variants(task: Task, *miners: Hotkey, seen: frozenset[str] = frozenset()) -> list[Task]:
    return list(asyncio.run(SOURCE.variants(task, miners or MINERS, seen)))


def instance_of(family: AnyFamily, task: Task) -> Made:
    return made(family, task.seed, task.difficulty)


@EACH
def test_what_one_miner_says_is_wrong_for_the_others(family: AnyFamily) -> None:
    """Each variant is of the task's size, difficulty and checks, and accepts nobody's answer but its own."""
    allowed = 0
    for difficulty in family.difficulties[::3]:
        task = task_of(family, "a task", difficulty).as_trap()
        own = variants(task)
        allowed += bool(own)
        if not own:
            continue
        assert len(own) == len(MINERS)
        assert len({task.instance, *(one.instance for one in own)}) == len(MINERS) + 1
        assert len({one.problem for one in own}) == len(MINERS)
        size = instance_of(family, task).size
        for one in own:
            assert (one.family, one.version, one.difficulty, one.discipline, one.checks) == (
                task.family, task.version, task.difficulty, task.discipline, task.checks,
            )  # fmt: skip
            assert one.is_trap
            assert one.timeout_seconds == 300.0
            assert instance_of(family, one).size == size
        pairs = [(one, other) for one in own for other in own if one is not other]
        for one, other in pairs:
            if isinstance(one.answer, ExactAnswer):
                assert one.answer.check(one.answer.truth()).grade == 1.0
                assert one.answer.check(other.answer.truth()).grade == 0.0
            else:
                assert instance_of(family, one).differs_from(instance_of(family, other))
    assert allowed or family.name in TOO_FEW_ANSWERS


def test_variants_follow_from_seed_and_miner() -> None:
    """The same for the same task and miners, and each can be made again from a seed of its own."""
    task = task_of(BY_NAME["knapsack"], "a task", 4)
    own = variants(task)
    assert own == variants(task)
    assert own != variants(task_of(BY_NAME["knapsack"], "another", 4))
    for miner, one in zip(MINERS, own, strict=True):
        assert one.seed in {variant_seed(task.seed, miner, attempt) for attempt in range(VARIANT_ATTEMPTS)}
        assert task_of(BY_NAME["knapsack"], one.seed, 4).problem == one.problem
    assert variants(task, *MINERS[:2]) == own[:2]


def test_no_variant_is_one_that_was_seen() -> None:
    """Instances of the window are passed over."""
    task = task_of(BY_NAME["triage"], "a task", 1)
    first = variants(task, MINERS[0])
    other = variants(task, MINERS[0], seen=frozenset({first[0].instance}))
    assert other[0].instance != first[0].instance


def test_where_nobody_can_have_an_own_one() -> None:
    """Tasks of no family here, no miners, and more miners than can be compared."""
    task = task_of(BY_NAME["knapsack"], "a task", 4)
    assert list(asyncio.run(SOURCE.variants(task, []))) == []
    assert variants(task, *(Hotkey(f"m{number}") for number in range(MOST_VARIANTS + 1))) == []
    assert list(asyncio.run(GeneratedTasks((BY_NAME["voting"],)).variants(task, MINERS))) == []


def test_no_instance_twice_in_a_window() -> None:
    """Thirty epochs of a source with three small families: no instance is drawn twice, whatever takes its place."""
    source = GeneratedTasks(tuple(BY_NAME[name] for name in ("smallest_multiples", "triage", "stable_matching")))
    seen: set[str] = set()
    for epoch in range(30):
        drawn = asyncio.run(source.draw(EPOCH, 6, 1, Random(epoch), frozenset(seen)))
        instances = {task.instance for task in drawn}
        assert len(instances) == 6
        assert not instances & seen
        assert asyncio.run(source.draw(EPOCH, 6, 1, Random(epoch), frozenset(seen))) == drawn
        seen |= instances


def test_another_difficulty_takes_an_exhausted_one_s_place() -> None:
    """Where a difficulty has nothing new, the nearest that has is asked; where none has, that is said."""

    class Two(type(BY_NAME["triage"])):  # type: ignore[misc]
        """Has one instance a difficulty, and two difficulties."""

        difficulties = (1, 2)

        def generate(self, rng: Random, difficulty: int) -> object:  # noqa: ARG002 - that is the point of it
            return super().generate(Random(difficulty), difficulty)

    source = GeneratedTasks((Two(),))
    seen: set[str] = set()
    levels = []
    for epoch in range(2):
        (task,) = asyncio.run(source.draw(EPOCH, 1, 0, Random(epoch), frozenset(seen)))
        levels.append(task.difficulty)
        seen.add(task.instance)
    assert sorted(levels) == [1, 2]
    with pytest.raises(ValidatorFault, match="the ethical families have no more new statements at any difficulty"):
        asyncio.run(source.draw(EPOCH, 1, 0, Random(3), frozenset(seen)))


def test_only_the_families_that_were_named() -> None:
    """A draw among some of the source's families; one that is not offered is named."""
    names = [name for name in SOURCE.offers if name.startswith(("knapsack", "voting"))]
    drawn = asyncio.run(SOURCE.draw(EPOCH, 4, 1, Random(1), families=names))
    assert {f"{task.family}/{task.version}" for task in drawn} == set(names)
    with pytest.raises(ValidatorFault, match="not offered here: poems/9"):
        asyncio.run(SOURCE.draw(EPOCH, 4, 1, Random(1), families=[*names, "poems/9"]))
    assert len(SOURCE.offers) == len(FAMILIES) > len(ANYWHERE)

"""What a family gives, measured: answers, repetitions, whether a guess or the shortcut is right, size and cost."""

import time
from collections import Counter
from random import Random
from typing import Any

from attrs import frozen

from reasonforge.adapters.tasks.family import AnyFamily, pose
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.domain.answer import ExactAnswer


@frozen
class LevelSurvey:
    """One family at one difficulty.

    Attributes:
        drawn: instances that were looked at.
        statements, instances, answers: different ones among them; an instance counts once however it is phrased.
        most_common: share of the answer given most often: how often its guess is right.
        slips_right: share of the plausible slips that are right; must be 0.
        sizes: the least and the greatest size.
        generate_ms, solve_ms: mean processor time of one, in milliseconds.
    """

    difficulty: int
    drawn: int
    statements: int
    instances: int
    answers: int
    most_common: float
    slips_right: float
    sizes: tuple[int, int]
    generate_ms: float
    solve_ms: float


def survey(family: AnyFamily, difficulty: int, draws: int) -> LevelSurvey:
    """What `draws` seeds, > 0, of a difficulty give; a program's or a proof's answer is its source."""
    statements: set[str] = set()
    instances: set[str] = set()
    answers: Counter[str] = Counter()
    sizes: list[int] = []
    slipped = 0
    generating = solving = 0.0
    for number in range(draws):
        started = time.process_time()
        posed = pose(family, f"survey/{number}", difficulty)
        generated = time.process_time()
        family.solve(posed.instance)
        solved = time.process_time()
        generating += generated - started
        solving += solved - generated
        answer = family.answer(posed.instance)
        statements.add(posed.statement)
        instances.add(family.state(posed.instance, 0))
        answers[answer.truth()] += 1
        sizes.append(family.size(posed.instance))
        if isinstance(answer, ExactAnswer):
            slipped += answer.check(family.slip(posed.instance, Random(number))).grade == 1.0
    return LevelSurvey(
        difficulty=difficulty,
        drawn=draws,
        statements=len(statements),
        instances=len(instances),
        answers=len(answers),
        most_common=answers.most_common(1)[0][1] / draws,
        slips_right=slipped / draws,
        sizes=(min(sizes), max(sizes)),
        generate_ms=1000 * generating / draws,
        solve_ms=1000 * solving / draws,
    )


def survey_json(payload: Any) -> Any:
    """`survey` for a worker process, which takes and gives plain JSON: {family, difficulty, draws}."""
    found = survey(BY_NAME[payload["family"]], payload["difficulty"], payload["draws"])
    return {
        "difficulty": found.difficulty,
        "drawn": found.drawn,
        "statements": found.statements,
        "instances": found.instances,
        "answers": found.answers,
        "most_common": round(found.most_common, 4),
        "slips_right": found.slips_right,
        "sizes": list(found.sizes),
        "generate_ms": round(found.generate_ms, 3),
        "solve_ms": round(found.solve_ms, 3),
    }

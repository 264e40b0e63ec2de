"""Whether a task of a file is what it says, as far as its family can tell: no checker and no sandbox is asked here."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from attrs import evolve, frozen

from reasonforge.adapters.tasks.database import slot_document
from reasonforge.adapters.tasks.document import DatabaseDocument, document_of, read_task
from reasonforge.adapters.tasks.family import AnyFamily, ArtefactFamily, WorkedSolution
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.adapters.tasks.source import task_of
from reasonforge.adapters.tasks.topics import is_public, slot_of
from reasonforge.adapters.tasks.wrong_answer import wrong_solution
from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.identity import QueryId
from reasonforge.domain.receive import wire_fields
from reasonforge.domain.submission import ReasoningStep
from reasonforge.domain.task import Task

Fields = dict[str, Any]
"""What a miner fills in, as JSON."""

REPLY = QueryId("reply")
MADE_BY_THE_FAMILY = (
    "problem",
    "domain",
    "difficulty",
    "answer",
    "ground_truth",
    "context",
    "constraints",
    "checks",
    "artefacts",
)
"""Fields that family, version, seed and difficulty decide."""


@frozen
class Examined:
    """What was found of one task.

    Attributes:
        wrong: a sentence for everything that is wrong with it; where there is none, the replies are there.
        right, mistaken: the reference reply and a plausible wrong one, for the checker to judge.
    """

    wrong: tuple[str, ...] = ()
    right: Fields | None = None
    mistaken: Fields | None = None


def examine_json(document: Any) -> Any:
    """`examine` for a worker process, which takes and gives plain JSON."""
    found = examine(document)
    return {"wrong": list(found.wrong), "right": found.right, "mistaken": found.mistaken}


def examine(document: Any) -> Examined:
    """The document is a task; its family makes that very task of its seed; both solvers, reading the statement, find
    its answer. One of the shipped database is, field by field, what stands in its place there.
    """
    try:
        task = read_task(document, "it", DatabaseDocument)
        if not task.family:
            return _written_by_hand(task)
        family = _family_of(task)
        wrong = _unlike_the_database(document) or _unlike_the_family(document, task, family)
    except (OperatorError, ValidatorFault) as error:
        return Examined((str(error),))
    return Examined((wrong,)) if wrong else _solved(task, family)


def _family_of(task: Task) -> AnyFamily:
    family = BY_NAME.get(task.family)
    if family is None:
        raise OperatorError(f"there is no family {task.family[:60]!r}; a task written by hand names none")
    if family.version != task.version:
        raise OperatorError(
            f"it was made by version {task.version} of {family.name}, which is at {family.version}: make it again"
        )
    if family.discipline is not task.discipline:
        raise OperatorError(f"domain is {task.discipline}, and the family {family.name} is {family.discipline}")
    return family


def _unlike_the_database(document: Mapping[str, Any]) -> str:
    """What of a task with a public seed is not as in the shipped database; empty where nothing is."""
    seed = document["seed"]
    if not is_public(seed):
        return ""
    found = slot_of(seed)
    if found is None:
        return f"seed {seed[:60]!r} is none of the shipped database, and only its seeds begin like that"
    return _differences(document, slot_document(*found), tuple(slot_document(*found)), "the shipped database has")


def _unlike_the_family(document: Mapping[str, Any], task: Task, family: AnyFamily) -> str:
    try:
        made = task_of(family, task.seed, task.difficulty)
    except ValueError as error:
        return f"difficulty: {error}"
    own = json.loads(json.dumps(document_of(made)))
    told = f"version {family.version} of {family.name} makes, of its seed at difficulty {task.difficulty},"
    return _differences(document, own, MADE_BY_THE_FAMILY, told)


def _differences(document: Mapping[str, Any], made: Mapping[str, Any], fields: tuple[str, ...], told: str) -> str:
    whole = json.loads(DatabaseDocument.model_validate(dict(document)).model_dump_json())
    other = [name for name in fields if whole[name] != made[name]]
    if not other:
        return ""
    first = other[0]
    rest = f" (and {', '.join(other[1:])} differ too)" if other[1:] else ""
    return f"{first} is {_short(whole[first])}, where {told} {_short(made[first])}{rest}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:100]}…"


def _solved(task: Task, family: AnyFamily) -> Examined:
    """Both solvers' answers, from the statement alone, by the task's own answer."""
    instance = family.read(task.problem)
    if instance is None:
        return Examined((f"problem is no statement of the family {family.name}",))
    worked, again = family.solve(instance), family.solve_again(instance)
    answer = task.answer
    if isinstance(answer, ExactAnswer):
        for solver, text in (("reference", worked.final_answer), ("second", again)):
            finding = answer.check(text)
            if finding.grade < 1.0:
                return Examined((f"answer: the {solver} solver says {text[:80]!r}: {finding.reason}",))
    elif again != worked.final_answer or answer.truth() != (worked.code or worked.proof):
        return Examined(("answer: its reference is not the solver's",))
    rng = Random(task.problem)
    if isinstance(family, ArtefactFamily):
        mistaken = family.go_wrong(instance, rng)
    else:
        mistaken = evolve(worked, final_answer=family.slip(instance, rng))
    return Examined(right=reply_of(worked), mistaken=reply_of(mistaken))


def reply_of(worked: WorkedSolution) -> Fields:
    """A worked solution as a miner would hand it in, a step a line."""
    return wire_fields(
        REPLY,
        steps=[ReasoningStep(at, line.facts, claims=line.claims) for at, line in enumerate(worked.lines, start=1)],
        final_answer=worked.final_answer,
        artifact=dict(worked.artifact) or None,
        proof_artifact=worked.proof.encode() or None,
        code_artifact=worked.code.encode() or None,
    )


def _written_by_hand(task: Task) -> Examined:
    """There is no solver: only that its reference is right and something plausible is not can be shown."""
    if task.version or task.seed:
        return Examined(("version and seed belong to a family, and it names none",))
    if task.artefacts:
        return Examined(("artefacts can be checked only where a family works out what they should be",))
    right = WorkedSolution(task.answer.truth(), ())
    if task.answer.format == "code":
        right = WorkedSolution("see code_artifact", (), code=task.answer.truth())
    elif task.answer.format == "proof":
        right = WorkedSolution("see proof_artifact", (), proof=task.answer.truth())
    return Examined(right=reply_of(right), mistaken=reply_of(wrong_solution(task.answer)))

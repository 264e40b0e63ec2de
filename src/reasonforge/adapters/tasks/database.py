"""The shipped database (7-tasks §7.5): made from a public seed, so that anyone can make it again to the byte."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from reasonforge.adapters.tasks.document import document_of
from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.adapters.tasks.layout import file_of
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.adapters.tasks.source import task_of
from reasonforge.adapters.tasks.topics import TOPICS, Slot, Topic
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.identity import TaskId

AUTHOR = "ReasonForge"
CREATED_AT = "2026-11-30T00:00:00Z"
"""Of the database as a whole, however often it is made again."""
_ATTEMPTS = 100

Document = dict[str, Any]


def database_files(topics: tuple[Topic, ...] = TOPICS) -> Mapping[str, str]:
    """Path below the database's folder → content, of every topic."""
    return {topic.path: file_of(documents_of(topic)) for topic in topics}


def documents_of(topic: Topic) -> list[Document]:
    """A topic's tasks; no statement twice (other topics have other families, or the same at other seeds)."""
    seen: set[str] = set()
    documents = []
    for slot in topic.slots():
        for attempt in range(1, _ATTEMPTS):
            document = slot_document(slot, attempt)
            if document["problem"] not in seen:
                break
        else:
            message = f"family {slot.family} has too few statements at difficulty {slot.difficulty} for the database"
            raise ValidatorFault(message)
        seen.add(document["problem"])
        documents.append(document)
    return documents


def slot_document(slot: Slot, attempt: int = 1) -> Document:
    """The task of one place, at its first or a further seed."""
    family = BY_NAME[slot.family]
    made = document_at(family, slot.seed(attempt), slot.difficulty, slot.topic.name)
    return {**made, "task_id": slot.task_id, "is_trap": slot.is_trap}


def document_at(family: AnyFamily, seed: str, difficulty: int, *tags: str) -> Document:
    """The task of a seed as the database writes it; plain JSON, no tuples.

    Raises:
        OperatorError: the family has no such difficulty.
    """
    try:
        task = task_of(family, seed, difficulty)
    except ValueError as error:
        raise OperatorError(str(error)) from error
    task = evolve(task, source="database", task_id=TaskId(f"{family.name}/{seed}/{difficulty}"))
    document = document_of(task, tags=[*tags, family.name, task.answer.format], author=AUTHOR, created_at=CREATED_AT)
    plain: Document = json.loads(json.dumps(document, allow_nan=False))
    return plain

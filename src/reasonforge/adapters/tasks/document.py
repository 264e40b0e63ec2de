"""A task as a file has it (7-tasks §7.5): written by us or by hand, read with every field checked."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from attrs import frozen
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasonforge.domain.answer import ExactAnswer
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline, answer_check
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import TaskId
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.task import Task

MOST_FILE_BYTES = 64_000_000
"""Of a whole file of tasks."""
_JSON_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()

_Text = Annotated[str, Field(max_length=200_000)]
_Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
_Score = Annotated[float, Field(ge=0, le=1)]
_Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]


class ArtefactDocument(BaseModel):
    """What one check asks for beside the final answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    check: Annotated[str, Field(min_length=1, max_length=100)]
    asks: dict[str, Any] = Field(default_factory=dict)
    against: dict[str, Any]


class TaskDocument(BaseModel):
    """One task. `domain` is the discipline's wire name; `checks` are those of its table (Eq. 11), by default the final
    answer's own and, in mathematics, `steps`.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    task_id: Annotated[str, Field(min_length=1, max_length=200)]
    problem: Annotated[str, Field(min_length=1, max_length=200_000)]
    domain: str
    difficulty: Annotated[int, Field(ge=1, le=10)]
    answer: dict[str, Any]
    timeout_seconds: _Seconds = 300.0
    ground_truth: _Text | None = None
    ground_truth_score: _Score | None = None
    is_trap: bool = False
    previously_unsolved: bool = False
    tags: list[_Text] = Field(default_factory=list)
    source: _Text = "database"
    author: _Text = ""
    created_at: _Text = ""
    family: _Text = ""
    version: int = 0
    seed: _Text = ""
    context: _Text = ""
    constraints: _Text = ""
    checks: list[str] | None = None
    artefacts: list[ArtefactDocument] = Field(default_factory=list)

    def to_domain(self) -> Task:
        """The task it stands for.

        Raises:
            ValueError: one sentence that names the field and says what is wrong with it.
        """
        if self.domain not in list(Discipline):
            message = f"domain must be one of {', '.join(Discipline)}, not {self.domain[:40]!r}"
            raise ValueError(message)
        discipline = Discipline(self.domain)
        answer = read_answer(self.answer)
        truth = self.ground_truth
        if truth is not None and isinstance(answer, ExactAnswer) and answer.check(truth).grade < 1.0:
            message = f"ground_truth {truth[:80]!r} is not the answer {answer.truth()[:80]!r}"
            raise ValueError(message)
        return Task(
            task_id=TaskId(self.task_id),
            problem=self.problem,
            discipline=discipline,
            difficulty=self.difficulty,
            answer=answer,
            checks=_checks(self.checks, discipline, answer.format),
            timeout_seconds=self.timeout_seconds,
            context=self.context,
            constraints=self.constraints,
            family=self.family,
            version=self.version,
            seed=self.seed,
            is_trap=self.is_trap,
            previously_unsolved=self.previously_unsolved,
            source=self.source,
            artefacts=tuple(ArtefactSpecification(one.check, one.asks, one.against) for one in self.artefacts),
        )


class DatabaseDocument(TaskDocument):
    """A task of a database's file (7-tasks §7.5): nothing that it says is left to a default.

    `created_at` is a UTC moment, as in 2026-11-30T00:00:00Z; `family`, `version` and `seed` are empty, 0 and empty for
    a task written by hand.
    """

    timeout_seconds: _Seconds
    ground_truth: _Text
    ground_truth_score: _Score
    is_trap: bool
    previously_unsolved: bool
    tags: list[_Text]
    source: _Text
    author: _Text
    created_at: _Moment
    family: _Text
    version: Annotated[int, Field(ge=0)]
    seed: _Text


def _checks(named: list[str] | None, discipline: Discipline, answer_format: str) -> tuple[str, ...]:
    own = answer_check(discipline, answer_format)
    if named is None:
        return (own, "steps") if own == "numerical" else (own,)
    known = DEFAULT_PARAMETERS.check_weights[discipline]
    strange = [check for check in named if check not in known]
    if strange or len(set(named)) != len(named) or own not in named:
        message = f"checks must be different ones of {', '.join(known)}, {own} among them, not {', '.join(named)[:80]}"
        raise ValueError(message)
    return tuple(named)


def document_of(task: Task, **others: Any) -> dict[str, Any]:
    """The document that `read_task` makes this task of; `others` are fields a task does not have (author, tags …)."""
    document = TaskDocument(
        task_id=task.task_id,
        problem=task.problem,
        domain=task.discipline.value,
        difficulty=task.difficulty,
        answer=dict(task.answer.specification()),
        timeout_seconds=task.timeout_seconds,
        ground_truth=task.answer.truth(),
        ground_truth_score=1.0,
        is_trap=task.is_trap,
        previously_unsolved=task.previously_unsolved,
        source=task.source,
        family=task.family,
        version=task.version,
        seed=task.seed,
        context=task.context,
        constraints=task.constraints,
        checks=list(task.checks),
        artefacts=[
            ArtefactDocument(check=one.check, asks=dict(one.asks), against=dict(one.against)) for one in task.artefacts
        ],
        **others,
    )
    return document.model_dump()


def read_task(document: Any, where: str, form: type[TaskDocument] = TaskDocument) -> Task:
    """The task of one document; `where` names it for people, `form` says which fields may be left out.

    Raises:
        OperatorError: it is no task; the sentence names the field.
    """
    if not isinstance(document, Mapping):
        raise OperatorError(f"{where} is no task: a task is a JSON object, not a {type(document).__name__}")
    try:
        return form.model_validate(dict(document)).to_domain()
    except ValidationError as error:
        raise OperatorError(f"{where} is no task: {_sentence(error)}") from error
    except ValueError as error:
        raise OperatorError(f"{where} is no task: {error}") from error


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, by the field's name."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "missing":
            return f"the field {field} is missing"
        case "extra_forbidden":
            return f"there is no field {field[:60]!r}"
        case _:
            return f"{field}: {first['msg'][:1].lower()}{first['msg'][1:]}, not {str(first['input'])[:60]!r}"


def read_json_file(path: Path, most_bytes: int = MOST_FILE_BYTES) -> Any:
    """The JSON of a file; `OperatorError` when it cannot be read, is too large, or is no JSON."""
    content = _content(path, most_bytes)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise OperatorError(f"{path} is no JSON: {error}") from error


def _content(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > most_bytes:
        raise OperatorError(f"{path} is larger than {most_bytes} bytes")
    return content


@frozen
class PlacedDocument:
    """A document of a file, and the line on which it begins, from 1; `wrong` says why it is none, else empty."""

    line: int
    document: Any
    wrong: str = ""


def read_placed(path: Path, most_bytes: int = MOST_FILE_BYTES) -> list[PlacedDocument]:
    """The documents of a file: of an array each element, of JSON Lines (*.jsonl) each line, else the whole.

    Raises:
        OperatorError: the file cannot be read, is too large, or is no JSON; a line that is none says so by itself.
    """
    try:
        text = _content(path, most_bytes).decode()
        if path.suffix == ".jsonl":
            return [_line(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        json.loads(text)  # from here on it is JSON
    except (ValueError, RecursionError) as error:
        raise OperatorError(f"{path} is no JSON: {error}") from error
    return list(_elements(text))


def _line(number: int, line: str) -> PlacedDocument:
    try:
        return PlacedDocument(number, json.loads(line))
    except (ValueError, RecursionError) as error:
        return PlacedDocument(number, None, f"it is no JSON: {error}")


def _elements(text: str) -> Iterator[PlacedDocument]:
    at, line, past = _after_space(text, 0), 1, 0
    is_array = text[at] == "["
    at = _after_space(text, at + is_array)
    while at < len(text) and text[at] != "]":
        line, past = line + text.count("\n", past, at), at
        document, end = _DECODER.raw_decode(text, at)
        yield PlacedDocument(line, document)
        at = _after_space(text, end)
        if at < len(text) and text[at] == ",":
            at = _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _JSON_SPACE:
        at += 1
    return at


def read_task_file(path: Path) -> tuple[Task, ...]:
    """The tasks of a file: one object, or an array of them.

    Raises:
        OperatorError: the file or one of its tasks is not what it should be; two have one id.
    """
    content = read_json_file(path)
    documents = content if isinstance(content, list) else [content]
    tasks = tuple(read_task(one, f"{path}, task {number}") for number, one in enumerate(documents, start=1))
    seen: set[TaskId] = set()
    for task in tasks:
        if task.task_id in seen:
            raise OperatorError(f"{path} has two tasks with the id {task.task_id}")
        seen.add(task.task_id)
    return tasks

"""Files and folders of tasks as a command is given them: which tasks there are, and what is wrong with the whole."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from reasonforge.adapters.tasks.document import DatabaseDocument, PlacedDocument, read_placed, read_task
from reasonforge.adapters.tasks.topics import TOPICS, shortfalls, uneven
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.task import Task

DATABASE = Path("benchmarks/tasks")
"""Where the shipped database is, from the root of the repository."""
MOST_TASKS = 100_000


@frozen
class FiledTask:
    """One task of a file.

    Attributes:
        name: its id; where it has none, its place in the file.
        line: on which it begins in its file, from 1.
        document: as it was read; empty where it is no object.
        task: None where `wrong` says why there is none.
    """

    path: Path
    line: int
    name: str
    document: Mapping[str, Any]
    task: Task | None
    wrong: str


@frozen
class Found:
    """What files and folders hold, in their order; `folders` are those that stand for a whole database."""

    tasks: tuple[FiledTask, ...]
    folders: tuple[Path, ...]


def found_in(paths: Sequence[Path]) -> Found:
    """Every task of these files and folders. A task that is none, or repeats another one, is found and says so.

    Raises:
        OperatorError: a path is not there, is no JSON, or holds no task at all.
    """
    read = [task for path in paths for file in _files(path) for task in _tasks(file)]
    if len(read) > MOST_TASKS:
        raise OperatorError(f"there are {len(read)} tasks, and at most {MOST_TASKS} are taken at once")
    return Found(tuple(_without_repetitions(read)), tuple(path for path in paths if path.is_dir()))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise OperatorError(f"there is no file or folder {path}: name files of tasks, or run where {DATABASE} is")
        return [path]
    found = sorted(one for one in path.rglob("*.json*") if one.suffix in {".json", ".jsonl"})
    if not found:
        raise OperatorError(f"the folder {path} has no file of tasks (*.json, *.jsonl) in it")
    return found


def _tasks(path: Path) -> list[FiledTask]:
    documents = read_placed(path)
    if not documents:
        raise OperatorError(f"{path} has no tasks in it")
    return [_filed(path, number, one) for number, one in enumerate(documents, start=1)]


def _filed(path: Path, number: int, placed: PlacedDocument) -> FiledTask:
    document = placed.document
    whole = document if isinstance(document, dict) else {}
    named = whole.get("task_id")
    name = named[:200] if isinstance(named, str) and named else f"task {number}"
    if placed.wrong:
        return FiledTask(path, placed.line, name, whole, None, placed.wrong)
    try:
        return FiledTask(path, placed.line, name, whole, read_task(document, "it", DatabaseDocument), "")
    except OperatorError as error:
        return FiledTask(path, placed.line, name, whole, None, str(error))


def _without_repetitions(tasks: Sequence[FiledTask]) -> Iterator[FiledTask]:
    """A task whose id or statement an earlier one has is wrong."""
    ids: dict[Any, FiledTask] = {}
    statements: dict[Any, FiledTask] = {}
    for one in tasks:
        if one.task is None:
            yield one
            continue
        first = ids.setdefault(one.task.task_id, one)
        same = statements.setdefault(one.task.problem, one)
        if first is not one:
            yield evolve(one, task=None, wrong=f"another task of {first.path} has this task_id")
        elif same is not one:
            yield evolve(one, task=None, wrong=f"it states what {same.name} states")
        else:
            yield one


def about_the_whole(found: Found) -> list[tuple[Path, str]]:
    """What is wrong with each folder as a database (7-tasks §7.5): counts, spread, places, and what is missing."""
    wrong = []
    for folder in found.folders:
        inside = [one for one in found.tasks if one.path.is_relative_to(folder)]
        wrong += [(folder, says) for says in _about_a_database(folder, [one.task for one in inside if one.task])]
        wrong += [
            (one.path, f"{one.name} is of {one.task.discipline}, and belongs in {folder / one.task.discipline}")
            for one in inside
            if one.task is not None and one.path.parent != folder / one.task.discipline
        ]
    return wrong


def _about_a_database(folder: Path, tasks: Sequence[Task]) -> list[str]:
    counted = Counter(task.discipline for task in tasks)
    traps = Counter(task.discipline for task in tasks if task.is_trap)
    levels = {
        discipline: Counter(task.difficulty for task in tasks if task.discipline is discipline)
        for discipline in Discipline
    }
    there = {task.task_id for task in tasks}
    said = shortfalls(counted, traps) + uneven(levels)
    for topic in TOPICS:
        missing = [slot.task_id for slot in topic.slots() if slot.task_id not in there]
        if not (folder / topic.path).is_file():
            said.append(f"{topic.path} is missing")
        elif missing:
            said.append(f"{topic.path} lacks {len(missing)} tasks, {missing[0]} the first")
    return said

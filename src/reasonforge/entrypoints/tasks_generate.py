"""`reasonforge tasks generate`: the shipped database again to the byte, or tasks of a family for whoever writes one."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from reasonforge.adapters.tasks.database import database_files, document_at
from reasonforge.adapters.tasks.layout import file_of
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.adapters.tasks.topics import is_public
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.task_files import DATABASE

MOST_TASKS = 10_000
SECRET_BYTES = 16
_LONGEST_SEED = 100


def generate(
    *,
    database: Annotated[
        bool, typer.Option("--database", help="Write the whole shipped database, from its public seed.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help=f"With --database the folder [{DATABASE}], else a file in the place of standard output.",
            show_default=False,
        ),
    ] = None,
    family: Annotated[str, typer.Option(help="The family, by name; `reasonforge tasks list` has them.")] = "",
    difficulty: Annotated[int, typer.Option(min=1, max=10, help="How hard, from 1 to 10.")] = 1,
    count: Annotated[int, typer.Option(min=1, max=MOST_TASKS, help="How many tasks.")] = 1,
    seed: Annotated[
        str, typer.Option(help="The same seed gives the same tasks.", show_default="a new and secret one")
    ] = "",
) -> None:
    """Make tasks: --database the shipped ones, byte for byte; --family some of one family, as a file of tasks.

    Tasks of the shipped database are public, for practice and for tests.
    """
    if database == bool(family):
        raise OperatorError("say --database, or --family NAME")
    if database:
        _write_database(output or DATABASE)
        return
    text = file_of(_documents(family, difficulty, count, seed or secrets.token_hex(SECRET_BYTES)))
    if output is None:
        typer.echo(text, nl=False)
        return
    _write(output, text)


def _write_database(folder: Path) -> None:
    files = database_files()
    for path, content in files.items():
        _write(folder / path, content)
    typer.echo(f"{folder}: {len(files)} files")


def _documents(name: str, difficulty: int, count: int, seed: str) -> list[dict[str, object]]:
    family = BY_NAME.get(name)
    if family is None:
        raise OperatorError(f"there is no family {name[:60]!r}: `reasonforge tasks list` shows those there are")
    if len(seed) > _LONGEST_SEED or not seed.isprintable():
        raise OperatorError(f"--seed is at most {_LONGEST_SEED} printable characters")
    if is_public(seed):
        raise OperatorError(f"--seed {seed[:60]!r} begins like those of the shipped database: take another one")
    documents: dict[str, dict[str, object]] = {}
    for number in range(1, 20 * count + 1):
        made = document_at(family, f"{seed}/{number}", difficulty)
        documents.setdefault(str(made["problem"]), made)
        if len(documents) == count:
            return list(documents.values())
    raise OperatorError(f"{name} has no {count} different statements at difficulty {difficulty}: ask for fewer")


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OperatorError(f"{path} cannot be written: {error.strerror}") from error

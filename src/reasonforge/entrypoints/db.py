"""`reasonforge db`: what an operator does to the database of what must survive."""

import json as jsons
from pathlib import Path
from typing import Annotated

import typer

from reasonforge.adapters.sqlalchemy.database import upgrade_database
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.adapters.sqlalchemy.upkeep import copy_to, look_over, version_at

BROKEN = 1
StateDb = Annotated[
    str,
    typer.Option(
        "--state.db",
        envvar=["STATE_DB_URL", "STATE_DB_PATH"],
        metavar="PATH|URL",
        help="An SQLite file, or a postgresql+psycopg:// URL.",
    ),
]
db = typer.Typer(
    name="db",
    help="The database of what must survive: its version, upgrade, backup and check.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@db.command(epilog="Example: reasonforge db upgrade --state.db state/reasonforge.db")
def upgrade(state_db: StateDb = "state/reasonforge.db") -> None:
    """Bring a database to this program's schema: all of it, or nothing. Stop what uses it first, and back it up."""
    before, after = upgrade_database(state_db)
    if before == after:
        typer.echo(f"schema {after}: nothing to do")
    else:
        typer.echo(f"schema {before} → {after}" if before else f"made, with schema {after}")


@db.command(epilog="Example: reasonforge db current --state.db postgresql+psycopg://reasonforge@db/reasonforge")
def current(state_db: StateDb = "state/reasonforge.db") -> None:
    """Print the version of a database's schema, and this program's."""
    version = version_at(state_db)
    newest = "the newest" if version == SCHEMA_VERSION else f"run `reasonforge db upgrade` for {SCHEMA_VERSION}"
    typer.echo(f"schema {version}: {newest}" if version else "empty: it gets its tables at the first start")


@db.command(epilog="Example: reasonforge db backup backups/monday.db --state.db state/reasonforge.db")
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; it must not be there yet.")],
    state_db: StateDb = "state/reasonforge.db",
) -> None:
    """Copy a database as it is at one moment, while its neuron runs. A server's is copied by pg_dump.

    A validator's secret is a file of its own beside the database: copy it too, and keep both from others.
    """
    size = copy_to(state_db, target)
    typer.echo(f"{target}: {size / 1e6:.1f} MB")


@db.command(epilog="Example: reasonforge db check --state.db state/reasonforge.db --json")
def check(
    *,
    state_db: StateDb = "state/reasonforge.db",
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of lines.")] = False,
) -> None:
    """Look a database over: its pages, its rows, its version. Exit code 1 when something is wrong."""
    found = look_over(state_db)
    if json:
        document = {
            "database": found.named,
            "schema": found.version,
            "newest": found.newest,
            "rows": found.rows,
            "complaints": list(found.complaints),
        }
        typer.echo(jsons.dumps(document, indent=2, ensure_ascii=False))
    else:
        for name, count in found.rows.items():
            typer.echo(f"{name:<24}{count:>12,}")
        for complaint in found.complaints:
            typer.echo(f"{found.named}: {complaint}")
        if not found.complaints:
            typer.echo(f"{found.named}: whole, schema {found.version}" if found.version else f"{found.named}: empty")
    if found.complaints:
        raise typer.Exit(BROKEN)

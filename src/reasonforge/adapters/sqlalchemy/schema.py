"""Which version of the schema a database has, and how it comes to this program's.

A version is the number of the migration that made it (`migrations/versions/v0003_….py` makes 3). A new database gets
its tables at once, as `tables.py` has them; an older one is brought here step by step by `upgrade`.
"""

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select, text, update

from reasonforge.adapters.sqlalchemy import gateway_tables, plan_tables, pool_tables, tables
from reasonforge.adapters.sqlalchemy.tables import APPLICATION_ID, SCHEMA_VERSION, metadata
from reasonforge.domain.errors import OperatorError

_MIGRATIONS = Path(__file__).with_name("migrations")
_DIGITS = 4
EVERY_TABLE = (tables, plan_tables, gateway_tables, pool_tables)
"""Whose tables are all in one `metadata`: they belong to every database."""
_version_table = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True, nullable=False)
)


def recognise(connection: Connection, named: str) -> bool:
    """Whether the database is empty. Refuses one that is another program's, or from a newer version of this one.

    Raises:
        OperatorError: one of these two.
    """
    if connection.dialect.name == "sqlite":
        application = connection.execute(text("PRAGMA application_id")).scalar_one()
        made = connection.execute(text("SELECT count(*) FROM sqlite_schema")).scalar_one()
        if application == 0 and made == 0 and _pragma_version(connection) == 0:
            return True
        is_ours = application == APPLICATION_ID
    else:
        names = set(inspect(connection).get_table_names())
        if not names:
            return True
        is_ours = {_version_table.name, tables.epochs.name} <= names and _stamped(connection) is not None
    if not is_ours:
        raise OperatorError(f"the database {named} belongs to another program; name another one")
    version = version_of(connection)
    if version > SCHEMA_VERSION:
        raise OperatorError(
            f"the database {named} was written by a newer ReasonForge (schema {version}, this one reads up to "
            f"{SCHEMA_VERSION}); upgrade ReasonForge, or name another database"
        )
    return False


def version_of(connection: Connection) -> int:
    """The schema's version; 0 for an empty database."""
    stamped = _stamped(connection) if inspect(connection).has_table(_version_table.name) else None
    if stamped is not None:
        return stamped
    # Files of the first versions say it in SQLite's own field alone.
    return _pragma_version(connection) if connection.dialect.name == "sqlite" else 0


def create(connection: Connection) -> None:
    """All tables, in an empty database."""
    metadata.create_all(connection, checkfirst=False)
    _version_table.create(connection)
    connection.execute(insert(_version_table), {"version_num": _revision(SCHEMA_VERSION)})
    _mark(connection)


def require_current(connection: Connection, named: str) -> None:
    """Refuse an older database; what to do about it is a person's decision, who may want a backup first.

    Raises:
        OperatorError: it is older.
    """
    version = version_of(connection)
    if version < SCHEMA_VERSION:
        raise OperatorError(
            f"the database {named} has schema {version}, and this ReasonForge works with {SCHEMA_VERSION}: stop what "
            f"uses it, make a backup, and run `reasonforge db upgrade --state.db {named}`"
        )


def upgrade(connection: Connection) -> tuple[int, int]:
    """The version it had, and the one it has now. All migrations are one transaction, the caller's."""
    from alembic import command  # noqa: PLC0415 - takes long to import, and is seldom needed
    from alembic.config import Config  # noqa: PLC0415

    before = version_of(connection)
    if before == SCHEMA_VERSION:
        return before, before
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    if before and not inspect(connection).has_table(_version_table.name):
        command.stamp(config, _revision(before))
    command.upgrade(config, "head")
    _mark(connection)
    return before, version_of(connection)


def _stamped(connection: Connection) -> int | None:
    """The version that a migration wrote; None where it is no number of ours."""
    found = connection.execute(select(_version_table.c.version_num)).scalars().all()
    return int(found[0]) if len(found) == 1 and found[0].isdecimal() and len(found[0]) == _DIGITS else None


def _revision(version: int) -> str:
    return f"{version:0{_DIGITS}d}"


def _pragma_version(connection: Connection) -> int:
    return int(connection.execute(text("PRAGMA user_version")).scalar_one())


def _mark(connection: Connection) -> None:
    """SQLite's own fields say whose the file is, to those who only look at its head."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))


def touch(connection: Connection) -> None:
    """Write what stands there already: it tells whether the database can be written."""
    connection.execute(update(_version_table).values(version_num=_version_table.c.version_num))

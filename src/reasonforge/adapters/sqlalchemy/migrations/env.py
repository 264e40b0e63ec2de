"""What Alembic runs around the migrations: on the connection it is given, inside whose transaction all of them are."""

from alembic import context

from reasonforge.adapters.sqlalchemy.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()

"""Alembic's environment: the application's own settings and models.

Migrations run on a plain synchronous connection, so that they can be started from anywhere: the command line, a test,
or the running event loop's thread pool.
"""

import logging.config
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.core.database import normalise_url
from app.core.settings import get_settings
from app.models import Base, types

config = context.config


def database_url() -> str:
    """Return the URL of `config.attributes["database_url"]`, else of the settings, for a synchronous driver."""
    url = config.attributes.get("database_url") or get_settings().database_url
    return normalise_url(url).replace("sqlite+aiosqlite:", "sqlite:", 1)


def plain_type(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write column types into new revisions without the application's own classes: a migration outlives them."""
    if kind != "type" or not isinstance(item, sa.TypeDecorator):
        return False
    if isinstance(item, types.Json):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, types.ExactDecimal):
        text = f'with_variant(sa.String({item.precision + 2}), "sqlite")'
        return f"sa.Numeric({item.precision}, {item.scale}).{text}"
    return f"sa.{item.impl_instance!r}"


def run_offline() -> None:
    """Print the SQL instead of running it."""
    context.configure(url=database_url(), target_metadata=Base.metadata, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Bring the database to the wanted revision: all of it or nothing, and one process at a time."""
    engine = sa.create_engine(database_url(), poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        # Python's driver would commit every CREATE TABLE by itself.
        sa.event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()


def migrate(connection: sa.Connection) -> None:
    """Run the migrations on `connection`."""
    is_sqlite = connection.dialect.name == "sqlite"
    # SQLite cannot alter a table in place: Alembic copies it instead.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        render_item=plain_type,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
        context.run_migrations()


# Only for the command line: an application that migrates at its start has set up its own logging.
if config.cmd_opts is not None and config.config_file_name is not None:
    logging.config.fileConfig(config.config_file_name, disable_existing_loggers=False)

if context.is_offline_mode():
    run_offline()
else:
    run_online()

"""The migrations and the models say the same, on an empty database and all the way back."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.core.database import Database, normalise_url
from app.models import Base

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def empty_url(migrated_url: str, tmp_path: Path) -> Iterator[str]:
    """A database without tables: a new file, or a schema of its own in the PostgreSQL database of the tests."""
    if migrated_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    url = sa.make_url(migrated_url)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE SCHEMA migrations"))
        own = url.update_query_dict({"options": "-csearch_path=migrations"})
        yield own.render_as_string(hide_password=False)
        connection.execute(sa.text("DROP SCHEMA migrations CASCADE"))


@pytest.fixture
def config(empty_url: str) -> Config:
    return Config(ROOT / "alembic.ini", attributes={"database_url": empty_url})


@pytest.fixture
def engine(empty_url: str) -> sa.Engine:
    return sa.create_engine(normalise_url(empty_url).replace("+aiosqlite", ""), poolclass=sa.NullPool)


def test_upgrade_and_downgrade_leave_nothing_behind(config: Config, engine: sa.Engine) -> None:
    command.upgrade(config, "head")
    assert _tables(engine) == set(Base.metadata.tables)
    command.downgrade(config, "base")
    assert _tables(engine) == set()
    command.upgrade(config, "head")


def test_models_need_no_further_migration(config: Config) -> None:
    command.upgrade(config, "head")
    command.check(config)


def test_a_revision_that_alembic_writes_stands_on_its_own(config: Config, tmp_path: Path) -> None:
    config.set_main_option("version_locations", str(tmp_path / "versions"))
    command.revision(config, "all tables", autogenerate=True)
    (written,) = (tmp_path / "versions").glob("*.py")
    assert "app.models" not in written.read_text()
    command.upgrade(config, "head")
    command.downgrade(config, "base")


def test_constraints_are_in_the_database_under_the_names_of_the_models(config: Config, engine: sa.Engine) -> None:
    command.upgrade(config, "head")
    inspector = sa.inspect(engine)
    for table in Base.metadata.sorted_tables:
        checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert checks == _names(table, sa.CheckConstraint), table.name
        keys = {key["name"] for key in inspector.get_foreign_keys(table.name)}
        assert keys == _names(table, sa.ForeignKeyConstraint), table.name
        uniques = {unique["name"] for unique in inspector.get_unique_constraints(table.name)}
        assert uniques == _names(table, sa.UniqueConstraint), table.name


async def test_rows_survive_the_way_to_the_first_revision_and_back(
    config: Config, engine: sa.Engine, empty_url: str
) -> None:
    command.upgrade(config, "head")
    await _make_rows(empty_url)
    first = next(iter(ScriptDirectory.from_config(config).get_bases()), "base")
    rows = _rows(engine)
    command.downgrade(config, first)
    left = _rows(engine)
    anywhere = set().union(*left.values())  # a table may have given its name to another one
    assert all(anywhere >= rows[table] for table in left.keys() & rows.keys())
    command.upgrade(config, "head")
    back = _rows(engine)
    assert all(back[table] >= rows[table] for table in left.keys() & rows.keys())
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":  # which does not look at foreign keys during migrations
            assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    command.check(config)


async def _make_rows(url: str) -> None:
    """Make one row of each kind; two might share what had to be unique in an earlier revision."""
    if not Base.metadata.tables:
        return
    factories = import_module("tests.factories")  # a project without tables has none
    functions = [one for name, one in inspect.getmembers(factories, inspect.isfunction) if name.startswith("make_")]
    makers = {inspect.signature(one).return_annotation.__tablename__: one for one in functions}
    made: dict[str, Any] = {}
    database = Database(url)
    async with database.session() as session:
        for table in Base.metadata.sorted_tables:
            keys = {key.parent.name: key.column.table.name for key in table.foreign_keys}
            given = {column: made[target].id for column, target in keys.items() if target in made}
            if table.name in makers:
                made[table.name] = await makers[table.name](session, **given)
    await database.dispose()


def _rows(engine: sa.Engine) -> dict[str, set[object]]:
    """Return the ids of all rows by table; a table without ids says who is linked with whom."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    tables = [table for name, table in metadata.tables.items() if name != "alembic_version"]
    with engine.connect() as connection:
        return {
            table.name: {tuple(row) for row in connection.execute(sa.select(*table.primary_key.columns))}
            for table in tables
        }


def _tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def _names(table: sa.Table, kind: type[sa.Constraint]) -> set[str | None]:
    return {str(constraint.name) for constraint in table.constraints if isinstance(constraint, kind)}

"""The migrations and the models say the same, on an empty database and all the way back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from app.core.database import normalise_url
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


def _tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def _names(table: sa.Table, kind: type[sa.Constraint]) -> set[str | None]:
    return {str(constraint.name) for constraint in table.constraints if isinstance(constraint, kind)}

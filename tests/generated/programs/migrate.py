"""Run migrations over rows, and compare what comes out with a database that was made anew.

Reads cases from standard input, one JSON object a line, and writes one JSON object a line: `{"name", "failure"}`, where
`failure` is empty when all is well, or `refused` when rows broke a new unique constraint that the case says they may.
The only argument is the URL of a database whose tables may go, or `sqlite`.
"""

import datetime as dt
import json
import sys
import tempfile
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql

ENV = """\
from alembic import context
connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
"""


@contextmanager
def connected(url: str, folder: Path, name: str) -> Iterator[sa.Connection]:
    """Open an empty database."""
    if url == "sqlite":
        engine = sa.create_engine(f"sqlite:///{folder / name}.db", poolclass=sa.NullPool)
        sa.event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def migrate(connection: sa.Connection, folder: Path, files: dict[str, str], to: str) -> None:
    """Bring the database to a revision of `files`."""
    script = Path(tempfile.mkdtemp(dir=folder))
    (script / "versions").mkdir()
    (script / "env.py").write_text(ENV)
    for name, text in files.items():
        (script / "versions" / name).write_text(text)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(script))
    known = (
        {row[0] for row in connection.execute(sa.text("SELECT version_num FROM alembic_version"))}
        if (sa.inspect(connection).has_table("alembic_version"))
        else set()
    )
    connection.rollback()
    with connection.begin():
        if to in known or (to != "head" and known):
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)


def structure(connection: sa.Connection) -> dict[str, Any]:
    """Say all that matters of the tables."""
    inspector = sa.inspect(connection)
    found: dict[str, Any] = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        columns = {one["name"]: [str(one["type"]), one["nullable"]] for one in inspector.get_columns(table)}
        keys = [
            [one["name"], one["constrained_columns"], one["referred_table"], one["options"].get("ondelete")]
            for one in inspector.get_foreign_keys(table)
        ]
        found[table] = {
            "columns": dict(sorted(columns.items())),
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "keys": sorted(keys),
            "uniques": sorted([one["name"], one["column_names"]] for one in inspector.get_unique_constraints(table)),
            "checks": sorted([one["name"], one["sqltext"]] for one in inspector.get_check_constraints(table)),
            "indexes": sorted(
                [one["name"], one["column_names"]]
                for one in inspector.get_indexes(table)
                if not one.get("duplicates_constraint")
            ),
        }
        if connection.dialect.name == "postgresql":
            found[table]["key name"] = inspector.get_pk_constraint(table)["name"]
    connection.rollback()
    return found


def difference(was: dict[str, Any], now: dict[str, Any]) -> str:
    """Say where two structures differ."""
    lines = []
    for table in sorted({*was, *now}):
        for part in sorted({*was.get(table, {}), *now.get(table, {})}):
            one, other = was.get(table, {}).get(part), now.get(table, {}).get(part)
            if one != other:
                lines.append(f"{table}.{part}: {one} / {other}")
    return "\n".join(lines)


def insert(connection: sa.Connection, rows: list[list[Any]]) -> None:
    """Insert rows: table, and (column, type, value) as Python source."""
    names = {"sa": sa, "postgresql": postgresql, "dt": dt, "uuid": uuid}
    with connection.begin():
        for table, values in rows:
            columns = [sa.column(name, eval(kind, names)) for name, kind, _ in values]
            given = {name: eval(source, names) for name, _, source in values}
            connection.execute(sa.table(table, *columns).insert().values(given))


def values(connection: sa.Connection, table: str, columns: list[str]) -> dict[Any, list[Any]]:
    """Give the values of rows by their id; association tables have none, there the row is its own."""
    metadata = sa.MetaData()
    reflected = sa.Table(table, metadata, autoload_with=connection, resolve_fks=False)
    key = [reflected.c["id"]] if "id" in reflected.c else list(reflected.primary_key.columns)
    rows = connection.execute(sa.select(*key, *(reflected.c[name] for name in columns))).all()
    found = {tuple(map(str, row[: len(key)])): list(row[len(key) :]) for row in rows}
    connection.rollback()
    return found


def compare(before: dict[Any, list[Any]], after: dict[Any, list[Any]], what: str) -> None:
    """Raise `WrongError` when values are not what they were; a missing one may have been given."""
    for key, row in before.items():
        if key not in after:
            raise WrongError(f"{what}: row {key} is gone")
        for one, other in zip(row, after[key], strict=True):
            if one is not None and one != other:
                raise WrongError(f"{what}: {key} had {one!r}, has {other!r}")


def dangling(connection: sa.Connection) -> str:
    """Say which rows refer to nothing, where the database does not watch over it during migrations."""
    if connection.dialect.name != "sqlite":
        return ""
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    connection.rollback()
    return f"dangling: {found}" if found else ""


class UpgradeRefusedError(Exception):
    """Rows broke a unique constraint that is new, which the revision says may be."""


class WrongError(Exception):
    """A case did not go well."""


def move(connection: sa.Connection, folder: Path, case: dict[str, Any], to: str, *, may_refuse: bool) -> None:
    """Bring the database to a revision of those after the change."""
    try:
        migrate(connection, folder, case["after"], to)
    except (sa.exc.IntegrityError, RuntimeError) as error:
        if (may_refuse or isinstance(error, RuntimeError)) and "unique" in str(error).lower():
            raise UpgradeRefusedError from None
        raise


def judge(connection: sa.Connection, wanted: dict[str, Any], when: str) -> None:
    """Raise `WrongError` when the database is not as wanted, or rows in it refer to nothing."""
    if said := difference(structure(connection), wanted) or dangling(connection):
        raise WrongError(f"{when}: {said}")


def check(case: dict[str, Any], url: str, folder: Path) -> None:
    """Carry out one case. Raise `WrongError` or whatever goes wrong."""
    with connected(url, folder, "fresh") as connection:
        migrate(connection, folder, case["fresh"], "head")
        fresh = structure(connection)
    with connected(url, folder, "grown") as connection:
        migrate(connection, folder, case["before"], "head")
        old = structure(connection)
        insert(connection, case["rows"])
        kept = [
            (was, now, pairs, values(connection, was, [one for one, _ in pairs])) for was, now, pairs in case["kept"]
        ]
        first = [(table, columns, values(connection, table, columns)) for table, columns in case["restored"]]
        move(connection, folder, case, "head", may_refuse=case["may_refuse"])
        judge(connection, fresh, "after the upgrade")
        for was, now, pairs, rows in kept:
            compare(rows, values(connection, now, [new for _, new in pairs]), f"{was} -> {now}")
        if not case["head"]:
            return  # there is no one way back over a revision that joined two
        move(connection, folder, case, case["head"], may_refuse=case["may_refuse_back"])
        judge(connection, old, "after the downgrade")
        for was, now, pairs, rows in kept:
            compare(rows, values(connection, was, [one for one, _ in pairs]), f"{now} -> {was}")
        for table, columns, rows in first:
            compare(rows, values(connection, table, columns), f"{table}, forth and back")
        migrate(connection, folder, case["after"], "head")
        judge(connection, fresh, "after the second upgrade")


def main(url: str) -> None:
    """Carry out all cases."""
    for line in sys.stdin:
        case = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            failure = ""
            try:
                check(case, url, Path(folder))
            except UpgradeRefusedError:
                failure = "refused"
            except Exception:  # noqa: BLE001 - any failure is one of the case
                failure = traceback.format_exc()[-3000:]
        print(json.dumps({"name": case["name"], "failure": failure}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

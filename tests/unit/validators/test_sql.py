"""SQL: which dialect a file is written in, what real parsers and engines say, and where."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from scaffolder_validators import Finding, Sources, validate
from scaffolder_validators.dialect import dialect_of
from scaffolder_validators.sqlite import statements


def said(engine: str, files: Mapping[str, str]) -> list[Finding]:
    """What one engine says of files in memory."""
    sources = Sources.of({path: text.encode() for path, text in files.items()})
    return list(validate(sources, only=[engine]).findings)


@pytest.mark.parametrize(
    ("files", "dialect"),
    [
        ({"a.sql": "SELECT 1;"}, "postgres"),
        ({"a.sql": "-- dialect: sqlite\n"}, "sqlite"),
        ({"a.sql": "\n -- Dialect: PostgreSQL\n"}, "postgres"),
        ({"a.sql": "-- sqlfluff:dialect:mysql\n"}, "mysql"),
        ({"db/sqlite/a.sql": ""}, "sqlite"),
        ({"a.sqlite.sql": ""}, "sqlite"),
        ({"sqlite/a.pg.sql": ""}, "postgres"),
        ({"mysql/1.sql": ""}, "mysql"),
        ({"sqlite/a.sql": "-- dialect: postgres\n"}, "postgres"),
        ({"db/a.sql": "", ".sqlfluff": "[sqlfluff]\ndialect = sqlite\n"}, "sqlite"),
        ({"db/a.sql": "", "db/.sqlfluff": "[sqlfluff]\ndialect=duckdb\n", ".sqlfluff": "[sqlfluff]\n"}, "duckdb"),
        ({"a.sql": "", "pyproject.toml": "[tool.sqlfluff.core]\ndialect = 'sqlite'\n"}, "sqlite"),
        ({"a.sql": "", "pyproject.toml": "[tool.sqlfluff\n", "setup.cfg": "sqlfluff\n"}, "postgres"),
    ],
)
def test_the_dialect_of_a_file(files: dict[str, str], dialect: str) -> None:
    assert dialect_of(next(iter(files)), {path: text.encode() for path, text in files.items()}) == dialect


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM a WHERE b = :name AND c = %(other)s AND d = e::int AND f[1:2] = ARRAY[1];",
        "\\connect shop\nSELECT 1;\n\\copy a from 'b'\n",
        "COPY a (b) FROM stdin;\nSELEC not SQL\n\\.\nSELECT 1;\n",
        "SELECT {{ column }} FROM {% if a %} b {% endif %};",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n NEW.a := now();\n RETURN NEW;\nEND $$;",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ return 1 + $$;",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql RETURN a + 1;",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a; END;",
        "CREATE FUNCTION f() RETURNS int AS 'lib', 'f' LANGUAGE c;",
        "-- only a comment\n",
        "",
    ],
)
def test_what_postgresql_takes(sql: str) -> None:
    assert said("postgast", {"a.sql": sql}) == []


def test_each_wrong_statement_is_said_in_code_points() -> None:
    found = said("postgast", {"a.sql": "SELECT 'é😀' FORM a b;\nSELECT 1;\nSELECT 2 FROM;\n"})
    assert [(one.line, one.column) for one in found] == [(1, 18), (3, 14)]


def test_other_dialects_are_not_judged_by_postgresql() -> None:
    assert said("postgast", {"sqlite/a.sql": "PRAGMA foreign_keys = ON;\n", "mysql/a.sql": "SELECT `a`;\n"}) == []


@pytest.mark.parametrize(
    "code",
    [
        "text('SELECT 1 WHERE a = :a')",
        "text('PRAGMA journal_mode = WAL')",  # SQLite's
        "text('CREATE SCHEMA a')",  # PostgreSQL's
        "text(f'SELECT {x} FROM')",
        "text(query)",
        "context.text('no SQL at all')",
    ],
)
def test_sql_in_python_that_one_of_the_two_takes(code: str) -> None:
    assert said("postgast", {"a.py": f"from sqlalchemy import text\nx = {code}\n"}) == []


def test_sql_in_python_is_found_where_it_stands() -> None:
    code = 'import sqlalchemy as sa\n\nü = sa.text("SELEC 1")\nb = sa.text("""\n  SELECT é FORM a b\n""")\n'
    assert [(one.line, one.column) for one in said("postgast", {"a.py": code})] == [(3, 13), (5, 17)]


def test_text_of_other_libraries_is_no_sql() -> None:
    assert said("postgast", {"a.py": "from rich import text\nx = text('SELEC 1')\n"}) == []


def test_sqlite_runs_schema_before_queries_and_binds_parameters() -> None:
    files = {
        "sqlite/a_queries.sql": "SELECT id FROM users WHERE id = :id AND name = @n;\nSELECT 1 WHERE 1 = ? OR 2 = ?;\n",
        "sqlite/migrations/1.sql": "ALTER TABLE users ADD COLUMN name TEXT;\n",
        "sqlite/init.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
        "sqlite/migrations/1.down.sql": "DROP TABLE users;\n",
    }
    assert said("sqlite", files) == []


def test_sqlite_does_not_blame_for_tables_that_nobody_creates_in_sql() -> None:
    assert said("sqlite", {"sqlite/a.sql": "SELECT id FROM users;\n"}) == []


def test_two_files_may_offer_the_same_table() -> None:
    table = "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"
    assert said("sqlite", {"sqlite/a.sql": table, "sqlite/b.sql": table}) == []


def test_sqlite_opens_no_files(tmp_path: Path) -> None:
    target = tmp_path / "x.db"
    sql = f"ATTACH '{target}' AS x;\nVACUUM INTO '{target}';\nSELECT 1;\n"
    found = said("sqlite", {"sqlite/a.sql": sql})
    assert [(one.line, one.rule, one.severity) for one in found] == [
        (1, "sqlite:not-run", "note"),
        (2, "sqlite:not-run", "note"),
    ]
    assert not target.exists()


def test_sqlite_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scaffolder_validators.sqlite.SECONDS", 0.2)
    endless = "WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT count(*) FROM a;\n"
    (one,) = said("sqlite", {"sqlite/a.sql": endless})
    assert (one.rule, one.message) == ("sqlite:not-run", "not run: interrupted")


def test_statements_end_where_sqlite_says() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;"
    sql = f"-- a; comment\nSELECT ';';\n\n{trigger}\n/* x */ SELECT 3"
    assert statements(sql) == [(2, "SELECT ';';"), (4, trigger), (5, "SELECT 3")]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("migrations/1.sql", True),
        ("db/migrate/1.sql", True),
        ("V1__users.sql", True),
        ("1_users.up.sql", True),
        ("migrations/1.down.sql", False),
        ("migrations/down/1.sql", False),
        ("queries/users.sql", False),
        ("sqlite/migrations/1.sql", False),
    ],
)
def test_squawk_checks_migrations_only(path: str, is_one: bool) -> None:
    assert bool(said("squawk", {path: "DROP TABLE users;\n"})) == is_one


def test_squawk_counts_lines_and_bytes_from_nought() -> None:
    found = said("squawk", {"migrations/1.sql": '-- é\nSELECT 1; ALTER TABLE "é😀" DROP COLUMN a;\n'})
    (one,) = [one for one in found if one.rule == "squawk:ban-drop-column"]
    assert (one.line, one.column, one.end_line, one.end_column) == (2, 28, 2, 41)


def test_sqlfluff_takes_the_style_of_the_project_but_not_its_templater() -> None:
    code = "[sqlfluff]\ntemplater = jinja\nexclude_rules = CP01\n[sqlfluff:templater:jinja]\nlibrary_path = lib\n"
    files = {"a.sql": "SELECT id from users;\n", "lib/evil.py": "raise SystemExit\n"}
    assert [one.rule for one in said("sqlfluff", files)] == ["sqlfluff:CP01"]
    assert said("sqlfluff", {**files, ".sqlfluff": code}) == []


def test_an_unknown_dialect_is_said() -> None:
    (one,) = said("sqlfluff", {"a.sql": "-- dialect: klingon\nSELECT 1;\n"})
    assert (one.rule, one.severity) == ("sqlfluff:dialect", "warning")


def test_sqlfluff_leaves_large_files_alone_and_says_so() -> None:
    (one,) = said("sqlfluff", {"a.sql": "SELECT 1;\n" * 6_000})
    assert (one.rule, one.severity) == ("sqlfluff:too-large", "note")

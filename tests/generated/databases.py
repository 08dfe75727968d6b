"""The two databases that a generated project runs on, seen from outside of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement in a transaction of its own and return its rows."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as connection, connection:
            return connection.execute(statement).fetchall()
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def count(url: str, table: str, condition: str = "true") -> int:
    """Return how many rows of `table` fulfil a condition in SQL."""
    number: int = query(url, f"SELECT count(*) FROM {table} WHERE {condition}")[0][0]
    return number

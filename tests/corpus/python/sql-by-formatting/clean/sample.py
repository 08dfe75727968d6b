import sqlite3


def f(base: sqlite3.Connection, name: str) -> object:
    return base.execute("SELECT id FROM users WHERE name = ?", (name,)).fetchone()

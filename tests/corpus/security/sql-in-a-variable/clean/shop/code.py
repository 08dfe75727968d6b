import sqlite3


def find(database: sqlite3.Connection, name: str) -> list[tuple[int]]:
    return database.execute("SELECT id FROM users WHERE name = ?", (name,)).fetchall()

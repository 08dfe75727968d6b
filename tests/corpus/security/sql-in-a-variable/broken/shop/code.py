import sqlite3


def find(database: sqlite3.Connection, name: str) -> list[tuple[int]]:
    query = f"DELETE FROM users WHERE name = '{name}'"
    return database.execute(query).fetchall()

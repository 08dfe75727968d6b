from sqlalchemy import text
from sqlalchemy.orm import Session


def count(session: Session, name: str) -> int:
    return int(session.execute(text("SELECT count(*) FROM users WHERE name = :name"), {"name": name}).scalar_one())

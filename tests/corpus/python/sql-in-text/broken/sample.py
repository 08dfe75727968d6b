from sqlalchemy import text

QUERY = text("SELECT id, FROM users WHERE id = :id")

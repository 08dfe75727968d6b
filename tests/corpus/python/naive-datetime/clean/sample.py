from datetime import datetime, timezone


def f() -> datetime:
    return datetime.now(timezone.utc)

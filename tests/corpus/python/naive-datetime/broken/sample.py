from datetime import datetime


def f() -> datetime:
    return datetime.now()

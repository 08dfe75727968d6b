def f(x: str) -> int:
    try:
        return int(x)
    finally:
        return 0

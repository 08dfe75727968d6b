def f(x: str) -> int:
    try:
        return int(x)
    except Exception:
        return 0

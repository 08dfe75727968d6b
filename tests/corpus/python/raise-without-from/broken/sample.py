def f(x: str) -> int:
    try:
        return int(x)
    except ValueError:
        raise KeyError(x)

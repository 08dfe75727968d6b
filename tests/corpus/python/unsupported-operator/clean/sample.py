def f(x: int, y: str) -> object:
    return str(x) + y

def f(x: int, y: str) -> object:
    return x + y

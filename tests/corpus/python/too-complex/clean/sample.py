def f(x: int, y: bool) -> int:
    return x if y else 0

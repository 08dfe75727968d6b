def f(x: int | None) -> bool:
    return x is None

def f(x: int | None) -> bool:
    return x == None

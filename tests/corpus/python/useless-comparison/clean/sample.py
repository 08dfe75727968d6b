def f(x: int) -> int:
    x = 1
    return x

def f(x: int) -> int:
    return sum(x * n for n in range(110))

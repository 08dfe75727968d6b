def f() -> int:
    spare = 1
    return spare

def f() -> int:
    spare = 1
    return 2

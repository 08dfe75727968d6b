def f(x: int) -> int:
    for a in range(x):
        for b in range(a):
            if b:
                return b
    return 0

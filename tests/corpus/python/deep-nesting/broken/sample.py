def f(x: int) -> int:
    for a in range(x):
        for b in range(a):
            for c in range(b):
                for d in range(c):
                    for e in range(d):
                        if e:
                            return e
    return 0

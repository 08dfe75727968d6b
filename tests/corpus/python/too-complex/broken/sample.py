def f(x: int, y: bool) -> int:
    if x == 2 and y:
        return 2
    if x == 3 and y:
        return 3
    if x == 4 and y:
        return 4
    if x == 5 and y:
        return 5
    if x == 6 and y:
        return 6
    if x == 7 and y:
        return 7
    if x == 8 and y:
        return 8
    if x == 9 and y:
        return 9
    if x == 10 and y:
        return 10
    if x == 11 and y:
        return 11
    if x == 12 and y:
        return 12
    for _ in range(x):
        if y:
            x += 1
    return x

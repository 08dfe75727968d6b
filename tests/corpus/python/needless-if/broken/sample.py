def f(x: int) -> bool:
    if x > 1:
        return True
    return False

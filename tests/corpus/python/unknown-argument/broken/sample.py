def f(size: int) -> int:
    return size


print(f(sise=1))

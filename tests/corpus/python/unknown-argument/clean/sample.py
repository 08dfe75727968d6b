def f(size: int) -> int:
    return size


print(f(size=1))

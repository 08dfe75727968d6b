def f(*numbers: int) -> int:
    return sum(numbers)

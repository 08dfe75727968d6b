def f(x: str) -> int:
    try:
        return int(x)
    except ValueError as error:
        raise KeyError(x) from error

def f(name: str) -> str:
    return "{} {}".format(name)

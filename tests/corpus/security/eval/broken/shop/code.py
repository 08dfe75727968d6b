def read(given: str) -> object:
    return eval(given)

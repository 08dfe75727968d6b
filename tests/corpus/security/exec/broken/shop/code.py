def read(given: str) -> object:
    return exec(given)

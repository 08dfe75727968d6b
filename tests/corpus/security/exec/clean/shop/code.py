import ast


def read(given: str) -> object:
    return ast.literal_eval(given)

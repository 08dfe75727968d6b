import ast


def f(text: str) -> object:
    return ast.literal_eval(text)

def f(text: str) -> object:
    return eval(text)

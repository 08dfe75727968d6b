def f(name: str) -> str:
    return f"{name} {name}"

def f(x: str) -> int:
    try:
        return int(x)
    except:
        return 0

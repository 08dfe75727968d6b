def f() -> None:
    import httpx

    print(httpx.codes)

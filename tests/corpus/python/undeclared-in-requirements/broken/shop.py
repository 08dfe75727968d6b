def f() -> None:
    import orjson

    print(orjson.dumps(1))

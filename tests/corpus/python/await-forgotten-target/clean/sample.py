async def g() -> int:
    return 1


async def f() -> int:
    return await g()

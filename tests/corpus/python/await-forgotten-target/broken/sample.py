async def f() -> int:
    return await 1

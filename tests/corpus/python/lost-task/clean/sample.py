import asyncio


async def work() -> None:
    await asyncio.sleep(1)


async def f() -> None:
    task = asyncio.create_task(work())
    await task

"""A handler that remembers what it got."""

import asyncio

from app.messaging.delivery import Delivery


class Recorder:
    """Fails for the first `failures` deliveries."""

    def __init__(self, failures: int = 0) -> None:
        self.deliveries: list[Delivery] = []
        self._failures = failures
        self._arrived = asyncio.Event()

    async def __call__(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self._arrived.set()
        if len(self.deliveries) <= self._failures:
            raise RuntimeError("not yet")

    @property
    def numbers(self) -> list[int]:
        """The numbers in the payloads."""
        return [delivery.payload["number"] for delivery in self.deliveries]

    async def wait(self, count: int) -> None:
        """Return when `count` deliveries have come."""
        async with asyncio.timeout(10):
            while len(self.deliveries) < count:
                self._arrived.clear()
                await self._arrived.wait()

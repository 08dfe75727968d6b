"""The worker: takes messages from the queue and hands them to their handlers, in the background."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from app.messaging.delivery import Delivery
from app.messaging.queue import MessageQueue

logger = logging.getLogger(__name__)


class MessageWorker:
    """Delivers up to `concurrency` messages at a time. It looks every `poll_seconds`, and at once after a commit."""

    def __init__(
        self,
        queue: MessageQueue,
        *,
        concurrency: int = 4,
        poll_seconds: float = 1.0,
        drain_seconds: float = 10.0,
    ) -> None:
        self._queue = queue
        self._concurrency = concurrency
        self._poll_seconds = poll_seconds
        self._drain_seconds = drain_seconds
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self._deliveries: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> bool:
        """Whether messages are being delivered: true between `start` and `stop`, unless a defect ended the task."""
        return self._loop is not None and not self._loop.done()

    def start(self) -> None:
        """Begin to deliver, in a task of the running event loop."""
        self._stopping = False
        self._loop = asyncio.create_task(self._run(), name="message-worker")

    async def stop(self) -> None:
        """Take no more messages, let running handlers finish for `drain_seconds`, then give their messages back."""
        if self._loop is None:
            return
        # A look at the database ends by itself: to cancel it would leave its connection in an unknown state.
        self._stopping = True
        self._queue.wake()
        if not (await asyncio.wait([self._loop], timeout=self._drain_seconds))[0]:
            self._loop.cancel()
            await asyncio.wait([self._loop])
        self._loop = None
        await self._drain()

    async def deliver_due(self) -> int:
        """Deliver what is due now and return how many messages that were."""
        deliveries = await self._queue.lease(self._concurrency)
        await asyncio.gather(*(self._deliver(delivery) for delivery in deliveries))
        return len(deliveries)

    async def _run(self) -> None:
        while not self._stopping:
            try:
                await self._fill()
            except (SQLAlchemyError, OSError):
                # The database is away: messages stay where they are, and the next look may find it back.
                logger.exception("the message worker cannot reach the database")
            await self._queue.wait(self._poll_seconds)

    async def _fill(self) -> None:
        for delivery in await self._queue.lease(self._concurrency - len(self._deliveries)):
            task = asyncio.create_task(self._deliver(delivery), name=f"message-{delivery.id}")
            self._deliveries.add(task)
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # Not settled: the lease runs out and the message is delivered again.
            logger.error("a message could not be settled", exc_info=error)
        self._queue.wake()

    async def _drain(self) -> None:
        if not self._deliveries:
            return
        _, late = await asyncio.wait(self._deliveries, timeout=self._drain_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            async with self._kept(delivery):
                await self._queue.handle(delivery)
        except asyncio.CancelledError:
            await self._queue.release(delivery)
            raise
        except Exception as error:
            context = {"message_id": str(delivery.id), "recipient": delivery.recipient, "attempt": delivery.attempt}
            logger.exception("the handler of a message failed", extra=context)
            await self._queue.reject(delivery, error)
        else:
            await self._queue.acknowledge(delivery)

    @asynccontextmanager
    async def _kept(self, delivery: Delivery) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._keep(delivery))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])

    async def _keep(self, delivery: Delivery) -> None:
        """Extend the lease for as long as the handler runs."""
        leases = self._queue.leases
        extra = {"message_id": str(delivery.id), "recipient": delivery.recipient}
        while True:
            await asyncio.sleep(leases.seconds / 3)
            try:
                kept = await leases.extend(delivery)
            except (SQLAlchemyError, OSError):
                logger.exception("a lease could not be extended", extra=extra)
                continue
            if not kept:
                logger.warning("a lease ran out while its handler was running", extra=extra)
                return

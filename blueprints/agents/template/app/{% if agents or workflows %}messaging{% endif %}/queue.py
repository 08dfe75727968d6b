"""The message queue: a table that is written in the sender's own transaction (transactional outbox).

A message exists if and only if the changes that it tells about were committed. A worker leases it, hands it to the
recipient's handler and marks it delivered; when the process dies in between, the lease runs out and the message is
delivered again. So delivery is at least once, and handlers are idempotent by message id.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.core.errors import describe
from app.messaging.delivery import Delivery, Handler, Subscription
from app.messaging.leases import LOST_WITH_PROCESS, Leases
from app.messaging.records import MessageKind, MessageRow, MessageStatus
from app.models.base import utc_now
from app.observability.metrics import QUEUE_DEPTH
from app.utilities.errors import Escalator, Incident

MAX_ERROR_LENGTH = 2_000


class MessageQueue:
    """Stores messages, hands out those that are due, and settles them.

    A lease lasts `lease_seconds`. A message is dead after `max_attempts`; the pause before another attempt doubles
    from `retry_seconds` up to `max_retry_seconds`.
    """

    def __init__(
        self,
        database: Database,
        *,
        lease_seconds: float = 30.0,
        max_attempts: int = 5,
        retry_seconds: float = 1.0,
        max_retry_seconds: float = 300.0,
        escalator: Escalator | None = None,
    ) -> None:
        self.leases = Leases(database, seconds=lease_seconds, max_attempts=max_attempts)
        self._retry_seconds = retry_seconds
        self._max_retry_seconds = max_retry_seconds
        self._escalator = escalator or Escalator()
        self._subscriptions: dict[str, Subscription] = {}
        self._wake = asyncio.Event()

    def subscribe(
        self, recipient: str, handler: Handler, *, topics: Sequence[str] = (), on_dead: Handler | None = None
    ) -> None:
        """Let `handler` have the messages to `recipient` and the broadcasts on `topics`.

        `on_dead` is told about a message that is given up. Raises `ValueError` when the recipient has a handler.
        """
        if recipient in self._subscriptions:
            raise ValueError(f"{recipient} has a handler already")
        self._subscriptions[recipient] = Subscription(handler, frozenset(topics), on_dead)

    async def send(
        self,
        session: AsyncSession,
        recipient: str,
        topic: str,
        payload: dict[str, Any],
        *,
        sender: str | None = None,
        kind: MessageKind = MessageKind.MESSAGE,
        delay_seconds: float = 0.0,
    ) -> UUID:
        """Add a message to the caller's transaction and return its id. `payload` must be JSON."""
        row = MessageRow(
            id=uuid4(),
            kind=kind,
            topic=topic,
            sender=sender,
            recipient=recipient,
            payload=payload,
            available_at=utc_now() + timedelta(seconds=delay_seconds),
        )
        session.add(row)
        await session.flush()
        event.listen(session.sync_session, "after_commit", lambda _session: self.wake(), once=True)
        return row.id

    async def broadcast(
        self, session: AsyncSession, topic: str, payload: dict[str, Any], *, sender: str | None = None
    ) -> list[UUID]:
        """Send an event to everyone who subscribed to `topic`: one message each, so each is retried by itself."""
        recipients = [name for name, subscription in self._subscriptions.items() if topic in subscription.topics]
        return [
            await self.send(session, recipient, topic, payload, sender=sender, kind=MessageKind.EVENT)
            for recipient in recipients
        ]

    async def record(
        self, session: AsyncSession, kind: MessageKind, topic: str, payload: dict[str, Any], *, sender: str
    ) -> UUID:
        """Keep a message that nobody has to handle, such as a conflict that was resolved."""
        now = utc_now()
        row = MessageRow(
            id=uuid4(),
            kind=kind,
            topic=topic,
            sender=sender,
            payload=payload,
            status=MessageStatus.DELIVERED,
            available_at=now,
            delivered_at=now,
        )
        session.add(row)
        await session.flush()
        return row.id

    async def lease(self, limit: int) -> list[Delivery]:
        """Take up to `limit` messages that are due for this process's subscribers."""
        recipients = list(self._subscriptions)
        due = await self.leases.count_due(recipients)
        QUEUE_DEPTH.set(due)
        if due == 0 or limit < 1:
            return []
        for delivery in await self.leases.take_abandoned(recipients):
            await self._announce_dead(delivery, RuntimeError(LOST_WITH_PROCESS))
        return await self.leases.take(recipients, limit)

    async def handle(self, delivery: Delivery) -> None:
        """Hand the message to its recipient's handler, and let the handler's errors through."""
        await self._subscriptions[delivery.recipient].handler(delivery)

    async def acknowledge(self, delivery: Delivery) -> None:
        """Mark the message delivered."""
        await self.leases.settle(delivery, status=MessageStatus.DELIVERED, delivered_at=utc_now(), last_error=None)

    async def release(self, delivery: Delivery) -> None:
        """Give back a message whose handler was interrupted; that does not count as an attempt."""
        await self.leases.settle(delivery, attempts=delivery.attempt - 1)

    async def reject(self, delivery: Delivery, error: Exception) -> None:
        """Make the message due again after a pause, or dead when its attempts are used up."""
        reason = describe(error)[:MAX_ERROR_LENGTH]
        if delivery.attempt < self.leases.max_attempts:
            pause = min(self._max_retry_seconds, self._retry_seconds * 2 ** (delivery.attempt - 1))
            await self.leases.settle(delivery, available_at=utc_now() + timedelta(seconds=pause), last_error=reason)
        elif await self.leases.settle(delivery, status=MessageStatus.DEAD, last_error=reason):
            await self._announce_dead(delivery, error)

    def wake(self) -> None:
        """Let `wait` return at once."""
        self._wake.set()

    async def wait(self, seconds: float) -> None:
        """Return when a message was committed in this process, at the latest after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _announce_dead(self, delivery: Delivery, error: Exception) -> None:
        context = {"message_id": str(delivery.id), "topic": delivery.topic, "recipient": delivery.recipient}
        await self._escalator.escalate(Incident("messages", error, context=context))
        on_dead = self._subscriptions[delivery.recipient].on_dead
        if on_dead is not None:
            await on_dead(delivery)

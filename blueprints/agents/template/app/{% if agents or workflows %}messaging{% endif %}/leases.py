"""Who delivers which message: leases in the message table.

A lease is taken by one statement, so two workers never get the same message; on PostgreSQL they do not wait for each
other either (SKIP LOCKED). The number of the attempt is the fencing token: a worker whose lease ran out cannot
change the message any more.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, func, or_, select, update

from app.core.database import Database
from app.messaging.delivery import Delivery
from app.messaging.records import MessageRow, MessageStatus
from app.models.base import utc_now

LOST_WITH_PROCESS = "The process died while it handled the message."


class Leases:
    """Leases of `seconds`, for messages that had fewer than `max_attempts`."""

    def __init__(self, database: Database, *, seconds: float, max_attempts: int) -> None:
        self.seconds = seconds
        self.max_attempts = max_attempts
        self._database = database

    async def count_due(self, recipients: Collection[str]) -> int:
        """Return how many messages wait for these recipients. It takes no lock, so idle workers disturb nobody."""
        statement = select(func.count()).select_from(MessageRow).where(_is_waiting(recipients, utc_now()))
        async with self._database.session(read_only=True) as session:
            return await session.scalar(statement) or 0

    async def take(self, recipients: Collection[str], limit: int) -> list[Delivery]:
        """Lease up to `limit` messages, oldest first."""
        now = utc_now()
        due = (
            select(MessageRow.id)
            .where(_is_waiting(recipients, now), MessageRow.attempts < self.max_attempts)
            .order_by(MessageRow.available_at, MessageRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        statement = update(MessageRow).where(MessageRow.id.in_(select(due.c.id)))
        rows = await self._change(
            statement, attempts=MessageRow.attempts + 1, locked_until=now + timedelta(seconds=self.seconds)
        )
        return [_delivery(row) for row in sorted(rows, key=lambda row: (row.available_at, row.id))]

    async def take_abandoned(self, recipients: Collection[str]) -> list[Delivery]:
        """Mark messages dead whose last attempt ended with the death of its process, and return them."""
        abandoned = and_(_is_waiting(recipients, utc_now()), MessageRow.attempts >= self.max_attempts)
        rows = await self._change(
            update(MessageRow).where(abandoned),
            status=MessageStatus.DEAD,
            locked_until=None,
            last_error=LOST_WITH_PROCESS,
        )
        return [_delivery(row) for row in rows]

    async def extend(self, delivery: Delivery) -> bool:
        """Renew the lease. False when it ran out and another worker has the message."""
        return await self.settle(delivery, locked_until=utc_now() + timedelta(seconds=self.seconds))

    async def settle(self, delivery: Delivery, **values: Any) -> bool:
        """Set columns of a leased message and, unless they say otherwise, give the lease back."""
        leased = and_(
            MessageRow.id == delivery.id,
            MessageRow.attempts == delivery.attempt,
            MessageRow.status == MessageStatus.PENDING,
        )
        return bool(await self._change(update(MessageRow).where(leased), **{"locked_until": None, **values}))

    async def _change(self, statement: Update, **values: Any) -> list[MessageRow]:
        statement = statement.values(**values, row_version=MessageRow.row_version + 1)
        returning = statement.returning(MessageRow).execution_options(synchronize_session=False)
        async with self._database.session() as session:
            return list(await session.scalars(returning))


def _is_waiting(recipients: Collection[str], now: datetime) -> ColumnElement[bool]:
    # Messages to a recipient that this process does not know wait for a process that does.
    return and_(
        MessageRow.status == MessageStatus.PENDING,
        MessageRow.available_at <= now,
        MessageRow.recipient.in_(recipients),
        or_(MessageRow.locked_until.is_(None), MessageRow.locked_until <= now),
    )


def _delivery(row: MessageRow) -> Delivery:
    return Delivery(row.id, row.topic, row.sender, str(row.recipient), row.payload, row.attempts)

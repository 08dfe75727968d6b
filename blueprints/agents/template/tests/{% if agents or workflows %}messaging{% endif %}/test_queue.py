"""What the queue promises about one message."""

import asyncio

import pytest
from sqlalchemy import select

from app.core.database import Database
from app.messaging.queue import MessageQueue
from app.messaging.records import MessageKind, MessageRow, MessageStatus
from app.utilities.errors import Escalator, Incident
from tests.messaging.recording import Recorder


async def send(database: Database, queue: MessageQueue, *numbers: int, recipient: str = "mail") -> None:
    async with database.session() as session:
        for number in numbers:
            await queue.send(session, recipient, "letter", {"number": number})


async def stored(database: Database) -> list[MessageRow]:
    async with database.session(read_only=True) as session:
        return list(await session.scalars(select(MessageRow).order_by(MessageRow.created_at)))


async def test_a_message_is_rolled_back_with_the_changes_of_its_sender(database: Database, queue: MessageQueue) -> None:
    queue.subscribe("mail", Recorder())
    with pytest.raises(RuntimeError, match="changed my mind"):
        async with database.session() as session:
            await queue.send(session, "mail", "letter", {"number": 1})
            raise RuntimeError("changed my mind")
    assert await stored(database) == []
    assert await queue.lease(10) == []


async def test_a_leased_message_is_nobody_elses(database: Database, queue: MessageQueue) -> None:
    queue.subscribe("mail", Recorder())
    await send(database, queue, 1)
    [delivery] = await queue.lease(10)
    assert (delivery.payload, delivery.attempt, delivery.recipient) == ({"number": 1}, 1, "mail")
    assert await queue.lease(10) == []


async def test_a_lease_that_ran_out_is_taken_again(database: Database) -> None:
    queue = MessageQueue(database, lease_seconds=0.0)
    queue.subscribe("mail", Recorder())
    await send(database, queue, 1)
    [first] = await queue.lease(10)
    [second] = await queue.lease(10)
    assert (second.id, second.attempt) == (first.id, 2)


async def test_who_lost_the_lease_cannot_settle_the_message(database: Database) -> None:
    queue = MessageQueue(database, lease_seconds=0.0)
    queue.subscribe("mail", Recorder())
    await send(database, queue, 1)
    [late] = await queue.lease(10)
    await queue.lease(10)
    await queue.acknowledge(late)
    [row] = await stored(database)
    assert row.status == MessageStatus.PENDING
    assert not await queue.leases.extend(late)


async def test_many_workers_never_share_a_message(database: Database, queue: MessageQueue) -> None:
    queue.subscribe("mail", Recorder())
    await send(database, queue, *range(20))
    leased = await asyncio.gather(*(queue.lease(5) for _ in range(8)))
    numbers = [delivery.payload["number"] for deliveries in leased for delivery in deliveries]
    assert sorted(numbers) == list(range(20))


async def test_messages_to_unknown_recipients_wait(database: Database, queue: MessageQueue) -> None:
    await send(database, queue, 1, recipient="elsewhere")
    queue.subscribe("mail", Recorder())
    assert await queue.lease(10) == []
    queue.subscribe("elsewhere", Recorder())
    assert len(await queue.lease(10)) == 1


async def test_a_delayed_message_is_not_due_yet(database: Database, queue: MessageQueue) -> None:
    queue.subscribe("mail", Recorder())
    async with database.session() as session:
        await queue.send(session, "mail", "letter", {}, delay_seconds=60)
    assert await queue.lease(10) == []


async def test_a_broadcast_is_one_message_for_each_subscriber(database: Database, queue: MessageQueue) -> None:
    queue.subscribe("mail", Recorder(), topics=["news"])
    queue.subscribe("log", Recorder(), topics=["news", "weather"])
    queue.subscribe("deaf", Recorder())
    async with database.session() as session:
        sent = await queue.broadcast(session, "news", {"number": 1}, sender="press")
    rows = await stored(database)
    assert {row.id for row in rows} == set(sent)
    assert {(row.recipient, row.sender, row.kind) for row in rows} == {
        ("mail", "press", MessageKind.EVENT),
        ("log", "press", MessageKind.EVENT),
    }


async def test_an_acknowledged_message_is_delivered(database: Database, queue: MessageQueue) -> None:
    queue.subscribe("mail", Recorder())
    await send(database, queue, 1)
    [delivery] = await queue.lease(1)
    await queue.acknowledge(delivery)
    [row] = await stored(database)
    assert (row.status, row.locked_until) == (MessageStatus.DELIVERED, None)
    assert row.delivered_at is not None
    assert await queue.lease(1) == []


async def test_a_rejected_message_waits_longer_each_time(database: Database) -> None:
    queue = MessageQueue(database, retry_seconds=100.0)
    queue.subscribe("mail", Recorder())
    await send(database, queue, 1)
    [delivery] = await queue.lease(1)
    await queue.reject(delivery, RuntimeError("not now"))
    [row] = await stored(database)
    assert row.last_error == "RuntimeError"
    assert 90 < (row.available_at - row.updated_at).total_seconds() <= 100
    assert await queue.lease(1) == []


async def test_a_message_is_dead_after_its_last_attempt_and_somebody_is_told(database: Database) -> None:
    told: list[Incident] = []

    async def tell(incident: Incident) -> None:
        told.append(incident)

    escalator = Escalator()
    escalator.register(tell)
    queue = MessageQueue(database, max_attempts=2, retry_seconds=0.0, escalator=escalator)
    buried = Recorder()
    queue.subscribe("mail", Recorder(), on_dead=buried)
    await send(database, queue, 7)
    for _ in range(2):
        [delivery] = await queue.lease(1)
        await queue.reject(delivery, RuntimeError("no"))
    [row] = await stored(database)
    assert (row.status, row.attempts) == (MessageStatus.DEAD, 2)
    assert buried.numbers == [7]
    assert told[0].context["message_id"] == str(row.id)
    assert await queue.lease(1) == []


async def test_a_message_that_kills_its_process_every_time_is_dead_in_the_end(database: Database) -> None:
    queue = MessageQueue(database, lease_seconds=0.0, max_attempts=2)
    buried = Recorder()
    queue.subscribe("mail", Recorder(), on_dead=buried)
    await send(database, queue, 7)
    await queue.lease(1)
    await queue.lease(1)
    assert await queue.lease(1) == []
    [row] = await stored(database)
    assert row.status == MessageStatus.DEAD
    assert buried.numbers == [7]


async def test_a_record_needs_no_handler(database: Database, queue: MessageQueue) -> None:
    async with database.session() as session:
        await queue.record(session, MessageKind.NOTIFICATION, "disk", {"full": True}, sender="monitor")
    [row] = await stored(database)
    assert (row.kind, row.status, row.recipient) == (MessageKind.NOTIFICATION, MessageStatus.DELIVERED, None)


def test_a_recipient_has_one_handler(queue: MessageQueue) -> None:
    queue.subscribe("mail", Recorder())
    with pytest.raises(ValueError, match="mail has a handler already"):
        queue.subscribe("mail", Recorder())

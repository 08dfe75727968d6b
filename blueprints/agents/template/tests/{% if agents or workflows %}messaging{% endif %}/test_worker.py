"""What the worker does with messages."""

import asyncio

import pytest
from sqlalchemy import select

from app.core.database import Database
from app.messaging.delivery import Delivery
from app.messaging.queue import MessageQueue
from app.messaging.records import MessageRow, MessageStatus
from app.messaging.worker import MessageWorker
from tests.messaging.recording import Recorder


async def send(database: Database, queue: MessageQueue, number: int) -> None:
    async with database.session() as session:
        await queue.send(session, "mail", "letter", {"number": number})


async def only_message(database: Database) -> MessageRow:
    async with database.session(read_only=True) as session:
        return (await session.scalars(select(MessageRow))).one()


async def test_it_delivers_what_is_committed_while_it_runs(database: Database, queue: MessageQueue) -> None:
    recorder = Recorder()
    queue.subscribe("mail", recorder)
    worker = MessageWorker(queue, poll_seconds=60)
    worker.start()
    assert worker.running
    for number in (1, 2, 3):
        await send(database, queue, number)
    await recorder.wait(3)
    await worker.stop()
    assert not worker.running
    assert sorted(recorder.numbers) == [1, 2, 3]


async def test_it_tries_again_when_a_handler_fails(database: Database, queue: MessageQueue) -> None:
    recorder = Recorder(failures=2)
    queue.subscribe("mail", recorder)
    await send(database, queue, 1)
    worker = MessageWorker(queue)
    while await worker.deliver_due():
        pass
    assert [delivery.attempt for delivery in recorder.deliveries] == [1, 2, 3]
    assert (await only_message(database)).status == MessageStatus.DELIVERED


async def test_it_keeps_the_lease_while_a_handler_is_slow(database: Database) -> None:
    queue = MessageQueue(database, lease_seconds=0.6)

    async def slow(_delivery: Delivery) -> None:
        await asyncio.sleep(1.5)

    queue.subscribe("mail", slow)
    await send(database, queue, 1)
    delivering = asyncio.create_task(MessageWorker(queue).deliver_due())
    await asyncio.sleep(1.2)
    assert await queue.lease(1) == []
    assert await delivering == 1
    assert (await only_message(database)).attempts == 1


async def test_stopping_lets_handlers_finish(database: Database, queue: MessageQueue) -> None:
    begun, finished = asyncio.Event(), asyncio.Event()

    async def slow(_delivery: Delivery) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        finished.set()

    queue.subscribe("mail", slow)
    worker = MessageWorker(queue)
    worker.start()
    await send(database, queue, 1)
    await begun.wait()
    await worker.stop()
    assert finished.is_set()
    assert (await only_message(database)).status == MessageStatus.DELIVERED


async def test_an_interrupted_message_is_given_back(database: Database, queue: MessageQueue) -> None:
    begun = asyncio.Event()

    async def endless(_delivery: Delivery) -> None:
        begun.set()
        await asyncio.Event().wait()

    queue.subscribe("mail", endless)
    worker = MessageWorker(queue, drain_seconds=0.0)
    worker.start()
    await send(database, queue, 1)
    await begun.wait()
    await worker.stop()
    row = await only_message(database)
    assert (row.status, row.attempts, row.locked_until) == (MessageStatus.PENDING, 0, None)


async def test_it_goes_on_when_the_database_comes_back(
    database: Database, queue: MessageQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    queue.subscribe("mail", recorder)
    lease = queue.lease
    away = [True]

    async def unreliable(limit: int) -> list[Delivery]:
        if away.pop() if away else False:
            raise ConnectionRefusedError
        return await lease(limit)

    monkeypatch.setattr(queue, "lease", unreliable)
    await send(database, queue, 1)
    worker = MessageWorker(queue, poll_seconds=0.01)
    worker.start()
    await recorder.wait(1)
    await worker.stop()

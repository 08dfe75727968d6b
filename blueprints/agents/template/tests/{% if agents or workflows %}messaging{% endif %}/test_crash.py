"""A process that dies loses no message."""

import asyncio
import signal
import sys

import pytest

from app.core.database import Database
from app.messaging.queue import MessageQueue
from app.messaging.worker import MessageWorker
from tests.messaging.recording import Recorder


@pytest.mark.parametrize(("moment", "attempts"), [("before", 1), ("during", 2)])
async def test_a_message_of_a_killed_process_is_delivered_after_the_restart(
    database: Database, database_url: str, moment: str, attempts: int
) -> None:
    command = (sys.executable, "-m", "tests.messaging.crashing", database_url, moment)
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == -signal.SIGKILL

    recorder = Recorder()
    queue = MessageQueue(database)
    queue.subscribe("mail", recorder)
    worker = MessageWorker(queue)
    async with asyncio.timeout(10):
        while not recorder.deliveries:
            await worker.deliver_due()
            await asyncio.sleep(0.05)
    assert recorder.numbers == [1]
    assert recorder.deliveries[0].attempt == attempts
    assert await worker.deliver_due() == 0

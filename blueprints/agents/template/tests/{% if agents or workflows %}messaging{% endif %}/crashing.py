"""A process that dies without warning: `python -m tests.messaging.crashing URL before|during`.

It commits a message and is killed before anybody delivers it, or while its handler runs.
"""

import asyncio
import os
import signal
import sys

from app.core.database import Database
from app.messaging.delivery import Delivery
from app.messaging.queue import MessageQueue
from app.messaging.worker import MessageWorker


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _handle(_delivery: Delivery) -> None:
    _die()


async def _main(url: str, moment: str) -> None:
    database = Database(url)
    queue = MessageQueue(database, lease_seconds=0.5)
    queue.subscribe("mail", _handle)
    async with database.session() as session:
        await queue.send(session, "mail", "letter", {"number": 1})
    if moment == "before":
        _die()
    await MessageWorker(queue).deliver_due()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))

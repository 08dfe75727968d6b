"""The project's own server that does not get a message delivered: `undelivered.py before|during`.

Its worker never looks for one, or waits for ever in the handler.
"""

from __future__ import annotations

import asyncio
import sys

from app import __main__ as program
from app.messaging.delivery import Delivery
from app.messaging.queue import MessageQueue
from app.messaging.worker import MessageWorker


def start_nothing(self: MessageWorker) -> None:
    """Stand in for `MessageWorker.start`."""


async def handle_for_ever(self: MessageQueue, delivery: Delivery) -> None:
    """Stand in for `MessageQueue.handle`."""
    await asyncio.Event().wait()


if sys.argv[1] == "before":
    MessageWorker.start = start_nothing
else:
    MessageQueue.handle = handle_for_ever
sys.exit(program.main([]))

"""Notifications: incidents that somebody should look at, kept as messages for people to read."""

from pydantic_core import to_jsonable_python

from app.core.database import Database
from app.core.errors import describe
from app.messaging.queue import MessageQueue
from app.messaging.records import MessageKind
from app.utilities.errors import Incident
from app.utilities.logging import redact

TOPIC = "incident"


class Notifier:
    """An incident handler that keeps what nothing could be done about. A warning had a remedy and is only logged."""

    def __init__(self, database: Database, queue: MessageQueue) -> None:
        self._database = database
        self._queue = queue

    async def __call__(self, incident: Incident) -> None:
        """Store the incident in a transaction of its own."""
        if incident.severity == "warning":
            return
        payload = {
            "severity": incident.severity,
            "error": describe(incident.error),
            "context": to_jsonable_python(redact(incident.context)),
        }
        async with self._database.session() as session:
            await self._queue.record(session, MessageKind.NOTIFICATION, TOPIC, payload, sender=incident.source)

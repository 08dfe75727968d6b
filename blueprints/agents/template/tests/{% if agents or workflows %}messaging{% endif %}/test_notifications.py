"""Incidents become notifications that people can read."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.database import Database
from app.core.errors import UnavailableError
from app.messaging.notifications import TOPIC
from app.messaging.records import MessageKind, MessageRow, MessageStatus
from app.utilities.errors import Incident, Severity


async def notifications(database: Database) -> list[MessageRow]:
    statement = select(MessageRow).where(MessageRow.kind == MessageKind.NOTIFICATION)
    async with database.session(read_only=True) as session:
        return list(await session.scalars(statement))


@pytest.mark.parametrize("severity", ["error", "critical"])
async def test_an_incident_is_kept_for_people_to_read(app: FastAPI, database: Database, severity: Severity) -> None:
    context = {"purpose": "agent:x", "token": "hunter2"}
    await app.state.escalator.escalate(Incident("llm", UnavailableError("busy"), severity, context))
    [row] = await notifications(database)
    assert (row.topic, row.sender, row.recipient, row.status) == (TOPIC, "llm", None, MessageStatus.DELIVERED)
    assert row.payload == {
        "severity": severity,
        "error": "busy",
        "context": {"purpose": "agent:x", "token": "[redacted]"},
    }


async def test_the_text_of_an_unexpected_error_is_not_kept(app: FastAPI, database: Database) -> None:
    await app.state.escalator.escalate(Incident("messages", RuntimeError("hunter2")))
    [row] = await notifications(database)
    assert row.payload["error"] == "RuntimeError"


async def test_what_had_a_remedy_is_only_logged(app: FastAPI, database: Database) -> None:
    await app.state.escalator.escalate(Incident("llm", UnavailableError("busy"), "warning"))
    assert await notifications(database) == []

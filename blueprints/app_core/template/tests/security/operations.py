"""The operations of the application, as it describes them itself: a new one is tested from its first day."""

import re
from dataclasses import dataclass
from uuid import uuid4

import httpx
from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `statuses` are the answers that it documents."""

    id: str
    method: str
    path: str
    statuses: frozenset[str]
    takes_body: bool

    async def call(self, client: httpx.AsyncClient, body: str = "{}") -> httpx.Response:
        """Send a request; the rows that its path names do not exist."""
        path = re.sub(r"\{\w+\}", str(uuid4()), self.path)
        headers = {"Content-Type": "application/json"} if self.takes_body else {}
        return await client.request(self.method, path, content=body if self.takes_body else None, headers=headers)


def operations_of(app: FastAPI) -> list[Operation]:
    """Return all operations."""
    return [
        Operation(item["operationId"], method.upper(), path, frozenset(item["responses"]), "requestBody" in item)
        for path, methods in app.openapi()["paths"].items()
        for method, item in methods.items()
    ]

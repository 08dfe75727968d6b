"""A client that costs little, so that what is measured is the server: HTTP/1.1 over kept-alive connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Self


class Client:
    """One connection to a server on loopback."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port = port
        self.token = token
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send a request and return status and body of the answer."""
        content = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(content)}"]
        if body is not None:
            head.append("Content-Type: application/json")
        if self.token:
            head.append(f"Authorization: Bearer {self.token}")
        self._writer.write("\r\n".join([*head, "", ""]).encode() + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in answer[1:] if line)
        return int(answer[0].split()[1]), await self._reader.readexactly(int(fields["content-length"]))

    async def json(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed and return what it answers."""
        status, content = await self.ask(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {content.decode()}")
        return json.loads(content)


async def latencies(clients: Sequence[Client], count: int, method: str, path: str, body: Any) -> list[float]:
    """Send `count` requests over each connection, all at once, and return the seconds that each one took."""
    seconds: list[float] = []

    async def send(client: Client) -> None:
        for _ in range(count):
            began = perf_counter()
            status, content = await client.ask(method, path, body)
            seconds.append(perf_counter() - began)
            if status >= 300:
                raise RuntimeError(f"{method} {path}: {status} {content.decode()}")

    await asyncio.gather(*map(send, clients))
    return seconds

"""An HTTP/1.1 server on a real socket, in a thread of its own; what it answers, a test says, down to the bytes."""

from __future__ import annotations

import asyncio
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it arrived; `at` is in seconds, of the clock of the server's event loop."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes
    at: float

    @property
    def body(self) -> dict[str, Any]:
        """The JSON that was sent."""
        data: dict[str, Any] = json.loads(self.content)
        return data


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: after `delay` seconds, or never when `hang`; `reset` drops the connection without an answer."""

    status: int = 200
    content: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hang: bool = False
    reset: bool = False


class HttpServer(ABC):
    """Serves on 127.0.0.1 while it is entered; a subclass answers in `reply`, which runs in the server's thread."""

    def __init__(self) -> None:
        self.requests: list[Sent] = []
        self.most_at_once = 0
        self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @abstractmethod
    def reply(self, sent: Sent) -> Reply:
        """Give the answer to a request."""

    @property
    def url(self) -> str:
        """The address."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        start = asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while (sent := await self._read(reader)) is not None:
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    if not await self._answer(sent, writer):
                        return
                finally:
                    self._at_once -= 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # the client went away, or the test is over
        finally:
            writer.transport.abort()
            self._connections.discard(task)

    async def _read(self, reader: asyncio.StreamReader) -> Sent | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        sent = Sent(method, path, headers, content, self._loop.time())
        self.requests.append(sent)
        return sent

    async def _answer(self, sent: Sent, writer: asyncio.StreamWriter) -> bool:
        """Answer; gives whether the connection stays open."""
        reply = self.reply(sent)
        if reply.hang:
            await asyncio.sleep(3_600)
        await asyncio.sleep(reply.delay)
        if reply.reset:
            return False
        given = {"content-type": reply.content_type, "content-length": str(len(reply.content)), **reply.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        writer.write(f"HTTP/1.1 {reply.status} {_phrase(reply.status)}\r\n{head}\r\n".encode("latin-1") + reply.content)
        await writer.drain()
        return True


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded"


def as_json(data: object, status: int = 200, **headers: str) -> Reply:
    """Give an answer with JSON."""
    return Reply(
        status, json.dumps(data).encode(), headers={name.replace("_", "-"): text for name, text in headers.items()}
    )

"""Calls over real sockets: each has a connection of its own, so it may come from any thread."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

T = TypeVar("T")

ADMIN = {"ADMIN_EMAIL": "admin@example.com", "ADMIN_PASSWORD": "correct horse battery staple"}


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is its JSON, or its text."""

    status: int
    headers: http.client.HTTPMessage
    body: Any


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the server at `address`, signed in if `headers` say so."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, *, timeout: float = 60) -> Answer:
        return self._call("GET", path, None, {}, timeout)

    def post(self, path: str, body: Any = None, *, timeout: float = 60, **headers: str) -> Answer:
        """Send JSON; underscores in the names of headers stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._call("POST", path, body, named, timeout)

    def _call(self, method: str, path: str, body: Any, headers: Mapping[str, str], timeout: float) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=timeout)
        content = None if body is None else json.dumps(body)
        sent = {**self.headers, **headers, **({} if body is None else {"Content-Type": "application/json"})}
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        is_json = "json" in response.headers.get("Content-Type", "")
        return Answer(response.status, response.headers, json.loads(text) if is_json else text)

    def sign_up(self) -> Caller:
        """Return somebody with a new account, signed in to it."""
        account = {"email": f"{uuid4().hex}@example.com", "password": "a password of my own"}
        assert self.post("/api/v1/auth/register", account).status == 201
        return self.signed_in(self.sign_in(account))

    def sign_in(self, account: Mapping[str, str]) -> Answer:
        answer = self.post("/api/v1/auth/login", dict(account))
        assert answer.status == 200, answer
        return answer

    def as_admin(self) -> Caller:
        """Return the account that a server started with `ADMIN` has, signed in."""
        return self.signed_in(self.sign_in({"email": ADMIN["ADMIN_EMAIL"], "password": ADMIN["ADMIN_PASSWORD"]}))

    def signed_in(self, tokens: Answer) -> Caller:
        return Caller(self.address, {"Authorization": f"Bearer {tokens.body['access_token']}"})


def at_once(number: int, call: Callable[[], T]) -> list[T]:
    """Return what `number` threads get that call at the same moment."""
    barrier = threading.Barrier(number)

    def wait_and_call() -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(wait_and_call) for _ in range(number)]]

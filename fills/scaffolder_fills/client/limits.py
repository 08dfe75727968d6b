"""How much of an answer is read: an HTTP client whose bodies end with an error once they are too large."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import httpx2

from scaffolder_fills.client.failures import TooLargeError

UNCOMPRESSED: Final = {"Accept-Encoding": "identity"}
"""A header: an answer is small, and its size is known when nothing has to be unpacked."""
_UNPACKED: Final = 16
"""How many bytes one byte of an answer counts that comes compressed all the same."""
_RESULTS: Final = 20
"""How many answers of the largest size the results of a batch may be long."""


class _Limited(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int, longest_line: int) -> None:
        self._stream = stream
        self._most = most
        self._longest_line = longest_line

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = line = 0
        async for chunk in self._stream:
            size += len(chunk)
            line = len(chunk) - chunk.rfind(b"\n") - 1 if b"\n" in chunk else line + len(chunk)
            if size > self._most or line > self._longest_line:
                raise TooLargeError(f"the answer is larger than {min(self._most, self._longest_line)} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def at_most(size: int) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Give an event hook for responses; a body of more than `size` bytes raises `TooLargeError` where it is read.

    The results of a batch hold many answers, one a line, and may be longer; the SDK takes time with the square of the
    longest line, so that is bounded, too.
    """

    async def limit(response: httpx2.Response) -> None:
        packed = response.headers.get("content-encoding", "identity") != "identity"
        if isinstance(response.stream, httpx2.AsyncByteStream):
            line = size // _UNPACKED if packed else size
            most = line * _RESULTS if response.request.url.path.endswith("/results") else line
            response.stream = _Limited(response.stream, most, line)

    return limit

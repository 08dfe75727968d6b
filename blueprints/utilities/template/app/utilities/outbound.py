"""Outgoing HTTP to addresses that users or workflows name: public hosts only, pinned to the address that was checked."""

import httpx

from app.utilities.validation import InvalidInputError, check_public_url

MAX_RESPONSE_BYTES = 5_000_000


class PublicTransport(httpx.AsyncBaseTransport):
    """Checks every request's host and connects to the address that passed, so DNS cannot change in between."""

    def __init__(self, *, allow_private: bool = False, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._allow_private = allow_private
        self._inner = inner or httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request. Raises `httpx.UnsupportedProtocol` when the address is refused."""
        try:
            target = await check_public_url(str(request.url), allow_private=self._allow_private)
        except InvalidInputError as error:
            raise httpx.UnsupportedProtocol(str(error), request=request) from error
        # The Host header was set from the name; only the connection goes to the address.
        request.extensions = {**request.extensions, "sni_hostname": target.host}
        request.url = request.url.copy_with(host=target.addresses[0])
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def outbound_client(*, timeout_seconds: float = 10.0, allow_private: bool = False) -> httpx.AsyncClient:
    """Return a client for addresses that come from data: no redirects, no proxies from the environment."""
    return httpx.AsyncClient(
        transport=PublicTransport(allow_private=allow_private),
        timeout=timeout_seconds,
        follow_redirects=False,
        trust_env=False,
    )

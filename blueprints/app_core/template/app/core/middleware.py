"""Pure ASGI middleware: request id, timing, access log, last-resort errors, security headers, body limit."""

import logging
from collections.abc import Iterable
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import AppError, BadRequestError, ContentTooLargeError, problem_response
from app.utilities.logging import request_id_var, timed
from app.utilities.validation import is_identifier

logger = logging.getLogger("app.access")

REQUEST_ID_HEADER = "X-Request-ID"
_QUIET_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})


class RequestContextMiddleware:
    """Names each request, logs it with its duration, and turns what nobody handled into a 500 problem."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        reset = request_id_var.set(request_id)
        try:
            await self._answer(scope, receive, send, request_id)
        finally:
            request_id_var.reset(reset)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        with timed("request", logger=logger) as timing:
            try:
                await self.app(scope, receive, send_with_id)
            except Exception:
                logger.exception("unhandled error", extra={"method": scope["method"], "path": scope["path"]})
                if status is not None:
                    raise
                await problem_response(scope["path"], AppError())(scope, receive, send_with_id)
        _log_access(scope, status, timing.milliseconds)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if is_identifier(given) else uuid4().hex


def _log_access(scope: Scope, status: int | None, milliseconds: float) -> None:
    level = logging.DEBUG if scope["path"] in _QUIET_PATHS else logging.INFO
    client = scope["client"][0] if scope.get("client") else None
    # The query string is left out: people put names and tokens there.
    extra = {"method": scope["method"], "path": scope["path"], "status": status, "duration_ms": milliseconds}
    logger.log(level, "%s %s %s", scope["method"], scope["path"], status, extra={**extra, "client": client})


class SecurityHeadersMiddleware:
    """Adds the headers that OWASP recommends for an API; a handler's own value wins."""

    def __init__(self, app: ASGIApp, *, https_only: bool) -> None:
        self.app = app
        self.headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy": "same-site",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        if https_only:
            self.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimitMiddleware:
    """Refuses bodies above `max_bytes` with 413, by the declared length and by counting what really arrives."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if error := self._check_length(scope["headers"]):
            await problem_response(scope["path"], error)(scope, receive, send)
            return
        received = 0

        async def limited_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                # An HTTPException, because FastAPI turns anything else that happens here into a 400.
                raise HTTPException(ContentTooLargeError.status, self._too_large().detail)
            return message

        await self.app(scope, limited_receive, send)

    def _check_length(self, headers: Iterable[tuple[bytes, bytes]]) -> AppError | None:
        length = dict(headers).get(b"content-length", b"0")
        if not length.isdigit():
            return BadRequestError("The Content-Length header is not a number.")
        return self._too_large() if int(length) > self.max_bytes else None

    def _too_large(self) -> ContentTooLargeError:
        return ContentTooLargeError(f"The body may have at most {self.max_bytes} bytes.")

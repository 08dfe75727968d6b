"""Claude models through the Messages API: native structured answers, without tools, prefill or temperature.

Forced tools are refused by the newest models, and instructor's mode for native schemas looks for an argument that the
SDK no longer has; so instructor is used in its JSON mode, with the schema given in `output_config` by ourselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import time
from typing import TYPE_CHECKING, Any, Final

import anthropic
import httpx2
import instructor
from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient, transform_schema
from instructor.core.exceptions import IncompleteOutputException

from scaffolder_fills.client import batch
from scaffolder_fills.client.failures import ASKING_FAILED, translated
from scaffolder_fills.client.limits import UNCOMPRESSED, at_most
from scaffolder_fills.cost import NOTHING, Usage
from scaffolder_fills.request import Answer, NoAnswer, Request, Unavailable

if TYPE_CHECKING:
    from anthropic._middleware import AsyncCallNext
    from anthropic._request import APIRequest
    from anthropic._response import AsyncAPIResponse

    from scaffolder_fills.client.settings import ClientSettings

HTTP_RETRIES: Final = 2
"""Of the SDK, after 408, 409, 429, 5xx and lost connections."""
SCHEMA_RETRIES: Final = 1
"""Of instructor, with what is wrong with the answer."""
LONGER: Final = 4
"""How many times the tokens a question gets whose answer was cut off; once."""


def connect(name: str, settings: ClientSettings) -> Messages:
    """Make the provider; it opens connections when it is asked."""
    del name
    return Messages(settings)


class _Call:
    """One question, over all its HTTP requests."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.max_tokens = request.max_tokens
        self.usage = NOTHING

    def answered(self, usage: Usage) -> None:
        """Count an answer, whether or not it can be used."""
        self.usage += usage
        self.request.meter.after(usage)


_CALL: ContextVar[_Call | None] = ContextVar("_CALL", default=None)


class _Watch(anthropic.Middleware):
    """Sees each HTTP request and answer: counts, and ends early what trying again would not mend."""

    def __init__(self, patience: float) -> None:
        self._patience = patience

    async def handle_async(self, request: APIRequest, call_next: AsyncCallNext) -> AsyncAPIResponse[Any]:
        call = _CALL.get()
        if call is not None:
            call.request.meter.before(call.max_tokens)
        response = await call_next(request)
        wait = retry_after(response.headers)
        if not response.http_response.is_success:
            if wait > self._patience:
                raise Unavailable(f"the provider asks to wait for {wait:.0f} s ({response.status_code})")
            return response
        if call is None:
            if not request.stream:
                _body(response.http_response, "message_batch", id=str, processing_status=str)
        else:
            message = _body(response.http_response, "message", content=list, usage=dict)
            call.answered(usage_of(message["usage"]))
            if message.get("stop_reason") == "refusal":
                raise NoAnswer("the model refuses to answer", answered=True)
        return response


class Messages:
    """Asks Claude models."""

    def __init__(self, settings: ClientSettings, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        over: dict[str, Any] = {"transport": transport} if transport is not None else {}
        self.client = AsyncAnthropic(
            api_key=settings.variable("ANTHROPIC_API_KEY"),
            base_url=settings.variable("ANTHROPIC_BASE_URL"),
            max_retries=HTTP_RETRIES,
            default_headers=UNCOMPRESSED,
            http_client=DefaultAsyncHttpxClient(
                event_hooks={"response": [at_most(settings.most_bytes)]}, follow_redirects=False, **over
            ),
            middleware=[_Watch(settings.patience)],
        )
        self._instructor = instructor.from_anthropic(self.client, mode=instructor.Mode.JSON)
        self._settings = settings

    async def ask(self, request: Request) -> Answer:
        """Put one question.

        Raises:
            Unavailable: no model can be asked.
            NoAnswer: this question got no usable answer.
        """
        call = _Call(request)
        token = _CALL.set(call)
        try:
            return await self._ask(call)
        except ASKING_FAILED as error:
            raise translated(error, call.usage) from None
        finally:
            _CALL.reset(token)

    async def _ask(self, call: _Call) -> Answer:
        request = call.request
        for tokens in (request.max_tokens, request.max_tokens * LONGER):
            call.max_tokens = tokens
            try:
                data = await self._instructor.create(
                    response_model=request.schema, max_retries=SCHEMA_RETRIES, **self.body(request, tokens)
                )
            except IncompleteOutputException:
                continue
            return Answer(data, request.model, call.usage)
        raise NoAnswer(f"the answer is not complete after {call.max_tokens} tokens", answered=True)

    def body(self, request: Request, max_tokens: int) -> dict[str, Any]:
        """Give what is sent, but for the schema in words that instructor adds."""
        system, shared, task = request.messages
        return {
            "model": request.model.removeprefix("anthropic/"),
            "max_tokens": max_tokens,
            "system": [
                {"type": "text", "text": system},
                # The cache holds all up to here; it is the same for all slots of a run.
                {"type": "text", "text": shared, "cache_control": {"type": "ephemeral"}},
            ],
            "messages": [{"role": "user", "content": task}],
            "output_config": {
                "effort": self._settings.effort,
                "format": {"type": "json_schema", "schema": transform_schema(request.schema)},
            },
        }

    async def ask_many(self, requests: Sequence[Request]) -> dict[str, Answer | NoAnswer]:
        """Put many questions through the Batches API; gives what came back, by slot.

        Raises:
            Unavailable: no model can be asked.
        """
        bodies = [self.body(request, request.max_tokens) for request in requests]
        try:
            return await batch.run(self.client, requests, bodies, self._settings)
        except ASKING_FAILED as error:
            reason = translated(error, NOTHING)
            if isinstance(reason, NoAnswer):
                return {}  # batches do not work here; each slot is asked singly, and says what it meets
            raise reason from None

    async def aclose(self) -> None:
        """Close its connections."""
        await self.client.close()


async def bodies_of(requests: Sequence[Request], settings: ClientSettings) -> list[dict[str, Any]]:
    """Give the JSON of the first HTTP request for each question, word for word; nothing leaves this process."""
    seen: list[dict[str, Any]] = []

    def catch(sent: httpx2.Request) -> httpx2.Response:
        seen.append(json.loads(sent.content))
        return httpx2.Response(HTTPStatus.BAD_REQUEST, json={"type": "error", "error": {"type": "dry_run"}})

    provider = Messages(settings, httpx2.MockTransport(catch))
    for request in requests:
        with suppress(NoAnswer, Unavailable):  # the answer that it is given here is none
            await provider.ask(request)
    await provider.aclose()
    return seen


def usage_of(given: Any) -> Usage:
    """Give the tokens of the `usage` of a message; what is missing is none."""

    def count(name: str) -> int:
        value = given.get(name)
        return value if isinstance(value, int) and value > 0 else 0

    return Usage(
        count("input_tokens"),
        count("output_tokens"),
        count("cache_creation_input_tokens"),
        count("cache_read_input_tokens"),
    )


def retry_after(headers: httpx2.Headers) -> float:
    """Give the seconds that a provider asks to wait; 0 if it does not say. The SDK reads the same headers."""
    for name, unit in (("retry-after-ms", 1_000), ("retry-after", 1)):
        try:
            return float(headers.get(name, "")) / unit
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time()
    except ValueError:
        return 0.0


def _body(response: httpx2.Response, kind: str, **parts: type) -> dict[str, Any]:
    """Give the body, if it is an object of the API, of this `type` and with these parts.

    Raises:
        NoAnswer: something else answered, a proxy say.
    """
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if (
        isinstance(body, dict)
        and body.get("type") == kind
        and all(isinstance(body.get(name), part) for name, part in parts.items())
    ):
        return body
    content = response.headers.get("content-type", "").partition(";")[0]
    raise NoAnswer(f"what answered does not speak the Messages API ({content[:60] or 'no content type'})")

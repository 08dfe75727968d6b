"""Models of other providers, by instructor's adapters: OpenAI and servers that speak as it does, and all the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import instructor
import openai
from instructor.core.exceptions import ConfigurationError, IncompleteOutputException
from instructor.core.hooks import Hooks

from scaffolder_fills.client.failures import ASKING_FAILED, translated
from scaffolder_fills.client.limits import UNCOMPRESSED, at_most
from scaffolder_fills.cost import NOTHING, Usage
from scaffolder_fills.request import Answer, NoAnswer, Request, Unavailable

if TYPE_CHECKING:
    from scaffolder_fills.client.settings import ClientSettings

_NO_KEY = "unused"
"""Sent to a server that has an address of its own and no key."""


def connect(name: str, settings: ClientSettings) -> Adapter:
    """Make the provider `name`; it opens connections when it is asked."""
    return Adapter(name, settings)


class Adapter:
    """Asks the models of one provider."""

    def __init__(self, name: str, settings: ClientSettings) -> None:
        self._name = name
        self._settings = settings
        self._openai = _openai(settings) if name == "openai" else None
        self._clients: dict[str, Any] = {}
        if self._openai is not None:
            # `from_provider` would take no address, no time limit and no number of retries from us. This also loads
            # what the SDK loads late, before the time of a question runs.
            self._clients[name] = instructor.from_openai(self._openai, mode=instructor.Mode.JSON_SCHEMA)

    async def ask(self, request: Request) -> Answer:
        """Put one question.

        Raises:
            Unavailable: no model can be asked.
            NoAnswer: this question got no usable answer.
        """
        counted = [NOTHING]
        hooks = Hooks()

        def count(response: Any) -> None:
            counted[0] += _usage(response)

        hooks.on("completion:response", count)
        try:
            return await self._ask(request, hooks, counted)
        except ASKING_FAILED as error:
            raise translated(error, counted[0]) from None
        finally:
            request.meter.after(counted[0])

    async def _ask(self, request: Request, hooks: Hooks, counted: list[Usage]) -> Answer:
        system, shared, task = request.messages
        client = self._client(request.model)
        named = {"model": request.model.partition("/")[2]} if self._openai is not None else {}
        tokens = request.max_tokens
        for tokens in (request.max_tokens, request.max_tokens * 4):
            try:
                data = await client.create(
                    response_model=request.schema,
                    messages=[
                        {"role": "system", "content": f"{system}\n\n{shared}"},
                        {"role": "user", "content": task},
                    ],
                    max_tokens=tokens,
                    max_retries=1,
                    hooks=hooks,
                    **named,
                )
            except IncompleteOutputException:
                continue
            return Answer(data, request.model, counted[0])
        raise NoAnswer(f"the answer is not complete after {tokens} tokens", answered=True)

    async def ask_many(self, requests: Sequence[Request]) -> dict[str, Answer | NoAnswer]:
        """Give nothing: there are no batches here, so each question is asked singly."""
        del requests
        return {}

    def _client(self, model: str) -> Any:
        key = self._name if self._openai is not None else model
        if key not in self._clients:
            self._clients[key] = self._other(model)
        return self._clients[key]

    def _other(self, model: str) -> Any:
        try:
            return instructor.from_provider(model, async_client=True)
        except ImportError as error:
            raise Unavailable(f"{model}: the package {error.name} of its provider is not installed") from None
        except ConfigurationError as error:
            raise Unavailable(f"{model}: {error}") from None  # names a package, a variable, or the known providers

    async def aclose(self) -> None:
        """Close its connections."""
        if self._openai is not None:
            await self._openai.close()


def _openai(settings: ClientSettings) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        api_key=settings.variable("OPENAI_API_KEY") or _NO_KEY,
        base_url=settings.variable("OPENAI_BASE_URL"),
        max_retries=2,
        default_headers=UNCOMPRESSED,
        http_client=openai.DefaultAsyncHttpxClient(
            event_hooks={"response": [at_most(settings.most_bytes)]}, follow_redirects=False
        ),
    )


def _usage(response: Any) -> Usage:
    """Give the tokens of a completion, in the words of OpenAI or of Anthropic; none where there are no such words."""
    used = getattr(response, "usage", None)
    cached = getattr(getattr(used, "prompt_tokens_details", None), "cached_tokens", None) or 0
    sent = getattr(used, "prompt_tokens", None) or getattr(used, "input_tokens", None) or 0
    made = getattr(used, "completion_tokens", None) or getattr(used, "output_tokens", None) or 0
    return Usage(max(sent - cached, 0), made, 0, cached)

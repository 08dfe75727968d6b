"""The asker for real models: it picks the provider by the model's name, and loads an SDK when it is first needed.

What a provider does, what becomes of the slot, and how many HTTP requests that takes for each model of the ladder:

| the provider | the slot | requests |
|---|---|---|
| answers with data that fits | filled, if guard and checks agree | 1 |
| answers with data that does not fit, then with data that does | filled | 2 |
| never answers with data that fits | failed | 2 |
| cuts the answer off at `max_tokens` | filled, or failed when four times the tokens are too few | 2 |
| refuses for reasons of policy | failed | 1 |
| sends no message of its API: HTML, other JSON; nests its answer too deeply to be read | failed | 1 |
| sends more than `most_bytes` | failed | 1 |
| 400, 404 (no such model), 413, 422; redirects, which are not followed | failed | 1 |
| 408, 409, 429, 5xx, 529, with no `retry-after` of more than `patience` seconds; closes the connection | filled, or \
failed when it does so again and again | at most 3 |
| says nothing | failed after `Settings.timeout` | 1 |
| an error with a longer `retry-after` | static, and so are all slots after it | 1 in all |
| 401, 402, 403, 400 for want of credit | static, and so are all slots after it | 1 in all |
| cannot be reached: refused, no such name, no certificate | static, and so are all slots after it | 3 attempts in all |
| no key, or the extra `llm` is not installed | static, and so are all slots after it | 0 |

"In all" is for one slot at a time; with a concurrency of N, up to N questions are under way when the first fails.
A failed slot goes to the next model of the ladder first. Providers other than Anthropic are asked through instructor's
own adapters: there a long `retry-after` ends with `Settings.timeout`, and a refusal is an answer that does not fit.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

from scaffolder_fills.client.settings import ClientSettings
from scaffolder_fills.request import Answer, NoAnswer, Request, Unavailable

EXTRA: Final = 'a language model needs more packages: pip install "scaffolder[llm]"'
ANTHROPIC: Final = "anthropic"
_KEYS: Final = {ANTHROPIC: ("ANTHROPIC_API_KEY",), "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL")}


class Provider(Protocol):
    """What `connect` of a provider's module gives; `ask` and `ask_many` are as those of `Client`."""

    async def ask(self, request: Request) -> Answer:
        """Put one question."""
        ...

    async def ask_many(self, requests: Sequence[Request]) -> dict[str, Answer | NoAnswer]:
        """Put many questions at once, where the provider can do that."""
        ...

    async def aclose(self) -> None:
        """Close its connections."""
        ...


class Client:
    """Asks models named `claude-…` or `provider/model`. Close it after each run; it opens again when it is asked."""

    def __init__(self, settings: ClientSettings | None = None) -> None:
        self._settings = settings or ClientSettings()
        self._providers: dict[str, Provider] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        while self._providers:
            await self._providers.popitem()[1].aclose()

    def connect(self, model: str) -> None:
        """Load the SDK for a model; the connections themselves are opened by the first question.

        Raises:
            Unavailable: there is no key, or no SDK.
        """
        self._provider(split(model)[0])

    async def ask(self, request: Request) -> Answer:
        """Put one question; the table above says what may come of it.

        Raises:
            Unavailable: no model can be asked.
            NoAnswer: this question got no usable answer.
        """
        provider, _ = split(request.model)
        return await self._provider(provider).ask(request)

    async def ask_many(self, requests: Sequence[Request]) -> dict[str, Answer | NoAnswer]:
        """Put first questions at half the price, all at once; gives what came back, by slot.

        What is not in the result must be asked singly: other providers than Anthropic, and what failed, expired or was
        not ready after `batch_wait`.

        Raises:
            Unavailable: no model can be asked.
        """
        answers: dict[str, Answer | NoAnswer] = {}
        for name in dict.fromkeys(split(request.model)[0] for request in requests):
            theirs = [request for request in requests if split(request.model)[0] == name]
            answers |= await self._provider(name).ask_many(theirs)
        return answers

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            if reason := why_not([f"{name}/"], self._settings.environ):
                raise Unavailable(reason)
            module = importlib.import_module(
                f"scaffolder_fills.client.{'messages' if name == ANTHROPIC else 'adapters'}"
            )
            logging.getLogger("instructor").setLevel(logging.CRITICAL + 1)  # it logs what was asked and answered
            self._providers[name] = module.connect(name, self._settings)
        return self._providers[name]


def open_client(models: Iterable[str] = (), environ: Mapping[str, str] = os.environ) -> Client:
    """Give a client for these models, or for any that has a key; no SDK is loaded and no connection opened yet.

    Raises:
        Unavailable: none of them can be asked; the text says what to do.
    """
    if reason := why_not(tuple(models) or ("claude", "openai/"), environ):
        raise Unavailable(reason)
    return Client(ClientSettings(environ))


def preview(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """Give exactly what would be sent first for each question to Claude, as JSON; no key is needed, nothing is sent.

    Raises:
        Unavailable: the SDK, which writes it, is not installed.
    """
    if reason := why_not(("claude",), {"ANTHROPIC_API_KEY": "none"}):
        raise Unavailable(reason)
    from scaffolder_fills.client.messages import bodies_of  # noqa: PLC0415 - loads the SDK

    return asyncio.run(bodies_of(requests, ClientSettings({"ANTHROPIC_API_KEY": "none"})))


def split(model: str) -> tuple[str, str]:
    """Give the provider and the provider's own name of a model."""
    provider, slash, name = model.partition("/")
    return (provider, name) if slash else (ANTHROPIC, model)


def why_not(models: Iterable[str], environ: Mapping[str, str] = os.environ) -> str:
    """Say why none of these models can be asked, without loading an SDK or opening a connection; empty if one may."""
    reasons: list[str] = []
    for provider in dict.fromkeys(split(model)[0] for model in models):
        reason = _why_not(provider, environ)
        if not reason:
            return ""
        reasons.append(reason)
    return "; ".join(dict.fromkeys(reasons))


def _why_not(provider: str, environ: Mapping[str, str]) -> str:
    needed = ("instructor", "anthropic") if provider == ANTHROPIC else ("instructor",)
    if not all(find_spec(name) for name in needed):
        return EXTRA
    keys = _KEYS.get(provider, ())
    if keys and not any(environ.get(key, "").strip() for key in keys):
        return f"there is no key for {provider}: set {' or '.join(keys)}"
    prefix = f"{provider.upper()}_"
    key, address = environ.get(f"{prefix}API_KEY", "").strip(), environ.get(f"{prefix}BASE_URL", "").strip()
    if not (key.isascii() and key.isprintable()):
        return f"{prefix}API_KEY is no key: it has other characters than letters, digits and signs"
    if keys and address and not _is_address(address):
        return f"{prefix}BASE_URL is no address that begins with https:// or http://"
    return ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False

"""Errors of the SDKs as `Unavailable` or `NoAnswer`. Their own texts may quote what was sent, so none is passed on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import anthropic
import openai
from instructor.core.exceptions import InstructorRetryException
from pydantic import ValidationError

from scaffolder_fills.cost import Usage
from scaffolder_fills.request import NoAnswer, Unavailable

_NO_ROUTE: Final = frozenset({"ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol"})
"""Errors of the HTTP library, by name: the SDKs may use different ones."""
_LONGEST: Final = 200


class TooLargeError(anthropic.AnthropicError, openai.OpenAIError):
    """An answer that is not read to its end. Errors of the SDKs' own are what they pass on and do not try again."""


ASKING_FAILED: Final = (InstructorRetryException, anthropic.AnthropicError, openai.OpenAIError, Unavailable, NoAnswer)
"""What asking may raise; anything else is a mistake of the program."""


def translated(error: Exception, usage: Usage) -> Unavailable | NoAnswer:
    """Give what to raise instead of one of `ASKING_FAILED`."""
    for one in _chain(error):
        if isinstance(one, Unavailable):
            return one
        if isinstance(one, NoAnswer):
            return NoAnswer(one.reason, usage=usage, feedback=one.feedback, answered=one.answered)
        if reason := _unavailable(one):
            return Unavailable(reason)
        if reason := _no_answer(one):
            return NoAnswer(reason, usage=usage, answered=isinstance(one, ValidationError | json.JSONDecodeError))
    *_, root = _chain(error)
    return NoAnswer(f"the answer could not be read ({type(root).__name__})", usage=usage)


def misfit(error: ValidationError) -> str:
    """Say what does not fit the schema: the first place, and why."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the answer"
    return f"the answer does not fit the schema: {where}: {first['msg']}"[:_LONGEST]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _unavailable(error: BaseException) -> str:
    if isinstance(error, anthropic.APIStatusError | openai.APIStatusError):
        status = error.status_code
        kind = _kind(error)
        if status == 402 or "billing" in kind or "spend_limit" in kind or "quota" in kind or _wants_credit(error):
            return f"the account has no credit left ({status})"
        if status in {401, 403}:
            return f"the provider does not accept the key ({status})"
    if isinstance(error, anthropic.APIConnectionError | openai.APIConnectionError) and any(
        type(one).__name__ in _NO_ROUTE for one in _chain(error)
    ):
        return "there is no connection to the provider"
    return ""


def _no_answer(error: BaseException) -> str:
    match error:
        case TooLargeError():
            return str(error)
        case anthropic.APIStatusError() | openai.APIStatusError():
            return _status(error)
        case anthropic.APITimeoutError() | openai.APITimeoutError():
            return "the provider did not answer in time"
        case anthropic.APIConnectionError() | openai.APIConnectionError():
            return "the provider closed the connection"
        case ValidationError():
            return misfit(error)
        case json.JSONDecodeError():
            return "the answer is no JSON"
        case _:
            return ""


def _status(error: anthropic.APIStatusError | openai.APIStatusError) -> str:
    match error.status_code:
        case 404:
            said = "the provider knows no such model"
        case 429:
            said = "the provider is asked too often"
        case status if status >= 500:
            said = "the provider has trouble"
        case _:
            said = "the provider refuses the request"
    kind = _kind(error)
    traced = f"request {error.request_id}" if error.request_id else ""
    return f"{said} ({', '.join(part for part in (str(error.status_code), kind, traced) if part)})"[:_LONGEST]


def _kind(error: anthropic.APIStatusError | openai.APIStatusError) -> str:
    """Give the provider's own short name of the error; anything that does not look like a name is dropped."""
    given: list[Any] = [getattr(error, "error_code", None), getattr(error, "code", None), error.type]
    names = (name for name in given if isinstance(name, str) and name.replace("_", "").isalnum() and len(name) < 60)
    return next(names, "")


def _wants_credit(error: anthropic.APIStatusError | openai.APIStatusError) -> bool:
    # The Messages API says so with the status and the type of an invalid request; only its text is different.
    said = getattr(error, "api_message", None)
    return error.status_code == 400 and isinstance(said, str) and "credit balance" in said.lower()

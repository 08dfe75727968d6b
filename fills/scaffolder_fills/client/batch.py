"""Many questions at half the price: submit a batch, look after it with growing intervals, read its results."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, cast

import httpx2
from anthropic import AnthropicError, AsyncAnthropic
from anthropic.types import Message, TextBlock
from anthropic.types import Usage as MessageUsage
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse, MessageBatchSucceededResult
from anthropic.types.messages.batch_create_params import Request as Part
from pydantic import ValidationError

from scaffolder_fills.client.failures import misfit
from scaffolder_fills.cost import Usage
from scaffolder_fills.request import Answer, NoAnswer, Request

if TYPE_CHECKING:
    from scaffolder_fills.client.settings import ClientSettings

_TO_CANCEL: Final = 30.0
"""Seconds in which a batch that took too long must come to an end, with what is ready."""


async def run(
    client: AsyncAnthropic, requests: Sequence[Request], bodies: Sequence[dict[str, Any]], settings: ClientSettings
) -> dict[str, Answer | NoAnswer]:
    """Send all questions and wait; gives the answers, also unusable ones, by slot. An interruption cancels the batch.

    Raises:
        anthropic.AnthropicError: the batch was not accepted, or cannot be looked at.
    """
    asked = {f"slot-{number}": request for number, request in enumerate(requests)}
    parts = [Part(custom_id=key, params=cast("Any", body)) for key, body in zip(asked, bodies, strict=True)]
    batch = await client.messages.batches.create(requests=parts)
    try:
        batch = await _ended(client, batch, settings.batch_wait, settings)
        if batch.processing_status != "ended":
            batch = await client.messages.batches.cancel(batch.id)
            batch = await _ended(client, batch, _TO_CANCEL, settings)
    except BaseException:
        await _cancel(client, batch)  # nobody will read it
        raise
    if batch.processing_status != "ended":
        return {}
    answers: dict[str, Answer | NoAnswer] = {}
    try:
        async for result in await client.messages.batches.results(batch.id):
            request = asked.get(result.custom_id)
            if request is not None and (answer := _answer(request, result)) is not None:
                request.meter.after(answer.usage)
                answers[request.slot] = answer
    except (AnthropicError, httpx2.HTTPError, ValueError):
        return answers  # what comes after that point is asked singly
    return answers


async def _ended(client: AsyncAnthropic, batch: MessageBatch, seconds: float, settings: ClientSettings) -> MessageBatch:
    """Wait until the batch has ended, or the time is over; gives it as it is then."""
    end = monotonic() + seconds
    pauses = _pauses(*settings.poll)
    while batch.processing_status != "ended" and (left := end - monotonic()) > 0:
        await asyncio.sleep(min(next(pauses), left))
        batch = await client.messages.batches.retrieve(batch.id)
    return batch


def _pauses(first: float, longest: float) -> Iterator[float]:
    while True:
        yield first
        first = min(first * 1.5, longest)


async def _cancel(client: AsyncAnthropic, batch: MessageBatch) -> None:
    """Cancel a batch that nobody waits for any more; if that fails, it ends by itself within a day."""
    try:
        async with asyncio.timeout(5):
            await client.messages.batches.cancel(batch.id)
    except (AnthropicError, TimeoutError):
        return


def _answer(request: Request, result: MessageBatchIndividualResponse) -> Answer | NoAnswer | None:
    """Read one result; `None` for what errored, expired or was canceled: it cost nothing and may be asked singly."""
    match result:  # the SDK does not check what it reads
        case MessageBatchIndividualResponse(
            result=MessageBatchSucceededResult(message=Message(content=list(), usage=MessageUsage() as used) as message)
        ):
            pass
        case _:
            return None
    usage = Usage(
        used.input_tokens or 0,
        used.output_tokens or 0,
        used.cache_creation_input_tokens or 0,
        used.cache_read_input_tokens or 0,
    )
    match message.stop_reason:
        case "refusal":
            return NoAnswer("the model refuses to answer", usage=usage, answered=True)
        case "max_tokens":
            too_long = f"It was cut off after {request.max_tokens} tokens; give a shorter one."
            return NoAnswer("the answer is not complete", usage=usage, feedback=(too_long,), answered=True)
    try:
        return Answer(request.schema.model_validate_json(_text(message), strict=True), request.model, usage)
    except ValidationError as error:
        reason = misfit(error)
        return NoAnswer(reason, usage=usage, feedback=(reason,), answered=True)


def _text(message: Message) -> str:
    return next((str(block.text) for block in reversed(message.content) if isinstance(block, TextBlock)), "")

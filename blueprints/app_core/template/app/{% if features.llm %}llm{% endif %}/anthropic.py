"""Claude, through the official SDK (an extra: `pip install anthropic`)."""

from typing import Any

from app.llm.types import (
    Completion,
    LlmInvalidAnswerError,
    LlmNotInstalledError,
    LlmRefusedError,
    LlmRequest,
    LlmUnavailableError,
    OutputT,
    explain_status,
)


class AnthropicProvider:
    """Answers with the JSON schema mode of the Messages API."""

    name = "anthropic"

    def __init__(self, *, api_key: str | None, model: str, max_tokens: int, client: Any = None) -> None:
        try:
            import anthropic  # noqa: PLC0415 - only needed when it is chosen
        except ImportError as error:
            raise LlmNotInstalledError("LLM_PROVIDER=anthropic needs the extra: pip install anthropic") from error
        self.model = model
        self._sdk: Any = anthropic
        self._max_tokens = max_tokens
        # Retries are the client's work, which also writes each of them down.
        self._client: Any = client or anthropic.AsyncAnthropic(api_key=api_key, max_retries=0)

    async def complete(self, request: LlmRequest[OutputT]) -> Completion:
        """Ask once. Raises `LlmError`."""
        schema = self._sdk.transform_schema(request.output)
        try:
            message = await self._client.messages.create(
                model=self.model,
                max_tokens=self._max_tokens,
                system=request.system,
                messages=[{"role": "user", "content": request.prompt}],
                output_config={"format": {"type": "json_schema", "schema": schema}},
            )
        except self._sdk.APIConnectionError as error:
            raise LlmUnavailableError("The model cannot be reached.") from error
        except self._sdk.APIStatusError as error:
            raise explain_status(error.status_code) from error
        if message.stop_reason == "refusal":
            raise LlmRefusedError("The model declined to answer.")
        if message.stop_reason == "max_tokens":
            raise LlmInvalidAnswerError(f"The answer was cut off at {self._max_tokens} tokens.")
        text = "".join(block.text for block in message.content if block.type == "text")
        return Completion(text, message.usage.input_tokens, message.usage.output_tokens)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

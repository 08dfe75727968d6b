"""OpenAI and servers that speak its protocol, through the official SDK (an extra: `pip install openai`)."""

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


class OpenAIProvider:
    """Answers with the JSON schema mode of chat completions, which local servers know as well."""

    name = "openai"

    def __init__(
        self,
        *,
        api_key: str | None,
        model: str,
        max_tokens: int,
        base_url: str | None = None,
        client: Any = None,
    ) -> None:
        try:
            import openai  # noqa: PLC0415 - only needed when it is chosen
        except ImportError as error:
            raise LlmNotInstalledError("LLM_PROVIDER=openai needs the extra: pip install openai") from error
        self.model = model
        self._sdk: Any = openai
        self._max_tokens = max_tokens
        # Retries are the client's work, which also writes each of them down.
        self._client: Any = client or openai.AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0)

    async def complete(self, request: LlmRequest[OutputT]) -> Completion:
        """Ask once. Raises `LlmError`."""
        schema = {"name": request.output.__name__, "schema": request.output.model_json_schema()}
        try:
            answer = await self._client.chat.completions.create(
                model=self.model,
                max_completion_tokens=self._max_tokens,
                messages=[
                    {"role": "system", "content": request.system},
                    {"role": "user", "content": request.prompt},
                ],
                response_format={"type": "json_schema", "json_schema": schema},
            )
        except self._sdk.APIConnectionError as error:
            raise LlmUnavailableError("The model cannot be reached.") from error
        except self._sdk.APIStatusError as error:
            raise explain_status(error.status_code) from error
        return self._completion(answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _completion(self, answer: Any) -> Completion:
        choice = answer.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise LlmRefusedError("The model declined to answer.")
        if choice.finish_reason == "length":
            raise LlmInvalidAnswerError(f"The answer was cut off at {self._max_tokens} tokens.")
        return Completion(choice.message.content or "", answer.usage.prompt_tokens, answer.usage.completion_tokens)

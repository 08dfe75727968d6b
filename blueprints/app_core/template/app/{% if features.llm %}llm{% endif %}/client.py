"""The client that agents use: retries, a time limit, validated answers, and a row in the ledger for every call."""

import asyncio
import logging
from decimal import Decimal

from pydantic import ValidationError

from app.core.database import Database
from app.core.settings import Settings
from app.llm import ledger
from app.llm.prices import cost_usd
from app.llm.providers import make_provider
from app.llm.types import Completion, LlmInvalidAnswerError, LlmProvider, LlmRequest, LlmResponse, OutputT
from app.observability.metrics import LLM_SECONDS, LLM_TOKENS
from app.utilities.errors import CircuitBreaker, Escalator, Recovery, RetryPolicy
from app.utilities.logging import Timing, redact_text, timed

logger = logging.getLogger(__name__)

MAX_ERROR_LENGTH = 2_000


class LlmClient:
    """Asks one provider. After several failures in a row it stops asking for a while (`CircuitOpenError`)."""

    def __init__(
        self,
        provider: LlmProvider,
        database: Database,
        *,
        policy: RetryPolicy | None = None,
        timeout_seconds: float = 60.0,
        escalator: Escalator | None = None,
    ) -> None:
        self.provider = provider
        self._database = database
        self._timeout_seconds = timeout_seconds
        self._recovery = Recovery(
            "llm", policy or RetryPolicy(), CircuitBreaker(f"llm {provider.name}"), escalator
        )

    @classmethod
    def from_settings(cls, settings: Settings, database: Database, escalator: Escalator) -> "LlmClient":
        """Return the client that the settings describe. Raises `LlmNotInstalledError`."""
        policy = RetryPolicy(attempts=settings.llm_attempts, base_seconds=0.5)
        timeout = settings.llm_timeout_seconds
        return cls(make_provider(settings), database, policy=policy, timeout_seconds=timeout, escalator=escalator)

    async def complete(self, request: LlmRequest[OutputT]) -> LlmResponse[OutputT]:
        """Return an answer that fits `request.output`.

        Raises `LlmError`, `CircuitOpenError` or `TimeoutError` once the attempts are used up.
        """
        return await self._recovery.run(lambda: self._ask(request), purpose=request.purpose)

    async def aclose(self) -> None:
        """Close the provider's connections."""
        await self.provider.aclose()

    async def _ask(self, request: LlmRequest[OutputT]) -> LlmResponse[OutputT]:
        completion = Completion("", 0, 0)
        error: Exception | None = None
        with timed("llm.complete", logger=logger, slow_ms=30_000, purpose=request.purpose) as timing:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    completion = await self.provider.complete(request)
                output = _parse(request.output, completion.text)
            except Exception as caught:  # noqa: BLE001 - every failed call is in the ledger, then raised
                error = caught
        cost = cost_usd(self.provider.model, completion.input_tokens, completion.output_tokens)
        await self._account(request, completion, cost, timing, error)
        if error is not None:
            raise error
        return LlmResponse(output, completion.input_tokens, completion.output_tokens, self.provider.model, cost)

    async def _account(
        self,
        request: LlmRequest[OutputT],
        completion: Completion,
        cost: Decimal,
        timing: Timing,
        error: Exception | None,
    ) -> None:
        model = self.provider.model
        LLM_SECONDS.labels(model, "error" if error else "ok").observe(timing.milliseconds / 1_000)
        LLM_TOKENS.labels(model, "input").inc(completion.input_tokens)
        LLM_TOKENS.labels(model, "output").inc(completion.output_tokens)
        entry = ledger.Entry(
            provider=self.provider.name,
            model=model,
            purpose=request.purpose,
            input_tokens=completion.input_tokens,
            output_tokens=completion.output_tokens,
            cost_usd=cost,
            latency_ms=round(timing.milliseconds),
            error=redact_text(f"{type(error).__name__}: {error}")[:MAX_ERROR_LENGTH] if error else None,
        )
        await ledger.write(self._database, entry)


def _parse(output: type[OutputT], text: str) -> OutputT:
    try:
        return output.model_validate_json(text)
    except ValidationError as error:
        # Without the rejected text, which may quote what people wrote.
        problems = error.errors(include_input=False, include_url=False)
        raise LlmInvalidAnswerError(f"the answer does not fit {output.__name__}: {problems}") from error

"""Which provider the settings name. The packages of the others are not needed and not imported."""

from pydantic import SecretStr

from app.core.settings import Settings
from app.llm.offline import OfflineProvider
from app.llm.types import LlmProvider


def make_provider(settings: Settings) -> LlmProvider:
    """Return the provider of `settings.llm_provider`. Raises `LlmNotInstalledError` if it is an extra that is missing."""
    match settings.llm_provider:
        case "anthropic":
            from app.llm.anthropic import AnthropicProvider  # noqa: PLC0415 - the package behind it is an extra

            return AnthropicProvider(
                api_key=_reveal(settings.anthropic_api_key),
                model=settings.llm_model or "claude-haiku-5-5",
                max_tokens=settings.llm_max_tokens,
            )
        case "openai":
            from app.llm.openai import OpenAIProvider  # noqa: PLC0415 - the package behind it is an extra

            return OpenAIProvider(
                api_key=_reveal(settings.openai_api_key),
                model=settings.llm_model or "gpt-5-mini",
                max_tokens=settings.llm_max_tokens,
                base_url=settings.openai_base_url,
            )
        case "offline":
            return OfflineProvider()


def _reveal(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None

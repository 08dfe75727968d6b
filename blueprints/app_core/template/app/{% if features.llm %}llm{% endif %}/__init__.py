"""Language models: what is asked and answered, who answers, and what it cost."""

from app.llm.client import LlmClient
from app.llm.types import LlmError, LlmProvider, LlmRequest, LlmResponse

__all__ = ["LlmClient", "LlmError", "LlmProvider", "LlmRequest", "LlmResponse"]

"""A server that speaks as OpenAI's chat completions do, for models of other providers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.support.sockets import HttpServer, Reply, Sent, as_json


class ChatApi(HttpServer):
    """Answers with what `says` gives for a body: data, or a reply."""

    def __init__(self, says: Callable[[dict[str, Any]], Any], key: str = "") -> None:
        super().__init__()
        self._says = says
        self._key = key

    @property
    def environ(self) -> dict[str, str]:
        """What the environment of a client must say."""
        return {"OPENAI_BASE_URL": f"{self.url}/v1", "OPENAI_API_KEY": self._key}

    def reply(self, sent: Sent) -> Reply:
        """Answer as the API does."""
        if sent.path != "/v1/chat/completions":
            return as_json({"error": {"message": "Not Found", "type": "invalid_request_error"}}, 404)
        if self._key and sent.headers.get("authorization") != f"Bearer {self._key}":
            return as_json({"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}, 401)
        said = self._says(sent.body)
        if isinstance(said, Reply):
            return said
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": json.dumps(said)},
        }
        usage = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
        completion = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": sent.body["model"]}
        return as_json({**completion, "choices": [choice], "usage": usage})

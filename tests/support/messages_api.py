"""The Messages API on a real socket, as strict as the real one: what it refuses is refused, and everything is counted.

A test scripts what comes back: `Says` and the other answers, one per question, the last one for ever; or a function of
the body that gives one. See https://platform.claude.com/docs/en/api/messages and …/message-batches.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from tests.support.sockets import HttpServer, Reply, Sent, as_json

KEY: Final = "sk-ant-test"
_UNSUPPORTED: Final = frozenset(
    "minLength maxLength pattern minimum maximum exclusiveMinimum maxItems multipleOf".split()
)


@dataclass(frozen=True, slots=True)
class Says:
    """A message; `data` is written as JSON, `text` as it is."""

    data: Any = None
    text: str | None = None
    stop_reason: str = "end_turn"
    output_tokens: int = 50
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Fails:
    """An error as the API writes it."""

    status: int
    type: str = "api_error"
    message: str = "It went wrong."
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ends:
    """A part of a batch that came to nothing: `expired` or `canceled`."""

    type: str = "expired"


What: TypeAlias = Says | Fails | Ends | Reply
Script: TypeAlias = Callable[[dict[str, Any]], What]

HANGS: Final = Reply(hang=True)
RESETS: Final = Reply(reset=True)
HTML: Final = Reply(content=b"<html><body>Please sign in to the network.</body></html>", content_type="text/html")
REFUSES: Final = Says(text="I cannot help with that.", stop_reason="refusal")


def in_turn(*answers: What) -> Script:
    """Give the answers one by one, and the last one for ever."""
    left = list(answers)

    def script(_: dict[str, Any]) -> What:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


class RefusedError(Exception):
    """The request is one that the API does not take: status, type, and text."""

    def __init__(self, status: int, type_: str, message: str) -> None:
        super().__init__(message)
        self.reply = _error(status, type_, message)


class MessagesApi(HttpServer):
    """The server. `polls` is how often a batch is looked at before it has ended."""

    def __init__(self, script: Script | What, *, key: str = KEY, polls: int = 2) -> None:
        super().__init__()
        self.script: Script = script if callable(script) else in_turn(script)
        self.polls = polls
        self.schemas: list[dict[str, Any]] = []
        self.instead: dict[str, Reply] = {}
        """Replies by the end of a path, to be given in place of what the API would say."""
        self._key = key
        self._cached: set[str] = set()
        self._batches: dict[str, _Batch] = {}

    @property
    def environ(self) -> dict[str, str]:
        """What the environment of a client must say."""
        return {"ANTHROPIC_API_KEY": self._key, "ANTHROPIC_BASE_URL": self.url}

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The bodies that were sent to be answered at once."""
        return [sent.body for sent in self.requests if sent.path.endswith("/v1/messages")]

    def reply(self, sent: Sent) -> Reply:
        """Answer as the API does."""
        if instead := [reply for end, reply in self.instead.items() if sent.path.endswith(end)]:
            return instead[0]
        try:
            given = sent.headers.get("x-api-key") or sent.headers.get("authorization", "").removeprefix("Bearer ")
            if given != self._key:
                raise RefusedError(401, "authentication_error", "invalid x-api-key")
            if "anthropic-version" not in sent.headers:
                raise RefusedError(400, "invalid_request_error", "anthropic-version: header is required")
            match sent.method, sent.path.removeprefix("/v1/messages").strip("/").split("/"):
                case "POST", [""]:
                    return self._message(sent.body)
                case "POST", ["batches"]:
                    return self._create(sent.body)
                case "GET", ["batches", name] if name in self._batches:
                    return as_json(self._batches[name].look())
                case "GET", ["batches", name, "results"] if name in self._batches:
                    return self._results(self._batches[name])
                case "POST", ["batches", name, "cancel"] if name in self._batches:
                    return as_json(self._batches[name].cancel())
            raise RefusedError(404, "not_found_error", "Not found")
        except RefusedError as refused:
            return refused.reply

    def _message(self, body: dict[str, Any]) -> Reply:
        check(body)
        self.schemas.append(body["output_config"]["format"]["schema"])
        match self.script(body):
            case Reply() as reply:
                return reply
            case Fails() as fails:
                return replace(_error(fails.status, fails.type, fails.message), headers=fails.headers)
            case Says() as says:
                message = self._said(says, body)
                reply = _events(message) if body.get("stream") else as_json(message, request_id="req_1")
                return replace(reply, delay=says.delay)
            case Ends():
                raise AssertionError("only a part of a batch can end like this")

    def _said(self, says: Says, body: dict[str, Any]) -> dict[str, Any]:
        text = says.text if says.text is not None else json.dumps(says.data)
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [{"type": "text", "text": text}],
            "stop_reason": says.stop_reason,
            "stop_sequence": None,
            "usage": {**self._tokens(body), "output_tokens": says.output_tokens},
        }

    def _tokens(self, body: dict[str, Any]) -> dict[str, int]:
        """Count four characters as a token; what stands before a cache mark is written once and then read."""
        blocks = body.get("system", [])
        marked = max((index + 1 for index, block in enumerate(blocks) if "cache_control" in block), default=0)
        prefix = body["model"] + "".join(block["text"] for block in blocks[:marked])
        known = prefix in self._cached
        self._cached.add(prefix)
        whole = len(json.dumps([blocks, body["messages"]])) // 4
        cached = len(prefix) // 4 if marked else 0
        return {
            "input_tokens": max(whole - cached, 1),
            "cache_creation_input_tokens": 0 if known else cached,
            "cache_read_input_tokens": cached if known else 0,
        }

    def _create(self, body: dict[str, Any]) -> Reply:
        names = [part["custom_id"] for part in body["requests"]]
        if not names or len(set(names)) < len(names) or not all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", n) for n in names):
            raise RefusedError(400, "invalid_request_error", "requests: custom_id must be unique and match the pattern")
        results = [{"custom_id": part["custom_id"], "result": self._part(part["params"])} for part in body["requests"]]
        batch = _Batch(f"msgbatch_{len(self._batches)}", self.url, results, self.polls)
        self._batches[batch.name] = batch
        return as_json(batch.state())

    def _part(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            check(params)
        except RefusedError as refused:
            return {"type": "errored", "error": json.loads(refused.reply.content)}
        match self.script(params):
            case Says() as says:
                return {"type": "succeeded", "message": self._said(says, params)}
            case Fails() as fails:
                error = {"type": "error", "error": {"type": fails.type, "message": fails.message}, "request_id": "r"}
                return {"type": "errored", "error": error}
            case Ends() as ends:
                return {"type": ends.type}
            case Reply():
                raise AssertionError("a part of a batch is a message, an error, or comes to nothing")

    @staticmethod
    def _results(batch: _Batch) -> Reply:
        if batch.status != "ended":
            raise RefusedError(404, "not_found_error", "The batch has no results yet.")
        lines = [json.dumps(result) for result in reversed(batch.results)]  # any order is allowed
        return Reply(content="\n".join([*lines, ""]).encode(), content_type="application/x-jsonl")


class _Batch:
    def __init__(self, name: str, url: str, results: list[dict[str, Any]], polls: int) -> None:
        self.name = name
        self.results = results
        self.status = "in_progress"
        self._url = url
        self._left = polls

    def look(self) -> dict[str, Any]:
        self._left -= 1
        if self._left <= 0:
            self.status = "ended"
        return self.state()

    def cancel(self) -> dict[str, Any]:
        self.status = "canceling"
        self._left = 1
        self.results = [{**result, "result": {"type": "canceled"}} for result in self.results]
        return self.state()

    def state(self) -> dict[str, Any]:
        ended = self.status == "ended"
        counts = dict.fromkeys(["processing", "succeeded", "errored", "canceled", "expired"], 0)
        for result in self.results:
            counts[result["result"]["type"] if ended else "processing"] += 1
        return {
            "id": self.name,
            "type": "message_batch",
            "processing_status": self.status,
            "request_counts": counts,
            "created_at": "2026-11-21T12:00:00Z",
            "expires_at": "2026-11-22T12:00:00Z",
            "ended_at": "2026-11-21T12:01:00Z" if ended else None,
            "results_url": f"{self._url}/v1/messages/batches/{self.name}/results" if ended else None,
        }


def check(body: dict[str, Any]) -> None:
    """See that the API would take the body.

    Raises:
        RefusedError: it would not; status and text are like its own.
    """
    for problem in _problems(body):
        raise RefusedError(400, "invalid_request_error", problem)


def _problems(body: dict[str, Any]) -> Iterator[str]:
    if "tools" in body or "tool_choice" in body:
        yield "tool_choice: tool use is not supported by this model"
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            yield f"{name}: this parameter is not supported by this model"
    if not isinstance(body.get("max_tokens"), int):
        yield "max_tokens: Field required"
    messages = body.get("messages") or [{}]
    if messages[0].get("role") != "user":
        yield "messages: first message must use the user role"
    if messages[-1].get("role") == "assistant":
        yield "This model does not support assistant message prefill."
    blocks = body.get("system", [])
    if any(not block["text"].strip() for block in blocks):
        yield "system: text content blocks must contain non-whitespace text"
    if sum("cache_control" in block for block in blocks) > 4:
        yield "A maximum of 4 blocks with cache_control may be provided."
    wanted = body.get("output_config", {}).get("format", {})
    if wanted.get("type") != "json_schema" or "schema" not in wanted:
        yield "output_config.format: this server wants a schema with every question"
    else:
        yield from _of_schema(wanted["schema"])


def _of_schema(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _of_schema(one)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield "output_config.format.schema: 'additionalProperties' must be explicitly set to false"
    for name, value in schema.items():
        if name in _UNSUPPORTED and not isinstance(value, dict):
            yield f"output_config.format.schema: property '{name}' is not supported"
        yield from _of_schema(value)


def _error(status: int, type_: str, message: str) -> Reply:
    return as_json({"type": "error", "error": {"type": type_, "message": message}, "request_id": "req_1"}, status)


def _events(message: dict[str, Any]) -> Reply:
    """Write a message as server-sent events."""
    [block] = message["content"]
    usage = message["usage"]
    events = [
        {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": block["text"][at : at + 9]},
            }
            for at in range(0, len(block["text"]), 9)
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
            "usage": usage,
        },
        {"type": "message_stop"},
    ]
    content = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return Reply(content=content.encode(), content_type="text/event-stream")

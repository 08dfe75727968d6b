"""A provider that needs no network and no key: the same question always gets the same, valid answer."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from app.llm.types import Completion, LlmRequest, OutputT

_WORD = re.compile(r"[^\W\d_]{3,}")
_DEFAULT_STRING_LENGTH = 400
_DEFAULT_SPAN = 100
_LABEL_LENGTH = 60


class OfflineProvider:
    """Builds an answer from the output model's JSON schema and the words of the prompt.

    It understands nothing; it is there so that everything around a model can be run and tested without one.
    """

    name = "offline"

    def __init__(self, model: str = "offline-1") -> None:
        self.model = model

    async def complete(self, request: LlmRequest[OutputT]) -> Completion:
        """Return JSON that follows the schema of `request.output`."""
        answer = answer_from_schema(request.output.model_json_schema(), request.prompt, request.purpose)
        text = json.dumps(answer, ensure_ascii=False)
        return Completion(text, _count_tokens(request.system + request.prompt), _count_tokens(text))

    async def aclose(self) -> None:
        """Nothing to close."""


def answer_from_schema(schema: Mapping[str, Any], prompt: str, seed: str = "") -> Any:
    """Return a JSON value that follows `schema`, chosen by a hash of `prompt` and `seed`."""
    return _Answer(schema.get("$defs", {}), prompt, seed).value(schema, "$")


def _count_tokens(text: str) -> int:
    return max(1, len(text) // 4)


class _Answer:
    def __init__(self, definitions: Mapping[str, Any], prompt: str, seed: str) -> None:
        self._definitions = definitions
        self._words = list(dict.fromkeys(_WORD.findall(prompt))) or ["nothing"]
        self._seed = f"{seed}\0{prompt}".encode()

    def value(self, schema: Mapping[str, Any], path: str) -> Any:
        """Return a value for the schema at `path`."""
        schema = self._resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][self._number(path) % len(schema["enum"])]
        makers = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._integer,
            "number": self._integer,
            "boolean": lambda _schema, at: self._number(at) % 2 == 0,
        }
        make = makers.get(str(schema.get("type")))
        return make(schema, path) if make else None

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in schema:
            return self._resolve(self._definitions[schema["$ref"].rsplit("/", 1)[1]])
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                options = [self._resolve(option) for option in schema[key]]
                return next((option for option in options if option.get("type") != "null"), options[0])
        return schema

    def _number(self, path: str) -> int:
        return int.from_bytes(hashlib.sha256(self._seed + path.encode()).digest()[:8])

    def _object(self, schema: Mapping[str, Any], path: str) -> dict[str, Any]:
        return {name: self.value(part, f"{path}.{name}") for name, part in schema.get("properties", {}).items()}

    def _array(self, schema: Mapping[str, Any], path: str) -> list[Any]:
        low = schema.get("minItems", 0)
        high = min(schema.get("maxItems", low + 2), max(low, 3))
        count = max(low, 1 + self._number(path) % 2) if high else 0
        return [self.value(schema.get("items", {}), f"{path}[{index}]") for index in range(min(count, high))]

    def _integer(self, schema: Mapping[str, Any], path: str) -> int:
        low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + _DEFAULT_SPAN + 1) - 1)
        return int(low + self._number(path) % max(1, int(high) - int(low) + 1))

    def _string(self, schema: Mapping[str, Any], path: str) -> str:
        example = self._formatted(schema.get("format", ""), path) or self._patterned(schema, path)
        return example if example is not None else self._sentence(schema, path)

    def _formatted(self, name: str, path: str) -> str | None:
        number = self._number(path)
        day, digest = f"2024-01-{number % 28 + 1:02}", f"{number:032x}"[-32:]
        return {
            "date": day,
            "date-time": f"{day}T12:00:00Z",
            "time": "12:00:00",
            "duration": f"PT{number % 60}M",
            "email": f"{self._words[0].lower()}@example.com" if self._words[0].isascii() else "someone@example.com",
            "uri": f"https://example.com/{digest[:8]}",
            "uuid": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:]}",
        }.get(name)

    def _patterned(self, schema: Mapping[str, Any], path: str) -> str | None:
        """Return digits for the patterns that decimals and big integers are published with."""
        if "[0-9]" not in schema.get("pattern", ""):
            return None
        return str(self._number(path) % 10)

    def _sentence(self, schema: Mapping[str, Any], path: str) -> str:
        low, high = schema.get("minLength", 0), schema.get("maxLength", _DEFAULT_STRING_LENGTH)
        start = self._number(path) % len(self._words)
        words = self._words[start:] + self._words[:start]
        # Short fields, such as labels, get one word; long ones a sentence.
        text = words[0].lower() if high <= _LABEL_LENGTH else " ".join(words[:24]) + "."
        return text[:high].ljust(low, ".")

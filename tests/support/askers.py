"""Who is asked instead of a language model: in this process, with answers that the tests know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scaffolder_fills.cost import Usage
from scaffolder_fills.request import Answer, Request

USAGE = Usage(input=100, output=20)
DOCSTRING = {"summary": "Said by a test", "details": []}
SECTION = {"blocks": [{"kind": "paragraph", "lines": ["Said by a test."]}]}
TEXT = {"text": "Said by a test."}


def any_good_answer(request: Request) -> Any:
    """Give data that fits the schema: a few words for prose, a body that does nothing, the least of all else."""
    known: dict[str, Any] = {"Docstring": DOCSTRING, "Section": SECTION, "Text": TEXT, "PythonBody": {"code": "pass"}}
    schema = request.schema.model_json_schema()
    return known.get(request.schema.__name__) or least(schema, schema.get("$defs", {}))


def least(schema: Mapping[str, Any], named: Mapping[str, Any]) -> Any:
    """Give the smallest value that a JSON Schema allows, of those that the kinds use."""
    if "$ref" in schema:
        return least(named[schema["$ref"].rpartition("/")[2]], named)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return least(schema["anyOf"][0], named)
    match schema.get("type"):
        case "object":
            return {name: least(one, named) for name, one in schema.get("properties", {}).items()}
        case "array":
            return [least(schema["items"], named)] * schema.get("minItems", 0)
        case "string":
            return "said by a test"[: schema.get("maxLength")]
        case "integer" | "number":
            return max(schema.get("minimum", 0), 0)
        case "boolean":
            return True
        case other:
            raise AssertionError(f"no value is known for {other!r}")


class Told:
    """Answers with what `answers` has for a slot, or else with what `other` gives; keeps all requests."""

    def __init__(
        self,
        answers: Mapping[str, Any],
        other: Callable[[Request], Any] = any_good_answer,
    ) -> None:
        self._answers = answers
        self._other = other
        self.asked: list[Request] = []

    async def ask(self, request: Request) -> Answer:
        """Give the data of a slot as an answer; an exception among the answers is raised."""
        self.asked.append(request)
        given = self._answers.get(request.slot)
        if isinstance(given, list):
            given = given[sum(one.slot == request.slot for one in self.asked) - 1]
        if isinstance(given, BaseException):
            raise given
        data = given if given is not None else self._other(request)
        return Answer(request.schema.model_validate(data), request.model, USAGE)

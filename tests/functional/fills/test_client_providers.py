"""Models of other providers, and what the server of the tests takes and refuses itself."""

from __future__ import annotations

import asyncio
from typing import Any

import anthropic
import jsonschema
import pytest
from scaffolder_fills.client import Client, ClientSettings
from scaffolder_fills.fill import fill_slots
from scaffolder_fills.prompt import Job

from tests.support.asking import CHEAP, GOOD, run
from tests.support.chat_api import ChatApi
from tests.support.messages_api import MessagesApi, Says
from tests.support.sockets import Reply, as_json
from tests.unit.fills.test_kinds import GOOD as GOOD_DATA
from tests.unit.fills.test_kinds import place_of

LOCAL = "openai/smollm2-135m"
SCHEMA = {"type": "object", "properties": {"code": {"type": "string"}}, "additionalProperties": False}
BODY: dict[str, Any] = {
    "model": CHEAP,
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Say it."}],
    "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
}


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load the SDKs, which takes seconds, before anything is timed."""
    Client(ClientSettings({"OPENAI_API_KEY": "k"})).connect(LOCAL)


def test_a_local_server_needs_an_address_and_no_key() -> None:
    with ChatApi(lambda body: GOOD.data) as api:
        ran = run(api.environ, count=2, models=(LOCAL,))
    assert ran.states == ["filled"] * 2
    [first, _] = [sent.body for sent in api.requests]
    assert first["model"] == "smollm2-135m"
    assert first["response_format"]["type"] == "json_schema"
    assert "tools" not in first
    assert "temperature" not in first
    [outcome, _] = ran.done.outcomes
    assert (outcome.usage.input, outcome.usage.output, outcome.usd) == (100, 7, None), "its price is not known"


def test_an_answer_that_does_not_fit_is_asked_for_again() -> None:
    answers = [GOOD.data, {"text": "no"}]
    with ChatApi(lambda body: answers.pop()) as api:
        [outcome] = run(api.environ, models=(LOCAL,)).done.outcomes
    assert (outcome.state, len(api.requests), outcome.usage.output) == ("filled", 2, 14)


@pytest.mark.parametrize(
    ("reply", "state", "requests", "reason"),
    [
        ({"text": "no"}, "failed", 2, "does not fit the schema"),
        (as_json({"error": {"code": "insufficient_quota"}}, 429), "static", 3, "no credit left (429)"),
        (as_json({"error": {"message": "no"}}, 500), "failed", 3, "the provider has trouble (500)"),
        (Reply(content=b" " * 10_000_000), "failed", 1, "larger than 1000000 bytes"),
        (Reply(content=b"<html></html>", content_type="text/html"), "failed", 2, "could not be read"),
        (Reply(reset=True), "failed", 3, "closed the connection"),
        (Reply(hang=True), "failed", 1, "no answer within 2 s"),
        (as_json({"error": {"message": "no"}}, 429, retry_after="3600"), "failed", None, ""),
    ],
    ids=["invalid", "no quota", "error", "large", "HTML", "reset", "hangs", "a long wait"],
)
def test_what_another_provider_does(reply: Any, state: str, requests: int | None, reason: str) -> None:
    with ChatApi(lambda body: reply) as api:
        ran = run(api.environ, models=(LOCAL,), timeout=6.0 if state == "static" or requests == 3 else 2.0)
    assert ran.states == [state], ran.reasons
    assert requests is None or len(api.requests) == requests
    assert reason in ran.reasons[0]
    assert ran.seconds < 10
    assert ran.works()


def test_a_wrong_key() -> None:
    with ChatApi(lambda body: GOOD.data, key="right") as api:
        ran = run({**api.environ, "OPENAI_API_KEY": "wrong"}, models=(LOCAL,))
    assert (ran.states, ran.reasons) == (["static"], ["the provider does not accept the key (401)"])


def test_a_provider_whose_package_is_missing() -> None:
    ran = run({}, models=("mistral/mistral-small",))
    assert ran.states == ["static"]
    assert "mistral" in ran.reasons[0]
    ran = run({}, models=("nobody/nothing",))
    assert "Unsupported provider: nobody" in ran.reasons[0]


def test_a_budget_needs_a_price() -> None:
    with ChatApi(lambda body: GOOD.data) as api:
        ran = run(api.environ, models=(LOCAL,), budget=1.0)
    assert (ran.states, api.requests) == (["static"], [])
    assert ran.reasons == [f"the price of {LOCAL} is not known, so a budget cannot be kept"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"temperature": 0}, "temperature"),
        ({"top_p": 1}, "top_p"),
        ({"tools": [], "tool_choice": {"type": "tool", "name": "x"}}, "tool use is not supported"),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "{"}]}, "prefill"),
        ({"output_config": {}}, "output_config.format"),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}, "additionalProperties"),
    ],
    ids=["temperature", "top_p", "tools", "prefill", "no schema", "open schema"],
)
def test_the_server_refuses_what_the_real_one_refuses(changes: dict[str, Any], said: str) -> None:
    with MessagesApi(GOOD) as api:
        client = anthropic.Anthropic(api_key=api.environ["ANTHROPIC_API_KEY"], base_url=api.url)
        with client, pytest.raises(anthropic.BadRequestError, match=said):
            client.post("/v1/messages", body={**BODY, **changes}, cast_to=object)


@pytest.mark.parametrize("case", GOOD_DATA)
def test_the_schema_of_every_kind_is_one_that_the_api_takes(case: str) -> None:
    kind, path, source, options, data, _ = GOOD_DATA[case]
    place = place_of(path, source, options)
    job = Job(place, kind, "Write it.")
    with MessagesApi(Says(data)) as api:
        done = fill_slots(
            [job],
            {path: source},
            "shared",
            asker=Client(ClientSettings(api.environ)),
            check=lambda path, text: [],
            entries={},
        )
        [outcome] = asyncio.run(done).outcomes
    assert outcome.state == "filled", outcome
    jsonschema.validate(data, api.schemas[0])


def test_the_server_streams() -> None:
    async def streamed(api: MessagesApi) -> str:
        async with (
            anthropic.AsyncAnthropic(api_key=api.environ["ANTHROPIC_API_KEY"], base_url=api.url) as client,
            client.messages.stream(**BODY) as stream,
        ):
            return await stream.get_final_text()

    with MessagesApi(GOOD) as api:
        assert asyncio.run(streamed(api)) == '{"code": "return [row for row in rows if row]"}'
        assert api.questions[0]["stream"] is True

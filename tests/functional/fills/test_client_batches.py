"""First questions as one batch, at half the price; what came to nothing is asked singly."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scaffolder_fills.client import Client, ClientSettings
from scaffolder_fills.cost import usd
from scaffolder_fills.fill import Filled, Settings, fill_slots

from tests.support.asking import CHEAP, GOOD, STRONG, WRONG, files, jobs, part_of, run
from tests.support.messages_api import HTML, KEY, REFUSES, Ends, Fails, MessagesApi, Says, What
from tests.support.sockets import Reply, as_json

QUICK = {"poll": (0.01, 0.05)}
CUT = Says(text='{"code": "ret', stop_reason="max_tokens")


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load the SDKs, which takes seconds, before anything is timed."""
    Client(ClientSettings({"ANTHROPIC_API_KEY": KEY})).connect(CHEAP)


def paths(api: MessagesApi) -> list[str]:
    """Give what was asked of the server, in short."""
    return [f"{sent.method} {sent.path.removeprefix('/v1/messages').strip('/')}".strip() for sent in api.requests]


def test_a_batch_answers_all_first_questions() -> None:
    with MessagesApi(GOOD, polls=3) as api:
        ran = run(api.environ, count=6, client=QUICK, batch=True)
    assert ran.states == ["filled"] * 6
    look, results = "GET batches/msgbatch_0", "GET batches/msgbatch_0/results"
    assert paths(api) == ["POST batches", look, look, look, look, results], "the SDK looks once more for the results"
    assert ran.works()
    for outcome in ran.done.outcomes:
        assert outcome.usd == usd(CHEAP, outcome.usage, batch=True)
        assert outcome.usd == pytest.approx((usd(CHEAP, outcome.usage) or 0) / 2)


def test_what_a_batch_sends_is_what_single_questions_send() -> None:
    with MessagesApi(GOOD) as api:
        run(api.environ, count=2, client=QUICK, batch=True)
        run(api.environ, count=2)
    parts = {part_of(part["params"]): part["params"] for part in api.requests[0].body["requests"]}
    for single in api.questions:
        part = parts[part_of(single)]
        *same, schema_in_words = single["system"]
        assert part == {**single, "system": same}
        assert "json_schema" in schema_in_words["text"]


def test_what_came_to_nothing_is_asked_singly() -> None:
    lost: dict[int, What] = {1: Ends("expired"), 2: Fails(529, "overloaded_error"), 4: Ends("canceled")}
    batched: set[int] = set()

    def script(body: dict[str, Any]) -> What:
        number = part_of(body)
        if number in batched:
            return GOOD
        batched.add(number)
        return lost.get(number, GOOD)

    with MessagesApi(script) as api:
        ran = run(api.environ, count=6, client=QUICK, batch=True)
    assert ran.states == ["filled"] * 6
    assert sorted(part_of(body) for body in api.questions) == [1, 2, 4]


@pytest.mark.parametrize(
    ("first", "told"),
    [(WRONG, "does not fit the schema: code: Field required"), (CUT, "It was cut off after 4000 tokens")],
    ids=["invalid", "cut off"],
)
def test_an_answer_that_cannot_be_used_is_asked_for_again_with_the_reason(first: Says, told: str) -> None:
    answers = [GOOD, first]
    with MessagesApi(lambda body: answers.pop()) as api:
        [outcome] = run(api.environ, client=QUICK, batch=True).done.outcomes
    assert outcome.state == "filled"
    [question] = api.questions
    assert told in question["messages"][0]["content"]
    assert outcome.usage.output == 100, "both are counted"


def test_a_refusal_goes_to_the_next_model() -> None:
    with MessagesApi(lambda body: GOOD if body["model"] == STRONG else REFUSES) as api:
        [outcome] = run(api.environ, models=(CHEAP, STRONG), client=QUICK, batch=True).done.outcomes
    assert (outcome.state, outcome.model) == ("filled", STRONG)
    assert [step.result for step in outcome.steps] == ["the model refuses to answer", "kept"]


def test_a_batch_that_takes_too_long_is_canceled_and_the_slots_are_asked_singly() -> None:
    with MessagesApi(GOOD, polls=10_000) as api:
        ran = run(api.environ, count=3, client={**QUICK, "batch_wait": 0.2}, batch=True)
    assert ran.states == ["filled"] * 3
    assert paths(api).count("POST batches/msgbatch_0/cancel") == 1
    assert len(api.questions) == 3


@pytest.mark.parametrize(
    ("end", "reply"),
    [
        ("/batches", HTML),
        ("/batches", as_json({"type": "error", "error": {"type": "not_found_error"}}, 404)),
        ("/batches", as_json({"type": "message_batch", "id": 7})),
        ("/batches/msgbatch_0", HTML),
        ("/batches/msgbatch_0", as_json({"type": "error", "error": {"type": "api_error"}}, 400)),
        ("/results", HTML),
        (
            "/results",
            Reply(content=b'{"custom_id": "slot-0"}\n{"custom_id": "slot-1", "result": {"type": "succeeded"}}\n'),
        ),
        ("/results", Reply(content=b'{"custom_id": "slot-0", "result": {"type": "succeeded", "message": 1}}\nno JSON')),
        ("/results", Reply(content=b" " * 30_000_000, content_type="application/x-jsonl")),
        ("/results", Reply(reset=True)),
    ],
)
def test_where_batches_do_not_work_all_slots_are_asked_singly(end: str, reply: Reply) -> None:
    with MessagesApi(GOOD) as api:
        api.instead[end] = reply
        ran = run(api.environ, count=3, client=QUICK, batch=True)
    assert ran.states == ["filled"] * 3
    assert len(api.questions) == 3
    assert ran.works()


def test_a_wrong_key_ends_it_all() -> None:
    with MessagesApi(GOOD) as api:
        ran = run({**api.environ, "ANTHROPIC_API_KEY": "other"}, count=3, client=QUICK, batch=True)
    assert (ran.states, len(api.requests)) == (["static"] * 3, 1)
    assert set(ran.reasons) == {"the provider does not accept the key (401)"}


def test_the_budget_bounds_the_batch() -> None:
    answer = Says({"code": "return rows[:9]"}, output_tokens=4_000)
    with MessagesApi(answer) as api:
        ran = run(api.environ, count=12, models=(STRONG,), concurrency=1, client=QUICK, batch=True, budget=0.25)
    assert 3 <= len(api.requests[0].body["requests"]) < 6, "at half the price, an answer costs 0.04 USD"
    assert ran.usd <= 0.25 + 0.0805
    assert "static" in ran.states


def test_an_interruption_cancels_the_batch() -> None:
    async def interrupted(api: MessagesApi) -> Filled:
        into = Filled({})
        task = asyncio.create_task(
            fill_slots(
                jobs(3), files(3), "shared", asker=Client(ClientSettings({**api.environ}, poll=(0.01, 0.05))),
                check=lambda path, text: [], entries={}, settings=Settings(batch=True), into=into,
            )
        )  # fmt: skip
        while not api.requests:  # noqa: ASYNC110 - the server is in another thread
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return into

    with MessagesApi(GOOD, polls=10_000) as api:
        done = asyncio.run(interrupted(api))
    assert done.files == files(3)
    assert paths(api)[-1] == "POST batches/msgbatch_0/cancel"


def test_a_second_run_sends_no_batch() -> None:
    with MessagesApi(GOOD) as api:
        first = run(api.environ, count=3, client=QUICK, batch=True)
        before = len(api.requests)
        second = run(api.environ, count=3, client=QUICK, batch=True, entries=first.done.entries)
        assert len(api.requests) == before
    assert second.states == ["replayed"] * 3

"""What a provider may do, end to end over real sockets: the state of the slot, the requests, the time, the money."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from scaffolder_fills.client import Client, ClientSettings, open_client, why_not
from scaffolder_fills.client.client import EXTRA
from scaffolder_fills.cost import usd
from scaffolder_fills.request import Unavailable

from tests.support.asking import CHEAP, GOOD, SHARED, STRONG, WRONG, Ran, part_of, run
from tests.support.messages_api import HANGS, HTML, KEY, REFUSES, RESETS, Fails, MessagesApi, Says, What, in_turn
from tests.support.sockets import Reply, as_json

BOMB = Reply(content=gzip.compress(b" " * 100_000_000, 1), headers={"content-encoding": "gzip"})
FUTURE = "Sat, 21 Nov 2999 12:00:00 GMT"
LIMITED = "rate_limit_error"
CUT = Says(text='{"code": "return', stop_reason="max_tokens")
NO_CREDIT = Fails(400, "invalid_request_error", "Your credit balance is too low to access the API.")


@dataclass(frozen=True)
class Case:
    """Answers for one slot and one model, and what is documented to come of them."""

    name: str
    answers: tuple[What, ...]
    state: str
    requests: int
    reason: str = ""
    within: float = 10.0
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Tell whether the model itself gave the answer that cannot be used."""
        return self.name in {"invalid for ever", "no JSON in the answer", "cut off", "refusal"}


CASES = [
    Case("success", (GOOD,), "filled", 1),
    Case("invalid then valid", (WRONG, GOOD), "filled", 2),
    Case("invalid for ever", (WRONG,), "failed", 2, "the answer does not fit the schema: code: Field required"),
    Case("no JSON in the answer", (Says(text="Sure! Here it is."),), "failed", 2, "does not fit the schema"),
    Case("text before and after the JSON", (Says(text='Sure: {"code": "return rows[:9]"} Bye.'),), "filled", 1),
    Case("nested too deeply", (Says(text="[" * 100_000),), "failed", 1, "could not be read (RecursionError)"),
    Case("a short wait", (Fails(429, LIMITED, headers={"retry-after": "1"}), GOOD), "filled", 2),
    Case("a long wait", (Fails(429, LIMITED, headers={"retry-after": "3600"}),), "static", 1, "to wait for 3600 s"),
    Case("a long wait in milliseconds", (Fails(429, LIMITED, headers={"retry-after-ms": "9e9"}),), "static", 1, "wait"),
    Case("a long wait by date", (Fails(429, LIMITED, headers={"retry-after": FUTURE}),), "static", 1, "wait for"),
    Case("a long wait of an overloaded one", (Fails(529, headers={"retry-after": "999"}),), "static", 1, "999 s (529)"),
    Case("a wait that is no number", (Fails(429, LIMITED, headers={"retry-after": "soon"}), GOOD), "filled", 2),
    Case("rate limit for ever", (Fails(429, LIMITED),), "failed", 3, "asked too often (429, rate_limit_error"),
    Case("overloaded", (Fails(529, "overloaded_error"),), "failed", 3, "has trouble (529, overloaded_error"),
    Case("overloaded once", (Fails(529, "overloaded_error"), GOOD), "filled", 2),
    Case("server error", (Fails(500),), "failed", 3, "has trouble (500"),
    Case("no answer", (HANGS,), "failed", 1, "no answer within 1 s", settings={"timeout": 1.0}),
    Case("reset", (RESETS,), "failed", 3, "closed the connection"),
    Case("reset once", (RESETS, GOOD), "filled", 2),
    Case("cut off", (CUT,), "failed", 2, "the answer is not complete after 16000 tokens"),
    Case("cut off once", (CUT, GOOD), "filled", 2),
    Case("refusal", (REFUSES,), "failed", 1, "the model refuses to answer"),
    Case("HTML", (HTML,), "failed", 1, "does not speak the Messages API (text/html)"),
    Case("other JSON", (as_json({"hello": "world"}),), "failed", 1, "does not speak the Messages API"),
    Case("broken JSON", (Reply(content=b'{"type": "mess'),), "failed", 1, "does not speak the Messages API"),
    Case("ten megabytes", (Says({"code": "x" * 10_000_000}),), "failed", 1, "larger than 1000000 bytes"),
    Case("ten megabytes of nothing", (Reply(content=b" " * 10_000_000),), "failed", 1, "larger than 1000000 bytes"),
    Case("a bomb", (BOMB,), "failed", 1, "larger than 62500 bytes"),
    Case("broken gzip", (Reply(content=b"{", headers={"content-encoding": "gzip"}),), "failed", 1, "does not speak"),
    Case("elsewhere", (Reply(302, headers={"location": "http://models.invalid/"}),), "failed", 1, "(302"),
    Case("no such model", (Fails(404, "not_found_error"),), "failed", 1, "no such model (404, not_found_error"),
    Case("bad request", (Fails(400, "invalid_request_error", "bad"),), "failed", 1, "refuses the request (400"),
    Case("no permission", (Fails(403, "permission_error"),), "static", 1, "does not accept the key (403)"),
    Case("no credit", (NO_CREDIT,), "static", 1, "the account has no credit left (400)"),
    Case("payment required", (Fails(402, "billing_error"),), "static", 1, "the account has no credit left (402)"),
]


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load the SDKs, which takes seconds, before anything is timed."""
    Client(ClientSettings({"ANTHROPIC_API_KEY": KEY, "OPENAI_API_KEY": KEY})).connect(CHEAP)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_provider_does(case: Case, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), MessagesApi(in_turn(*case.answers)) as api:
        ran = run(api.environ, **case.settings)
    [outcome] = ran.done.outcomes
    assert (outcome.state, len(api.requests)) == (case.state, case.requests), outcome
    assert case.reason in outcome.reason
    assert ran.seconds < case.within
    assert ran.works()
    said = capfd.readouterr()
    assert said.out + said.err + caplog.text == "", "nothing is printed, nothing is logged"
    for secret in (KEY, "secret-of-0", SHARED):
        assert secret not in repr(ran.done.outcomes)


@pytest.mark.parametrize("case", [case for case in CASES if case.state == "failed"], ids=lambda case: case.name)
def test_the_next_model_of_the_ladder_is_asked(case: Case) -> None:
    def script(body: dict[str, Any]) -> What:
        return GOOD if body["model"] == STRONG else answers(body)

    answers = in_turn(*case.answers)
    with MessagesApi(script) as api:
        ran = run(api.environ, models=(CHEAP, STRONG), **case.settings)
    assert (ran.states, len(api.requests)) == (["filled"], case.requests + 1)
    assert "Prefer the simplest answer" in api.questions[-1]["messages"][0]["content"]


@pytest.mark.parametrize("case", [case for case in CASES if case.state == "static"], ids=lambda case: case.name)
def test_when_asking_is_pointless_the_run_asks_nobody_else(case: Case) -> None:
    with MessagesApi(in_turn(*case.answers)) as api:
        ran = run(api.environ, count=5, models=(CHEAP, STRONG), concurrency=1)
    assert (ran.states, len(api.requests)) == (["static"] * 5, 1)
    assert all(case.reason in reason for reason in ran.reasons)


def test_a_wrong_key_stops_at_the_first_answers() -> None:
    with MessagesApi(GOOD) as api:
        ran = run({**api.environ, "ANTHROPIC_API_KEY": "sk-ant-other"}, count=9, concurrency=3)
    assert ran.states == ["static"] * 9
    assert len(api.requests) <= 3, "those that were under way"
    assert set(ran.reasons) == {"the provider does not accept the key (401)"}


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    ran = run({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": address}, count=3, models=(CHEAP, STRONG))
    assert ran.states == ["static"] * 3
    assert set(ran.reasons) == {"there is no connection to the provider"}
    assert ran.seconds < 5


def test_a_name_that_nobody_has() -> None:
    ran = run({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "http://models.invalid"}, count=2)
    assert ran.states == ["static"] * 2
    assert set(ran.reasons) == {"there is no connection to the provider"}


def test_no_key() -> None:
    ran = run({})
    assert ran.reasons == ["there is no key for anthropic: set ANTHROPIC_API_KEY"]
    assert ran.states == ["static"]
    with pytest.raises(Unavailable, match="set ANTHROPIC_API_KEY"):
        open_client(environ={})
    assert why_not([CHEAP], {"ANTHROPIC_API_KEY": KEY}) == ""
    assert why_not([CHEAP], {"OPENAI_API_KEY": KEY}) == "there is no key for anthropic: set ANTHROPIC_API_KEY"
    assert isinstance(open_client(environ={"OPENAI_API_KEY": KEY}), Client)


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"ANTHROPIC_API_KEY": " \n"}, "there is no key for anthropic: set ANTHROPIC_API_KEY"),
        ({"ANTHROPIC_API_KEY": "sk\nant"}, "ANTHROPIC_API_KEY is no key"),
        ({"ANTHROPIC_API_KEY": "sk-änt"}, "ANTHROPIC_API_KEY is no key"),
        ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "localhost:80"}, "ANTHROPIC_BASE_URL is no address"),
        ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "http://[::1"}, "ANTHROPIC_BASE_URL is no address"),
        ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "http://h:99999"}, "ANTHROPIC_BASE_URL is no address"),
    ],
)
def test_an_environment_that_cannot_be_used(environ: dict[str, str], reason: str) -> None:
    ran = run(environ)
    assert ran.states == ["static"]
    assert ran.reasons[0].startswith(reason)
    assert "änt" not in ran.reasons[0]


def test_a_key_may_end_with_a_line() -> None:
    with MessagesApi(GOOD) as api:
        assert run({**api.environ, "ANTHROPIC_API_KEY": f" {KEY}\n"}).states == ["filled"]


def test_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scaffolder_fills.client.client.find_spec", lambda name: None)
    ran = run({"ANTHROPIC_API_KEY": KEY})
    assert ran.reasons == [EXTRA]
    assert EXTRA.endswith('pip install "scaffolder[llm]"')


def test_no_sdk_is_loaded_before_a_model_is_asked() -> None:
    program = (
        "import asyncio, sys\n"
        "from scaffolder_fills.client import open_client\n"
        "from tests.support.asking import run, files, jobs\n"
        "import scaffolder.__main__, scaffolder.pipeline\n"
        "open_client(environ={'ANTHROPIC_API_KEY': 'k'})\n"
        "assert run({}).states == ['static']\n"
        "print([name for name in ('anthropic', 'instructor', 'openai', 'httpx2') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_second_run_asks_nobody() -> None:
    with MessagesApi(GOOD) as api:
        first = run(api.environ, count=4)
        asked = len(api.requests)
        second = run(api.environ, count=4, entries=first.done.entries)
        assert (asked, len(api.requests)) == (4, 4)
    assert second.states == ["replayed"] * 4
    assert second.done.files == first.done.files


@pytest.mark.parametrize("case", [case for case in CASES if case.state != "filled"], ids=lambda case: case.name)
def test_only_what_a_model_answered_is_locked_as_failed(case: Case) -> None:
    with MessagesApi(in_turn(*case.answers)) as api:
        entries = run(api.environ, **case.settings).done.entries
    assert list(entries) == (["part0.rows"] if case.answered else [])
    with MessagesApi(GOOD) as api:
        again = run(api.environ, entries=entries)
        assert (again.states, len(api.requests)) == ((["failed"], 0) if case.answered else (["filled"], 1))


def test_a_request_holds_its_own_slot_and_nothing_else() -> None:
    with MessagesApi(in_turn(WRONG, GOOD)) as api:
        run(api.environ, count=6)
    assert len(api.questions) == 7
    for body in api.questions:
        text = json.dumps(body)
        number = part_of(body)
        assert f"secret-of-{number}" in text
        others = [other for other in range(6) if other != number]
        assert not any(f"secret-of-{other}" in text or f"part{other}" in text for other in others)
        assert KEY not in text
        assert "X = " not in text, "the file around the slot is not shown"
        assert set(body) == {"model", "max_tokens", "system", "messages", "output_config"}


def test_what_all_slots_share_is_sent_the_same_and_cached() -> None:
    with MessagesApi(GOOD) as api:
        ran = run(api.environ, count=5, concurrency=1)
    prefixes = {json.dumps(body["system"][:2]) for body in api.questions}
    assert len(prefixes) == 1
    for body in api.questions:
        [marked] = [block for block in body["system"] if "cache_control" in block]
        assert SHARED in marked["text"]
        assert body["system"].index(marked) == 1
    written = [outcome.usage.cache_write > 0 for outcome in ran.done.outcomes]
    read = [outcome.usage.cache_read > 0 for outcome in ran.done.outcomes]
    assert (written, read) == ([True, False, False, False, False], [False, True, True, True, True])


def test_the_tokens_of_every_answer_are_counted() -> None:
    with MessagesApi(in_turn(WRONG, GOOD)) as api:
        [outcome] = run(api.environ).done.outcomes
    assert outcome.usage.output == 100
    assert outcome.usd == usd(CHEAP, outcome.usage)
    with MessagesApi(REFUSES) as api:
        [outcome] = run(api.environ).done.outcomes
    assert outcome.usage.output == 50
    with MessagesApi(in_turn(WRONG, HANGS)) as api:
        [outcome] = run(api.environ, timeout=1.5).done.outcomes
    assert (outcome.state, outcome.usage.output) == ("failed", 50), "also of a question that came to nothing"


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("answer", [Says({"code": "return rows[:9]"}, output_tokens=4_000), WRONG, CUT])
def test_the_budget_is_exceeded_by_at_most_one_request(answer: Says, concurrency: int) -> None:
    answer = Says(answer.data, answer.text, answer.stop_reason, output_tokens=4_000, delay=0.02)
    budget = 0.25  # one answer costs 0.08 USD
    with MessagesApi(answer) as api:
        ran = run(api.environ, count=12, models=(STRONG,), concurrency=concurrency, budget=budget)
    dearest = 0.0805
    assert budget - dearest <= ran.usd <= budget + dearest
    assert len(api.requests) in {3, 4}
    assert "static" in ran.states
    assert "the budget of 0.25 USD is spent" in ran.reasons


def test_a_budget_is_no_hindrance_when_there_is_enough() -> None:
    with MessagesApi(GOOD) as api:
        ran = run(api.environ, count=12, models=(STRONG,), concurrency=4, budget=0.3)
    assert ran.states == ["filled"] * 12, "who finds the budget set aside by others waits"


@pytest.mark.slow
def test_sixty_slots_at_once_take_as_long_as_they_must_and_no_memory() -> None:
    with MessagesApi(GOOD) as api:
        run(api.environ)  # the SDKs are loaded
    with MessagesApi(Says(GOOD.data, delay=1.0)) as api:
        tracemalloc.start()
        ran = run(api.environ, count=20, concurrency=8)
        after_twenty = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        ran = run(api.environ, count=60, concurrency=8)
        assert api.most_at_once == 8
        tracemalloc.start()
        again: Ran = run(api.environ, count=60, concurrency=8)
        after_sixty = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert ran.states == again.states == ["filled"] * 60
    print(f"60 slots of 1 s at 8: {ran.seconds:.2f} s; peak {after_twenty} bytes for 20 slots, {after_sixty} for 60")
    assert ran.seconds <= 1.3 * 8
    assert after_sixty < after_twenty * 1.5 + 1_000_000

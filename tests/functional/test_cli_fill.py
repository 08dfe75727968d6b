"""`scaffolder fill` and `slots` as programs: real sockets, a real process, a real interruption."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from scaffolder_validators.sandbox import SandboxUnavailableError, sandbox, verify_project

from scaffolder.cli import exits
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest, copy
from tests.support.askers import DOCSTRING, SECTION, TEXT, least
from tests.support.messages_api import (
    HANGS,
    HTML,
    REFUSES,
    RESETS,
    Fails,
    MessagesApi,
    Says,
    What,
    in_turn,
)
from tests.support.specs import SMALL

ROOT = Path(__file__).parents[2]
KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "SCAFFOLDER_OFFLINE")
BODY = {"code": "if row.title == 'forbidden':\n    yield 'It is forbidden.'"}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project as `copy` makes it; nobody writes into it."""
    folder = tmp_path_factory.mktemp("fill") / "project"
    copy(CopyRequest("agent-backend", folder, SpecSource("small.yml", content=SMALL.encode()), validate=False))
    return folder


@pytest.fixture
def project(rendered: Path, tmp_path: Path) -> Path:
    """Give a copy of the project."""
    return Path(shutil.copytree(rendered, tmp_path / "project"))


def scaffolder(*arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program with nothing of our own keys."""
    return subprocess.run(_command(*arguments), env=_environ(environ), capture_output=True, text=True, check=False)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "scaffolder", *arguments]


def _environ(more: Mapping[str, str] | None) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in KEYS}
    return {
        **clean,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "fills", ROOT / "validators"))),
        **(more or {}),
    }


def good(body: dict[str, Any]) -> What:
    """Answer what fits the schema that was asked with."""
    schema = body["output_config"]["format"]["schema"]
    fields = set(schema["properties"])
    known = {"text": TEXT, "blocks": SECTION, "summary": DOCSTRING, "code": BODY}
    data = next((answer for name, answer in known.items() if name in fields), None)
    return Says(data or least(schema, schema.get("$defs", {})))


def contents(project: Path) -> dict[str, bytes]:
    """Give the files of a project but for our notes."""
    paths = (path for path in project.rglob("*") if path.is_file() and ".scaffold" not in path.parts)
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in paths}


def states(printed: str) -> dict[str, str]:
    """Give the state of each slot from the JSON report."""
    return {one["slot"]: one["state"] for one in json.loads(printed)["outcomes"]}


def test_without_a_key_everything_works_and_says_so(project: Path) -> None:
    before = contents(project)
    done = scaffolder("fill", str(project))
    assert done.returncode == exits.FINE
    assert "there is no key for anthropic: set ANTHROPIC_API_KEY" in done.stdout
    assert "kept the static text" in done.stdout
    assert contents(project) == before


@pytest.mark.parametrize("how", [("--offline",), ()], ids=["option", "variable"])
def test_offline_asks_nobody_although_there_is_a_key(project: Path, how: tuple[str, ...]) -> None:
    with MessagesApi(good) as api:
        environ = {**api.environ, **({} if how else {"SCAFFOLDER_OFFLINE": "1"})}
        done = scaffolder("fill", str(project), *how, environ=environ)
        assert api.requests == []
    assert done.returncode == exits.FINE
    assert ("--offline was given" if how else "SCAFFOLDER_OFFLINE is set") in done.stdout


def test_fills_are_kept_locked_and_never_asked_for_again(project: Path) -> None:
    before = contents(project)
    with MessagesApi(good) as api:
        first = scaffolder("fill", str(project), "--no-tests", "--json", environ=api.environ)
        assert first.returncode == exits.FINE, first.stderr
        asked = len(api.requests)
        again = scaffolder("fill", str(project), "--json", environ=api.environ)
        assert len(api.requests) == asked
    counted = states(first.stdout)
    assert set(counted.values()) <= {"filled", "failed"}
    assert counted["readme.introduction"] == counted["entities.note.rules"] == "filled"
    assert json.loads(first.stdout)["usd"] > 0
    assert json.loads(again.stdout)["status"] == "unchanged"
    assert contents(project) != before
    locked = scaffolder("fill", str(project), "--locked")
    assert locked.returncode == exits.FINE
    listed = json.loads(scaffolder("slots", str(project), "--json").stdout)["slots"]
    assert {one["slot"]: one["state"] for one in listed} == counted
    assert scaffolder("validate", str(project)).returncode == exits.FINE


def test_the_dry_run_prints_what_is_sent_word_for_word(project: Path) -> None:
    shown = json.loads(scaffolder("fill", str(project), "--dry-run", "--json").stdout)["requests"]
    with MessagesApi(good) as api:
        scaffolder("fill", str(project), "--no-tests", "--quiet", environ=api.environ)
        sent = api.questions
    for request in shown:
        assert request["body"] in sent
    readable = scaffolder("fill", str(project), "--dry-run", "--redo", "--slot", "readme.*").stdout
    assert shown[0]["messages"][0] in readable


def test_locked_fails_in_ci_when_something_is_missing(project: Path) -> None:
    before = contents(project)
    done = scaffolder("fill", str(project), "--locked")
    assert done.returncode == exits.FINDINGS
    assert "the lock does not hold all that would be filled" in done.stderr
    assert contents(project) == before


@pytest.mark.xdist_group("sandbox")  # the tests of slots run in one
def test_copy_can_fill_right_away(tmp_path: Path) -> None:
    spec = tmp_path / "small.yml"
    spec.write_text(SMALL)
    with MessagesApi(good) as api:
        done = scaffolder(
            "copy", "agent-backend", str(tmp_path / "out"), "--data-file", str(spec), "--fill", "--no-validate",
            environ=api.environ,
        )  # fmt: skip
    assert done.returncode == exits.FINE, done.stderr
    assert "Said by a test." in (tmp_path / "out" / "README.md").read_text()


def test_an_interruption_keeps_what_was_accepted(project: Path) -> None:
    def slow(body: dict[str, Any]) -> What:
        return good(body) if len(api.requests) < 3 else HANGS

    with MessagesApi(slow) as api:
        command = _command("fill", str(project), "--slot", "readme.*", "--slot", "adr.*", "--slot", "architecture.*",
                           "--concurrency", "1", "--no-tests", "--json")  # fmt: skip
        with subprocess.Popen(command, env=_environ(api.environ), stdout=subprocess.PIPE, text=True) as process:
            end = time.monotonic() + 60
            while len(api.requests) < 3 and time.monotonic() < end:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            printed, _ = process.communicate(timeout=30)
    assert process.returncode == exits.INTERRUPTED
    listed = json.loads(scaffolder("slots", str(project), "--json").stdout)["slots"]
    assert [one["state"] for one in listed].count("filled") == 2
    assert printed == "" or json.loads(printed)["status"] == "interrupted"


def test_a_batch_fills_all_slots_at_half_the_price(project: Path) -> None:
    with MessagesApi(good) as api:
        done = scaffolder("fill", str(project), "--batch", "--no-tests", "--json", environ=api.environ)
        paths = [sent.path for sent in api.requests]
    assert done.returncode == exits.FINE, done.stderr
    assert any(path.endswith("/batches") for path in paths)
    assert states(done.stdout)["readme.introduction"] == "filled"


def test_an_unknown_slot_is_an_error(project: Path) -> None:
    done = scaffolder("fill", str(project), "--slot", "readme.introducton")
    assert done.returncode == exits.BAD_INPUT
    assert "there is no slot 'readme.introducton'" in done.stderr
    assert "did you mean 'readme.introduction'?" in done.stderr


@pytest.mark.parametrize("command", ["fill", "slots"])
def test_a_folder_of_somebody_else_is_an_error(tmp_path: Path, command: str) -> None:
    done = scaffolder(command, str(tmp_path))
    assert done.returncode == exits.BAD_INPUT
    assert "has no .scaffold/lock.json, so it is no project of scaffolder" in done.stderr


WRONG = Says({"nothing": "that fits"})
FAILURES: dict[str, tuple[What, ...]] = {
    "invalid for ever": (WRONG,),
    "a long wait": (Fails(429, "rate_limit_error", headers={"retry-after": "3600"}),),
    "overloaded": (Fails(529, "overloaded_error"),),
    "server error": (Fails(500),),
    "no answer": (HANGS,),
    "reset": (RESETS,),
    "cut off": (Says(text='{"code": "return', stop_reason="max_tokens"),),
    "refusal": (REFUSES,),
    "HTML": (HTML,),
    "ten megabytes": (Says({"code": "x" * 10_000_000}),),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_goes_wrong_the_project_is_as_it_was(project: Path, failure: str) -> None:
    before = contents(project)
    with MessagesApi(in_turn(*FAILURES[failure])) as api:
        done = scaffolder(
            "fill", str(project), "--slot", "entities.*", "--no-tests", "--timeout", "2", "--json", environ=api.environ
        )
    assert done.returncode == exits.FINE, done.stderr
    assert set(states(done.stdout).values()) <= {"static", "failed"}
    assert all(one["reason"] for one in json.loads(done.stdout)["outcomes"])
    assert contents(project) == before


@pytest.mark.slow
@pytest.mark.xdist_group("sandbox")
@pytest.mark.parametrize("first", [None, WRONG, Fails(429, "rate_limit_error", headers={"retry-after": "1"})])
def test_the_tests_of_the_project_pass_with_what_was_kept(project: Path, first: What | None) -> None:
    try:
        sandbox()
    except SandboxUnavailableError as error:
        pytest.skip(f"no sandbox on this machine: {error}")
    spoiled = [first] if first is not None else []

    def script(body: dict[str, Any]) -> What:
        return spoiled.pop() if spoiled else good(body)

    with MessagesApi(script) as api:
        done = scaffolder("fill", str(project), "--json", environ=api.environ)
    assert states(done.stdout)["entities.note.rules"] == "filled", done.stdout
    assert verify_project(project).passed

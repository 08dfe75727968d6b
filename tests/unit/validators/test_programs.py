"""Engines that are programs: places, severities, and what becomes of one that is missing, crashes or hangs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scaffolder_validators import Result, Sources, actionlint, hadolint, shellcheck, tool, validate

FILES = {
    "hadolint": {"deploy/Dockerfile": b"FROM python:3.13-slim\nUSER root\n"},
    "shellcheck": {"ops/-x.sh": b'#!/bin/sh\necho "\xc3\xbc\xf0\x9f\x98\x80" $1\n'},
    "actionlint": {
        ".github/workflows/ci.yml": (
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - {name: äöü😀, run: 'echo ${{ github.bad }}'}\n"
        ).encode()
    },
}
PROGRAMS = [pytest.param(name, id=name) for name in FILES]


def run(name: str, files: dict[str, bytes]) -> Result:
    """Run one validator on files in memory."""
    (result,) = validate(Sources.of(files), only=[name]).results
    return result


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Put a shell script in the place of every program: it tells a version, and does `body` when it is to check."""

    def make(body: str) -> None:
        path = tmp_path / "engine"
        path.write_text(f'#!/bin/sh\ncase "$1" in --version|-version) echo 1.2.3; exit 0;; esac\n{body}\n')
        path.chmod(0o755)
        monkeypatch.setattr(tool, "find", lambda _: path)

    tool.probe.cache_clear()
    yield make
    tool.probe.cache_clear()


@pytest.mark.parametrize(
    ("name", "line", "column", "rule"),
    [
        ("hadolint", 2, 1, "hadolint:DL3002"),
        ("shellcheck", 2, 11, "shellcheck:SC2086"),
        ("actionlint", 6, 37, "actionlint:expression"),
    ],
)
def test_places_count_code_points(name: str, line: int, column: int, rule: str) -> None:
    result = run(name, FILES[name])
    (path,) = FILES[name]
    assert (path, line, column, rule) in {(one.path, one.line, one.column, one.rule) for one in result.findings}
    assert all(one.hint.endswith(".") or "]" in one.hint for one in result.findings)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_missing_program_is_skipped_and_says_how_to_get_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tool.probe.cache_clear()
    monkeypatch.setattr(tool, "find", lambda _: None)
    result = run(name, FILES[name])
    tool.probe.cache_clear()
    assert result.status == "skipped"
    assert result.reason == f"{name} not found: pip install 'scaffolder[validators]'"
    assert result.files == 1


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_crashes_is_an_error_of_its_own(name: str, pretend: Callable[[str], None]) -> None:
    pretend("echo '<garbage'; echo oh no >&2; exit 3")
    result = run(name, FILES[name])
    assert (result.status, result.reason) == ("error", f"RuntimeError: {name} ended with 3: oh no")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_talks_nonsense_is_an_error(name: str, pretend: Callable[[str], None]) -> None:
    pretend("echo '<garbage'")
    assert run(name, FILES[name]).status == "error"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_hangs_is_given_up(
    name: str, pretend: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend("sleep 60")
    monkeypatch.setattr(
        {"hadolint": hadolint, "shellcheck": shellcheck, "actionlint": actionlint}[name], "TIMEOUT", 0.4
    )
    result = run(name, FILES[name])
    assert result.status == "timeout"
    assert "0.4 s" in result.reason


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff\xfe\0\1", b"a" * 300_000], ids=len)
@pytest.mark.parametrize("name", PROGRAMS)
def test_no_content_makes_an_engine_crash(name: str, content: bytes) -> None:
    (path,) = FILES[name]
    assert run(name, {path: content}).status in {"ok", "failed"}


def test_the_configuration_of_the_user_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".hadolint.yaml").write_text("ignored: [DL3002]\n")
    (tmp_path / ".shellcheckrc").write_text("disable=SC2086\n")
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    for name in ("hadolint", "shellcheck"):
        assert run(name, FILES[name]).findings


def test_the_configuration_of_the_project_counts() -> None:
    files = FILES["hadolint"] | {".hadolint.yaml": b"ignored: [DL3002, DL3066]\n"}
    assert run("hadolint", files).findings == ()
    files = FILES["shellcheck"] | {".shellcheckrc": b"disable=SC2086\n"}
    assert run("shellcheck", files).findings == ()


def test_the_version_comes_without_running_a_packaged_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "run", lambda *_, **__: pytest.fail("the program was run"))
    assert hadolint.probe() != shellcheck.probe()

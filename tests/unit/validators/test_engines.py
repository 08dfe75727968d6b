"""Engines for Python, SQL and TypeScript: what becomes of one that is missing, crashes, talks nonsense or hangs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from scaffolder_validators import Result, Sources, read_folder, tool, validate

from tests.unit.validators.programs import pretend, without

FILES = {
    "ruff": "a.py",
    "ty": "a.py",
    "mypy": "a.py",
    "squawk": "migrations/1.sql",
    "oxlint": "a.ts",
    "tsc": "a.ts",
    "imports": "a.py",
    "complexity": "a.py",
    "postgast": "a.sql",
    "sqlite": "sqlite/a.sql",
    "sqlfluff": "a.sql",
}
PROGRAMS = ["ruff", "ty", "mypy", "squawk", "oxlint", "tsc"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Result]]:
    """Run one validator on a project with an environment that holds nothing."""
    tool.probe.cache_clear()

    def checked(name: str, content: bytes = b"", path: str = "") -> Result:
        folder = tmp_path / "project"
        target = folder / (path or FILES[name])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        (folder / ".venv").mkdir(exist_ok=True)
        (folder / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\n")
        (result,) = validate(read_folder(folder), tier="sandbox", only=[name]).results
        return result

    yield checked
    tool.probe.cache_clear()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ruff", "ruff not found: pip install ruff"),
        ("ty", "ty not found: pip install 'scaffolder[validators]'"),
        ("mypy", "mypy not found: pip install mypy"),
        ("squawk", "squawk not found: pip install 'scaffolder[validators]'"),
        ("oxlint", "oxlint not found: pip install 'scaffolder[validators]'"),
        ("tsc", "TypeScript not found: npm install --save-dev typescript"),
    ],
)
def test_a_missing_program_is_skipped_and_says_how_to_get_it(
    name: str, reason: str, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch)
    result = run(name)
    assert (result.status, result.reason) == ("skipped", reason)


@pytest.mark.parametrize("name", ["postgast", "sqlfluff"])
def test_a_missing_package_is_skipped_and_says_how_to_get_it(
    name: str, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(distribution: str) -> str:
        raise PackageNotFoundError(distribution)

    monkeypatch.setattr(tool, "version", missing)
    result = run(name)
    assert (result.status, result.reason) == ("skipped", f"{name} not found: pip install 'scaffolder[validators]'")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_crashes_is_an_error_of_its_own(
    name: str, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, tmp_path, "[ $1 = --version ] && echo 1.2.3 && exit; echo '<garbage'; echo oh no >&2; exit 3")
    result = run(name)
    assert (result.status, result.reason) == ("error", f"ToolError: {name} ended with 3: oh no")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_talks_nonsense_is_an_error(
    name: str, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, tmp_path, "[ $1 = --version ] && echo 1.2.3 && exit; echo '<garbage'; exit 1")
    assert run(name).status == "error"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_hangs_is_given_up(
    name: str, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, tmp_path, "[ $1 = --version ] && echo 1.2.3 && exit; sleep 60")
    monkeypatch.setattr(importlib.import_module(f"scaffolder_validators.{name}"), "TIMEOUT", 0.4)
    result = run(name)
    assert result.status == "timeout"
    assert "0.4 s" in result.reason


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\xff\xfe\0\1", b"a" * 300_000, b"(" * 300, b"\xef\xbb\xbfx\r\ny\r", b"'\"`/*<!--{{%"],
    ids=["empty", "nul", "binary", "one-line", "nested", "bom-and-cr", "unclosed"],
)
@pytest.mark.parametrize("name", [name for name in FILES if name not in {"mypy", "tsc"}])
def test_no_content_makes_an_engine_crash(name: str, content: bytes, run: Callable[..., Result]) -> None:
    assert run(name, content).status in {"ok", "failed"}


@pytest.mark.parametrize(
    ("name", "deep", "wrong", "rule"),
    [
        ("ruff", b"x = " + b"-" * 60_000 + b"1\n", b"x = y\n", "ruff:F821"),
        ("ty", b"x = " + b"-" * 60_000 + b"1\n", b"x = y\n", "ty:unresolved-reference"),
        ("oxlint", b"x = " + b"(" * 200_000 + b"1\n", b"x = ;\n", "oxlint:syntax"),
        ("squawk", b"SELECT " + b"(" * 60_000 + b"1;\n", b"DROP TABLE a;\n", "squawk:ban-drop-table"),
    ],
)
def test_a_file_that_takes_the_engine_down_does_not_hide_the_others(
    name: str, deep: bytes, wrong: bytes, rule: str
) -> None:
    path = FILES[name]
    first, last = path.replace("1", "0").replace("a.", "0."), path.replace("1", "9").replace("a.", "z.")
    (result,) = validate(Sources.of({first: deep, last: wrong}), only=[name]).results
    said = {(one.path, one.rule) for one in result.findings}
    assert result.status == "failed"
    assert {(first, f"{name}:too-deep"), (last, rule)} <= said


def test_an_engine_that_falls_over_everything_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, tmp_path, "[ $1 = --version ] && echo 1.2.3 && exit; kill -ABRT $$")
    files = {f"{number}.ts": b"x" for number in range(40)}
    (result,) = validate(Sources.of(files), only=["oxlint"]).results
    assert result.status == "error"
    assert "ended with -6" in result.reason

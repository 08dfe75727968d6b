"""Somebody else's template: Copier's errors become ours, with a hint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffolder.errors import ForeignTemplateError
from scaffolder.foreign import ForeignCopy, copy_foreign

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(tmp_path / "home/none.yml"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home/none.yml").write_text("{}\n")


def template(root: Path, files: dict[str, str]) -> str:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return str(root)


def copy(tmp_path: Path, source: str, data: dict[str, Any] | None = None, *, trust: bool = False) -> dict[str, str]:
    destination = tmp_path / "out"
    copy_foreign(ForeignCopy(source, destination, data or {}, quiet=True, defaults=True, trust=trust))
    return {one.name: one.read_text() for one in destination.iterdir()}


def test_copies_with_answers(tmp_path: Path) -> None:
    source = template(tmp_path / "t", {"copier.yml": "name: {type: str}\n", "a.txt.jinja": "hello {{ name }}\n"})
    assert copy(tmp_path, source, {"name": "you"}) == {"a.txt": "hello you\n"}


def test_a_git_hook_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    source = template(tmp_path / "t", {"copier.yml": "{}\n", "a.txt": "x\n"})
    assert copy(tmp_path, source) == {"a.txt": "x\n"}
    assert os.environ["GIT_DIR"] == "/nonexistent"


@pytest.mark.parametrize(
    ("files", "kind", "message", "hint"),
    [
        ({"copier.yml": "name: {type: str}\n"}, "ValueError", 'Question "name" is required', "--data"),
        ({"copier.yml": "_tasks: [ls]\n"}, "UnsafeTemplateError", "tasks", "--trust"),
        ({"copier.yml": "a: [\n"}, "InvalidConfigFileError", "copier.yml cannot be read: while parsing", "template"),
        ({"a.jinja": "x\n{{ b.c }}\n"}, "UndefinedError", "'b' is undefined (", "the mistake is in the template"),
        ({"a.jinja": "x\n{% if %}\n"}, "TemplateSyntaxError", "a.jinja:2)", "the mistake is in the template"),
        ({"{{ a.b }}": "x\n"}, "UserMessageError", "Error rendering template path {{ a.b }}", ""),
    ],
)
def test_errors_are_ours(tmp_path: Path, files: dict[str, str], kind: str, message: str, hint: str) -> None:
    source = template(tmp_path / "t", {"copier.yml": "{}\n", **files})

    with pytest.raises(ForeignTemplateError) as info:
        copy(tmp_path, source)

    assert info.value.kind == kind
    assert str(info.value).startswith(f"{source}: ")
    assert message in info.value.message
    assert hint in info.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("agent-backen", "ValueError", "is no stack, no blueprint, no folder with a Copier template"),
        ("git+file:///nonexistent/x.git", "ProcessExecutionError", "git failed: fatal: "),
    ],
)
def test_sources_that_are_nowhere(tmp_path: Path, source: str, kind: str, message: str) -> None:
    with pytest.raises(ForeignTemplateError) as info:
        copy(tmp_path, source)
    assert (info.value.kind, info.value.hint != "") == (kind, True)
    assert message in info.value.message


def test_trust_runs_tasks(tmp_path: Path) -> None:
    source = template(tmp_path / "t", {"copier.yml": "_tasks: ['echo y > b.txt']\n", "a.txt": "x\n"})
    assert copy(tmp_path, source, trust=True)["b.txt"] == "y\n"


def test_a_file_in_the_way_is_an_error_and_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ForeignTemplateError, match="out"):
        copy(tmp_path, template(tmp_path / "t", {"copier.yml": "{}\n", "a.txt": "x\n"}))


def test_copier_is_imported_only_when_it_is_used() -> None:
    program = "import sys, scaffolder.foreign, scaffolder.render, scaffolder.write; print('copier' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"

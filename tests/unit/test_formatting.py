"""The ruff pass: what it changes, what it must not see, and what it says when it cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import formatting
from scaffolder.errors import ToolError
from scaffolder.formatting import format_files
from scaffolder.tree import File
from tests.support.blueprints import file


def formatted(*files: File, **options: list[str]) -> dict[str, bytes]:
    done, errors = format_files(files, **options)
    assert errors == ()
    return {one.path: one.content for one in done}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import b\nimport a\n", b"import a\nimport b\n"),
        ("import httpx\nimport app.x\nimport os\n", b"import os\n\nimport httpx\n\nimport app.x\n"),
        ("from tests.x import y\nimport app.x\n", b"import app.x\nfrom tests.x import y\n"),
        ("x = [\n    1,\n]\n", b"x = [\n    1,\n]\n"),
        (f"x = ['{'a' * 112}']\n", f'x = ["{"a" * 112}"]\n'.encode()),
        (f"x = ['{'a' * 113}']\n", f'x = [\n    "{"a" * 113}"\n]\n'.encode()),
        ("import os\n", b"import os\n"),
        ("x: List[int] = None\n", b"x: List[int] = None\n"),
    ],
    ids=["imports", "app is ours", "so are tests", "magic comma", "120 fit", "121 not", "unused stays", "no fixes"],
)  # fmt: skip
def test_forgives_width_and_import_order_only(source: str, expected: bytes) -> None:
    assert formatted(file("app/x.py", source)) == {"app/x.py": expected}


def test_other_packages_can_be_first_party() -> None:
    source = "import httpx\nimport shop.x\n"
    assert formatted(file("shop/y.py", source)) == {"shop/y.py": b"import httpx\nimport shop.x\n"}
    assert formatted(file("shop/y.py", source), first_party=["shop"]) == {
        "shop/y.py": b"import httpx\n\nimport shop.x\n"
    }


def test_keeps_order_modes_and_other_files() -> None:
    files = (file("b.py", "x=1\n", 0o755), file("a.md", "x=1\n"), file("a.py", "x = 1\n"))

    done, _ = format_files(files)

    assert [(one.path, one.content, one.mode) for one in done] == [
        ("b.py", b"x = 1\n", 0o755),
        ("a.md", b"x=1\n", 0o644),
        ("a.py", b"x = 1\n", 0o644),
    ]
    assert done[2] is files[2]


@pytest.mark.parametrize("folder", ["build", "dist", "node_modules", ".venv", "venv", ".git"])
def test_folders_that_ruff_leaves_out_by_itself_are_formatted(folder: str) -> None:
    assert formatted(file(f"{folder}/x.py", "x=1\n")) == {f"{folder}/x.py": b"x = 1\n"}


def test_the_users_ruff_settings_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "ruff/ruff.toml"
    config.parent.mkdir()
    config.write_text("line-length = 20\nindent-width = 2\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("RUFF_CONFIG", str(config))
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "full")
    monkeypatch.setenv("RUFF_OUTPUT_FILE", str(tmp_path / "out"))
    monkeypatch.chdir(config.parent)

    assert formatted(file("a.py", "if x:\n    call(aaaaaaaaaaaaaaaa, bbbbbbbbb)\n")) == {
        "a.py": b"if x:\n    call(aaaaaaaaaaaaaaaa, bbbbbbbbb)\n"
    }


def test_files_that_are_not_python_are_named_and_the_others_formatted() -> None:
    done, errors = format_files([file("a.py", "x=1\n"), file("b.py", "y = 1\ndef f(:\n"), file("c.py", "x = (\n")])

    assert [one.content for one in done] == [b"x = 1\n", b"y = 1\ndef f(:\n", b"x = (\n"]
    assert [(error.template, error.detail.split(": ")[0]) for error in errors] == [
        ("template/b.py", "renders b.py, whose line 2 is not Python"),
        ("template/c.py", "renders c.py, whose line 2 is not Python"),
    ]


def test_another_version_of_ruff_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "RUFF_VERSION", "0.0.1")
    with pytest.raises(ToolError, match=r"does not match the running version.*install ruff==0\.0\.1"):
        format_files([file("a.py")])


def test_a_missing_ruff_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("ruff.find_ruff_bin", nowhere)
    with pytest.raises(ToolError, match=r"is not installed.*install ruff=="):
        format_files([file("a.py")])


def test_a_ruff_that_cannot_start_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ruff").write_text("not a program")
    monkeypatch.setattr("ruff.find_ruff_bin", lambda: str(tmp_path / "ruff"))
    with pytest.raises(ToolError, match="cannot start"):
        format_files([file("a.py")])


def test_without_python_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ruff.find_ruff_bin", lambda: "/nonexistent")
    assert formatted(file("a.md")) == {"a.md": b"x\n"}

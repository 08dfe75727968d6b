"""Running programs over files: what they are told, and what becomes of those that fail."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from scaffolder_validators import Sources, read_folder, tool

from tests.unit.validators.programs import pretend


def test_paths_are_never_options_and_many_are_several_runs() -> None:
    paths = ["-rf.py", *(f"{'x' * 200}{number}.py" for number in range(10))]
    runs = list(tool.batches(paths, longest=1_000))
    assert [path for run in runs for path in run] == [f"./{path}" for path in paths]
    assert len(runs) > 2
    assert all(sum(map(len, run)) <= 1_300 for run in runs)


def test_a_program_that_fails_is_an_error_with_its_first_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, tmp_path, "echo; echo boom >&2; echo more >&2; exit 3")
    with pytest.raises(tool.ToolError, match="ruff ended with 3: boom"):
        tool.output("ruff", ["check"], folder=tmp_path, timeout=20)


def test_paths_are_relative_to_the_folder(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    (tmp_path / "real").mkdir()
    assert tool.relative(link, str(tmp_path / "real" / "a" / "b.py")) == "a/b.py"
    assert tool.relative(link, str(link / "b.py")) == "b.py"
    assert tool.relative(link, "./c.py") == "c.py"


def test_a_file_is_parsed_once_and_bad_python_is_none() -> None:
    sources = Sources.of({"a.py": b"x = 1\n", "bad.py": b"def (", "nul.py": b"\0", "deep.py": b"(" * 100_000})
    tree = sources.module("a.py")
    assert isinstance(tree, ast.Module)
    assert sources.module("a.py") is tree
    assert [sources.module(path) for path in ("bad.py", "nul.py", "deep.py")] == [None, None, None]


def test_what_is_installed_beside_a_project_is_known(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    assert read_folder(tmp_path).environment is None
    assert list(read_folder(tmp_path).installed()) == []
    packages = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"
    (packages / "httpx-0.28.1.dist-info").mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".package-lock.json").write_text("{}")
    sources = read_folder(tmp_path)
    assert sources.environment == tmp_path / ".venv"
    first, second = sources.installed()
    assert first == "httpx-0.28.1.dist-info"
    assert second.startswith(str(tmp_path / "node_modules"))
    assert list(sources.node_modules()) == [tmp_path / "node_modules"]

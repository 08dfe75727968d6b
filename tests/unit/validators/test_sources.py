"""A folder is read with all its traps, and nothing in it stops the rest from being read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from scaffolder_validators import read_folder, validate
from scaffolder_validators.sources import LARGEST


def rules(root: Path) -> dict[str, str]:
    return {finding.path: finding.rule for finding in read_folder(root).problems}


def test_environments_caches_and_links_are_left_out(tmp_path: Path) -> None:
    for name in (
        ".venv/a.py",
        "node_modules/b/c.js",
        "__pycache__/d.pyc",
        ".git/config",
        ".scaffold/lock.json",
        "ok.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "outside.py").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe.py")
    sources = read_folder(tmp_path)
    assert list(sources.files) == ["ok.py"]
    assert sources.problems == ()


def test_a_file_that_is_too_large_is_said_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert rules(tmp_path) == {"huge.py": "files:too-large"}
    assert read_folder(tmp_path).files == {}


def test_a_file_that_is_deleted_while_reading_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("y = 1\n")
    read = Path.read_bytes

    def vanish(path: Path) -> bytes:
        if path.name == "a.py":
            path.unlink()
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", vanish)
    sources = read_folder(tmp_path)
    assert list(sources.files) == ["b.py"]
    assert [finding.rule for finding in sources.problems] == ["files:gone"]


def test_what_may_not_be_read_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    [finding] = read_folder(tmp_path).problems
    assert (finding.rule, finding.severity) == ("files:unreadable", "warning")
    assert "Permission denied" in finding.message


@pytest.mark.parametrize("content", [b"\x7fELF\x00\x01\xff\xfe", b"\xff\xfeb\x00", b"", b"\x00" * 100, b"(" * 5000])
def test_what_is_called_python_and_is_not_gives_no_traceback(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(content)
    done = validate(read_folder(tmp_path), tier="fast")
    assert [result.reason for result in done.results if result.status == "error"] == []
    assert bool(done.errors) == bool(content)


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        read_folder(tmp_path / "none")

"""Somebody else's Copier template: handed to Copier with the flags as Copier names them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scaffolder.__main__ import main


@pytest.fixture
def template(tmp_path: Path) -> Path:
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "copier.yml").write_text("name: {type: str}\ncount: {type: int, default: 3}\n")
    (folder / "out.txt.jinja").write_text("{{ name }} {{ count }}\n")
    (folder / "extra.txt").write_text("extra\n")
    return folder


def test_a_path_is_rendered_by_copier(template: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.yml"
    data.write_text("name: file\ncount: 4\n")
    out = tmp_path / "out"
    arguments = ["copy", str(template), str(out), "--data-file", str(data), "-d", "name=flag", "-q", "-x", "extra.*"]
    assert main([*arguments, "--defaults"]) == 0
    assert (out / "out.txt").read_text() == "flag 4\n"
    assert not (out / "extra.txt").exists()
    assert not (out / "scaffold.yml").exists()


def test_a_git_reference_is_handed_over(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(template)]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "one"], ["tag", "v1"]):
        subprocess.run([*git, *command], check=True)
    (template / "extra.txt").write_text("newer\n")
    subprocess.run([*git, "commit", "-qam", "two"], check=True)
    out = tmp_path / "out"
    assert main(["copy", f"git+file://{template}", str(out), "-r", "v1", "-lq", "-d", "name=a"]) == 0
    assert (out / "extra.txt").read_text() == "extra\n"


def test_json_says_that_copier_did_it(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["copy", str(template), str(out), "-l", "-d", "name=a", "--json", "--pretend"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {
        "version": 1,
        "status": "pretended",
        "source": str(template),
        "destination": str(out),
        "engine": "copier",
    }
    assert not out.exists()


def test_flags_of_our_own_are_named(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["copy", str(template), str(tmp_path / "out"), "-lq", "-d", "name=a", "--partial"]) == 0
    assert "note: --partial is for scaffolder's own stacks; " in capsys.readouterr().err


def test_tasks_need_trust(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (template / "copier.yml").write_text("name: {type: str}\n_tasks: ['touch made']\n")
    out = tmp_path / "out"
    assert main(["copy", str(template), str(out), "-lq", "-d", "name=a"]) == 2
    assert "hint: pass --trust if you trust this template" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [("- a\n", "must be a mapping: question -> answer"), ("a: [\n", "is not YAML: ")],
)
def test_a_data_file_that_holds_no_answers(
    template: Path, tmp_path: Path, content: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data.yml"
    data.write_text(content)
    assert main(["copy", str(template), str(tmp_path / "out"), "--data-file", str(data)]) == 2
    assert f"error: {data} {message}" in capsys.readouterr().err


def test_what_is_nothing_at_all_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["copy", str(tmp_path / "nowhere"), str(tmp_path / "out"), "-l"]) == 2
    rows = capsys.readouterr().err.splitlines()
    assert rows[0].startswith("error: ")
    assert not [row for row in rows if "Traceback" in row]

"""A project that `copier copy` made is handed to Copier's update; what it leaves to settle is exit code 1."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scaffolder.__main__ import main

TEXT = "one\ntwo\nthree\nfour\nfive\n"


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run([*command, "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of version 1 of a template, edited and committed, when the template has a version 2."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "a")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "a@example.org")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "a")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "a@example.org")
    template = tmp_path / "template"
    template.mkdir()
    (template / "copier.yml").write_text("name: {type: str, default: shop}\n")
    (template / "a.txt").write_text(TEXT)
    (template / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_nice_yaml }}")
    git(template, "init", "-q")
    git(template, "add", ".")
    git(template, "commit", "-qm", "one")
    git(template, "tag", "v1")
    out = tmp_path / "out"
    assert main(["copy", f"git+file://{template}", str(out), "-lq", "--no-validate"]) == 0
    assert (out / ".copier-answers.yml").is_file()
    git(out, "init", "-q")
    (out / "a.txt").write_text(TEXT.replace("one", "1"))
    git(out, "add", ".")
    git(out, "commit", "-qm", "first")
    return out


def release(project: Path, text: str) -> None:
    template = project.parent / "template"
    (template / "a.txt").write_text(text)
    git(template, "commit", "-qam", "two")
    git(template, "tag", "v2")


def test_edits_are_merged_by_copier(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release(project, TEXT.replace("five", "5"))
    assert main(["update", str(project), "--defaults"]) == 0
    assert (project / "a.txt").read_text() == TEXT.replace("one", "1").replace("five", "5")
    assert not (project / ".scaffold").exists()
    assert f"Copier brought {project} up to date." in capsys.readouterr().err


@pytest.mark.parametrize(("style", "named"), [("inline", "a.txt"), ("rej", "a.txt.rej")])
def test_a_conflict_is_exit_code_1(project: Path, style: str, named: str, capsys: pytest.CaptureFixture[str]) -> None:
    release(project, TEXT.replace("one", "uno"))
    assert main(["update", str(project), "-l", "--conflict", style, "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["engine"], data["status"], data["conflicts"]) == ("copier", "updated", [named])


def test_copier_refuses_uncommitted_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release(project, TEXT.replace("five", "5"))
    (project / "a.txt").write_text("not committed\n")
    assert main(["update", str(project), "-lq"]) == 2
    assert "dirty" in capsys.readouterr().err
    assert (project / "a.txt").read_text() == "not committed\n"


def test_recopy_is_copiers_too(project: Path) -> None:
    release(project, TEXT.replace("five", "5"))
    assert main(["recopy", str(project), "-lqf"]) == 0
    assert (project / "a.txt").read_text() == TEXT.replace("five", "5")

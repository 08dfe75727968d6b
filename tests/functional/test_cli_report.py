"""`scaffolder report`: scores, gates and one page, of a project with known defects."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from scaffolder.__main__ import main

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Report = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    spec = tmp_path / "spec.yml"
    spec.write_text("spec: 1\nproject: {name: shop}\nquality: {minimum: 5, syntax: 9}\n")
    assert main(["copy", "utilities", str(tmp_path / "shop"), "--data-file", str(spec), "--quiet"]) == 0
    return tmp_path / "shop"


@pytest.fixture
def report(project: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    def run(*options: str) -> tuple[int, dict[str, Any]]:
        code = main(["report", str(project), "--tier", "fast", "--format", "json", *options])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_gates_come_from_the_spec_and_an_unknown_score_passes_none(report: Report) -> None:
    code, data = report()
    gates = {gate["name"]: (gate["minimum"], gate["status"]) for gate in data["gates"]}
    assert gates["syntax"] == (9.0, "passed")
    assert gates["architecture"] == (5.0, "unknown")
    assert (code, data["passed"]) == (1, False)


def test_an_error_lowers_its_score_and_fails_its_gate(project: Path, report: Report) -> None:
    (project / "app/broken.py").write_text("def f(:\n")
    _, data = report()
    scores = {score["name"]: score["value"] for score in data["scores"]}
    assert scores["syntax"] <= 4.9
    assert {"name": "syntax", "minimum": 9.0, "status": "failed"} in data["gates"]


def test_a_minimum_on_the_command_line_stands_in_for_the_specs(report: Report) -> None:
    code, data = report("--minimum", "0")
    assert {gate["minimum"] for gate in data["gates"]} == {0.0}
    assert code == 1, "unknown scores pass no gate, not even one of 0"


def test_without_gates_the_exit_code_is_fine(project: Path, report: Report) -> None:
    (project / "scaffold.yml").write_text("spec: 1\nproject: {name: shop}\n")
    code, data = report()
    assert (code, data["gates"]) == (0, [])


@pytest.mark.parametrize(
    ("content", "coverage"),
    [
        ('<?xml version="1.0"?><coverage line-rate="0.875"/>', 0.875),
        ('<!DOCTYPE c [<!ENTITY a "aaaa">]><coverage line-rate="0.9">&a;</coverage>', None),
        ("no xml", None),
        ("<coverage/>", None),
        (None, None),
    ],
)
def test_coverage_is_read_where_there_is_some(
    content: str | None, coverage: float | None, project: Path, report: Report
) -> None:
    if content is not None:
        (project / "coverage.xml").write_text(content)
    assert report()[1]["coverage"] == coverage


def test_the_text_is_for_people(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/broken.py").write_text("def f(:\n")
    assert main(["report", str(project), "--tier", "fast"]) == 1
    text = capsys.readouterr().out
    assert text.startswith("shop: 1 error in ")
    assert "failed (at least 9)" in text
    assert "app/broken.py: 1 finding, 1 error" in text
    assert "scores are unknown" in text


class Page(HTMLParser):
    """What a page would load, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [f"{tag} {name}={value}" for name, value in attrs if name in {"src", "href", "action"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page_of(project: Path, target: Path) -> str:
    main(["report", str(project), "--tier", "fast", "--format", "html", "-o", str(target)])
    return target.read_text()


def test_the_page_needs_nothing_else_and_is_the_same_every_time(project: Path, tmp_path: Path) -> None:
    first, second = page_of(project, tmp_path / "a.html"), page_of(project, tmp_path / "b.html")
    assert first == second
    assert Page(first).loads == []


def test_nothing_in_a_project_can_write_into_the_page(project: Path, tmp_path: Path) -> None:
    (project / "<script>alert(1).json").write_text('{"<script>alert(2)</script>": 1, "<script>alert(2)</script>": 2}')
    text = page_of(project, tmp_path / "a.html")
    assert "<script>alert" not in text
    assert "the key '<script>alert(2)</script>' stands twice" in " ".join(Page(text).words)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page was not opened")
def test_a_browser_shows_the_page_and_its_filters_work(project: Path, tmp_path: Path) -> None:
    (project / "app/broken.py").write_text("def f(:\n")
    page = tmp_path / "a.html"
    text = page_of(project, page)
    page.write_text(text.replace("</script>", ';document.querySelector("input[value=error]").click();</script>'))
    assert CHROMIUM
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'browser'}"]
    done = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert '<li data-severity="error" hidden="">' in done.stdout
    assert "Quality of shop" in done.stdout

"""What a stranger sees who was handed a rendered project: its tests, linters, types, migrations, server and docs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from scaffolder_fills import find_slots
from scaffolder_validators import validate_fast

from tests.generated.projects import Project
from tests.generated.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def files_of(project: Project) -> Iterator[tuple[str, Path]]:
    """Give the files of the project, without what tools leave behind that other tests run in it."""
    for path in sorted(project.path.rglob("*")):
        name = path.relative_to(project.path).as_posix()
        left = "__pycache__" in name or "_cache/" in name or ".cache" in name
        if path.is_file() and not left and not name.startswith((".venv", ".mypy", ".hypothesis/")):
            yield name, path


def assert_fine(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, f"{done.args}\n{done.stdout[-6_000:]}\n{done.stderr[-3_000:]}"


def test_files_are_sound_and_slots_close(project: Project) -> None:
    files = {name: path.read_bytes() for name, path in files_of(project)}
    assert validate_fast(files).findings == ()
    for content in files.values():
        find_slots(content.decode())


def test_linters_and_types_have_nothing_to_say(project: Project) -> None:
    assert_fine(project.run("ruff", "check", "."))
    assert_fine(project.run("ruff", "format", "--check", "."))
    assert_fine(project.run("mypy", "--strict", "."))


def test_its_own_tests_pass(project: Project) -> None:
    """Offline, on SQLite, with the coverage that its pyproject.toml demands."""
    done = project.run("pytest", "-q", "--color=no")
    assert_fine(done)
    assert re.search(r"\d+ passed", done.stdout)


def test_migrations_go_up_and_down(project: Project, database_url: str) -> None:
    """`alembic upgrade head`, `check`, `downgrade base`, `upgrade head`, `check`, on both databases: clean."""
    for step in (["upgrade", "head"], ["check"], ["downgrade", "base"], ["upgrade", "head"], ["check"]):
        assert_fine(project.run("alembic", *step, DATABASE_URL=database_url))


def test_it_serves_and_says_what_the_contract_says(project: Project, tmp_path: Path) -> None:
    contract = json.loads((project.path / "openapi.json").read_text(encoding="utf-8"))
    with serving(project, tmp_path) as server:
        assert server.anybody.get("/health/ready").body["status"] == "ok"
        served = server.anybody.get("/openapi.json").body
    assert operations_of(served) == operations_of(contract)
    assert sorted(served["components"]["schemas"]) == sorted(contract["components"]["schemas"])


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the docs page was not opened")
def test_the_docs_page_lists_every_operation_in_a_browser(project: Project, tmp_path: Path) -> None:
    contract = json.loads((project.path / "openapi.json").read_text(encoding="utf-8"))
    with serving(project, tmp_path) as server:
        page = browse(f"{server.address}/docs", tmp_path)
    missing = [path for path, _ in operations_of(contract) if path not in page]
    assert missing == []


def operations_of(document: dict[str, dict[str, dict[str, dict[str, str]]]]) -> set[tuple[str, str]]:
    return {(path, method) for path, methods in document["paths"].items() for method in methods}


class Text(HTMLParser):
    """Collects the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\u200b", ""))


def browse(url: str, folder: Path) -> str:
    """Return the text of a page as a headless browser shows it after its scripts ran."""
    assert CHROMIUM
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={folder / 'browser'}", "--virtual-time-budget=15000", "--dump-dom", url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    text = Text()
    text.feed(done.stdout)
    return "".join(text.parts)

"""What a stranger sees who was handed a rendered project: its tests, linters, types, migrations, server and docs."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from scaffolder_fills import find_slots
from scaffolder_validators import validate_fast

from tests.generated.conftest import Project, clean_environment

pytestmark = pytest.mark.xdist_group("generated")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def files_of(project: Project) -> Iterator[tuple[str, Path]]:
    for path in sorted(project.path.rglob("*")):
        name = path.relative_to(project.path).as_posix()
        if (
            path.is_file()
            and "__pycache__" not in name
            and ".cache" not in name
            and not name.startswith((".venv", ".mypy"))
        ):
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


def test_migrations_go_up_and_down(project: Project, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'migrations.db'}"
    for step in (["upgrade", "head"], ["check"], ["downgrade", "base"], ["upgrade", "head"], ["check"]):
        assert_fine(project.run("alembic", *step, DATABASE_URL=url))


def test_it_serves_and_says_what_the_contract_says(project: Project, tmp_path: Path) -> None:
    contract = json.loads((project.path / "openapi.json").read_text(encoding="utf-8"))
    with serving(project, tmp_path) as address:
        assert fetch(f"{address}/health/ready")["status"] == "ok"
        served = fetch(f"{address}/openapi.json")
    assert operations_of(served) == operations_of(contract)
    assert sorted(served["components"]["schemas"]) == sorted(contract["components"]["schemas"])


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the docs page was not opened")
def test_the_docs_page_lists_every_operation_in_a_browser(project: Project, tmp_path: Path) -> None:
    contract = json.loads((project.path / "openapi.json").read_text(encoding="utf-8"))
    with serving(project, tmp_path) as address:
        page = browse(f"{address}/docs", tmp_path)
    missing = [path for path, _ in operations_of(contract) if path not in page]
    assert missing == []


def operations_of(document: dict[str, dict[str, dict[str, dict[str, str]]]]) -> set[tuple[str, str]]:
    return {(path, method) for path, methods in document["paths"].items() for method in methods}


@contextlib.contextmanager
def serving(project: Project, folder: Path) -> Iterator[str]:
    """Run the project's server as its README does, on a free port and a database of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder / 'app.db'}"}
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [str(project.python), "-m", "app"],
            cwd=project.path,
            env=clean_environment() | variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(address, server, log)
            yield address
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                code = server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
                raise
    assert code in {0, -signal.SIGTERM, 128 + signal.SIGTERM}, log.read_text()


def wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(900):
        if server.poll() is not None:
            break
        try:
            fetch(f"{address}/health/ready")
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not get ready:\n{log.read_text()[-4_000:]}")


def fetch(url: str) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        document: dict[str, dict[str, dict[str, dict[str, str]]]] = json.load(answer)
    return document


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

"""The commands that a stranger types: those of the README, letter by letter, and its tests where they may go."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.generated.calling import Caller
from tests.generated.conftest import PROMISED
from tests.generated.databases import query
from tests.generated.offline import offline
from tests.generated.postgres import PostgreSQL
from tests.generated.projects import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("generated commands"),
    pytest.mark.parametrize("project", [PROMISED], indirect=True),
]

README_ADDRESS = "http://127.0.0.1:8000"
INSTALL_AND_START_SECONDS = 600


@pytest.fixture(scope="module")
def checkout(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it was handed over: nothing was ever run in it."""
    path = tmp_path_factory.mktemp("checkout") / "project"
    shutil.copytree(project.path, path, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "*.db*", ".coverage"))
    return path


def readme_command(checkout: Path, heading: str) -> list[str]:
    """Return how a shell is given the first command under a heading of the README."""
    text = (checkout / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {heading}$.*?^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"no command under {heading}"
    return ["bash", "-c", found[1]]


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """An environment of one who has a shell and Python, and nothing else."""
    home = tmp_path / "home"
    home.mkdir()
    return {"HOME": str(home), "PATH": os.pathsep.join([str(Path(sys.base_prefix, "bin")), os.defpath])}


def test_the_run_command_of_its_readme(checkout: Path, empty: dict[str, str], tmp_path: Path) -> None:
    """In an empty environment it serves on SQLite; ready 200; the docs page lists every operation."""
    if is_taken(8000):
        pytest.skip("something listens on port 8000, where the README's command serves: it was not run")
    contract = json.loads((checkout / "openapi.json").read_text(encoding="utf-8"))
    log = tmp_path / "log"
    with log.open("wb") as output:
        # In a group of its own, so that it can be interrupted as a terminal does it.
        shell = subprocess.Popen(
            readme_command(checkout, "Run"),
            cwd=checkout,
            env=empty,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        stranger = wait_until_it_answers(shell, log)
        assert stranger.get("/health/ready").status == 200
        assert stranger.get("/docs").status == 200
        assert stranger.get("/openapi.json").body["paths"].keys() == contract["paths"].keys()
        os.killpg(shell.pid, signal.SIGINT)
        assert shell.wait(timeout=60) == 0, log.read_text()[-2_000:]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()
    assert (checkout / "app.db").is_file()
    assert "Traceback" not in log.read_text()


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def wait_until_it_answers(shell: subprocess.Popen[bytes], log: Path) -> Caller:
    stranger = Caller(README_ADDRESS)
    end = time.monotonic() + INSTALL_AND_START_SECONDS
    while shell.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            stranger.get("/health/live")
            return stranger
        time.sleep(0.2)
    pytest.fail(f"the README's command does not serve:\n{log.read_text()[-4_000:]}")


def test_the_test_command_of_its_readme(checkout: Path, empty: dict[str, str]) -> None:
    """In an empty environment its test command passes."""
    command = readme_command(checkout, "Test")
    done = subprocess.run(command, cwd=checkout, env=empty, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert re.search(r"^=+ \d+ passed in ", done.stdout, re.MULTILINE), done.stdout[-500:]


def test_its_tests_pass_without_a_network_and_cover_it(project: Project) -> None:
    """Its tests pass offline; coverage at least 90 %."""
    prefix = offline()
    command = [*prefix, str(project.python), "-m", "pytest", "-q", "--color=no", "--cov"]
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    total = re.search(r"Total coverage: ([\d.]+)%", done.stdout)
    assert total, done.stdout[-1_000:]
    assert float(total[1]) >= 90
    if not prefix:
        pytest.skip(
            f"coverage is {total[1]} %, but no network could be taken away here: that it is offline is not shown"
        )


def test_its_tests_pass_on_postgresql(project: Project, postgresql: PostgreSQL) -> None:
    """The same tests pass with `DATABASE_URL` at a real PostgreSQL."""
    url = postgresql.fresh()
    before = transactions(url)
    done = project.run("pytest", "-q", "--color=no", DATABASE_URL=url)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout[-500:]
    # Proof that they wrote there, and not to SQLite.
    assert transactions(url) - before > int(passed[1])
    assert query(url, "SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]{2,}$'") == []


def transactions(url: str) -> int:
    """Return how many transactions have written to the server."""
    number: int = query(url, "SELECT pg_current_xact_id()::text::bigint")[0][0]
    return number


def test_the_migrations_leave_nothing_behind(project: Project, postgresql: PostgreSQL) -> None:
    """`alembic downgrade base` takes back all that `upgrade head` made, types and indexes included."""
    url = postgresql.fresh()
    everything = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^alembic_version'"
        " UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')"
    )
    assert project.run("alembic", "upgrade", "head", DATABASE_URL=url).returncode == 0
    assert query(url, everything) != []
    assert project.run("alembic", "downgrade", "base", DATABASE_URL=url).returncode == 0
    assert query(url, everything) == []

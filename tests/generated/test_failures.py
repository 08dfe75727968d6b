"""What a stranger sees when things go wrong: errors, signals, a database that is away, a killed process."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.generated.calling import ADMIN, Answer, Caller
from tests.generated.conftest import PROMISED
from tests.generated.databases import count, query
from tests.generated.postgres import PostgreSQL
from tests.generated.projects import Project
from tests.generated.serving import Server, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("generated failures"),
    pytest.mark.parametrize("project", [PROMISED], indirect=True),
]

PROGRAMS = Path(__file__).parent / "programs"
# The lease of a dead process has to run out first; see `MessageQueue`.
LEASE_SECONDS = 30


def wait_for(happened: Callable[[], object], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def serving_program(project: Project, folder: Path, name: str, *arguments: str, **variables: str) -> Any:
    """Serve with one of our programs in place of `python -m app`."""
    program = [str(PROGRAMS / f"{name}.py"), *arguments]
    variables = {"PYTHONPATH": str(project.path), "PROBE_FOLDER": str(folder), **variables}
    return serving(project, folder, program=program, **variables)


def test_a_handler_that_raises_after_an_insert(project: Project, database_url: str, tmp_path: Path) -> None:
    """A handler that raises after an INSERT: 500 and no row."""
    with serving_program(project, tmp_path, "probes", DATABASE_URL=database_url) as server:
        answer = server.anybody.post("/probes/raise-after-insert/lost")

        assert (tmp_path / "inserted").read_text() == "1"
        assert answer.status == 500
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "lost" not in str({**answer.body, "instance": None}), "the error tells of the inside"
        assert count(database_url, "tags") == 0
        assert count(database_url, "messages") == 0
        # The connection was given back clean.
        assert server.anybody.get("/health/ready").status == 200
    assert "the handler failed after lost" in server.log.read_text()


def test_sigterm_during_a_slow_request(project: Project, database_url: str, tmp_path: Path) -> None:
    """SIGTERM during a slow request: it finishes, with its right answer; new ones are refused; exit status 0."""
    answers: list[Answer] = []
    with serving_program(project, tmp_path, "probes", DATABASE_URL=database_url) as server:
        call = threading.Thread(target=lambda: answers.append(server.anybody.post("/probes/slow/kept")))
        call.start()
        wait_for((tmp_path / "begun").exists, "the slow request has begun")

        server.ask_to_stop()
        wait_for(server.refuses_connections, "new connections are refused")
        time.sleep(1)  # long enough for an impatient server to have gone
        assert call.is_alive()
        assert server.process.poll() is None
        (tmp_path / "go-on").touch()
        call.join(timeout=30)

        assert [answer.status for answer in answers] == [200]
        assert answers[0].body["label"] == "kept"
        assert server.wait_for_end() == 0
    assert count(database_url, "tags", "label = 'kept'") == 1


def test_postgresql_taken_away(project: Project, postgresql: PostgreSQL, tmp_path: Path) -> None:
    """The database taken away: ready 503, live 200; back again: ready 200, without a restart."""
    with serving(project, tmp_path, DATABASE_URL=postgresql.fresh(), **ADMIN) as server:
        admin = server.anybody.as_admin()
        assert health(server) == (200, 200)
        postgresql.stop()
        try:
            assert health(server) == (503, 200)
            assert admin.get("/api/v1/tags").status == 503
        finally:
            postgresql.start()
        wait_for(lambda: health(server) == (200, 200), "ready again", seconds=20)
        assert admin.get("/api/v1/tags").status == 200


def test_postgresql_that_says_nothing(project: Project, postgresql: PostgreSQL, tmp_path: Path) -> None:
    """The database taken away without a word, as by a broken network: ready 503 and live 200, in seconds."""
    with serving(project, tmp_path, DATABASE_URL=postgresql.fresh()) as server:
        with postgresql.frozen():
            begin = time.monotonic()
            assert health(server) == (503, 200)
            assert time.monotonic() - begin < 8
        wait_for(lambda: health(server) == (200, 200), "ready again", seconds=20)


def test_a_sqlite_file_taken_away(project: Project, tmp_path: Path) -> None:
    """The database taken away: ready 503, live 200; back again: ready 200."""
    file = tmp_path / "app.db"
    with serving(project, tmp_path) as server:
        assert health(server) == (200, 200)
        file.rename(tmp_path / "elsewhere.db")
        assert health(server) == (503, 200)
        (tmp_path / "elsewhere.db").rename(file)
        assert health(server) == (200, 200)


def health(server: Server) -> tuple[int, int]:
    return server.anybody.get("/health/ready").status, server.anybody.get("/health/live").status


@pytest.mark.parametrize("moment", ["before", "during"])
def test_kill_9_between_commit_and_delivery(
    project: Project, database_url: str, hook: str, tmp_path: Path, moment: str
) -> None:
    """kill -9 between commit and delivery of a message, before or during its handling: delivered after restart."""
    variables = {"DATABASE_URL": database_url, "WORKFLOW_ALLOW_PRIVATE_URLS": "true", **ADMIN}
    variables |= {"HOOK_URL": hook, "KEEPERS_HOOK_URL": hook}
    # Without its worker the doomed server is alive, and says that it is not ready.
    doomed = serving_program(project, tmp_path, "undelivered", moment, ready="/health/live", **variables)
    with doomed as server:
        started = start_workflow(project, server.anybody.as_admin())
        assert started.status == 202, started
        if moment == "during":
            wait_for(lambda: count(database_url, "messages", "locked_until IS NOT NULL"), "the message is leased")
        server.kill()
    assert server.process.returncode == -signal.SIGKILL
    assert query(database_url, "SELECT status FROM messages") == [("pending",)]

    with serving(project, tmp_path, **variables) as server:
        undelivered = "status <> 'delivered'"
        wait_for(lambda: not count(database_url, "messages", undelivered), "all is delivered", LEASE_SECONDS + 30)
        run = server.anybody.as_admin().get(started.headers["Location"]).body
        assert run["status"] == "succeeded", run
    assert count(database_url, WRITTEN_BY_WORKFLOW[project.name]) == 1


WRITTEN_BY_WORKFLOW = {"helpdesk": "tickets", "example": "loans"}


def start_workflow(project: Project, admin: Caller) -> Answer:
    """Start the public workflow of the spec, which inserts one row."""
    if project.name == "helpdesk":
        organization = admin.post("/api/v1/organizations", {"name": "Somebody"}).body
        ticket = {"subject": "It burns", "body": "Help.", "organization_id": organization["id"]}
        return admin.post("/intake", ticket)
    category = admin.post("/api/v1/categories", {"name": "Tents"}).body
    item = admin.post("/api/v1/items", {"name": "A tent", "category_id": category["id"]}).body
    return admin.post("/loans/request", {"item_id": item["id"], "due_at": "2030-01-01T00:00:00Z"})


@pytest.fixture
def hook() -> Iterator[str]:
    """The address of a server that takes whatever workflows post."""

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taker) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()

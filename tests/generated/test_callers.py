"""What a stranger sees who calls too often, twice, or at the same moment as somebody else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.generated.calling import ADMIN, Caller, at_once
from tests.generated.conftest import MEASURED, PROMISED
from tests.generated.databases import count
from tests.generated.projects import Project
from tests.generated.serving import Server, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("generated callers"),
    pytest.mark.parametrize("project", [PROMISED], indirect=True),
]

PASSWORD = "a password of my own"
REFRESH = "/api/v1/auth/refresh"


def signed_in_tokens(server: Server) -> dict[str, str]:
    account = {"email": "somebody@example.com", "password": PASSWORD}
    assert server.anybody.post("/api/v1/auth/register", account).status == 201
    tokens: dict[str, str] = server.anybody.sign_in(account).body
    return tokens


def test_twenty_refreshes_of_one_token_at_once(project: Project, database_url: str, tmp_path: Path) -> None:
    """20 refreshes of one token at once: one succeeds; the others are reuse, so the family is revoked."""
    with serving(project, tmp_path, DATABASE_URL=database_url) as server:
        token = {"refresh_token": signed_in_tokens(server)["refresh_token"]}

        answers = at_once(20, lambda: server.anybody.post(REFRESH, token))

        assert Counter(answer.status for answer in answers) == {200: 1, 401: 19}
        winner = next(answer.body for answer in answers if answer.status == 200)
        assert server.anybody.post(REFRESH, {"refresh_token": winner["refresh_token"]}).status == 401
    assert count(database_url, "refresh_tokens") == 2
    assert count(database_url, "refresh_tokens", "revoked_at IS NULL") == 0


def test_reuse_of_an_old_refresh_token(project: Project, database_url: str, tmp_path: Path) -> None:
    """Reuse of an old one: the family is revoked, and no other sign-in of the same user is."""
    with serving(project, tmp_path, DATABASE_URL=database_url) as server:
        first = signed_in_tokens(server)
        other = server.anybody.sign_in({"email": "somebody@example.com", "password": PASSWORD}).body
        second = server.anybody.post(REFRESH, {"refresh_token": first["refresh_token"]})
        third = server.anybody.post(REFRESH, {"refresh_token": second.body["refresh_token"]})
        assert (second.status, third.status) == (200, 200)

        assert server.anybody.post(REFRESH, {"refresh_token": first["refresh_token"]}).status == 401

        assert server.anybody.post(REFRESH, {"refresh_token": third.body["refresh_token"]}).status == 401
        assert server.anybody.post(REFRESH, {"refresh_token": other["refresh_token"]}).status == 200


def test_one_call_too_many_in_a_minute(project: Project, tmp_path: Path) -> None:
    """The 101st call in a minute: 429 with Retry-After; another user is unaffected."""
    documented = (project.path / ".env.example").read_text(encoding="utf-8")
    limit = re.search(r"^RATE_LIMIT_REQUESTS=(\d+)\n(?:#.*\n)*RATE_LIMIT_SECONDS=60$", documented, re.MULTILINE)
    assert limit, "the limit of the spec is per minute"
    with serving(project, tmp_path) as server:
        somebody, other = server.anybody.sign_up(), server.anybody.sign_up()

        statuses = Counter(somebody.get("/api/v1/tags").status for _ in range(int(limit[1])))
        one_more = somebody.get("/api/v1/tags")

        assert statuses == {200: int(limit[1])}
        assert one_more.status == 429
        assert one_more.headers["Content-Type"] == "application/problem+json"
        assert 0 < int(one_more.headers["Retry-After"]) <= 60
        assert other.get("/api/v1/tags").status == 200
        assert server.anybody.get("/health/ready").status == 200


def project_count(caller: Caller) -> int:
    return len(caller.get("/api/v1/projects").body["items"])


def test_the_same_idempotency_key_twice(project: Project, database_url: str, tmp_path: Path) -> None:
    """Same Idempotency-Key twice: one row, same answer; another body with it is refused."""
    with serving(project, tmp_path, DATABASE_URL=database_url, **ADMIN) as server:
        admin = server.anybody.as_admin()
        first = admin.post("/api/v1/projects", {"name": "one"}, Idempotency_Key="k1")
        again = admin.post("/api/v1/projects", {"name": "one"}, Idempotency_Key="k1")

        assert (first.status, again.status) == (201, 201)
        assert again.body == first.body
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["ETag"] == first.headers["ETag"]
        assert project_count(admin) == 1
        assert admin.post("/api/v1/projects", {"name": "two"}, Idempotency_Key="k1").status == 422
        # Without a key the same call is another one, and names of projects are unique.
        assert admin.post("/api/v1/projects", {"name": "one"}).status == 409
    assert count(database_url, "projects") == 1


def test_the_same_idempotency_key_at_once(project: Project, database_url: str, tmp_path: Path) -> None:
    """Same Idempotency-Key ten times at the same moment: one row, same answer."""
    with serving(project, tmp_path, DATABASE_URL=database_url, **ADMIN) as server:
        admin = server.anybody.as_admin()

        answers = at_once(10, lambda: admin.post("/api/v1/projects", {"name": "one"}, Idempotency_Key="k1"))

        assert [answer.status for answer in answers] == [201] * 10
        assert {answer.body["id"] for answer in answers} == {answers[0].body["id"]}
        assert all(answer.body == answers[0].body for answer in answers)
    assert count(database_url, "projects") == 1


def test_start_to_ready(
    project: Project, database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """It gets ready; how long that takes from the start of the process is printed at the end of the run."""
    kind = f"{project.name} on {database_url.partition(':')[0]}"
    for what in ("empty", "migrated"):
        with serving(project, tmp_path, DATABASE_URL=database_url) as server:
            record_property(MEASURED, f"start to ready, {kind}, {what} database: {server.ready_after:.2f} s")

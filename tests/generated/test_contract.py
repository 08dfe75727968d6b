"""Schemathesis over every operation: no server error, no schema violation."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.generated.calling import ADMIN
from tests.generated.conftest import PROMISED
from tests.generated.projects import Project
from tests.generated.serving import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("generated contract"),
    pytest.mark.parametrize("project", [PROMISED], indirect=True),
]


def count_operations(project: Project) -> int:
    contract = json.loads((project.path / "openapi.json").read_text(encoding="utf-8"))
    return sum(len(methods) for methods in contract["paths"].values())


def test_generated_requests(project: Project, database_url: str) -> None:
    """As `make contract` does it."""
    assert "pytest tests/contract" in (project.path / "Makefile").read_text(encoding="utf-8")
    tester = project.with_requirements("requirements-ci.txt")
    done = tester.run("pytest", "-q", "--color=no", "tests/contract", DATABASE_URL=database_url, timeout=1800)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert re.search(rf"^{count_operations(project)} passed", done.stdout, re.MULTILINE), done.stdout[-500:]


def test_sequences_of_requests_to_the_server(project: Project, database_url: str, tmp_path: Path) -> None:
    """Against the served API: all the ways in which a request may be wrong, and calls that use what others gave."""
    tester = project.with_requirements("requirements-ci.txt")
    patient = {"RATE_LIMIT_REQUESTS": "1000000", "ACCESS_TOKEN_SECONDS": "36000"}
    with serving(project, tmp_path, DATABASE_URL=database_url, **patient, **ADMIN) as server:
        token = server.anybody.as_admin().headers["Authorization"]
        done = tester.run(
            "schemathesis", "run", f"{server.address}/openapi.json", "--header", f"Authorization: {token}",
            # A body that fits its schema may still name a row that is not there.
            "--exclude-checks", "positive_data_acceptance", "--phases", "coverage,stateful", "--max-examples", "30",
            "--generation-deterministic", "--suppress-health-check", "all", "--no-color", timeout=1800,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    operations = count_operations(project)
    assert f"Tested: {operations}\n" in done.stdout, done.stdout[-2_000:]

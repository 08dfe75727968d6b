"""`ops/deploy.sh` and `ops/rollback.sh`, with a `docker` that writes down what it is asked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

BASH = shutil.which("bash")
OPS = Path(__file__).parents[2] / "ops"
DOCKER = """#!/usr/bin/env bash
echo "TAG=$TAG MIGRATE_ON_START=$MIGRATE_ON_START $*" >>calls
[[ $* == *"up "*" app" && $TAG == "${BROKEN_TAG:-}" ]] && exit 1
exit 0
"""

pytestmark = pytest.mark.skipif(BASH is None, reason="the scripts need bash")


class Host:
    """A directory with the scripts in it, and the calls that reached Docker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(OPS, folder / "ops")
        fake = folder / "bin" / "docker"
        fake.parent.mkdir()
        fake.write_text(DOCKER, "utf-8")
        fake.chmod(0o755)

    def run(self, script: str, *arguments: str, broken_tag: str = "") -> int:
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        done = subprocess.run(  # noqa: S603
            [str(BASH), f"ops/{script}", *arguments],
            cwd=self.folder,
            env={"PATH": path, "BROKEN_TAG": broken_tag},
            capture_output=True,
            check=False,
            timeout=30,
        )
        return done.returncode

    def calls(self) -> list[str]:
        file = self.folder / "calls"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def state(self, name: str) -> str | None:
        file = self.folder / ".deploy" / name
        return file.read_text("utf-8").strip() if file.exists() else None


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_release_is_built_migrated_and_started_in_this_order(host: Host) -> None:
    assert host.run("deploy.sh", "v1") == 0

    build, database, migrate, start = host.calls()
    assert build.endswith("compose build app")
    assert database.endswith(" db")
    assert migrate.endswith("run --rm --no-deps app python -m app migrate")
    assert "--wait" in start
    assert start.startswith("TAG=v1 MIGRATE_ON_START=false")
    assert host.state("current") == "v1"


def test_a_release_that_does_not_get_ready_is_replaced_by_the_one_before(host: Host) -> None:
    host.run("deploy.sh", "v1")
    host.calls()

    assert host.run("deploy.sh", "v2", broken_tag="v2") == 1

    last = host.calls()[-1]
    assert last.startswith("TAG=v1 MIGRATE_ON_START=false")
    assert last.endswith(" app")
    assert host.state("current") == "v1"


def test_the_first_release_has_nothing_to_go_back_to(host: Host) -> None:
    assert host.run("deploy.sh", "v1", broken_tag="v1") == 1
    assert host.state("current") is None


def test_rollback_starts_the_release_before(host: Host) -> None:
    host.run("deploy.sh", "v1")
    host.run("deploy.sh", "v2")
    host.calls()

    assert host.run("rollback.sh") == 0

    assert [call.split()[0] for call in host.calls()] == ["TAG=v1"]
    assert host.state("current") == "v1"


def test_rollback_downgrades_with_the_release_that_knows_the_migrations(host: Host) -> None:
    host.run("deploy.sh", "v1")
    host.run("deploy.sh", "v2")
    host.calls()

    assert host.run("rollback.sh", "--downgrade", "abc") == 0

    stop, downgrade, start = host.calls()
    assert stop.endswith("stop app")
    assert downgrade.startswith("TAG=v2")
    assert downgrade.endswith("alembic downgrade abc")
    assert start.startswith("TAG=v1")


def test_rollback_without_an_earlier_release_says_so(host: Host) -> None:
    assert host.run("rollback.sh") == 2
    assert host.calls() == []

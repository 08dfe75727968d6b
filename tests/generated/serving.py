"""A generated project's server as a process of its own, on a free port."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.generated.calling import Caller
from tests.generated.projects import Project, clean_environment

READY_SECONDS = 120
STOP_SECONDS = 45
AS_ITS_README_DOES = ("-m", "app")


@dataclass(frozen=True)
class Server:
    """A running server; `ready_after` is in seconds from the start of the process."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path
    ready_after: float

    @property
    def anybody(self) -> Caller:
        """Somebody who is not signed in."""
        return Caller(self.address)

    def refuses_connections(self) -> bool:
        """Whether nobody listens any more."""
        host, _, port = self.address.removeprefix("http://").partition(":")
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except ConnectionRefusedError:
            return True
        return False

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def wait_for_end(self) -> int:
        """Return the exit status. Raises `subprocess.TimeoutExpired`."""
        return self.process.wait(timeout=STOP_SECONDS)

    def kill(self) -> None:
        """Send SIGKILL, and wait until the process is gone."""
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def serving(
    project: Project,
    folder: Path,
    *,
    program: Sequence[str] = AS_ITS_README_DOES,
    ready: str = "/health/ready",
    **variables: str,
) -> Iterator[Server]:
    """Run a server, from the time when `ready` answers 200; at the end it must stop when asked, with exit status 0.

    Without DATABASE_URL among the variables it gets a SQLite file in `folder`.
    """
    port = free_port()
    given = {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder / 'app.db'}"} | variables
    log = folder / f"server-{port}.log"
    begin = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(project.python), *program],
            cwd=project.path,
            env=clean_environment() | given,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(Caller(address), process, log, ready)
        yield Server(address, process, log, time.monotonic() - begin)
        ended_before = process.poll() is not None
    except BaseException:
        process.kill()
        process.wait()
        raise
    if not ended_before:
        assert stop(process) == 0, log.read_text()[-4_000:]


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask the process to stop and return its exit status; one that does not stop in time is killed."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def wait_until_ready(caller: Caller, process: subprocess.Popen[bytes], log: Path, path: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            if caller.get(path).status == 200:
                return
        time.sleep(0.05)
    pytest.fail(f"the server did not get ready:\n{log.read_text()[-4_000:]}")

"""A server as a process of its own: how long it takes to be ready, and what CPU time it uses."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import psutil

from tests.generated.projects import clean_environment

STARTUP_SECONDS = 60


class Server:
    """A running server.

    It answered `path` with 200 after `ready_seconds`; `queued_seconds` of them it waited for a core that others used
    (0 where the system does not say), and `ready_cpu_seconds` is the CPU time that it needed.
    """

    def __init__(
        self, command: Sequence[str], port: int, folder: Path, variables: Mapping[str, str], path: str
    ) -> None:
        self.port = port
        self.log = folder / f"{port}.log"
        began = time.perf_counter()
        with self.log.open("wb") as log:
            self._process = psutil.Popen(
                command, cwd=folder, env=clean_environment() | variables, stdout=log, stderr=subprocess.STDOUT
            )
        while not _answers(port, path):
            if self._process.poll() is not None or time.perf_counter() - began > STARTUP_SECONDS:
                self.stop()
                raise RuntimeError(f"{command} does not answer:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.01)
        self.ready_seconds = time.perf_counter() - began
        self.ready_cpu_seconds = self.cpu()
        self.queued_seconds = _queued(self._process.pid)

    def cpu(self) -> float:
        """CPU seconds of the process so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        """Stop it as an orchestrator would."""
        self._process.terminate()
        self._process.wait(STARTUP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _queued(pid: int) -> float:
    # "Time spent waiting on a runqueue" of the first thread, in ns: Documentation/scheduler/sched-stats of Linux.
    file = Path(f"/proc/{pid}/schedstat")
    return int(file.read_text().split()[1]) / 1e9 if file.is_file() else 0.0


def _answers(port: int, path: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False

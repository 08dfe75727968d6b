"""Watching a process that must not be trusted: how long it runs, how much it says, how much memory it uses."""

from __future__ import annotations

import os
import selectors
import subprocess
from dataclasses import dataclass, field
from time import monotonic
from typing import IO

from scaffolder_validators.sandbox import watch
from scaffolder_validators.sandbox.limits import Limits, Reason, SandboxUnavailableError

_LOOK_EVERY = 0.1
_ENDING = 30.0
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen from outside; `reason` is `None` when it ended by itself, `peak` is in bytes."""

    reason: Reason | None
    exit_code: int
    stdout: str
    stderr: str
    answer: bytes
    seconds: float
    peak: int


@dataclass(slots=True)
class Captured:
    """The first and the last bytes of a stream, `limit` in all; what was between them is counted."""

    limit: int
    first: bytearray = field(default_factory=bytearray)
    last: bytearray = field(default_factory=bytearray)
    total: int = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self.total += len(data)
        room = max(0, self.limit // 2 - len(self.first))
        self.first += data[:room]
        self.last += data[room:]
        if len(self.last) > 2 * self.limit:  # cutting at every chunk would copy too often
            del self.last[: -(self.limit // 2)]

    def text(self) -> str:
        """Give what was kept, with a line that says how much is missing."""
        last = self.last[-(self.limit // 2) :]
        lost = self.total - len(self.first) - len(last)
        between = f"\n… {lost:,} bytes are left out …\n".encode() if lost else b""
        return (bytes(self.first) + between + bytes(last)).decode(errors="replace")


def supervise(process: subprocess.Popen[bytes], channel: IO[bytes], limits: Limits, longest: int) -> Seen:
    """Read what the process prints, and what comes through `channel` (`longest` bytes of it), until all are closed.

    A process that does more than it may is killed; whoever kills this one kills that as well.

    Raises:
        SandboxUnavailableError: it lives on although it was killed.
    """
    return _Supervision(process, channel, limits, longest).run()


class _Supervision:
    def __init__(self, process: subprocess.Popen[bytes], channel: IO[bytes], limits: Limits, longest: int) -> None:
        assert process.stdout is not None  # noqa: S101 - pipes were asked for
        assert process.stderr is not None  # noqa: S101
        self._process, self._limits = process, limits
        captured = {name: Captured(limits.kept) for name in ("stdout", "stderr")}
        self._streams = {process.stdout: captured["stdout"], process.stderr: captured["stderr"]}
        self._printed = captured
        self._channel = channel
        self._answer = bytearray()
        self._longest = longest
        self._started = monotonic()
        self._next_look = self._started + _LOOK_EVERY
        self._killed = 0.0
        self._reason: Reason | None = None
        self._peak = 0

    def run(self) -> Seen:
        with selectors.DefaultSelector() as selector:
            for stream in (*self._streams, self._channel):
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(max(0.0, self._next_look - monotonic())):
                    data = os.read(key.fd, _CHUNK)
                    if data:
                        self._take(key.fileobj, data)
                    else:
                        selector.unregister(key.fileobj)
                self._look()
        code = self._process.wait()
        out, err = self._printed["stdout"].text(), self._printed["stderr"].text()
        return Seen(self._reason, code, out, err, bytes(self._answer), monotonic() - self._started, self._peak)

    def _take(self, stream: object, data: bytes) -> None:
        if stream is self._channel:
            self._answer += data[: max(0, self._longest - len(self._answer))]
        elif self._reason is None:
            for known, captured in self._streams.items():
                if known is stream:
                    captured.add(data)

    def _look(self) -> None:
        now = monotonic()
        if self._reason is not None:
            self._next_look = now + _LOOK_EVERY
            if now > self._killed + _ENDING:
                raise SandboxUnavailableError("the sandbox does not end although it was killed")
            return
        self._reason = self._exceeded(now)
        if self._reason is not None:
            self._process.kill()
            self._killed = now

    def _exceeded(self, now: float) -> Reason | None:
        if now - self._started >= self._limits.seconds:
            return "timeout"
        if sum(one.total for one in self._printed.values()) > self._limits.output:
            return "output"
        if now < self._next_look:
            return None
        used = watch.memory_of(self._process.pid)
        if used > self._limits.memory:
            used = watch.exact_memory_of(self._process.pid)
        self._peak = max(self._peak, used)
        self._next_look = monotonic() + _LOOK_EVERY
        return "memory" if used > self._limits.memory or watch.machine_is_short() else None

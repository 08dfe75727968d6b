"""How much a command in the sandbox may use, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MEBIBYTE = 1024 * 1024

Reason = Literal["finished", "timeout", "cpu", "memory", "output", "killed"]
"""Why it ended: by itself, or because it took too long, computed too long, used too much memory, said too much, or
something in the sandbox killed the process that runs it."""


class SandboxError(Exception):
    """Nothing was run; the text says why."""


class SandboxUnavailableError(SandboxError):
    """There is no sandbox here; the text says why and how to get one."""


class ProjectError(SandboxError):
    """The project cannot be copied into the sandbox; the text says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a command and all its children may use."""

    seconds: float = 900.0
    """Of wall time; then everything is killed."""
    cpu_seconds: int = 900
    """Of computing, for each process."""
    memory: int = 2048 * MEBIBYTE
    """Bytes of address space for each process, and of memory for all of them together."""
    disk: int = 512 * MEBIBYTE
    """Bytes of the project's copy, of `/tmp`, and of the largest file. There is no other place to write to."""
    processes: int = 256
    """Processes and threads at one time."""
    output: int = 64 * MEBIBYTE
    """Bytes that it may print in all; `kept` of them, the first and the last ones, are in the outcome."""
    kept: int = MEBIBYTE
    """Bytes of standard output that are kept, and as many of standard error."""
    collected: int = 16 * MEBIBYTE
    """Bytes of each file that is handed back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command in the sandbox did. All of it was made by the command, and is as trustworthy as that."""

    reason: Reason
    exit_code: int | None
    """As of `subprocess`: negative for a signal; `None` when the command was not seen to end."""
    stdout: str
    stderr: str
    seconds: float
    peak_memory: int
    """Bytes of memory that all processes together had at most, as far as it was seen (ten looks a second)."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Content of the files to be handed back, by the paths that were asked for; those that are not there are not."""
    left_out: tuple[str, ...] = ()
    """Paths in the project that were not copied: links that lead out of it, devices, sockets, pipes."""

    @property
    def passed(self) -> bool:
        """Tell whether it ended by itself with exit code 0."""
        return self.reason == "finished" and self.exit_code == 0

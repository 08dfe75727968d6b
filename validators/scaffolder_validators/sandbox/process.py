"""One sandbox from its start to its end: what goes in, who it runs as, and what came out."""

from __future__ import annotations

import base64
import itertools
import json
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scaffolder_validators.sandbox import bubblewrap, inside, launch, memory_file
from scaffolder_validators.sandbox.bubblewrap import Descriptors, Program, Python
from scaffolder_validators.sandbox.limits import Limits, Outcome, ProjectError, SandboxUnavailableError
from scaffolder_validators.sandbox.seccomp import filter_program
from scaffolder_validators.sandbox.snapshot import Snapshot
from scaffolder_validators.sandbox.supervise import Seen, supervise

# No distribution gives these to anybody: https://systemd.io/UIDS-GIDS/
_FIRST_UNUSED_USER: Final = 0x70000000
_runs = itertools.count()


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run: `environment` is shown as `/venv`, `collect` are files to hand back."""

    command: Sequence[str]
    snapshot: Snapshot
    environment: Path | None
    limits: Limits
    variables: Mapping[str, str]
    collect: Sequence[str]


def execute(program: Program, order: Order) -> Outcome:
    """Run a command in a sandbox made by `program`; nothing of it is left when this returns or raises.

    Raises:
        SandboxUnavailableError: the sandbox, or the command in it, does not start.
    """
    python = Python.ours()
    with ExitStack() as stack:
        stack.enter_context(order.snapshot.archive)
        answer, answering = os.pipe()
        channel = stack.enter_context(open(answer, "rb", buffering=0))  # noqa: PTH123 - a descriptor, not a path
        closing = stack.enter_context(ExitStack())
        closing.callback(os.close, answering)
        given = _descriptors(stack)
        archive = order.snapshot.archive.fileno()
        request = _request(program, python, order, given, {"archive": archive, "answer": answering})
        passed = (given.filter, given.inside, *(descriptor for _, descriptor in given.own), archive, answering)
        process = stack.enter_context(_started(request, passed))
        closing.close()
        # base64 makes four bytes of three; the rest of the answer is short.
        longest = order.limits.collected * len(order.collect) * 4 // 3 + 1 << 16
        return _outcome(supervise(process, channel, order.limits, longest), order)


def _descriptors(stack: ExitStack) -> Descriptors:
    program = filter_program()
    if program is None:
        raise SandboxUnavailableError(
            "the sandbox knows the system calls of x86-64 and AArch64 only: use such a machine"
        )

    def holding(name: str, content: bytes) -> int:
        return stack.enter_context(memory_file.holding(name, content)).fileno()

    own = [(path, holding(path, text.encode())) for path, text in bubblewrap.OWN_FILES.items()]
    return Descriptors(holding("filter", program), holding("inside", Path(inside.__file__).read_bytes()), own)


def _request(
    program: Program, python: Python, order: Order, given: Descriptors, channels: Mapping[str, int]
) -> dict[str, Any]:
    limits = order.limits
    request = {
        **channels,
        "project": bubblewrap.PROJECT,
        "command": list(order.command),
        "variables": dict(order.variables),
        "collect": list(order.collect),
        "collected": limits.collected,
        "limits": {
            "RLIMIT_AS": (limits.memory, limits.memory),
            "RLIMIT_CPU": (limits.cpu_seconds, limits.cpu_seconds + 2),
            "RLIMIT_FSIZE": (limits.disk, limits.disk),
            "RLIMIT_NPROC": (limits.processes, limits.processes),
            "RLIMIT_NOFILE": (1024, 1024),
            "RLIMIT_CORE": (0, 0),
        },
    }
    folders = {"@bwrap": str(program.folder), "@python": str(python.prefix)}
    if order.environment is not None:
        folders["@venv"] = str(order.environment)
    line = bubblewrap.command_line(program, python, limits, given, has_environment=order.environment is not None)
    user = _unused_user() if os.geteuid() == 0 else None
    return {"folders": folders, "user": user, "command": [*line, json.dumps(request)]}


def _unused_user() -> int:
    """Give the number of a user that owns no file and no process, and that no other run uses at this moment."""
    number = (next(_runs) % 60) * 2**22 + os.getpid()
    highest = 0
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        highest = max(highest, first + count)
    # Root of a container often has 65,536 users, of which the upper ones are seldom used.
    user = _FIRST_UNUSED_USER + number if highest > 2**31 - 1 else highest // 2 + number % (highest // 4)
    with suppress(KeyError):
        raise SandboxUnavailableError(f"the user {pwd.getpwuid(user).pw_name} has a number meant for sandboxes: {user}")
    return user


@contextmanager
def _started(request: Mapping[str, Any], passed: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-I", "-S", launch.__file__, json.dumps(request)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=passed,
        start_new_session=True,
        env={},
    )
    try:
        yield process
    finally:
        # bwrap's first process in the sandbox dies with it (--die-with-parent), and then the kernel kills all others.
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _outcome(seen: Seen, order: Order) -> Outcome:
    begun, _, rest = seen.answer.partition(b"\n")
    if begun.decode(errors="replace") != inside.BEGUN:
        said = " ".join(seen.stderr.split()) or f"exit code {seen.exit_code}"
        raise SandboxUnavailableError(f"the sandbox does not start: {said[:500]}")
    answer = _answer(rest)
    if answer is None:
        return Outcome(
            seen.reason or "killed",
            None,
            seen.stdout,
            seen.stderr,
            seen.seconds,
            seen.peak,
            {},
            order.snapshot.left_out,
        )
    if answer.problem:
        raise ProjectError(f"cannot copy the project into the sandbox: {answer.problem}")
    reason = seen.reason or ("cpu" if answer.exit_code == -signal.SIGXCPU else "finished")
    peak = max(seen.peak, answer.peak)
    return Outcome(
        reason, answer.exit_code, seen.stdout, seen.stderr, seen.seconds, peak, answer.files, order.snapshot.left_out
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    exit_code: int
    peak: int
    files: Mapping[str, bytes]
    problem: str


def _answer(raw: bytes) -> _Answer | None:
    """Read what `inside.py` says, or what the command made of it: nothing in it is believed to have the right form."""
    try:
        given = json.loads(raw)
        files = {str(name): base64.b64decode(content) for name, content in given.get("files", {}).items()}
        return _Answer(int(given.get("exit_code", -1)), int(given["peak"]), files, str(given.get("problem", ""))[:500])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None

"""Running an engine that is a program: found beside our Python or on the path, and never for longer than allowed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from scaffolder_validators.finding import Finding
from scaffolder_validators.validator import Missing, Ready

Answer = TypeVar("Answer")

_OVERFLOWN = frozenset({-signal.SIGABRT, -signal.SIGSEGV})
_MOST_LOST = 8
_VERSION = re.compile(r"\d+(?:\.\d+)+\S*")


class ToolTimeoutError(Exception):
    """The program took longer than it may; it was killed with all it had started."""


class ToolError(Exception):
    """The program ended in a way that says nothing about the files."""

    def __init__(self, program: str, code: int, errors: str) -> None:
        self.code = code
        self.errors = errors
        first = next((line.strip() for line in errors.splitlines() if line.strip()), "it said nothing")
        super().__init__(f"{program} ended with {code}: {first}")


@cache
def find(program: str) -> Path | None:
    """Give the path of a program; that of our own environment comes first, in the version that we were tested with."""
    beside = shutil.which(program, path=os.fspath(Path(sys.executable).parent))
    found = beside or shutil.which(program)
    return Path(found) if found else None


@cache
def probe(program: str, how: str, *version: str) -> Ready | Missing:
    """Run `program --version` (or with the arguments `version`); `how` tells the user how to get it."""
    path = find(program)
    if path is None:
        return Missing(f"{program} not found: {how}")
    try:
        done = run([path, *(version or ("--version",))], timeout=20)
    except (OSError, ToolTimeoutError) as error:
        return Missing(f"{program} does not start ({error}): {how}")
    match = _VERSION.search(done.stdout) or _VERSION.search(done.stderr)
    if done.returncode != 0 or match is None:
        return Missing(f"{program} does not work (exit {done.returncode}): {how}")
    return Ready(match.group())


def probe_packaged(program: str, distribution: str, how: str, *arguments: str) -> Ready | Missing:
    """Give the version of a program that a Python package brings, without running it; else as `probe`."""
    path = find(program)
    if path is not None and path.parent == Path(sys.executable).parent:
        try:
            return Ready(version(distribution))
        except PackageNotFoundError:
            pass  # somebody put it there by other means
    return probe(program, how, *arguments)


def probe_package(distribution: str, how: str) -> Ready | Missing:
    """Give the version of an engine that is a Python package, without importing it."""
    try:
        return Ready(version(distribution))
    except PackageNotFoundError:
        return Missing(f"{distribution} not found: {how}")


def run(
    command: Sequence[str | Path],
    *,
    timeout: float,
    cwd: Path | None = None,
    given: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program with `given` as its standard input; a timeout (seconds) kills its whole process group.

    The program gets few variables of our environment, no colours, and no way to ask anybody.

    Raises:
        ToolTimeoutError: it took longer than `timeout`.
        OSError: it cannot be started.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME") if name in os.environ}
    variables = {**kept, "LANG": "C.UTF-8", "NO_COLOR": "1", **(environment or {})}
    process = subprocess.Popen(  # noqa: S603 - the programs are those of the registry
        [os.fspath(part) for part in command],
        cwd=cwd,
        env=variables,
        stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(given, timeout=timeout)
    except BaseException as error:
        _kill(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise ToolTimeoutError(f"{Path(command[0]).name} took longer than {timeout:g} s") from None
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def output(
    program: str,
    arguments: Sequence[str | Path],
    *,
    folder: Path,
    timeout: float,
    accepted: Sequence[int] = (0, 1),
    given: str | None = None,
) -> str:
    """Give what `program` prints about the files of `folder`, whatever settings the user has for himself.

    Raises:
        ToolError: it ended with a code that is not one of `accepted`.
        ToolTimeoutError: it took longer than `timeout` (seconds).
    """
    path = find(program)
    if path is None:  # it was there when it was probed
        raise ToolError(program, 127, "it is gone")
    own = {"XDG_CONFIG_HOME": os.devnull}
    done = run([path, *arguments], timeout=timeout, cwd=folder, given=given, environment=own)
    if done.returncode not in accepted:
        raise ToolError(program, done.returncode, done.stderr or done.stdout)
    return done.stdout


def batches(paths: Iterable[str], longest: int = 500_000) -> Iterator[list[str]]:
    """Give the paths as arguments (`./` first: none is an option) in as few runs as the system allows."""
    batch: list[str] = []
    size = 0
    for path in paths:
        size += len(path.encode()) + 3
        if batch and size > longest:
            yield batch
            batch, size = [], len(path.encode()) + 3
        batch.append(f"./{path}")
    if batch:
        yield batch


def survived(
    paths: Iterable[str], work: Callable[[list[str]], Iterable[Answer]], lost: Callable[[str], Answer]
) -> Iterator[Answer]:
    """Give what `work` answers for batches of paths; a file that takes the engine down is left out and given to `lost`.

    Such a file nests deeper than the stack of the engine. It is found by halving the batch, and its neighbours are
    checked all the same.

    Raises:
        ToolError: the engine fails in another way, or falls over many files.
    """
    pending, fallen = list(batches(paths)), 0
    while pending:
        batch = pending.pop(0)
        try:
            yield from list(work(batch))
        except ToolError as error:
            if error.code not in _OVERFLOWN or fallen == _MOST_LOST:
                raise
            if len(batch) > 1:
                pending[:0] = [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
            else:
                fallen += 1
                yield lost(batch[0].removeprefix("./"))


def too_much(engine: str, path: str) -> Finding:
    """Say that `engine` does not survive the file `path`."""
    hint = "Take nested or very long expressions apart."
    return Finding(path, 1, 1, f"{engine}:too-deep", "error", f"not checked: {engine} does not survive it", hint)


def relative(folder: Path, name: str) -> str:
    """Give the path inside `folder` (POSIX) of a file that an engine calls `name`."""
    path = Path(name)
    for root in (folder, folder.resolve()):
        if path.is_absolute() and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.as_posix()


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself just now
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

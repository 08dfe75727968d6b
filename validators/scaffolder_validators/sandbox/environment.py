"""What a project depends on, installed once per content: outside the sandbox, but without running any of it.

Only wheels with the pinned hashes are installed: unpacking them runs no code. From then on the environment's own Python
is not started outside the sandbox, not even to compile, because a package may add code that runs at its start (`.pth`).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic, time
from typing import Final

from scaffolder_validators import tool
from scaffolder_validators.sandbox.bubblewrap import ENVIRONMENT, Python
from scaffolder_validators.sandbox.limits import SandboxError

_FORMAT: Final = "1"
"""Changes when environments are made in another way."""
_TIMEOUT: Final = 1800.0
_COMPILING: Final = 600.0
_KEPT_DAYS: Final = 30
_PIN: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,\s-]*\])?\s*==\s*[A-Za-z0-9.!+_-]+\s*(;[^#]*?)?"
    r"(\s+--hash=sha(256|384|512):[0-9a-f]{64,128})+"
)
# Where the user's installer finds packages; nothing else of our environment is its business.
_PASSED: Final = re.compile(
    r"(PIP|UV)_(?!.*(BINARY|TARGET|PREFIX|USER|ROOT|SYSTEM|VIRTUALENV)).*|SSL_CERT_\w+|\w+_PROXY|NETRC"
)


class EnvironmentFailedError(SandboxError):
    """The dependencies cannot be installed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment for the sandbox: `path` is a folder that is complete and is not changed any more."""

    path: Path
    cached: bool
    seconds: float


def prepare_environment(requirements: bytes, notify: Callable[[str], None] = lambda _: None) -> Environment:
    """Give an environment that holds exactly `requirements` (pinned, with hashes), and make it if there is none.

    It stands in `$XDG_CACHE_HOME/scaffolder/environments`; those that nobody asked for in a month are removed. `notify`
    gets a line when something takes long.

    Raises:
        EnvironmentFailedError: a line is no pinned requirement, or the installer fails.
        SandboxUnavailableError: our Python cannot be shown to a sandbox.
    """
    started = monotonic()
    count = _check(requirements)
    python = Python.ours()
    store = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scaffolder" / "environments"
    place = store / _key(requirements, python)
    try:
        if not place.is_dir():
            store.mkdir(parents=True, exist_ok=True)
            _forget_old(store)
            notify(f"installing {count} packages, once for these requirements")
            _make(requirements, python, place)
            return Environment(place, cached=False, seconds=monotonic() - started)
        os.utime(place)
    except OSError as error:
        raise EnvironmentFailedError(f"cannot make an environment in {store}: {error.strerror or error}") from None
    return Environment(place, cached=True, seconds=monotonic() - started)


def _check(requirements: bytes) -> int:
    """Refuse what is not a pin: options, addresses and folders could fetch or run anything. Give the number of pins."""
    try:
        text = requirements.decode()
    except UnicodeDecodeError:
        raise EnvironmentFailedError("the requirements are not UTF-8 text") from None
    count, start, pending = 0, 1, ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        stripped = "" if line.lstrip().startswith("#") else re.sub(r"\s#.*", "", line).strip()
        pending += " " + stripped.removesuffix("\\").strip()
        if stripped.endswith("\\"):
            continue
        if pending.strip():
            if not _PIN.fullmatch(pending.strip()):
                raise EnvironmentFailedError(
                    f"line {start} of the requirements is not a pinned package with hashes: {pending.strip()[:80]}"
                )
            count += 1
        pending, start = "", number + 1
    return count


def _key(requirements: bytes, python: Python) -> str:
    build = (_FORMAT, str(python.executable), sys.version, sysconfig.get_platform())
    return sha256("\0".join(build).encode() + b"\0" + requirements).hexdigest()[:32]


def _make(requirements: bytes, python: Python, place: Path) -> None:
    """Make the environment beside its place, and move it there whole."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent, ignore_cleanup_errors=True) as scratch:
        listed = Path(scratch, "requirements.txt")
        listed.write_bytes(requirements)
        made = Path(scratch, "environment")
        _install(python, made, listed)
        _compile(python, made)
        _settle(made)
        with suppress(OSError):  # another process was first: its environment is the same
            made.rename(place)
    if not place.is_dir():
        raise EnvironmentFailedError(f"cannot move the environment to {place}")


def _install(python: Python, made: Path, listed: Path) -> None:
    strict = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(listed)]
    if uv := tool.find("uv"):
        _run([uv, "venv", "--quiet", "--no-project", "--python", python.executable, made], listed.parent)
        _run([uv, "pip", "install", "--quiet", "--python", made / "bin" / "python", *strict], listed.parent)
    else:
        _run([python.executable, "-I", "-m", "venv", made], listed.parent)
        pip: list[str | Path] = [
            made / "bin" / "python",
            "-I",
            "-m",
            "pip",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
        ]
        _run([*pip, "install", "--no-compile", *strict], listed.parent)


def _run(command: list[str | Path], folder: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if _PASSED.fullmatch(name.upper())}
    try:
        done = tool.run(command, timeout=_TIMEOUT, cwd=folder, environment=variables)
    except tool.ToolTimeoutError as error:
        raise EnvironmentFailedError(f"{error}: try again") from None
    if done.returncode != 0:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise EnvironmentFailedError(f"{Path(command[0]).name} failed: {' '.join(said[-6:])[:800]}")


def _compile(python: Python, made: Path) -> None:
    """Compile with our Python, which does not look into the environment; what this leaves out is compiled when used."""
    command: list[str | Path] = [python.executable, "-I", "-S", "-m", "compileall", "-q", "-j", "2", made / "lib"]
    with suppress(tool.ToolTimeoutError):
        tool.run(command, timeout=_COMPILING)


def _settle(made: Path) -> None:
    """Make scripts start with the environment's path in the sandbox, and let every user read it."""
    own = f"#!{made}/bin/".encode()
    for script in (made / "bin").iterdir():
        if script.is_file() and not script.is_symlink() and (content := script.read_bytes()).startswith(own):
            script.unlink()  # it may be a second name of a file in the installer's cache
            script.write_bytes(content.replace(own, f"#!{ENVIRONMENT}/bin/".encode(), 1))
            script.chmod(0o755)
    for folder, names, members in os.walk(made):
        for name in (*names, *members):
            path = Path(folder, name)
            if not path.is_symlink():
                mode = path.stat().st_mode
                wanted = mode | 0o444 | (0o111 if mode & 0o100 else 0)
                if wanted != mode:
                    path.chmod(wanted)
    made.chmod(0o755)


def _forget_old(store: Path) -> None:
    """Remove what was not used for long, also what a killed run has left."""
    for entry in store.iterdir():
        days = 1 if entry.name.startswith(".new-") else _KEPT_DAYS
        with suppress(OSError):  # another process may be removing it
            if entry.stat().st_mtime < time() - days * 86_400:
                shutil.rmtree(entry, ignore_errors=True)

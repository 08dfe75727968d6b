"""Becomes bwrap, as a user that owns nothing when we are root (`python -I -S launch.py REQUEST`).

Root must give up its identity first: limits on processes do not count for root, and every file that is bound into the
sandbox would be root's. But then bwrap can no longer reach what stands below a folder that only root may enter, such
as a Python in `/root`. So those folders are shown below `/tmp` first, in a mount namespace that ends with the sandbox.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

_CLONE_NEWNS = 0x00020000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_STAGE = Path("/tmp")  # noqa: S108 - hidden below a mount of our own


def main(request: dict[str, Any]) -> None:
    """Replace this process by `request["command"]`, whose `@name` at the start of arguments are shown folders."""
    folders: dict[str, str] = request["folders"]
    user: int | None = request["user"]
    if user is not None:
        folders = _show(folders)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    _forget_signals()
    os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir("/")
    command = [_resolved(argument, folders) for argument in request["command"]]
    try:
        os.execve(command[0], command, {})  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


def _forget_signals() -> None:
    """Treat every signal as a new shell would: what whoever started us blocks or ignores would be inherited."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        # The C library keeps two for itself and refuses them.
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _resolved(argument: str, folders: dict[str, str]) -> str:
    name, slash, rest = argument.partition("/")
    return folders[name] + slash + rest if name in folders else argument


def _show(folders: dict[str, str]) -> dict[str, str]:
    """Bind the folders below `/tmp`, for this process and its children alone; give their new paths."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        return folders  # root of a container may not; bwrap says what it then cannot reach
    _mount(libc, "none", "/", _MS_REC | _MS_PRIVATE)
    # What stands below `/tmp` itself stays reachable through these once it is covered. They close when bwrap starts.
    opened = {name: os.open(path, os.O_PATH | os.O_DIRECTORY) for name, path in folders.items()}
    _mount(libc, "tmpfs", str(_STAGE), _MS_NOSUID | _MS_NODEV, kind="tmpfs", data="mode=0755,size=1m")
    shown = {}
    for name, descriptor in opened.items():
        place = _STAGE / name.removeprefix("@")
        place.mkdir(mode=0o755)
        _mount(libc, f"/proc/self/fd/{descriptor}", str(place), _MS_BIND | _MS_REC)
        shown[name] = str(place)
    return shown


def _mount(libc: ctypes.CDLL, source: str, place: str, flags: int, *, kind: str = "none", data: str = "") -> None:
    arguments = (source.encode(), place.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode() or None)
    if libc.mount(*arguments) != 0:
        sys.exit(f"cannot mount {place}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

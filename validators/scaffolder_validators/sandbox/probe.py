"""Whether there is a sandbox: not by versions, but by a canary that tries to get out of one."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from scaffolder_validators.sandbox import bubblewrap
from scaffolder_validators.sandbox.bubblewrap import HOW, Program
from scaffolder_validators.sandbox.limits import MEBIBYTE, Limits, SandboxUnavailableError
from scaffolder_validators.sandbox.process import Order, execute
from scaffolder_validators.sandbox.snapshot import pack_files

_LIMITS: Final = Limits(seconds=20, cpu_seconds=10, memory=512 * MEBIBYTE, disk=8 * MEBIBYTE, processes=32)

# The address is reserved for documentation (RFC 5737), and connecting a datagram socket sends nothing.
_CANARY: Final = """
import errno, json, os, resource, socket

def fails(action):
    try:
        action()
    except OSError as error:
        return error.errno
    return 0

def status(name):
    with open("/proc/self/status") as file:
        return dict(line.split(":", 1) for line in file)[name].strip()

with socket.socket(type=socket.SOCK_DGRAM) as sender:
    network = fails(lambda: sender.connect(("192.0.2.1", 9)))
with open("/etc/passwd") as users:
    own_users = len(users.readlines())
print(json.dumps({
    "the network is out of reach": network == errno.ENETUNREACH,
    "it runs as a plain user": os.getuid() == os.geteuid() == 1000 and os.getgroups() in ([], [1000], [65534, 1000]),
    "it has no capabilities": int(status("CapEff"), 16) == int(status("CapBnd"), 16) == 0,
    "it cannot gain rights": status("NoNewPrivs") == "1",
    "system calls are filtered": status("Seccomp") == "2" and fails(lambda: os.chroot("/")) == errno.EPERM,
    "it sees its own processes only": sum(name.isdigit() for name in os.listdir("/proc")) < 10,
    "it sees its own users only": own_users == 1,
    "nothing but its copy can be written": all(
        fails(lambda: os.mkdir(path + "/canary")) for path in ("/", "/usr", "/etc", "/dev", "/sandbox")
    ),
    "its copy can be written": fails(lambda: os.mkdir("/project/canary")) == 0,
    "the disk has an end": os.statvfs("/project").f_blocks * os.statvfs("/project").f_frsize <= 8 * 1024 * 1024,
    "processes are limited": resource.getrlimit(resource.RLIMIT_NPROC) == (32, 32),
    "memory is limited": resource.getrlimit(resource.RLIMIT_AS)[1] <= 512 * 1024 * 1024,
    "our files are out of reach": all(not os.path.exists(path) for path in SECRETS),
}))
"""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that held when it was tried."""

    program: Program
    version: str


@cache
def sandbox() -> Sandbox:
    """Give the first sandbox that holds; tried once in the life of this process.

    Raises:
        SandboxUnavailableError: there is none; the text says why and how to get one.
    """
    if sys.platform != "linux":
        raise SandboxUnavailableError(f"the sandbox needs Linux, and this is {sys.platform}: use a Linux machine or VM")
    refused = []
    for program in bubblewrap.programs():
        try:
            return Sandbox(program, _try(program))
        except SandboxUnavailableError as error:
            refused.append(f"{program}: {error}")
    if not refused:
        raise SandboxUnavailableError(f"bwrap not found: {HOW}")
    raise SandboxUnavailableError("; ".join(refused) + _advice())


def _try(program: Program) -> str:
    secrets = [
        str(path) for path in (Path.home() / ".cache", Path.home() / ".ssh", Path(__file__), Path("/etc/shadow"))
    ]
    code = f"SECRETS = {secrets!r}\n{_CANARY}"
    command = [str(bubblewrap.Python.ours().executable), "-I", "-S", "-c", code]
    outcome = execute(program, Order(command, pack_files({}), None, _LIMITS, {}, ()))
    said = _facts(outcome.stdout)
    if not outcome.passed or not said:
        last = (outcome.stderr.strip() or "no output").splitlines()[-1]
        raise SandboxUnavailableError(
            f"the trial ended with {outcome.reason}, exit code {outcome.exit_code}: {last[:300]}"
        )
    broken = [fact for fact, holds in said.items() if holds is not True]
    if broken:
        raise SandboxUnavailableError(f"it does not hold; not true: {', '.join(broken)}")
    return bubblewrap.version(program)


def _facts(printed: str) -> dict[str, Any]:
    try:
        facts = json.loads(printed)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _advice() -> str:
    """Say what usually forbids it on this machine."""
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if restricted.is_file() and restricted.read_text().strip() == "1":
        return (
            "; AppArmor keeps plain users from making namespaces: install the system package bubblewrap with its "
            "profile, or set kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if any(Path(name).exists() for name in ("/.dockerenv", "/run/.containerenv")):
        return "; a container forbids namespaces: run it on the machine itself, or allow the container to make them"
    return f"; {HOW}, and allow user namespaces (sysctl user.max_user_namespaces)"

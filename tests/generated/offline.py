"""A process without a network, where the machine lets us make one."""

from __future__ import annotations

import subprocess
import sys

# It can talk to itself, and to nobody else.
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
fcntl.ioctl(socket.socket(), SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def offline() -> list[str]:
    """Return what to write before a command to run it without a network; nothing where that is not possible."""
    prefix = ["unshare", "--user", "--map-current-user", "--net", sys.executable, "-c", LOOPBACK_UP]
    probe = [sys.executable, "-c", "import socket; socket.create_server(('127.0.0.1', 0))"]
    try:
        subprocess.run([*prefix, *probe], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return []
    return prefix

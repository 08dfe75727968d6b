"""Files in memory that nobody can change any more: what the sandbox gets from us must not be a way out of it."""

from __future__ import annotations

import fcntl
import os
from typing import IO


def new(name: str) -> IO[bytes]:
    """Open a file that has no place on a disk; `name` is seen in `/proc` alone."""
    return os.fdopen(os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "w+b")


def seal(file: IO[bytes]) -> IO[bytes]:
    """Take from everybody who has or opens the file the right to change it, and go to its beginning."""
    file.flush()
    everything = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(file.fileno(), fcntl.F_ADD_SEALS, everything)
    file.seek(0)
    return file


def holding(name: str, content: bytes) -> IO[bytes]:
    """Open a sealed file with this content."""
    file = new(name)
    file.write(content)
    return seal(file)

"""How much memory the processes of a sandbox use, seen from outside, where nothing in it can lie or stop us."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PROC: Final = Path("/proc")
# Kernel memory (buffers of sockets and pipes, inodes) counts for no process; that it uses up the machine is seen here.
_SPARE_SHARE: Final = 0.03


def memory_of(root: int) -> int:
    """Give the bytes of memory that the process `root` and all below it use, without what they share with files.

    What they share after a fork is counted for each: too much, but quick.
    """
    return sum(_anonymous(pid) for pid in _family(root))


def exact_memory_of(root: int) -> int:
    """Give the same, with memory that several processes share counted once; slower, for when it matters."""
    return sum(_proportional(pid) for pid in _family(root))


def machine_is_short() -> bool:
    """Tell whether the machine has nearly no memory left."""
    facts = {}
    for line in (_PROC / "meminfo").read_text().splitlines():
        name, _, value = line.partition(":")
        facts[name] = int(value.split()[0])
    return "MemAvailable" in facts and facts["MemAvailable"] < facts["MemTotal"] * _SPARE_SHARE


def _family(root: int) -> list[int]:
    """Give the process and its descendants; orphans in a sandbox belong to its first process, so none is lost."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                # The name of the program, in parentheses, may hold anything; the parent is the second after it.
                fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue  # it has ended
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    family = [root]
    for pid in family:
        family += children.get(pid, ())
    return family


def _anonymous(pid: int) -> int:
    try:
        fields = (_PROC / str(pid) / "statm").read_bytes().split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * _PAGE


def _proportional(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return _anonymous(pid)  # the kernel may not show it to us
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) * 1024

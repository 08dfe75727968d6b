"""The filter of system calls: what tests never need and attacks often do is refused.

It is a classic BPF program as seccomp(2) describes it, made here because it is short and must hold for one machine.
Numbers are those of the kernel's `syscall_64.tbl` (x86-64) and `asm-generic/unistd.h` (AArch64).
"""

from __future__ import annotations

import errno
import platform
import struct
from typing import Final

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_X32: Final = 0x40000000  # the second ABI of x86-64 has its own numbers, and nobody needs it
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
# unix, inet, inet6, netlink (asked by getaddrinfo). Others reach further than the network namespace, vsock the host.
_FAMILIES: Final = (1, 2, 10, 16)

_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET: Final = {"x86_64": 41, "aarch64": 198}
_IOCTL: Final = {"x86_64": 16, "aarch64": 29}
# Name: (x86-64, AArch64). Memory that no limit counts, other processes, namespaces and mounts, keys, and interfaces of
# the kernel that are large and seldom used.
_REFUSED: Final = {
    "shmget": (29, 194),
    "ptrace": (101, 117),
    "personality": (135, 92),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "acct": (163, 89),
    "mount": (165, 40),
    "umount2": (166, 39),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "init_module": (175, 105),
    "mq_open": (240, 180),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "vmsplice": (278, 75),
    "perf_event_open": (298, 241),
    "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "finit_module": (313, 273),
    "memfd_create": (319, 279),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
    "memfd_secret": (447, 447),
}


def filter_program(machine: str | None = None) -> bytes | None:
    """Give the program for `machine` (this one when left out), or `None` when we know no numbers for it."""
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        return None
    column = list(_ARCHITECTURES).index(machine)
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _ARCHITECTURES[machine], yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        program += [_step(_AT_LEAST, _X32, no=1), _step(_RETURN, _REFUSE | errno.ENOSYS)]
    for numbers in _REFUSED.values():
        program += [_step(_EQUAL, numbers[column], no=1), _step(_RETURN, _REFUSE | errno.EPERM)]
    terminal = [
        _step(_LOAD, _SECOND_ARGUMENT),
        _step(_EQUAL, _TIOCSTI, yes=1),
        _step(_EQUAL, _TIOCLINUX, no=1),
        _step(_RETURN, _REFUSE | errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]
    program += [_step(_EQUAL, _IOCTL[machine], no=len(terminal)), *terminal]
    families = [_step(_LOAD, _FIRST_ARGUMENT)]
    families += [_step(_EQUAL, family, yes=len(_FAMILIES) - place) for place, family in enumerate(_FAMILIES)]
    families += [_step(_RETURN, _REFUSE | errno.EAFNOSUPPORT), _step(_RETURN, _ALLOW)]
    program += [_step(_EQUAL, _SOCKET[machine], no=len(families)), *families, _step(_RETURN, _ALLOW)]
    return b"".join(program)


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """Encode one instruction; `yes` and `no` are how many instructions a comparison skips."""
    return struct.pack("=HBBI", code, yes, no, value)

"""The system calls a program may not make, as a classic BPF filter for `bwrap --seccomp` (seccomp(2), bpf(2)).

A denylist: what a language needs is left alone, what has been the way out of a sandbox is refused with EPERM. A call of
another architecture than the machine's (int 0x80, x32) kills the program.
"""

import platform
import struct
from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; little-endian low words
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_X32_BIT = 0x40000000
_AF_UNIX = 1
# CLONE_NEWTIME | NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
_NEW_NAMESPACES = 0x00000080 | 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000

# name: (x86_64, aarch64); None where the architecture has no such call.
_REFUSED: Mapping[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "memfd_create": (319, 279),  # its pages are in no process's memory until they are mapped
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "shmget": (29, 194),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}


@frozen
class _Architecture:
    audit: int
    column: int
    clone: int
    clone3: int
    socket: int
    socketpair: int


_ARCHITECTURES: Mapping[str, _Architecture] = {
    "x86_64": _Architecture(audit=0xC000003E, column=0, clone=56, clone3=435, socket=41, socketpair=53),
    "aarch64": _Architecture(audit=0xC00000B7, column=1, clone=220, clone3=435, socket=198, socketpair=199),
}


def denylist(machine: str | None = None) -> bytes | None:
    """The filter for this machine, or for the one named; None for an architecture without a table."""
    architecture = _ARCHITECTURES.get(machine or platform.machine())
    return b"".join(_instructions(architecture)) if architecture else None


def _instructions(architecture: _Architecture) -> Iterator[bytes]:
    yield _instruction(_LOAD, _ARCHITECTURE)
    yield _instruction(_JUMP_EQUAL, architecture.audit, when_true=1)
    yield _instruction(_RETURN, _KILL)
    yield _instruction(_LOAD, _NUMBER)
    if architecture.column == 0:
        yield _instruction(_JUMP_AT_LEAST, _X32_BIT, when_false=1)
        yield _instruction(_RETURN, _KILL)
    for numbers in _REFUSED.values():
        number = numbers[architecture.column]
        if number is not None:
            yield from _when(number, [_instruction(_RETURN, _ERRNO | _EPERM)])
    # Its flags are in memory, where a filter cannot look; C libraries fall back to clone.
    yield from _when(architecture.clone3, [_instruction(_RETURN, _ERRNO | _ENOSYS)])
    for call in (architecture.socket, architecture.socketpair):
        yield from _when(
            call,
            [
                _instruction(_LOAD, _FIRST_ARGUMENT),
                _instruction(_JUMP_EQUAL, _AF_UNIX, when_false=1),
                _instruction(_RETURN, _ALLOW),
                _instruction(_RETURN, _ERRNO | _EAFNOSUPPORT),
            ],
        )
    yield from _when(
        architecture.clone,
        [
            _instruction(_LOAD, _FIRST_ARGUMENT),
            _instruction(_JUMP_SET, _NEW_NAMESPACES, when_false=1),
            _instruction(_RETURN, _ERRNO | _EPERM),
            _instruction(_RETURN, _ALLOW),
        ],
    )
    yield _instruction(_RETURN, _ALLOW)


def _when(number: int, then: Sequence[bytes]) -> Iterator[bytes]:
    """`then`, which returns, for one system call; the others go past it."""
    yield _instruction(_JUMP_EQUAL, number, when_false=len(then))
    yield from then


def _instruction(code: int, operand: int, *, when_true: int = 0, when_false: int = 0) -> bytes:
    """One struct sock_filter."""
    return struct.pack("<HBBI", code, when_true, when_false, operand)

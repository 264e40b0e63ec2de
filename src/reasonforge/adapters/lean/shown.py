"""A Lean toolchain that only the sandbox's image holds: asked for its version there, and for its checker."""

import re
from collections.abc import Mapping
from pathlib import Path

from reasonforge.adapters.lean.installation import CHECKERS, LeanBase, LeanToolchain
from reasonforge.adapters.lean.prover import TOOLCHAIN
from reasonforge.application.ports.sandbox import MEBIBYTE, Program, RunLimits, Sandbox
from reasonforge.domain.errors import OperatorError

_ASKING = RunLimits(wall_seconds=30.0, cpu_seconds=30.0, memory_bytes=1_024 * MEBIBYTE)
_BASE = re.compile(r"([a-z][a-z0-9._-]{0,39})=([A-Z]\w*(?:\.\w+)*)@(/[^\s:,\"$`\\]+(?::/[^\s:,\"$`\\]+)*)", re.ASCII)
_VERSION = re.compile(r"Lean \(version ([0-9][^,) ]{0,39})")
_DIRECTORY = re.compile(r"/[^\s:,\"$`\\]+")


async def toolchain_shown(sandbox: Sandbox, directory: Path) -> LeanToolchain:
    """The toolchain at `directory` of what the sandbox shows as `lean`.

    Raises:
        OperatorError: there is none that says its version, or the path has characters that no toolchain's has.
        ValidatorFault: the sandbox does not work.
    """
    if not _DIRECTORY.fullmatch(str(directory)):
        raise OperatorError(
            f"a Lean toolchain's directory is an absolute path without quotes or colons, not {directory}"
        )
    looks = "; ".join(f'[ -x "{directory}/bin/{name}" ] && echo {name}' for name in CHECKERS)
    program = Program(
        TOOLCHAIN, ("/bin/sh", "-c", f'"{directory}/bin/lean" --version && {{ {looks}; true; }}'), limits=_ASKING
    )
    (run,) = await sandbox.run(program)
    version, *checkers = run.stdout.decode("utf-8", "replace").splitlines() or [""]
    told_version = _VERSION.match(version)
    if run.exit_code != 0 or told_version is None:
        told = run.stderr.decode("utf-8", "replace").strip()[:200] or str(run.end)
        raise OperatorError(f"the sandbox's lean has no toolchain at {directory}: {told}")
    return LeanToolchain(directory, told_version[1], directory / "bin" / checkers[0] if checkers else None)


def bases_named(text: str) -> Mapping[str, LeanBase]:
    """Libraries out of `NAME=MODULE@DIRECTORY[:DIRECTORY …]`, separated by commas; none of an empty text.

    >>> sorted(bases_named("mathlib=Mathlib@/opt/mathlib:/opt/batteries"))
    ['mathlib']

    Raises:
        OperatorError: it reads otherwise.
    """
    found: dict[str, LeanBase] = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        read = _BASE.fullmatch(one)
        if read is None or read[1] in found:
            raise OperatorError(
                f"a Lean library is NAME=MODULE@DIRECTORY[:DIRECTORY ...], each name once, and {one[:120]!r} is not: "
                "for example mathlib=Mathlib@/opt/project/.lake/packages/mathlib/.lake/build/lib/lean"
            )
        found[read[1]] = LeanBase((read[2],), search=tuple(map(Path, read[3].split(":"))))
    return found

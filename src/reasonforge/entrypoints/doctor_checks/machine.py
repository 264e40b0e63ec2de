"""The machine: Python, the packages, the disk."""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from attrs import frozen

import reasonforge
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, warning

OLDEST, NEWEST_TESTED = (3, 11), (3, 13)
LEAST_DISK_GB, GOOD_DISK_GB = 1.0, 10.0
_GB = 1_000_000_000
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?$")
_BOUND = re.compile(r"^(>=|<=|==|!=|<|>|~=)\s*([0-9][0-9A-Za-z.+-]*)$")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


def look_at_python(version: tuple[int, int] = (sys.version_info.major, sys.version_info.minor)) -> Diagnosis:
    """Whether this Python is one that the tests run on."""
    said = ".".join(map(str, version))
    if version < OLDEST:
        return failure("python", f"this is Python {said}", "install Python 3.11, 3.12 or 3.13")
    if version > NEWEST_TESTED:
        return warning("python", f"Python {said} is newer than what is tested", "use Python 3.13 when something breaks")
    return fine("python", f"Python {said}")


@frozen
class Requirement:
    """One line of the package's metadata: a name, bounds such as `>=10.3,<11`, and the extra that wants it."""

    name: str
    bounds: str
    extra: str | None


def requirements(lines: Sequence[str]) -> Iterator[Requirement]:
    """What the installed package says that it needs."""
    for line in lines:
        found = _REQUIREMENT.match(line.strip())
        if found:
            extra = _EXTRA.search(found[3] or "")
            yield Requirement(found[1], found[2].strip(), extra[1] if extra else None)


def look_at_packages(
    extras: frozenset[str],
    needs: Sequence[Requirement] | None = None,
    installed: Mapping[str, str] | None = None,
    pins: Mapping[str, str] | None = None,
) -> list[Diagnosis]:
    """Missing or unfit packages of what this role needs fail; other releases than the tested ones are a warning.

    `extras` are those without which the role does not work. The arguments after it default to this installation.
    """
    wanted = list(requirements(metadata.requires("reasonforge") or ())) if needs is None else needs
    versions = _installed() if installed is None else installed
    tested = _pins() if pins is None else pins
    found, moved = [], []
    for one in wanted:
        if one.extra is not None and one.extra not in extras:
            continue
        key = _key(one.name)
        if key == "reasonforge":
            continue
        how = "pip install --upgrade " + (f"'reasonforge[{one.extra}]'" if one.extra else "reasonforge")
        if key not in versions:
            found.append(failure("packages", f"{one.name} is not installed", how))
        elif not fits(versions[key], one.bounds):
            found.append(failure("packages", f"{one.name} {versions[key]} is not {one.bounds}", how))
        elif _release(tested.get(key, versions[key])) != _release(versions[key]):  # 2.13.0+cpu is 2.13.0
            moved.append(f"{one.name} {versions[key]} (tested: {tested[key]})")
    if moved:
        remedy = "pip install -c constraints.txt …, when something breaks"
        found.append(warning("packages", f"other releases than the tested ones: {', '.join(sorted(moved))}", remedy))
    return found or [fine("packages", "all that this needs is installed, in releases that fit")]


def fits(version: str, bounds: str) -> bool:
    """Whether a release lies within comma-separated bounds. Only whole numbers between dots are compared.

    >>> fits("10.5.0", ">=10.3,<11"), fits("11.0", ">=10.3,<11"), fits("2.0", "")
    (True, False, True)
    """
    for part in filter(None, (one.strip() for one in bounds.split(","))):
        found = _BOUND.match(part)
        if found and not _within(found[1], _numbers(version), _numbers(found[2])):
            return False
    return True


def _within(sign: str, version: tuple[int, ...], bound: tuple[int, ...]) -> bool:
    width = max(len(version), len(bound))
    left = version + (0,) * (width - len(version))
    right = bound + (0,) * (width - len(bound))
    match sign:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case "<":
            return left < right
        case ">":
            return left > right
        case "==":
            return left == right
        case "!=":
            return left != right
    return left >= right and left[: len(bound) - 1] == right[: len(bound) - 1]  # ~=


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(map(int, release[0].split("."))) if release else ()


def _release(version: str) -> str:
    return version.split("+", maxsplit=1)[0]


def _installed() -> dict[str, str]:
    return {_key(one.name): one.version for one in metadata.distributions() if one.name}


def _pins() -> dict[str, str]:
    """The constraints beside a source tree; an installed wheel has none."""
    path = Path(reasonforge.__file__).resolve().parents[2] / "constraints.txt"
    if not path.is_file():
        return {}
    pairs = (line.split("#")[0].strip().split("==") for line in path.read_text().splitlines())
    return {_key(pair[0]): pair[1] for pair in pairs if len(pair) == 2}


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def look_at_disk(folder: Path) -> Diagnosis:
    """Room where the state is kept."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free / _GB
    if free < LEAST_DISK_GB:
        return failure("disk", f"{free:.2f} GB are free at {there}", "free some space: a full disk stops the neuron")
    if free < GOOD_DISK_GB:
        return warning("disk", f"{free:.1f} GB are free at {there}", f"have {GOOD_DISK_GB:g} GB or more")
    return fine("disk", f"{free:.0f} GB are free at {there}")

"""What is asked of Coq about a compiled proof, and how its two answers are read."""

import re
from collections.abc import Mapping

from attrs import frozen

_CLOSED = "Closed under the global context"
_AXIOM = re.compile(r"([\w'.]+)(?: :.*)?")
_BASE = "Coq."
_AXIOMS = "Axioms"
_FLAGS = (
    "Constants/Inductives relying on type-in-type",
    "Constants/Inductives relying on unsafe (co)fixpoints",
    "Inductives whose positivity is assumed",
)
_THEORY = "Theory"
_PREDICATIVE = "Set is predicative"


@frozen
class Context:
    """What `coqchk -o` tells of everything that was loaded, the distribution's own library left out.

    Attributes:
        axioms: full names.
        unsound: full names of what rests on a check that was switched off.
    """

    axioms: tuple[str, ...]
    unsound: tuple[str, ...]


def audit_source(root: str, theorem: str, name: str) -> str:
    """Restates the theorem as a proof of the task's own constant, by absolute names, and lists what it rests on.

    Requiring without importing activates no notation, coercion or hint of the submission.
    """
    return (
        f"Require {root}.Statement.\n"
        f"Require {root}.Submission.\n"
        "Unset Program Mode.\n"
        f"Definition {name} : {root}.Statement.Goal_statement := @{root}.Submission.{theorem}.\n"
        f"Print Assumptions {root}.Audit.{name}.\n"
    )


def read_assumptions(stdout: str) -> tuple[str, ...] | None:
    """The axioms that `Print Assumptions` told; None unless that, and nothing else, was printed."""
    lines = stdout.splitlines()
    if lines == [_CLOSED]:
        return ()
    if len(lines) < 2 or lines[0] != f"{_AXIOMS}:":
        return None
    entries = [line for line in lines[1:] if not line.startswith(" ")]
    named = [_AXIOM.fullmatch(line) for line in entries]
    if not entries or lines[1].startswith(" "):
        return None
    return tuple(sorted(found[1] for found in named if found)) if all(named) else None


def read_context(told: str) -> Context | None:
    """The summary of `coqchk -silent -o`, which it writes to standard error; None unless it is a whole one."""
    sections = _sections(told)
    if set(sections) != {_THEORY, _AXIOMS, *_FLAGS} or sections[_THEORY] != (_PREDICATIVE,):
        return None
    unsound = tuple(name for flag in _FLAGS for name in _own(sections[flag]))
    return Context(_own(sections[_AXIOMS]), unsound)


def allowed(axiom: str, by: tuple[str, ...]) -> bool:
    """Whether a printed name, shortened as Coq does, is one of these full names.

    >>> allowed("Classical_Prop.classic", ("Coq.Logic.Classical_Prop.classic",)), allowed("lassic", ("A.classic",))
    (True, False)
    """
    return any(name == axiom or name.endswith(f".{axiom}") for name in by)


def _own(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if not name.startswith(_BASE))


def _sections(told: str) -> Mapping[str, tuple[str, ...]]:
    """Title → entries; a title met twice spoils the whole."""
    sections: dict[str, tuple[str, ...]] = {}
    title = ""
    for line in told.splitlines():
        text = line.strip()
        if line.startswith("* "):
            title, _, rest = text[2:].partition(":")
            if title in sections:
                return {}
            sections[title] = (rest.strip(),) if rest.strip() not in ("", "<none>") else ()
        elif title and text:
            sections[title] = (*sections[title], text)
    return sections

"""The formulas that stand in a problem's prose."""

import re
from collections.abc import Mapping

from reasonforge.adapters.symbolic.claims import terms_of
from reasonforge.adapters.symbolic.grammar import Notation, read_tree
from reasonforge.adapters.symbolic.tree import FUNCTIONS, SPELLINGS, Unreadable

MAX_FORMULAS = 64
_MAX_PROBLEM = 50_000
_APART = re.compile(r"[=<>≤≥≠,;:?$]|\.(?![0-9])")
_WORD = re.compile(r"[A-Za-z]{2,}")


def forms_in(problem: str, variables: Mapping[str, str], latex: bool = False) -> tuple[str, ...]:
    """The canonical texts of the formulas in a text and of all their parts but bare variables; sorted. Never raises.

    Words that are no names of variables or functions part one formula from the next.
    """
    notation = Notation(frozenset(variables), latex=latex, open_names=False)
    found: set[str] = set()
    count = 0
    for piece in _APART.split(problem[:_MAX_PROBLEM]):
        for run in _runs(piece, variables):
            if count == MAX_FORMULAS:
                return tuple(sorted(found))
            count += 1
            try:
                found.update(terms_of(read_tree(run, notation)))
            except Unreadable:
                continue
    return tuple(sorted(found))


def _runs(piece: str, variables: Mapping[str, str]) -> list[str]:
    """Neighbouring words that could be part of a formula, joined."""
    runs: list[list[str]] = [[]]
    for word in piece.split():
        if _is_prose(word, variables):
            runs.append([])
        else:
            runs[-1].append(word)
    return [" ".join(run)[:401] for run in runs if run]


def _is_prose(word: str, variables: Mapping[str, str]) -> bool:
    if len(word) == 1 and word.isalpha():
        return word not in variables and word not in "eiπ"
    known = {*variables, *FUNCTIONS, *SPELLINGS, "pi"}
    names = _WORD.findall(word)
    strange = [name for name in names if name not in known and not set(name) <= {*variables, "e", "i"}]
    return bool(strange) and "\\" not in word

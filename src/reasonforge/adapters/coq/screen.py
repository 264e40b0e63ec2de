"""What a Coq source may not hold at all: commands that reach outside the file or switch the kernel off.

A first sieve that gives a clear reason early. Nothing rests upon it: the audit and `coqchk` judge what passes.
"""

import re

_WORD = re.compile(r"[^\W\d][\w']*")
_OPENING_OR_TEXT = re.compile(r'\(\*|\*\)|"')
_FORBIDDEN = (
    "Load",
    "Redirect",
    "Cd",
    "Drop",
    "Quit",
    "Extraction",
    "Extract",
    "Separate",
    "Reset",
    "Back",
    "BackTo",
    "Backtrack",
    "Instructions",
    "Declare ML",
    "Add LoadPath",
    "Add Rec",
    "Add ML",
    "Remove LoadPath",
    "Print ML",
    "Write State",
    "Restore State",
    "Guard Checking",
    "Positivity Checking",
    "Universe Checking",
    "bypass_check",
    "Native Compiler",
    "NativeCompute",
    "native_compute",
    "native_cast_no_check",
    "Bytecode Compiler",
    "Debug",
    "Info",
    "Profile",
    "Rewrite Rule",
)
_BY_FIRST: dict[str, list[tuple[str, ...]]] = {}
for _phrase in _FORBIDDEN:
    _BY_FIRST.setdefault(_phrase.split()[0], []).append(tuple(_phrase.split()))


def objection(source: str) -> str | None:
    """Why the source is not compiled at all; None when nothing speaks against it. Linear in its length."""
    code = _code_of(source)
    if code is None:
        return "a comment or a text is not closed"
    words = _WORD.findall(code)
    for at, word in enumerate(words):
        for phrase in _BY_FIRST.get(word, ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                return f"{' '.join(phrase)} has no place in a proof"
    return None


def _code_of(source: str) -> str | None:
    """The source without comments and texts; None when one is left open. Comments nest and hold texts, as in Coq."""
    kept: list[str] = []
    depth, at = 0, 0
    while found := _OPENING_OR_TEXT.search(source, at):
        if not depth:
            kept.append(source[at : found.start()])
        at = found.end()
        if found[0] == '"':
            closing = source.find('"', at)  # a doubled quote inside a text reads as two texts, side by side
            if closing < 0:
                return None
            at = closing + 1
        elif found[0] == "(*":
            depth += 1
        elif depth:
            depth -= 1
        kept.append(" ")
    return None if depth else "".join([*kept, source[at:]])

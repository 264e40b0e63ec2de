"""The elements of one bracketed text, whatever the kind of bracket; nested brackets and quoted texts stay whole."""

from reasonforge.domain.answers.final_text import MAX_CHARACTERS

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_QUOTES = "\"'"
_EMPTY = frozenset({"∅", r"\emptyset", r"\varnothing"})
MAX_DEPTH = 32


def members_of(text: str, opening: str) -> tuple[str, ...] | None:
    r"""The elements of one text in brackets, each stripped; None when it is no such text. Linear time.

    `{ }` may be written `\{ \}`, and every bracket after `\left` or `\right`; `∅` is the empty `{ }`.

    >>> members_of("{1, (2, 3), {4}}", "{")
    ('1', '(2, 3)', '{4}')
    >>> members_of("{1}, {2}", "{") is None, members_of("(1, 2]", "(") is None, members_of("{1,}", "{") is None
    (True, True, True)
    """
    if len(text) > MAX_CHARACTERS:
        return None
    if opening == "{" and text in _EMPTY:
        return ()
    inner = _inside(text, opening, _CLOSING[opening])
    if inner is None:
        return None
    return _parts(inner) if inner.strip() else ()


def _inside(text: str, opening: str, closing: str) -> str | None:
    for before, after in (("", ""), ("\\left", "\\right")):
        for mark in ("", "\\") if opening == "{" else ("",):
            start, end = f"{before}{mark}{opening}", f"{after}{mark}{closing}"
            if text.startswith(start) and text.endswith(end) and len(text) >= len(start) + len(end):
                inner = text[len(start) : -len(end)]
                stray = not mark and not after and inner.endswith("\\")
                return None if stray else inner
    return None


def _parts(inner: str) -> tuple[str, ...] | None:
    parts: list[str] = []
    open_brackets: list[str] = []
    start = 0
    quote, begins = "", True
    for at, character in enumerate(inner):
        if quote:
            quote = "" if character == quote else quote
            continue
        if begins and character in _QUOTES:
            quote = character
        elif character in _CLOSING:
            open_brackets.append(_CLOSING[character])
            if len(open_brackets) > MAX_DEPTH:
                return None
        elif character in ")]}":
            if not open_brackets or open_brackets.pop() != character:
                return None
        elif character == "," and not open_brackets:
            parts.append(inner[start:at].strip())
            start = at + 1
        begins = character in "([{," or (begins and character.isspace())
    parts.append(inner[start:].strip())
    return None if open_brackets or quote or not all(parts) else tuple(parts)

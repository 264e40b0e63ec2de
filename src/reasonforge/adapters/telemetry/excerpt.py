"""Text that is not ours, made fit for a log: bounded, on one line, without what moves a terminal, without secrets."""

import re
from collections.abc import Collection

from attrs import field, frozen

HIDDEN = "…"
MOST_CHARACTERS = 500
_SHORTEST_SECRET = 4
_LOOKED_AT = 4
"""So many times what is shown is read for secrets."""

_TELLTALE = re.compile(
    r"""(?ix)
    (?P<scheme> :// ) [^\s/@:]{0,256} : [^\s/@]{1,256} @                                    # https://user:password@host
    | (?P<kind> \b (?: bearer | basic ) \s{1,8} ) [\w.~+/=-]{6,}                            # Authorization: Bearer …
    | (?P<name> (?: api[-_\s]?key | authorization | passw(?:or)?d | secret | token | mnemonic | private[-_\s]?key )
        ['"]? \s{0,8} [:=] \s{0,8} (?: b(?=['"]) )? ['"]? ) (?! (?:bearer|basic)\b ) [^\s'",;&}\])]{1,512}  # api_key=…
    | \b sk- [\w-]{8,512}                                                                   # what OpenAI's look like
    """
)


def _longest_first(given: Collection[str]) -> tuple[str, ...]:
    """Without those so short that hiding them would hide everything."""
    return tuple(sorted({one for one in given if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True))


@frozen
class Excerpt:
    """Makes strings safe to write down.

    Attributes:
        secrets: values that must not be shown, whatever stands around them; shorter than four characters are ignored.
        most: characters that are shown of a string.
    """

    secrets: tuple[str, ...] = field(default=(), converter=_longest_first)
    most: int = MOST_CHARACTERS

    def __call__(self, text: str) -> str:
        r"""What may be shown of it.

        >>> Excerpt()(f"one{chr(10)}two{chr(27)}[31m") == r"one\ntwo\x1b[31m"
        True
        >>> Excerpt()("Authorization: Bearer abcdefgh, ok")
        'Authorization: Bearer …, ok'
        """
        return _printable(self.hidden(self._looked_at(text)), self.most)

    def hidden(self, text: str) -> str:
        """The same without secrets: those that are known, and what looks like one."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return _TELLTALE.sub(_keep_name, text)

    def _looked_at(self, text: str) -> str:
        """Enough of it, and no secret cut in half at its end, of which the first half would be shown."""
        if len(text) <= self.most * _LOOKED_AT:
            return text
        longest = max((len(one) for one in self.secrets), default=0)
        return text[: self.most * _LOOKED_AT][: -longest or None]


def _keep_name(found: "re.Match[str]") -> str:
    kept = next((one for one in found.groups() if one is not None), "")
    return f"{kept}{HIDDEN}@" if found["scheme"] else f"{kept}{HIDDEN}"


def _printable(text: str, most: int) -> str:
    """On one line: what a terminal would obey, or a reader would not see, as an escape."""
    if text.isprintable() and len(text) <= most:
        return text
    shown: list[str] = []
    length = 0
    for letter in text:
        piece = letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        length += len(piece)
        if length > most:
            return f"{''.join(shown)}{HIDDEN}"
        shown.append(piece)
    return "".join(shown)


_SECRET_NAMES = ("password", "passwd", "secret", "mnemonic", "authorization", "api_key", "apikey", "private_key")


def names_secret(name: str) -> bool:
    """Whether a figure of this name is one that is not to be shown.

    >>> names_secret("OPENAI_API_KEY"), names_secret("hotkey"), names_secret("tokens"), names_secret("token")
    (True, False, False, True)
    """
    given = name.lower().replace("-", "_")
    return given == "token" or given.endswith("_token") or any(part in given for part in _SECRET_NAMES)

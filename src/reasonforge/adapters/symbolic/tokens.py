"""From text to tokens: plain notation, and LaTeX where a task allows it. Linear time; other characters are refused."""

import re
from itertools import pairwise

from attrs import frozen

from reasonforge.adapters.symbolic.tree import Unreadable

MAX_CHARACTERS = 400
MAX_TOKENS = 400
MAX_LITERAL_BITS = 160
_MAX_DIGITS = MAX_LITERAL_BITS // 3  # a decimal digit is 3.3 bits; spares reading what is refused anyway

_PLAIN = re.compile(
    r"[ \t\n]*(?:(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)?)"
    r"|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<sign>\*\*|[-+*/^()\[\]{},|!=×·⋅÷−√∞π])"
    r"|(?P<greek>[α-ωΓΔΘΛΣΦΨΩ]))"
)
_LATEX = re.compile(
    r"[ \t\n]*(?:(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<name>[A-Za-z]+)"
    r"|\\(?P<command>[A-Za-z]+|[,;:! {}|])"
    r"|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<sign>\*\*|[-+*/^_()\[\]{},|!=×·⋅÷−√∞π])"
    r"|(?P<greek>[α-ωΓΔΘΛΣΦΨΩ]))"
)
_SIGNS = {"**": "^", "×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-"}
_NAMES = {"π": "pi", "∞": "oo"}
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_GREEK = {
    **dict(
        zip(
            "αβγδεζηθικλμν",
            [
                "alpha",
                "beta",
                "gamma",
                "delta",
                "epsilon",
                "zeta",
                "eta",
                "theta",
                "iota",
                "kappa",
                "lambda",
                "mu",
                "nu",
            ],
            strict=True,
        )
    ),
    **dict(
        zip(
            "ξοπρςστυφχψω",
            ["xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"],
            strict=True,
        )
    ),
    **dict(zip("ΓΔΘΛΣΦΨΩ", ["Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega"], strict=True)),
}
_COMMAND_SIGNS = {"cdot": "*", "times": "*", "ast": "*", "div": "/", "vert": "|", "lvert": "|", "rvert": "|"}
_SPACES = frozenset({",", ";", ":", "!", " ", "quad", "qquad", "displaystyle", "limits"})
_SIZES = frozenset({"left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "biggl", "biggr"})
_FENCES = frozenset("()[]|")


@frozen
class Token:
    """`number`, `name`, `sign` or (LaTeX only) `command`, and its text; `spaced` where white space stands before it."""

    kind: str
    text: str
    spaced: bool = False


def tokens_of(text: str, latex: bool = False) -> list[Token]:
    """The tokens of a text.

    Raises:
        Unreadable: a character that has no meaning here, or a limit.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"is longer than {MAX_CHARACTERS} characters")
    pattern = _LATEX if latex else _PLAIN
    tokens: list[Token] = []
    position, end = 0, len(text.rstrip(" \t\n"))
    while position < end:
        match = pattern.match(text, position)
        if match is None:
            raise Unreadable("holds a character that has no meaning there")
        kind = str(match.lastgroup)
        tokens.extend(_read(kind, match[kind], text[position].isspace()))
        if len(tokens) > MAX_TOKENS:
            raise Unreadable(f"has more than {MAX_TOKENS} parts")
        position = match.end()
    for first, second in pairwise(tokens):
        if {first.text, second.text} == {"+", "-"} and not second.spaced:
            raise Unreadable("holds `+-`, which some write for two answers at once")
    return _without_sizes(tokens) if latex else tokens


def _read(kind: str, text: str, spaced: bool) -> list[Token]:
    match kind:
        case "number" if len(text) > _MAX_DIGITS:
            raise Unreadable("holds a number with too many digits")
        case "sign" if text in _NAMES:
            return [Token("name", _NAMES[text], spaced)]
        case "sign":
            return [Token("sign", _SIGNS.get(text, text), spaced)]
        case "greek":
            return [Token("name", _GREEK[text], spaced)]
        case "raised":
            return _raised(text.translate(_RAISED))
        case "command":
            return _command(text, spaced)
        case _:
            return [Token(kind, text, spaced)]


def _raised(plain: str) -> list[Token]:
    """`²` as `^(2)`."""
    if len(plain) > 3:
        raise Unreadable("holds an exponent that is too large")
    minus = [Token("sign", "-")] if plain[0] == "-" else []
    return [Token("sign", "^"), Token("sign", "("), *minus, Token("number", plain.lstrip("+-")), Token("sign", ")")]


def _command(text: str, spaced: bool) -> list[Token]:
    if text in _SPACES:
        return []
    if text in {"|", "{", "}"}:
        raise Unreadable("holds a brace or bar that has no meaning there")
    if text in _COMMAND_SIGNS:
        return [Token("sign", _COMMAND_SIGNS[text], spaced)]
    return [Token("command", text, spaced)]


def _without_sizes(tokens: list[Token]) -> list[Token]:
    r"""Without `\left`, `\right` and their like, each of which must stand before a fence."""
    kept: list[Token] = []
    for at, token in enumerate(tokens):
        if token.kind != "command" or token.text not in _SIZES:
            kept.append(token)
            continue
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        fence = after is not None and (after.text in _FENCES or after.text in {"lfloor", "rfloor", "lceil", "rceil"})
        if not fence:
            raise Unreadable("sizes what is no bracket")
    return kept

"""What is forgiven around a final answer (7-tasks §7.3), and how one is quoted back."""

MAX_CHARACTERS = 50_000
"""No final answer is longer (3-protocol §3.1); a longer one is not looked into."""

_QUOTED = 60


def bare(final_answer: str) -> str:
    r"""The answer without what is forgiven around it.

    Surrounding white space, one `$…$`, one `\boxed{…}` and one trailing full stop, each at most once and in any order
    of nesting. A second candidate beside the first (`$3$ $4$`, `\boxed{3} \boxed{4}`) leaves the text as it is.

    >>> bare(" $\\boxed{ 7/3 }$. ")
    '7/3'
    >>> bare("$3$ $4$")
    '$3$ $4$'
    """
    text = final_answer.strip()
    if len(text) > MAX_CHARACTERS:
        return text
    forgiven = [_without_full_stop, _without_dollars, _without_box]
    while True:
        for forgive in forgiven:
            inner = forgive(text)
            if inner is not None:
                text = inner.strip()
                forgiven.remove(forgive)
                break
        else:
            return text


def _without_full_stop(text: str) -> str | None:
    return text[:-1] if text.endswith(".") else None


def _without_dollars(text: str) -> str | None:
    if len(text) < 2 or text[0] != "$" or text[-1] != "$" or "$" in text[1:-1]:
        return None
    return text[1:-1]


def _without_box(text: str) -> str | None:
    start = r"\boxed{"
    if not text.startswith(start) or not text.endswith("}"):
        return None
    inner = text[len(start) : -1]
    depth = 0
    for character in inner:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return None
    return None if depth or r"\boxed" in inner else inner


def quoted(text: str) -> str:
    """At most 80 characters of a miner's text, in printable ASCII, for a sentence people read.

    >>> quoted("3 or 4")
    "'3 or 4'"
    """
    shown = ascii(text[:_QUOTED])
    if len(text) > _QUOTED or len(shown) > 80:
        return f"{shown[:_QUOTED]}…"
    return shown

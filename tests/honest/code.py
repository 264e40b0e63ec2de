"""Right programs in many styles, and near misses of them; by name, with what each is asked for."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from reasonforge.domain.task import Task
from tests.adapters.programs.sandboxed import task


def _summary(values: list[int]) -> dict[str, Any]:
    return {"count": len(values), "mean": sum(values) / len(values) if values else None, "ups": sorted(set(values))}


def _tally(words: list[str]) -> list[list[Any]]:
    return [[word, words.count(word), words.count(word) > 1] for word in dict.fromkeys(words)]


def _shifted(text: str, by: int) -> str:
    return "".join(chr((ord(one) - 97 + by) % 26 + 97) if "a" <= one <= "z" else one for one in text)


_LISTS: Final[Sequence[list[int]]] = ([], [3], [2, 2, 5], [9, -4, 0, 9], [1, 2, 3, 4])
_WORDS: Final[Sequence[list[str]]] = ([], ["b", "a", "b"], ["x"], ["é", "e", "é", "e", "z"])
_TEXTS = (["", 3], ["abc xyz", 3], ["Zulu, zulu!", -30], ["ñandú", 1])


def _asked(entry: str, inputs: Sequence[list[Any]], value: Any, relations: Sequence[dict[str, Any]] = ()) -> Task:
    pairs = [(one, value(*one)) for one in inputs]
    return task(entry, pairs[1:4], pairs, relations)


SUMMARY: Final = _asked("summary", [[values] for values in _LISTS], _summary)
TALLY: Final = _asked("tally", [[words] for words in _WORDS], _tally)
SHIFTED: Final = _asked("shifted", [list(one) for one in _TEXTS], _shifted)
LAST: Final = _asked(
    "last_even", [[values] for values in _LISTS], lambda values: next((v for v in values[::-1] if v % 2 == 0), None)
)
DOUBLED: Final = _asked(
    "doubled",
    [[values] for values in _LISTS],
    lambda values: [2 * value for value in values],
    [
        {
            "relation": "concatenation",
            "inputs": [[[1, 5]], [[2]], [[7, 7]], [[0, -3]]],
            "argument": 0,
            "combine": "append",
        }
    ],
)
PRINTED: Final = task("", [("3\n1 2\n3 4\n5 6\n", "3\n7\n11\n"), ("0\n", ""), ("1\n-1 1\n", "0\n")])


@frozen
class Written:
    """A program and what it was written for."""

    asked: Task
    source: str


HONEST: Final[dict[str, Written]] = {
    "summary, plainly": Written(
        SUMMARY,
        """
def summary(values):
    mean = None
    if values:
        mean = sum(values) / len(values)
    return {"count": len(values), "mean": mean, "ups": sorted(set(values))}
""",
    ),
    "summary, typed": Written(
        SUMMARY,
        '''
from __future__ import annotations

from typing import Any


def summary(values: list[int]) -> dict[str, Any]:
    """A summary of the values."""
    return dict(count=len(values), ups=sorted({*values}), mean=sum(values) / len(values) if values else None)
''',
    ),
    "summary, dataclass": Written(
        SUMMARY,
        """
from dataclasses import asdict, dataclass


@dataclass
class Summary:
    count: int
    mean: float | None
    ups: list


def summary(values):
    return asdict(Summary(len(values), sum(values) / len(values) if values else None, sorted(set(values))))
""",
    ),
    "summary, library": Written(
        SUMMARY,
        """
import statistics
from collections import OrderedDict


def summary(values):
    try:
        mean = float(statistics.mean(values))
    except statistics.StatisticsError:
        mean = None
    return OrderedDict(ups=tuple(sorted(set(values))), mean=mean, count=len(values))
""",
    ),
    "summary, by hand": Written(
        SUMMARY,
        """
def summary(values):
    count = 0
    total = 0.0
    ups = []
    for value in values:
        count += 1
        total += value
        at = 0
        while at < len(ups) and ups[at] < value:
            at += 1
        if at == len(ups) or ups[at] != value:
            ups.insert(at, value)
    return {"ups": ups, "count": count, "mean": total / count if count else None}
""",
    ),
    "summary, fractions": Written(
        SUMMARY,
        """
from fractions import Fraction


def summary(values):
    mean = float(Fraction(sum(values), len(values))) if values else None
    return {"count": len(values), "mean": mean, "ups": sorted(set(values))}
""",
    ),
    "tally, counter": Written(
        TALLY,
        """
from collections import Counter


def tally(words):
    return [[word, count, count > 1] for word, count in Counter(words).items()]
""",
    ),
    "tally, named tuples": Written(
        TALLY,
        """
from typing import NamedTuple


class Row(NamedTuple):
    word: str
    count: int
    often: bool


def tally(words):
    seen = {}
    for word in words:
        seen[word] = seen.get(word, 0) + 1
    return [Row(word, count, count != 1) for word, count in seen.items()]
""",
    ),
    "tally, tuples": Written(
        TALLY,
        """
def tally(words):
    return tuple((word, words.count(word), words.count(word) >= 2) for word in dict.fromkeys(words))
""",
    ),
    "tally, class": Written(
        TALLY,
        """
class Tally:
    def __init__(self):
        self.order = []
        self.counts = {}

    def add(self, word):
        if word not in self.counts:
            self.order.append(word)
            self.counts[word] = 0
        self.counts[word] += 1

    def rows(self):
        return [[word, self.counts[word], self.counts[word] > 1] for word in self.order]


def tally(words):
    counted = Tally()
    for word in words:
        counted.add(word)
    return counted.rows()
""",
    ),
    "tally, recursion": Written(
        TALLY,
        """
def tally(words):
    if not words:
        return []
    first, *others = words
    count = 1 + others.count(first)
    return [[first, count, count > 1]] + tally([word for word in others if word != first])
""",
    ),
    "tally, lambda": Written(
        TALLY,
        """
tally = lambda words: [[w, words.count(w), words.count(w) > 1] for w in sorted(set(words), key=words.index)]
""",
    ),
    "shifted, comprehension": Written(
        SHIFTED,
        """
def shifted(text, by):
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if "a" <= c <= "z" else c for c in text)
""",
    ),
    "shifted, translate": Written(
        SHIFTED,
        """
import string


def shifted(text, by):
    letters = string.ascii_lowercase
    by %= 26
    return text.translate(str.maketrans(letters, letters[by:] + letters[:by]))
""",
    ),
    "shifted, generator": Written(
        SHIFTED,
        """
def moved(text, by):
    for one in text:
        if one.isascii() and one.islower():
            yield "abcdefghijklmnopqrstuvwxyz"[(ord(one) - ord("a") + by) % 26]
        else:
            yield one


def shifted(text, by):
    return "".join(moved(text, by))
""",
    ),
    "shifted, regex": Written(
        SHIFTED,
        """
import re

LETTER = re.compile("[a-z]")


def shifted(text, by):
    return LETTER.sub(lambda match: chr((ord(match.group()) - 97 + by) % 26 + 97), text)
""",
    ),
    "shifted, one by one": Written(
        SHIFTED,
        """
def shifted(text, by):
    out = []
    for one in text:
        for _ in range(by % 26):
            if "a" <= one < "z":
                one = chr(ord(one) + 1)
            elif one == "z":
                one = "a"
        out.append(one)
    return "".join(out)
""",
    ),
    "shifted, keyword": Written(
        SHIFTED,
        """
def shifted(text, by=0, *, alphabet="abcdefghijklmnopqrstuvwxyz"):
    place = {letter: at for at, letter in enumerate(alphabet)}
    return "".join(alphabet[(place[one] + by) % 26] if one in place else one for one in text)
""",
    ),
    "last, next": Written(
        LAST,
        """
def last_even(values):
    return next((value for value in reversed(values) if value % 2 == 0), None)
""",
    ),
    "last, loop": Written(
        LAST,
        """
def last_even(values):
    found = None
    for value in values:
        if not value % 2:
            found = value
    return found
""",
    ),
    "last, falls through": Written(
        LAST,
        """
def last_even(values):
    for value in values[::-1]:
        if value & 1 == 0:
            return value
""",
    ),
    "last, filter": Written(
        LAST,
        """
def last_even(values):
    evens = list(filter(lambda value: value % 2 == 0, values))
    return evens[-1] if evens else None
""",
    ),
    "last, exception": Written(
        LAST,
        """
def last_even(values):
    try:
        return [value for value in values if value % 2 == 0][-1]
    except IndexError:
        return None
""",
    ),
    "last, reduce": Written(
        LAST,
        """
from functools import reduce


def last_even(values):
    return reduce(lambda found, value: value if value % 2 == 0 else found, values, None)
""",
    ),
    "doubled, in place": Written(
        DOUBLED,
        """
def doubled(values):
    for at, value in enumerate(values):
        values[at] = value + value
    return values
""",
    ),
    "doubled, map": Written(
        DOUBLED,
        """
def doubled(values):
    return [*map((2).__mul__, values)]
""",
    ),
    "doubled, prints": Written(
        DOUBLED,
        """
def doubled(values):
    print("doubling", values)
    return [value * 2 for value in values]
""",
    ),
    "doubled, cached": Written(
        DOUBLED,
        """
from functools import cache


@cache
def double(value):
    return value << 1


def doubled(values):
    return [double(value) for value in values]
""",
    ),
    "doubled, match": Written(
        DOUBLED,
        """
def doubled(values):
    match values:
        case []:
            return []
        case [first, *others]:
            return [first * 2, *doubled(others)]
""",
    ),
    "doubled, callable object": Written(
        DOUBLED,
        """
class Scale:
    def __init__(self, by):
        self.by = by

    def __call__(self, values):
        return [self.by * value for value in values]


doubled = Scale(2)
""",
    ),
    "doubled, main guard": Written(
        DOUBLED,
        """
def doubled(values):
    return [2 * value for value in values]


if __name__ == "__main__":
    print(doubled([int(text) for text in input().split()]))
""",
    ),
    "doubled, Windows lines": Written(DOUBLED, "\ufeffdef doubled(values):\r\n    return [2 * v for v in values]\r\n"),
    "doubled, non-ASCII": Written(
        DOUBLED,
        """
def doubled(größen):  # añadir
    π = 2
    return [π * größe for größe in größen]
""",
    ),
    "doubled, array": Written(
        DOUBLED,
        """
from array import array


def doubled(values):
    return array("q", (2 * value for value in values)).tolist()
""",
    ),
    "printed, input": Written(
        PRINTED,
        """
for _ in range(int(input())):
    a, b = map(int, input().split())
    print(a + b)
""",
    ),
    "printed, main": Written(
        PRINTED,
        """
import sys


def main():
    rows = sys.stdin.read().splitlines()[1:]
    sys.stdout.write(" ".join(str(sum(map(int, row.split()))) for row in rows))


if __name__ == "__main__":
    main()
    sys.exit()
""",
    ),
    "printed, open": Written(
        PRINTED,
        """
count, *numbers = map(int, open(0).read().split())
print(*[numbers[2 * at] + numbers[2 * at + 1] for at in range(count)], sep="\\n")
quit()
""",
    ),
}

_SUMMARY = HONEST["summary, plainly"].source
_TALLY = HONEST["tally, tuples"].source
_SHIFTED = HONEST["shifted, comprehension"].source
_LOOP = HONEST["last, loop"].source
_DOUBLED = HONEST["doubled, main guard"].source
_PRINTED = HONEST["printed, input"].source


def _changed(asked: Task, source: str, old: str, new: str) -> Written:
    assert old in source, old
    return Written(asked, source.replace(old, new))


NEAR_MISSES: Final[dict[str, Written]] = {
    "mean as an integer": _changed(SUMMARY, _SUMMARY, ") / len", ") // len"),
    "count as a float": _changed(SUMMARY, _SUMMARY, '"count": len(values)', '"count": float(len(values))'),
    "count as a text": _changed(SUMMARY, _SUMMARY, '"count": len(values)', '"count": str(len(values))'),
    "mean of nothing is 0": _changed(SUMMARY, _SUMMARY, "mean = None", "mean = 0"),
    "mean of nothing is NaN": _changed(SUMMARY, _SUMMARY, "mean = None", 'mean = float("nan")'),
    "mean rounded": _changed(
        SUMMARY, _SUMMARY, "sum(values) / len(values)", "round(sum(values) / len(values), 2) + 1e-6"
    ),
    "a key missing": _changed(SUMMARY, _SUMMARY, ', "ups": sorted(set(values))', ""),
    "a key too many": _changed(SUMMARY, _SUMMARY, "{", '{"extra": None, '),
    "a key misspelt": _changed(SUMMARY, _SUMMARY, '"ups"', '"Ups"'),
    "a set": _changed(SUMMARY, _SUMMARY, "sorted(set(values))", "set(values)"),
    "duplicates kept": _changed(SUMMARY, _SUMMARY, "sorted(set(values))", "sorted(values)"),
    "descending": _changed(SUMMARY, _SUMMARY, "sorted(set(values))", "sorted(set(values), reverse=True)"),
    "the pairs of a dict": _changed(SUMMARY, _SUMMARY, "sorted(set(values))}", "sorted(set(values))}.items()"),
    "JSON as a text": Written(
        SUMMARY, _SUMMARY.replace("return {", "import json\n    return json.dumps({").replace("))}", "))})")
    ),
    "an integer for a truth value": _changed(TALLY, _TALLY, "words.count(word) >= 2", "int(words.count(word) >= 2)"),
    "sorted by word": _changed(TALLY, _TALLY, "dict.fromkeys(words)", "sorted(set(words))"),
    "count one too many": _changed(TALLY, _TALLY, "words.count(word), ", "words.count(word) + 1, "),
    "columns exchanged": _changed(TALLY, _TALLY, "(word, words.count(word), ", "(words.count(word), word, "),
    "a generator": _changed(TALLY, _TALLY, "tuple(", "("),
    "accents dropped": _changed(TALLY, _TALLY, "(word, words", '(word.encode("ascii", "ignore").decode(), words'),
    "state between calls": Written(
        TALLY,
        "WORDS = []\n\n\ndef tally(words):\n    WORDS.extend(words)\n"
        "    return [[w, WORDS.count(w), WORDS.count(w) > 1] for w in dict.fromkeys(WORDS)]\n",
    ),
    "a default that remembers": Written(
        DOUBLED, "def doubled(values, done=[]):\n    done += [2 * value for value in values]\n    return done\n"
    ),
    "off by one": _changed(SHIFTED, _SHIFTED, "97 + by) % 26", "97 + by + 1) % 26"),
    "without wrapping": _changed(SHIFTED, _SHIFTED, "(ord(c) - 97 + by) % 26 + 97", "(ord(c) + by) % 1000"),
    "capitals too": _changed(SHIFTED, _SHIFTED, "for c in text", "for c in text.lower()"),
    "25 letters": _changed(SHIFTED, _SHIFTED, "% 26", "% 25"),
    "accents too": _changed(SHIFTED, _SHIFTED, '"a" <= c <= "z"', "c.islower()"),
    "a list of letters": _changed(SHIFTED, _SHIFTED, '"".join(', "list("),
    "bytes": _changed(SHIFTED, _SHIFTED, "for c in text)", "for c in text).encode()"),
    "white space stripped": _changed(SHIFTED, _SHIFTED, "for c in text)", 'for c in text).replace(" ", "")'),
    "one argument": _changed(SHIFTED, _SHIFTED, "(text, by)", "(text)"),
    "another name": _changed(SHIFTED, _SHIFTED, "shifted", "shift"),
    "the first even": _changed(LAST, _LOOP, "found = value", "return value"),
    "zero is nothing": _changed(LAST, _LOOP, "return found", "return found or None"),
    "-1 for nothing": _changed(LAST, _LOOP, "found = None", "found = -1"),
    "False for nothing": _changed(LAST, _LOOP, "found = None", "found = False"),
    "None as a text": _changed(LAST, _LOOP, "return found", "return str(found)"),
    "fails when there is none": Written(
        LAST, "def last_even(values):\n    return [v for v in values if v % 2 == 0][-1]\n"
    ),
    "prints instead of returning": _changed(
        DOUBLED, _DOUBLED, "return [2 * value for value in values]", "print([2 * v for v in values])"
    ),
    "floats for integers": _changed(DOUBLED, _DOUBLED, "2 * value", "2.0 * value"),
    "forgets the last": _changed(DOUBLED, _DOUBLED, "in values]", "in values[:-1]]"),
    "the list twice": _changed(DOUBLED, _DOUBLED, "[2 * value for value in values]", "2 * values"),
    "changes the list and returns nothing": Written(
        DOUBLED, "def doubled(values):\n    values[:] = [2 * v for v in values]\n"
    ),
    "iterates what it changes": Written(
        DOUBLED,
        "def doubled(values):\n    for value in values:\n"
        "        values[values.index(value)] = 2 * value\n    return values\n",
    ),
    "not for an empty list": _changed(DOUBLED, _DOUBLED, "return [", "return values[0] and ["),
    "a method": Written(
        DOUBLED, "class Solution:\n    def doubled(self, values):\n        return [2 * value for value in values]\n"
    ),
    "printed with words": _changed(PRINTED, _PRINTED, "print(a + b)", 'print("sum", a + b)'),
    "printed without space": _changed(PRINTED, _PRINTED, "print(a + b)", 'print(a + b, end="")'),
    "printed as a float": _changed(PRINTED, _PRINTED, "print(a + b)", "print(float(a + b))"),
    "printed a line too many": Written(PRINTED, f"{_PRINTED}print(0)\n"),
    "read one line too many": _changed(PRINTED, _PRINTED, "range(int(input()))", "range(int(input()) + 1)"),
    "exits with 1": Written(PRINTED, f"{_PRINTED}raise SystemExit(1)\n"),
}

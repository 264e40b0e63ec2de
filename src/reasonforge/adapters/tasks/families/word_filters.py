import re
from collections.abc import Callable, Mapping
from itertools import product
from random import Random
from typing import Any, Final

from attrs import evolve, frozen

from reasonforge.adapters.tasks.family import WorkedLine
from reasonforge.adapters.tasks.written_program import HAND_IN, Arguments, ProgramFamily

_LETTERS = "abc"
_LEAST_ADMITTED = 8
_WORDS = tuple("".join(letters) for length in range(6) for letters in product(_LETTERS, repeat=length))
_RULE = re.compile(r"\([0-9]{1,2}\) ([^;.\n]{1,140})[;.]")
_WAYS = (
    (
        "Words are texts of the letters a, b and c, the empty word included. A word is admitted if all of this holds: "
        "{rules} Write a Python function accepted(words) that takes a list of words and returns the list of those that "
        "are admitted, in the same order and as often as they occur. {hand_in}"
    ),
    (
        "Implement accepted(words) as a Python function: of a list of texts made of a, b and c (possibly empty), it "
        "returns a list of exactly those that belong to a language, in their order, repetitions included. These are "
        "the conditions that together describe the language: {rules} {hand_in}"
    ),
    (
        "A protocol's messages are strings over a, b, c. Valid messages satisfy every one of these conditions: {rules} "
        "Given a list of messages, empty ones among them, the Python function accepted(words) returns the valid ones "
        "as a list, without changing their order or dropping duplicates. {hand_in}"
    ),
)


@frozen
class Kind:
    """One sort of condition, with a letter or text {0} and numbers or another letter {1} and {2}.

    Attributes:
        pattern: what {0}, {1} and {2} look like.
        code: a Python expression of `word`.
        holds, again: two implementations.
    """

    told: str
    pattern: tuple[str, ...]
    code: str
    holds: Callable[..., bool]
    again: Callable[..., bool]


_RULES: Final = {
    "count": Kind(
        "the number of letters {0} leaves the remainder {1} when divided by {2}",
        ("[abc]", "[0-3]", "[2-4]"),
        'word.count("{0}") % {2} == {1}',
        lambda word, letter, rest, modulus: word.count(letter) % int(modulus) == int(rest),
        lambda word, letter, rest, modulus: (
            re.fullmatch(
                f"(?:(?:[^{letter}]*{letter}){{{modulus}}})*(?:[^{letter}]*{letter}){{{rest}}}[^{letter}]*", word
            )
            is not None
            and int(rest) < int(modulus)
        ),
    ),
    "without": Kind(
        "the text {0} does not occur in it",
        ("[abc]{2,3}",),
        '"{0}" not in word',
        lambda word, text: text not in word,
        lambda word, text: re.search(text, word) is None,
    ),
    "with": Kind(
        "the text {0} occurs in it",
        ("[abc]{2}",),
        '"{0}" in word',
        lambda word, text: text in word,
        lambda word, text: any(word.startswith(text, at) for at in range(len(word))),
    ),
    "most": Kind(
        "it has at most {1} letters {0}",
        ("[abc]", "[1-5]"),
        'word.count("{0}") <= {1}',
        lambda word, letter, most: word.count(letter) <= int(most),
        lambda word, letter, most: sum(one == letter for one in word) < int(most) + 1,
    ),
    "long": Kind(
        "it has {0} letters or more",
        ("[1-5]",),
        "len(word) >= {0}",
        lambda word, least: len(word) >= int(least),
        lambda word, least: re.match(f".{{{least}}}", word) is not None,
    ),
    "begin": Kind(
        "it does not begin with {0}",
        ("[abc]",),
        'not word.startswith("{0}")',
        lambda word, letter: not word.startswith(letter),
        lambda word, letter: word[:1] != letter,
    ),
    "end": Kind(
        "it does not end with {0}",
        ("[abc]{1,2}",),
        'not word.endswith("{0}")',
        lambda word, text: not word.endswith(text),
        lambda word, text: re.search(f"{text}$", word) is None,
    ),
    "before": Kind(
        "no letter {0} comes anywhere after a letter {1}",
        ("[abc]", "[abc]"),
        '"{0}" not in word.partition("{1}")[2]',
        lambda word, later, earlier: later not in word.partition(earlier)[2],
        lambda word, later, earlier: re.search(f"{earlier}.*{later}", word) is None,
    ),
}


@frozen
class Rule:
    """A kind of condition and what stands in it."""

    kind: str
    parts: tuple[str, ...]

    def holds(self, word: str) -> bool:
        return _RULES[self.kind].holds(word, *self.parts)

    def again(self, word: str) -> bool:
        return _RULES[self.kind].again(word, *self.parts)


@frozen
class Language:
    """The words over a, b and c that satisfy two to seven conditions.

    Raises:
        ValueError: a condition is there twice, or there are too few or too many.
    """

    rules: tuple[Rule, ...]

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(set(self.rules)) == len(self.rules) <= 7:
            raise ValueError("a language has two to seven different conditions")

    def admits(self, word: str) -> bool:
        return all(rule.holds(word) for rule in self.rules)


class WordFilters(ProgramFamily[Language]):
    """A function that picks the words of a language, which is described by conditions.

    Difficulty d: 2 + d/2 conditions (rounded down). Size: their number. Kept where at least 8 words of up to five
    letters are admitted, and every condition refuses one that the others admit.
    """

    name = "word_filters"
    version = 2
    phrasings = len(_WAYS)
    entry = "accepted"

    def draw(self, rng: Random, difficulty: int) -> Language | None:
        try:
            return Language(tuple(_drawn(rng) for _ in range(2 + difficulty // 2)))
        except ValueError:
            return None

    def state(self, instance: Language, phrasing: int) -> str:
        told = "; ".join(f"({number}) {_told(rule)}" for number, rule in enumerate(instance.rules, start=1))
        return _WAYS[phrasing].format(rules=f"{told}.", hand_in=HAND_IN)

    def size(self, instance: Language) -> int:
        return len(instance.rules)

    def parse(self, problem: str) -> Language | None:
        rules = [_read(text) for text in _RULE.findall(problem)[:9]]
        found = tuple(rule for rule in rules if rule is not None)
        return Language(found) if len(found) == len(rules) else None

    def worthwhile(self, instance: Language) -> bool:
        verdicts = [[rule.holds(word) for rule in instance.rules] for word in _WORDS]
        admitted = sum(all(one) for one in verdicts)
        needed = {one.index(False) for one in verdicts if one.count(False) == 1}
        if admitted < _LEAST_ADMITTED or len(needed) < len(instance.rules):
            return False
        return super().worthwhile(instance)

    def value(self, instance: Language, arguments: Arguments) -> Any:
        return [word for word in arguments[0] if instance.admits(word)]

    def value_again(self, instance: Language, arguments: Arguments) -> Any:
        left = list(arguments[0])
        for rule in instance.rules:
            left = [word for word in left if rule.again(word)]
        return left

    def source(self, instance: Language) -> str:
        conditions = [_RULES[rule.kind].code.format(*rule.parts) for rule in instance.rules]
        first, *others = conditions
        joined = "\n".join([f"        {first}", *(f"        and {other}" for other in others)])
        return (
            f"def admitted(word):\n    return (\n{joined}\n    )\n\n\n"
            f"def {self.entry}(words):\n    return [word for word in words if admitted(word)]\n"
        )

    def mutants(self, instance: Language) -> list[Language]:
        """One condition forgotten, or with a part of another one of its kind."""
        rules = instance.rules
        found = [(*rules[:at], *rules[at + 1 :]) for at in range(len(rules)) if len(rules) > 2]
        for at, rule in enumerate(rules):
            changed = [_nudged(rule, place) for place in range(len(rule.parts))]
            found += [(*rules[:at], one, *rules[at + 1 :]) for one in changed if one is not None and one not in rules]
        return [evolve(instance, rules=one) for one in found]

    def test_inputs(self, instance: Language, rng: Random) -> list[Arguments]:
        """Lists of eight words, of which about half are admitted."""
        admitted = [word for word in _WORDS if instance.admits(word)]
        lists: list[list[str]] = [[]]
        for _ in range(19):
            good = [rng.choice(admitted) for _ in range(3)]
            grown = [word + rng.choice(_LETTERS) * rng.randint(1, 2) for word in good[:2]]
            lists.append(rng.sample([*good, *grown, *(_word(rng, 9) for _ in range(3))], k=8))
        return [[words] for words in lists]

    def case_inputs(self, instance: Language, rng: Random) -> list[Arguments]:  # noqa: ARG002 - the same for all
        """All words of up to five letters, and longer ones at random."""
        parts = [list(_WORDS[at : at + 8]) for at in range(0, len(_WORDS), 8)]
        return [[words] for words in (*parts, *([_word(rng, 14) for _ in range(6)] for _ in range(30)))]

    def relations(self, instance: Language) -> list[Mapping[str, Any]]:
        some = [word for word in _WORDS if instance.admits(word)][:4]
        inputs = [[["a", "", "cab", *some]], [["bb", "abc", *some, "ca"]], [[*some, *some]], [["ac", "ba", "c"]]]
        return [
            {"relation": "concatenation", "inputs": inputs, "argument": 0, "combine": "append"},
            {"relation": "idempotent", "inputs": inputs, "argument": 0},
            {"relation": "equivariant", "inputs": inputs, "transform": {"name": "reverse", "argument": 0}},
        ]

    def explained(self, instance: Language) -> tuple[WorkedLine, ...]:
        return tuple(
            WorkedLine(
                "Turn each condition into an expression of the word; all of them must be true.",
                f"That {_told(rule)}: {_RULES[rule.kind].code.format(*rule.parts)}.",
            )
            for rule in instance.rules
        )


def _told(rule: Rule) -> str:
    return _RULES[rule.kind].told.format(*rule.parts)


def _drawn(rng: Random) -> Rule:
    """A condition of any kind.

    Raises:
        ValueError: its parts do not go together.
    """
    name = rng.choice(list(_RULES))
    parts = tuple(_part(rng, pattern) for pattern in _RULES[name].pattern)
    rule = Rule(name, parts)
    if not _fits(rule):
        raise ValueError("these parts do not go together")
    return rule


def _part(rng: Random, pattern: str) -> str:
    if pattern.startswith("[abc]"):
        lengths = {"[abc]": (1, 1), "[abc]{2}": (2, 2), "[abc]{1,2}": (1, 2), "[abc]{2,3}": (2, 3)}
        return "".join(rng.choice(_LETTERS) for _ in range(rng.randint(*lengths[pattern])))
    return str(rng.randint(int(pattern[1]), int(pattern[3])))


def _fits(rule: Rule) -> bool:
    if rule.kind == "count":
        return int(rule.parts[1]) < int(rule.parts[2])
    return rule.kind != "before" or rule.parts[0] != rule.parts[1]


def _nudged(rule: Rule, place: int) -> Rule | None:
    """A number one more, or the next letter, where that is a condition too."""
    part = rule.parts[place]
    changed = str(int(part) + 1) if part.isdigit() else part[:-1] + _LETTERS[(_LETTERS.index(part[-1]) + 1) % 3]
    if not re.fullmatch(_RULES[rule.kind].pattern[place], changed):
        return None
    moved = Rule(rule.kind, (*rule.parts[:place], changed, *rule.parts[place + 1 :]))
    return moved if _fits(moved) else None


def _read(text: str) -> Rule | None:
    for name, kind in _RULES.items():
        pattern = re.escape(kind.told)
        for place, part in enumerate(kind.pattern):
            pattern = pattern.replace(re.escape(f"{{{place}}}"), f"(?P<p{place}>{part})")
        match = re.fullmatch(pattern, text)
        if match:
            rule = Rule(name, tuple(match[f"p{place}"] for place in range(len(kind.pattern))))
            return rule if _fits(rule) else None
    return None


def _word(rng: Random, longest: int) -> str:
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randint(0, longest)))

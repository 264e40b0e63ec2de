"""The `coverage` check: each consideration addressed from each side asked of it. Structural, and no more than that.

It sees whether something is said in words of the miner's own, at some length, once; not whether it is any good.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from reasonforge.domain.artefacts.coverage import MOST_CHARACTERS, STANCES, Consideration, CoverageQuery
from reasonforge.domain.finding import Finding

_RUN = 6
_COPIED_SHARE = 0.6
_SAME_SHARE = 0.8
_MOST_WORD = 40
_ALIKE = str.maketrans("αβεζηικμνορτυχγωаеорсухкмтвнігјѕԁһ", "abeznikmvoptuxywaeopcyxkmtbhirjsdh")
"""Greek and Cyrillic small letters → the Latin ones they look like; for comparing texts, never for judging them."""


def check(against: Mapping[str, Any], artefact: Any, final_answer: str) -> Finding:  # noqa: ARG001 - by its own type
    """The share of the (consideration, side) pairs with a rationale of their own; 0 where an entry is malformed.

    Raises:
        ValueError: `against` is malformed.
    """
    query = CoverageQuery.read(against)
    wanted = {one.name: one for one in query.considerations}
    most = sum(len(one.sides) or 1 for one in query.considerations)
    if not isinstance(artefact, list) or not 1 <= len(artefact) <= most:
        return Finding(0.0, f"there must be an array of 1 to {most} entries, one for each consideration and side asked")
    copied = _runs(_words(query.problem))
    seen: dict[tuple[str, str], list[str]] = {}
    weak = ""
    passed: set[str] = set()
    addressed = 0
    for entry in artefact:
        read = _entry(entry, wanted, passed)
        if isinstance(read, str):
            return Finding(0.0, read)
        one, stance, rationale = read
        if (one.name, stance) in seen:
            return Finding(0.0, f"{one.name} is addressed twice from the same side")
        words = _words(rationale)
        flaw = _flaw(rationale, words, one, query, copied) or _repeated(words, seen)
        seen[one.name, stance] = words
        passed.add(one.name)
        addressed += not flaw
        weak = weak or (f"the rationale on {one.name} {flaw}" if flaw else "")
    if addressed < most:
        return Finding(addressed / most, weak or f"{addressed} of {most} considerations and sides are addressed")
    return Finding(1.0, f"all {most} considerations and sides are addressed")


def _entry(entry: Any, wanted: Mapping[str, Consideration], passed: set[str]) -> tuple[Consideration, str, str] | str:
    """What an entry is about, its stance and its rationale; or why it is none."""
    if not isinstance(entry, Mapping):
        return "an entry must be an object"
    name, stance, rationale = (entry.get(member) for member in ("id", "stance", "rationale"))
    if not isinstance(name, str) or name not in wanted:
        return "an entry's id is none of the considerations"
    if not isinstance(stance, str) or stance not in (wanted[name].sides or STANCES):
        return f"an entry's stance is none of those asked of {name}"
    if not isinstance(rationale, str) or len(rationale) > MOST_CHARACTERS:
        return f"the rationale on {name} must be a text of at most {MOST_CHARACTERS} characters"
    if not wanted[name].sides and name in passed:
        return f"{name} is addressed twice"
    return wanted[name], stance, rationale


def _flaw(rationale: str, words: list[str], one: Consideration, query: CoverageQuery, copied: set[str]) -> str:
    """Why a rationale counts for nothing; empty when it counts."""
    if len(" ".join(words)) < query.least_characters or len(set(words)) < query.least_words:
        return "says too little"
    if max(map(len, words)) > _MOST_WORD or (2 * len(set(words)) < len(words) and len(set(words)) < 40):
        return "is filled up with words"
    if any(_mixed(word) for word in rationale.split()):
        return "mixes alphabets within a word"
    if one.words and set(words).isdisjoint(_words(" ".join(one.words))):
        return "says nothing about it"
    runs = _runs(words)
    if len(runs & copied) > _COPIED_SHARE * len(runs):
        return "is copied from the problem"
    return ""


def _repeated(words: list[str], seen: Mapping[tuple[str, str], list[str]]) -> str:
    mine = set(words)
    for other in map(set, seen.values()):
        if len(mine & other) > _SAME_SHARE * len(mine | other):
            return "repeats another"
    return ""


def _words(text: str) -> list[str]:
    """Words in one spelling: compatibility forms, case, marks, punctuation and what is invisible make no difference."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_ALIKE)
    kept = (
        character
        for character in plain
        if unicodedata.category(character) not in {"Mn", "Cf", "Cc"} or character in "\n\t"
    )
    return "".join(character if character.isalnum() else " " for character in kept).split()


def _runs(words: list[str]) -> set[str]:
    """Every run of six words, or all of them where there are fewer."""
    return {" ".join(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))}


def _mixed(word: str) -> bool:
    """Whether Latin letters stand in one word with those of a script that resembles them, as in a text disguised.

    Greek is no such script, since there are β-blockers and μm.
    """
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return "LATIN" in scripts and not scripts.isdisjoint({"CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


EXAMPLE: tuple[Mapping[str, Any], Any, Any] = (
    {
        "considerations": [{"id": "consent", "sides": ["for", "against"]}, {"id": "harm"}],
        "problem": "A hospital asks whether it may use old records for research without asking each patient again.",
    },
    [
        {
            "id": "consent",
            "stance": "for",
            "rationale": "Those who were treated agreed, when they came, that findings from it may serve others.",
        },
        {
            "id": "consent",
            "stance": "against",
            "rationale": "Nobody can agree to a study that had not been thought of when the form was signed.",
        },
        {
            "id": "harm",
            "stance": "for",
            "rationale": "Names can be removed beforehand, so that a leak would hardly hurt any single person.",
        },
    ],
    [
        {
            "id": "consent",
            "stance": "for",
            "rationale": "Those who were treated agreed, when they came, that findings from it may serve others.",
        },
        {
            "id": "harm",
            "stance": "for",
            "rationale": "Names can be removed beforehand, so that a leak would hardly hurt any single person.",
        },
    ],
)

"""What hostile miners hand in for ethical tasks. `CASES` holds (name, check, against, artefact, right), never right."""

from collections.abc import Mapping
from typing import Any

from tests.honest.ethical import CASES as HONEST
from tests.honest.strategic import Case


def _against(name: str) -> Mapping[str, Any]:
    return next(case[2] for case in HONEST if case[0] == name)


GAP, DUTY = _against("logic: with an assumption"), _against("logic: a promise binds")
WEIGHING = _against("coverage: all of it")
GOOD: list[dict[str, str]] = next(case[3] for case in HONEST if case[0] == "coverage: all of it")

FREE: Mapping[str, Any] = {
    "vocabulary": {
        "predicates": {"sits": 2},
        "individuals": ["a", "b", "c", "d", "e", "f", "g", "h"],
        "atoms": [*(f"x{pigeon}_{hole}" for pigeon in range(8) for hole in range(7)), "goal", "start"],
    },
    "premises": {"start": "start"},
    "options": {"goal": "goal"},
    "answer": "goal",
    "assumptions": 5,
}


def _nested(operation: str, depth: int, inner: Any) -> Any:
    for _ in range(depth):
        inner = [operation, inner] if operation == "not" else [operation, inner, inner]
    return inner


def _quantified(depth: int) -> Any:
    formula: Any = ["is", "sits", "v0", "v1"]
    for at in range(depth):
        formula = ["forall", f"v{at}", formula]
    return formula


def _pigeons() -> Any:
    """Eight pigeons in seven holes; too large by far for an assumption."""
    homes = [["or", *(f"x{pigeon}_{hole}" for hole in range(7))] for pigeon in range(8)]
    alone = [
        ["not", ["and", f"x{one}_{hole}", f"x{other}_{hole}"]]
        for hole in range(7)
        for one in range(8)
        for other in range(one)
    ]
    return ["and", *homes, ["and", *alone[:60]], ["and", *alone[60:120]], ["and", *alone[120:]]]


def _parity(size: int) -> Any:
    """A chain of equivalences that is the other way round in its second half."""
    names = [f"x{at // 7}_{at % 7}" for at in range(size)]
    left: Any = names[0]
    for name in names[1:20]:
        left = ["iff", left, name]
    return left


def _logic() -> list[Case]:
    formulas: Mapping[str, Any] = {
        "a thousand negations": _nested("not", 1_000, "capacity"),
        "twenty-nine negations": _nested("not", 29, "capacity"),
        "a tree that doubles": _nested("and", 20, "capacity"),
        "equivalences that double": _nested("iff", 18, "capacity"),
        "a huge number": 10**4000,
        "true": True,
        "a falsum": False,
        "null": None,
        "not a number": float("nan"),
        "an empty array": [],
        "an array of arrays": [[["and"]]],
        "no parts": ["and"],
        "too many parts": ["not", "capacity", "capacity"],
        "ten thousand parts": ["or", *["capacity"] * 10_000],
        "an operation of another language": ["ite", "capacity", "told", "told"],
        "an unhashable operation": [["and"], "capacity"],
        "an unhashable atom": ["not", {"atom": "capacity"}],
        "a lookalike atom": "сapacity",
        "z3's own text": "(declare-const capacity Bool)",
        "a quantifier without individuals": ["forall", "x", "capacity"],
        "a predicate of nobody": ["is", "__class__", "x"],
        "an application of nothing": ["is"],
        "the name false": "false",
        "a python call": "__import__('os').system('id')",
        "a contradiction": ["and", "capacity", ["not", "capacity"]],
        "a tautology": ["or", "capacity", ["not", "capacity"]],
        "the conclusion in disguise": ["not", ["not", ["and", "lawful", ["or", "capacity", "lawful"]]]],
    }
    argument = {"premises": ["law", "made_of", "told"], "conclusion": "lawful"}
    cases: list[Case] = [
        (f"logic: assumes {name}", "logic", GAP, {**argument, "assumptions": [formula]}, False)
        for name, formula in formulas.items()
    ]
    free = {"premises": ["start"], "conclusion": "goal"}
    freely: Mapping[str, Any] = {
        "pigeons in holes": [_pigeons()],
        "thousands of groundings": [_quantified(5)],
        "a variable bound twice": [["forall", "v", ["exists", "v", ["is", "sits", "v", "v"]]]],
        "a variable like an individual": [["forall", "a", ["is", "sits", "a", "a"]]],
        "an unbound variable": [["is", "sits", "v", "a"]],
        "a predicate with a place too many": [["is", "sits", "a", "a", "a"]],
        "six assumptions": ["goal"] * 6,
        "parities": [_parity(20), ["not", _parity(20)], ["implies", "start", "goal"]],
    }
    cases += [
        (f"logic: freely assumes {name}", "logic", FREE, {**free, "assumptions": given}, False)
        for name, given in freely.items()
    ]
    shapes: Mapping[str, Any] = {
        "nothing": None,
        "a text": "rule",
        "names as an object": {"rule": 1, "fact": 1, "mild": 1},
        "unhashable names": [["rule"], {"fact": 1}],
        "numbers": [0, 1, 3],
        "true": [True],
        "thousands of names": ["rule"] * 10_000,
        "lookalike names": ["rulе", "fact", "mild"],
    }
    cases += [
        (f"logic: premises are {name}", "logic", DUTY, {"premises": shape, "conclusion": "A"}, False)
        for name, shape in shapes.items()
    ]
    proper = ["rule", "fact", "mild"]
    conclusions: Mapping[str, Any] = {
        "nothing": None,
        "an array": ["A"],
        "an object": {},
        "a lookalike": "А",
        "zero": 0,
    }
    cases += [
        (f"logic: the conclusion is {name}", "logic", DUTY, {"premises": proper, "conclusion": given}, False)
        for name, given in conclusions.items()
    ]
    return [
        *cases,
        *((f"logic: the artefact is {name}", "logic", DUTY, shape, False) for name, shape in shapes.items()),
    ]


def _coverage() -> list[Case]:
    def last(**changes: Any) -> list[dict[str, Any]]:
        return [*GOOD[:3], {**GOOD[3], **changes}]

    cyrillic = str.maketrans("aeopcxy", "аеорсху")
    problem = WEIGHING["problem"]
    invisible = "\u200b".join(GOOD[2]["rationale"])
    artefacts: Mapping[str, Any] = {
        "nothing": None,
        "a text": "all of it",
        "an object": {"autonomy": "yes"},
        "entries that are texts": ["autonomy", "benefit"],
        "null entries": [None] * 4,
        "thousands of entries": GOOD * 1_000,
        "a lookalike id": last(id="privасy"),
        "an id with a space": last(id="privacy "),
        "an unhashable id": last(id=["privacy"]),
        "an id that is a number": last(id=10**4000),
        "an unhashable stance": last(stance={"for": 1}),
        "a stance that is true": last(stance=True),
        "an empty rationale": last(rationale=""),
        "a number as rationale": last(rationale=1e308),
        "a rationale that is an array": last(rationale=["word"] * 50),
        "white space": last(rationale=" \n\t" * 500),
        "invisible characters": last(rationale="\u200b\u2060\ufeff" * 300),
        "marks on one letter": last(rationale="a" + "\u0301" * 1_500),
        "punctuation": last(rationale="!?.,;:-" * 200),
        "one endless word": last(rationale="privacy" * 200),
        "a megabyte": last(rationale="names can be removed " * 50_000),
        "ligatures that expand": last(rationale="\ufdfa" * 1_999),
        "the problem in lookalikes": last(rationale=problem.translate(cyrillic)),
        "the problem in Greek lookalikes": last(rationale=problem.translate(str.maketrans("oaivp", "οαινρ"))),
        "the problem in Cyrillic capitals": last(
            rationale=problem.upper().translate(str.maketrans("AEOPCT", "АЕОРСТ"))
        ),
        "the problem with invisible joints": last(rationale="\u200b".join(problem[:150])),
        "the problem in mathematical letters": last(
            rationale="".join(chr(0x1D41A + ord(letter) - 97) if "a" <= letter <= "z" else letter for letter in problem)
        ),
        "another rationale with invisible joints": last(rationale=invisible),
        "another rationale with other punctuation": last(rationale=GOOD[2]["rationale"].replace(" ", " - ")),
        "another rationale with combining marks": last(rationale=GOOD[2]["rationale"].replace("i", "i\u0301")),
        "the same entry four times": [GOOD[0]] * 4,
        "numbers instead of words": last(rationale=" ".join(["1"] * 200)),
    }
    return [(f"coverage: {name}", "coverage", WEIGHING, artefact, False) for name, artefact in artefacts.items()]


CASES: tuple[Case, ...] = (*_logic(), *_coverage())

"""Answers of honest miners to ethical tasks, in the many ways they can be written, and answers that are nearly right.

`CASES` holds (name, check, against, artefact, right).
"""

from collections.abc import Mapping
from typing import Any

from tests.honest.strategic import Case

_DUTY: Mapping[str, Any] = {
    "vocabulary": {
        "predicates": {"promised": 1, "bound": 1, "owes": 2},
        "individuals": ["ann", "ben"],
        "atoms": ["harm", "rain"],
    },
    "premises": {
        "rule": ["forall", "x", ["implies", ["is", "promised", "x"], ["or", ["is", "bound", "x"], "harm"]]],
        "fact": ["is", "promised", "ann"],
        "other": ["is", "promised", "ben"],
        "mild": ["not", "harm"],
        "wet": "rain",
        "debt": ["exists", "y", ["is", "owes", "ann", "y"]],
    },
    "options": {
        "A": ["is", "bound", "ann"],
        "B": ["not", ["is", "bound", "ann"]],
        "C": ["forall", "x", ["is", "bound", "x"]],
        "D": ["is", "owes", "ann", "ben"],
    },
}
_CHAIN: Mapping[str, Any] = {
    "vocabulary": {"atoms": ["p", "q", "r", "s"]},
    "premises": {
        "one": ["implies", "p", "q"],
        "two": ["implies", "q", "r"],
        "three": "p",
        "four": ["iff", "r", "s"],
        "five": ["not", "p"],
    },
    "options": {"yes": "s", "no": ["not", "s"], "either": ["or", "s", ["not", "s"]], "r": "r"},
}
_GAP: Mapping[str, Any] = {
    "vocabulary": {"atoms": ["consent", "capacity", "informed", "lawful"]},
    "premises": {
        "law": ["implies", "consent", "lawful"],
        "made_of": ["iff", "consent", ["and", "capacity", "informed"]],
        "told": "informed",
    },
    "options": {"lawful": "lawful", "unlawful": ["not", "lawful"]},
    "answer": "lawful",
    "assumptions": 1,
}
_LISTED: Mapping[str, Any] = {**_GAP, "assumable": ["capacity", ["not", "informed"]]}
_MEDICINE = (
    "A hospital asks whether it may use records of former patients for research without asking each of them again. "
    "Some patients can no longer be reached, and the study could find out early who is at risk."
)
_WEIGHING: Mapping[str, Any] = {
    "considerations": [
        {"id": "autonomy", "sides": ["for", "against"]},
        {"id": "benefit", "sides": ["for"]},
        {"id": "privacy"},
    ],
    "problem": _MEDICINE,
}
_WORDED: Mapping[str, Any] = {
    "considerations": [{"id": "privacy", "words": ["privacy", "anonymous", "secret"]}],
    "problem": _MEDICINE,
}
_ACCENTED: Mapping[str, Any] = {
    "considerations": [{"id": "privacy", "words": ["équité", "fairness"]}],
    "problem": _MEDICINE,
}
_TEXTS = {
    "for": "Whoever came for treatment did agree, at that time, to have findings used for learning by the clinic.",
    "against": "Nobody can have agreed to a question which had not yet been thought of when the form was signed.",
    "benefit": "Finding dangerous conditions sooner would spare many people an illness, and cost them nothing at all.",
    "privacy": "Names and addresses are easily removed, so a leak of the tables would expose hardly any person.",
}


def _logic() -> list[Case]:
    def case(
        name: str, against: Mapping[str, Any], premises: Any, conclusion: Any, right: bool, *assumptions: Any
    ) -> Case:
        artefact = {"premises": premises, "conclusion": conclusion}
        if assumptions:
            artefact["assumptions"] = list(assumptions)
        return f"logic: {name}", "logic", against, artefact, right

    return [
        case("a promise binds", _DUTY, ["rule", "fact", "mild"], "A", True),
        case("in another order", _DUTY, ["mild", "rule", "fact"], "A", True),
        case("everybody is bound", _DUTY, ["rule", "fact", "other", "mild"], "C", True),
        case("a chain", _CHAIN, ["one", "two", "three", "four"], "yes", True),
        case("a shorter chain", _CHAIN, ["three", "one", "two"], "r", True),
        case("with an assumption", _GAP, ["law", "made_of", "told"], "lawful", True, "capacity"),
        case("a double negation", _GAP, ["law", "made_of", "told"], "lawful", True, ["not", ["not", "capacity"]]),
        case("a conditional", _GAP, ["law", "made_of", "told"], "lawful", True, ["implies", "informed", "capacity"]),
        case("a shorter way", _GAP, ["law"], "lawful", True, "consent"),
        case("a bridge", _GAP, ["law", "told"], "lawful", True, ["implies", "informed", "consent"]),
        case("an allowed assumption", _LISTED, ["law", "made_of", "told"], "lawful", True, "capacity"),
        case("a premise is missing", _DUTY, ["rule", "fact"], "A", False),
        case("about somebody else", _DUTY, ["rule", "other", "mild"], "A", False),
        case("one more than needed", _DUTY, ["rule", "fact", "mild", "wet"], "A", False),
        case("the opposite", _DUTY, ["rule", "fact", "mild"], "B", False),
        case("too general", _DUTY, ["rule", "fact", "mild"], "C", False),
        case("from something to this", _DUTY, ["debt"], "D", False),
        case("an unknown premise", _DUTY, ["rule", "fact", "mind"], "A", False),
        case("a premise twice", _DUTY, ["rule", "fact", "mild", "mild"], "A", False),
        case("an assumption nobody allowed", _DUTY, ["rule", "fact"], "A", False, ["not", "harm"]),
        case("no premise at all", _CHAIN, [], "yes", False),
        case("backwards", _CHAIN, ["two", "four"], "yes", False),
        case("from a contradiction", _CHAIN, ["three", "five"], "no", False),
        case("no option", _CHAIN, ["one", "two", "three", "four"], "maybe", False),
        case("a tautology needs nothing", _CHAIN, ["three"], "either", False),
        case("an option as a formula", _CHAIN, ["one", "two", "three", "four"], ["not", "s"], False),
        case("the conclusion assumed", _GAP, ["law"], "lawful", False, "lawful"),
        case("two assumptions", _GAP, ["law", "made_of"], "lawful", False, "capacity", "informed"),
        case(
            "an assumption against the premises",
            _GAP,
            ["law"],
            "lawful",
            False,
            ["and", "consent", ["not", "informed"]],
        ),
        case(
            "an assumption too many",
            _GAP,
            ["law", "made_of", "told"],
            "lawful",
            False,
            ["or", "capacity", ["not", "capacity"]],
        ),
        case("the wrong option", _GAP, ["law", "made_of", "told"], "unlawful", False, ["not", "capacity"]),
        case("an assumption that is not listed", _LISTED, ["law"], "lawful", False, "consent"),
        case("an atom of nobody", _GAP, ["law", "made_of", "told"], "lawful", False, "ability"),
    ]


def _entry(name: str, stance: str, rationale: str) -> dict[str, str]:
    return {"id": name, "stance": stance, "rationale": rationale}


def _coverage() -> list[Case]:
    pro, contra = _entry("autonomy", "for", _TEXTS["for"]), _entry("autonomy", "against", _TEXTS["against"])
    benefit, privacy = _entry("benefit", "for", _TEXTS["benefit"]), _entry("privacy", "for", _TEXTS["privacy"])
    full = [pro, contra, benefit, privacy]

    def case(name: str, artefact: Any, right: bool, against: Mapping[str, Any] = _WEIGHING) -> Case:
        return f"coverage: {name}", "coverage", against, artefact, right

    def last(rationale: str, name: str = "privacy", stance: str = "for") -> list[dict[str, str]]:
        return [*full[:3], _entry(name, stance, rationale)]

    def worded(rationale: str) -> list[dict[str, str]]:
        return [_entry("privacy", "against", rationale)]

    return [
        case("all of it", full, True),
        case("in another order", full[::-1], True),
        case("the other stance where either will do", last(_TEXTS["privacy"], stance="against"), True),
        case("more members than asked", [*full[:3], {**privacy, "weight": 0.5}], True),
        case("capitals", last(_TEXTS["privacy"].upper()), True),
        case("several lines", last(_TEXTS["privacy"].replace(",", ",\n\n")), True),
        case(
            "accents",
            last("L’identité des personnes étant effacée, une fuite n’exposerait guère que des chiffres."),
            True,
        ),
        case(
            "German",
            last("Namen lassen sich vorher entfernen; ein Leck träfe dann so gut wie niemanden persönlich."),
            True,
        ),
        case(
            "Russian", last("Имена можно удалить заранее, и тогда утечка таблиц почти никому не повредит лично."), True
        ),
        case(
            "a Greek letter in the text",
            last("The risk λ of a leak stays small when names are removed from every table first."),
            True,
        ),
        case(
            "at length",
            last(" ".join([_TEXTS["privacy"], "Access can be logged, limited to two people, and ended after a year."])),
            True,
        ),
        case(
            "speaks of the problem",
            last("Former patients who can no longer be reached would lose their say, yet their names stay hidden."),
            True,
        ),
        case(
            "with the word",
            worded("What is anonymous can still be linked to a person by whoever holds other tables."),
            True,
            _WORDED,
        ),
        case(
            "with the word in capitals",
            worded("PRIVACY is lost once, and no court can give it back to those concerned."),
            True,
            _WORDED,
        ),
        case(
            "Greek beside Latin",
            last("Doses of β-blockers and particles of 5 μm are in the tables, yet no names or addresses are."),
            True,
        ),
        case(
            "with an accented word",
            worded("Ἀνδρός or café: équité asks who loses most when tables leak."),
            True,
            _ACCENTED,
        ),
        case("one side only", [pro, benefit, privacy], False),
        case("one consideration missing", full[:3], False),
        case("an empty list", [], False),
        case("an unknown consideration", last(_TEXTS["privacy"], name="fairness"), False),
        case("a stance that is not asked", [pro, contra, {**benefit, "stance": "against"}, privacy], False),
        case("the same side twice", [pro, {**contra, "stance": "for"}, benefit, privacy], False),
        case("either side, but twice", [*full, {**privacy, "stance": "against"}], False),
        case("too short", last("Names can be removed."), False),
        case("one word many times", last("privacy " * 20), False),
        case("few words many times", last("names can be removed before and after that " * 6), False),
        case("the same rationale again", last(_TEXTS["benefit"]), False),
        case("the same with another word", last(_TEXTS["benefit"].replace("many", "few")), False),
        case("copied from the problem", last(_MEDICINE[:100]), False),
        case("copied in capitals", last(_MEDICINE[:100].upper()), False),
        case("no rationale", [*full[:3], {"id": "privacy", "stance": "for"}], False),
        case("a stance in capitals", last(_TEXTS["privacy"], stance="For"), False),
        case("without the word", worded(_TEXTS["benefit"]), False, _WORDED),
    ]


CASES: tuple[Case, ...] = (*_logic(), *_coverage())

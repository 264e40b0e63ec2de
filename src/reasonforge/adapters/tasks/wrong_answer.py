"""A wrong answer to a task that no family made: well formed where that takes no thought, and never right."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reasonforge.adapters.tasks.family import WorkedSolution
from reasonforge.domain.answer import AnswerSpecification

_EMPTY: Mapping[str, str] = {"set": "{}", "multiset": "{}", "list": "[]", "tuple": "()", "interval": "(0, 1)"}


def wrong_solution(answer: AnswerSpecification) -> WorkedSolution:
    """What somebody who has no idea might hand in."""
    whole = answer.specification()
    match answer.format:
        case "code":
            program = f"def {whole['entry']}(*given):\n    return ['nothing', given]\n"
            return WorkedSolution("see code_artifact", (), code=program)
        case "proof":
            return WorkedSolution("see proof_artifact", (), proof=f"-- no proof of {whole['theorem']}\n")
        case _:
            return WorkedSolution(_wrong_text(answer.format, whole), ())


def _wrong_text(form: str, whole: Mapping[str, Any]) -> str:
    match form:
        case "integer" | "fraction":
            return str(Fraction(str(whole["value"])) + 1)
        case "decimal":
            return _doubled(whole)
        case "quantity":
            return f"{_doubled(whole)} {whole['unit']}"
        case "choice":
            letters = [chr(ord("A") + at) for at in range(len(whole["options"]))]
            return next(letter for letter in letters if letter != whole["value"])
        case "expression":
            return f"({whole['value']}) + 1"
        case "equation":
            return "1 = 2"
        case "text":
            return "none of what was asked"
        case _:
            return _EMPTY.get(form, "0")


def _doubled(whole: Mapping[str, Any]) -> str:
    """Further from the value than its tolerance."""
    value = float(Fraction(str(whole["value"])))
    far = 2 * (abs(value) * float(whole.get("rel_tol", 0)) + float(whole.get("abs_tol", 0))) + abs(value) + 1
    return str(value + far)

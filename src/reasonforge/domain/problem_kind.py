"""What kind of problem a text is, and about how hard, when its author does not say. Rules one can read and name."""

import re

from attrs import frozen

from reasonforge.domain.discipline import Discipline

_WORDS: dict[Discipline, str] = {
    Discipline.MATHEMATICS: (
        r"prove|theorem|integral|derivative|equation|polynomial|matrix|determinant|eigenvalue|prime|divisible|modulo|"
        r"sum of|product of|triangle|probability that|how many ways|solve for|sqrt|logarithm|converge\w*|compute|"
        r"simplify|factor(?:ise|ize)?|integer|fraction|remainder|sequence|permutations?|combinations?"
    ),
    Discipline.CODE: (
        r"function|python|javascript|rust|c\+\+|java|sql|algorithm|implement|program|code|bug|compile\w*|regex|"
        r"time complexity|recursion|array|linked list|binary tree|returns?|unit test|refactor|stack overflow|def|class"
    ),
    Discipline.SCIENTIFIC: (
        r"velocity|acceleration|force|mass|energy|joules?|newtons?|molar|moles?|reaction|enzyme|gene|allele|photon|"
        r"quantum|voltage|resistor|circuit|temperature|pressure|entropy|acid|ph|half-life|orbit\w*|wavelength|"
        r"p-value|experiment|hypothesis test|measurement"
    ),
    Discipline.STRATEGIC: (
        r"nash|equilibrium|game theory|payoff|auction|bid\w*|strategy|dominant|player [ab12]|players?|negotiat\w*|"
        r"optimal allocation|schedule|knapsack|minimi[sz]e the cost|maximi[sz]e the profit|coalition|vote|plan"
    ),
    Discipline.CAUSAL: (
        r"cause[sd]?|causal|confound\w*|intervention|counterfactual|instrumental variable|mediat(?:or|ion)|treatment|"
        r"do\(|backdoor|front-?door|effect of|would have|randomi[sz]ed|collider|d-separat\w*"
    ),
    Discipline.ETHICAL: (
        r"ethic\w*|moral\w*|ought|fairness|justice|rights?|duty|dilemma|consent|autonomy|harm|permissible|obligat\w*|"
        r"utilitarian\w*|deontolog\w*|virtue|policy should|should (?:we|the|a|an|doctors?|companies)"
    ),
}
_RULES = {one: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for one, words in _WORDS.items()}
_FORMULA = re.compile(r"[0-9a-z)]\s*(?:[+*/^=<>≤≥∫∑]|-)\s*[0-9a-z(\\]|\\(?:frac|int|sum|sqrt)|[∫∑√π]", re.IGNORECASE)
_BLOCK = re.compile(r"```|^\s*(?:def|class|import|#include|SELECT)\b", re.MULTILINE)
_DEEP = re.compile(
    r"(?<!\w)(?:prove|proof|show that|optimal|for all|for every|if and only if|worst[- ]case|uniqueness|derive|"
    r"generali[sz]e|counterexample|asymptotic\w*|justify|necessary and sufficient|at least two|constraints?)(?!\w)",
    re.IGNORECASE,
)


@frozen
class ProblemKind:
    """The discipline with what spoke for it, for whoever asks why."""

    discipline: Discipline
    because: tuple[str, ...]


def detect_discipline(problem: str) -> ProblemKind:
    """The discipline most distinct words of which occur; a formula or program text counts as two.

    Of several alike, the one earlier in `Discipline`; mathematics when nothing speaks for any.
    """
    said = {
        one: tuple(dict.fromkeys(found[0].casefold() for found in rule.finditer(problem)))
        for one, rule in _RULES.items()
    }
    if _FORMULA.search(problem):
        said[Discipline.MATHEMATICS] += ("a formula", "a formula")
    if _BLOCK.search(problem):
        said[Discipline.CODE] += ("program text", "program text", "program text")
    best = max(Discipline, key=lambda one: len(said[one]))
    return ProblemKind(best, tuple(dict.fromkeys(said[best])))


def estimate_difficulty(problem: str) -> int:
    """1 to 10: longer statements, more figures in them and words that ask for depth make it harder."""
    length = min(3, len(problem) // 400)
    figures = min(2, len(re.findall(r"\d+", problem)) // 5)
    depth = min(3, len({found.casefold() for found in _DEEP.findall(problem)}))
    return min(10, 2 + length + figures + depth)

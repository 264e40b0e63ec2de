import re
from fractions import Fraction
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.determinant import eliminated, expanded
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.sequence import ListAnswer, fractions
from reasonforge.domain.discipline import Discipline

_EQUATION = re.compile(r"(-?[0-9]{0,2}a(?: [-+] [0-9]{0,2}[b-f]){1,5}) = (-?[0-9]{1,3})")
_NAMES = "abcdef"
_WAYS = (
    (
        "Solve this system of linear equations over the rational numbers.\n{}\nThe final answer is the list [{}] of "
        "the values of the unknowns, each a fraction p/q or an integer."
    ),
    (
        "These conditions hold at once:\n{}\nWhich values do the unknowns have? The final answer is the list [{}] "
        "with every unknown replaced by its value, a fraction p/q or an integer."
    ),
    (
        "The hyperplanes\n{}\nmeet in exactly one point. Find its coordinates. The final answer is the list [{}], "
        "each coordinate a fraction p/q or an integer."
    ),
)


@frozen
class LinearSystem:
    """As many equations as unknowns, 2 to 6: rows of coefficients, none of them 0, each with its right side last.

    Coefficients are below 100 and right sides below 1,000 in size; the leading minors are not 0.
    """

    rows: tuple[tuple[int, ...], ...]

    def __attrs_post_init__(self) -> None:
        count = len(self.rows)
        if not 2 <= count <= len(_NAMES) or any(len(row) != count + 1 or 0 in row[:-1] for row in self.rows):
            raise ValueError("a system has 2 to 6 equations in as many unknowns, each in every equation")
        if not all(eliminated([row[:size] for row in self.rows[:size]]) for size in range(1, count + 1)):
            raise ValueError("the leading minors are not 0")


class LinearSystems:
    """The solution of a system of linear equations over ℚ.

    Difficulty d: 2 + d/3 equations (rounded down), coefficients to 4 + d/2 in size. Size: the number of equations.
    Kept where rounding the solution to integers gives no solution.
    """

    name: Final = "linear_systems"
    version: Final = 1
    discipline: Final = Discipline.MATHEMATICS
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> LinearSystem:
        count, most = 2 + difficulty // 3, 4 + difficulty // 2
        factors = [factor for factor in range(-most, most + 1) if factor]

        def draw() -> LinearSystem | None:
            rows = tuple((*rng.choices(factors, k=count), rng.randint(-20, 20)) for _ in range(count))
            minors = (eliminated([row[:part] for row in rows[:part]]) for part in range(1, count + 1))
            return LinearSystem(rows) if all(minors) else None

        return kept(draw, _not_whole)

    def state(self, instance: LinearSystem, phrasing: int) -> str:
        equations = "\n".join(f"{_sum(row[:-1])} = {row[-1]}" for row in instance.rows)
        return _WAYS[phrasing].format(equations, ", ".join(_NAMES[: len(instance.rows)]))

    def answer(self, instance: LinearSystem) -> ListAnswer:
        return fractions(_cramer(instance))

    def size(self, instance: LinearSystem) -> int:
        return len(instance.rows)

    def read(self, problem: str) -> LinearSystem | None:
        return recognised(self, problem, _parse, _not_whole)

    def solve(self, instance: LinearSystem) -> WorkedSolution:
        """Gaussian elimination, then substitution from the last unknown to the first."""
        left = [[Fraction(entry) for entry in row] for row in instance.rows]
        count = len(left)
        lines = []
        for at, pivot in enumerate(left):
            for row in left[at + 1 :]:
                factor = row[at] / pivot[at]
                claims = [equals(f"{written(row[at])} / {written(pivot[at])}", factor)]
                for column in range(at + 1, count + 1):
                    text = f"{written(row[column])} - {written(factor)} * {written(pivot[column])}"
                    row[column] -= factor * pivot[column]
                    claims.append(equals(text, row[column]))
                lines.append(line(_ELIMINATE, f"Without {_NAMES[at]}, the next equation has", *claims))
        found: list[Fraction] = []
        for at in reversed(range(count)):
            row = left[at]
            text, value = written(row[-1]), row[-1]
            for beside, known in zip(range(at + 1, count), found, strict=True):
                text += f" - {written(row[beside])} * {written(known)}"
                value -= row[beside] * known
            found.insert(0, value / row[at])
            lines.append(line(_SUBSTITUTE, f"For {_NAMES[at]}", equals(f"({text}) / {written(row[at])}", found[0])))
        return WorkedSolution(_listed(found), tuple(lines))

    def solve_again(self, instance: LinearSystem) -> str:
        """Cramer's rule, with determinants by Laplace expansion."""
        return _listed(_cramer(instance))

    def slip(self, instance: LinearSystem, rng: Random) -> str:
        """Errs in the sign of one unknown, or exchanges two values."""
        values = _cramer(instance)
        at = rng.choice([place for place, value in enumerate(values) if value])
        other = rng.choice([place for place in range(len(values)) if place != at])
        if values[at] != values[other] and rng.random() < 0.5:
            values[at], values[other] = values[other], values[at]
        else:
            values[at] = -values[at]
        return _listed(values)


_ELIMINATE = "Subtract the multiple of an equation that clears its first unknown from each equation below."
_SUBSTITUTE = "Put the values already found into the equation above and solve it for the one unknown left."


def _sum(factors: tuple[int, ...]) -> str:
    text = ""
    for name, factor in zip(_NAMES, factors, strict=False):
        sign = (" - " if factor < 0 else " + ") if text else ("-" if factor < 0 else "")
        text += f"{sign}{'' if abs(factor) == 1 else abs(factor)}{name}"
    return text


def _cramer(system: LinearSystem) -> list[Fraction]:
    whole = expanded([row[:-1] for row in system.rows])
    found = []
    for at in range(len(system.rows)):
        replaced = [(*row[:at], row[-1], *row[at + 1 : -1]) for row in system.rows]
        found.append(Fraction(expanded(replaced), whole))
    return found


def _listed(values: list[Fraction]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _not_whole(system: LinearSystem) -> bool:
    return any(value.denominator > 1 for value in _cramer(system))


def _parse(problem: str) -> LinearSystem:
    rows = []
    for left, right in _EQUATION.findall(problem)[: len(_NAMES) + 1]:
        terms = left.replace(" - ", " + -").split(" + ")
        factors = (term[:-1] for term in terms)
        rows.append((*(int(f"{text}1") if text in {"", "-"} else int(text) for text in factors), int(right)))
    return LinearSystem(tuple(rows))

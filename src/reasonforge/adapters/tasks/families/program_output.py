import re
from random import Random
from typing import Final

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, kept, line, nontrivial, recognised
from reasonforge.adapters.tasks.tiny_language import Program, execute, run_compiled
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline

_LISTING = re.compile(r"\n\n(.*)\n\n", re.DOTALL)
_VARIABLES = "abcde"
_LINES = 40


class ProgramOutput:
    """What a small generated program prints.

    Difficulty d: a loop of d + 2 rounds over 1 + (d + 1) / 2 statements (rounded down), a third of them conditional,
    on 2 to 5 variables. Size: rounds times statements in the loop. Kept where one round more and one round less print
    something else.
    """

    name: Final = "program_output"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 2

    def generate(self, rng: Random, difficulty: int) -> Program:
        def draw() -> Program:
            variables = _VARIABLES[: 2 + difficulty // 3]
            listing = [f"{name} = {rng.randint(1, 9 + difficulty)}" for name in variables]
            listing.append(f"repeat {difficulty + 2} times:")
            for at in range(1 + (difficulty + 1) // 2):
                listing.extend(f"    {text}" for text in _statement(rng, variables, conditional=at % 3 == 1))
            first, second = rng.sample(variables, 2)
            listing.append(f"print {first} {rng.choice('+-')} {second}")
            return Program(tuple(listing))

        return kept(draw, _rounds_matter)

    def state(self, instance: Program, phrasing: int) -> str:
        listing = "\n".join(instance.listing)
        meaning = "All values are integers, and x mod m is the remainder of x, from 0 to m - 1."
        if phrasing == 0:
            return f"What does this program print?\n\n{listing}\n\n{meaning} The final answer is one integer."
        return (
            f"Run this program by hand.\n\n{listing}\n\n{meaning} Give what it prints; the final answer is one integer."
        )

    def answer(self, instance: Program) -> IntegerAnswer:
        return IntegerAnswer(execute(instance).printed)

    def size(self, instance: Program) -> int:
        head = next(text for text in instance.listing if text.startswith("repeat"))
        inside = [text for text in instance.listing if re.match("    [a-z]", text) and not text.startswith("    else")]
        return int(head.split()[1]) * len(inside)

    def read(self, problem: str) -> Program | None:
        return recognised(self, problem, _parse, _rounds_matter)

    def solve(self, instance: Program) -> WorkedSolution:
        """Executes the program statement by statement."""
        run = execute(instance)
        claims = nontrivial(*run.computed)
        per_line = -(-len(claims) // _LINES)
        parts = [claims[start : start + per_line] for start in range(0, len(claims), per_line)]
        return WorkedSolution(str(run.printed), tuple(line(_IDEA, "", *part) for part in parts))

    def solve_again(self, instance: Program) -> str:
        return str(run_compiled(instance))

    def slip(self, instance: Program, rng: Random) -> str:
        """Goes once too often, or once too little, round the loop."""
        return str(rng.choice(_off_by_one(instance)))


_IDEA = "Execute the statements in order, each with the values that the variables have by then."


def _statement(rng: Random, variables: str, *, conditional: bool) -> list[str]:
    if not conditional:
        return [_assignment(rng, variables)]
    name = rng.choice(variables)
    test = rng.choice((f"> {rng.randint(3, 12)}", f"< {rng.choice(variables)}", f"mod {rng.randint(2, 4)} = 1"))
    then, otherwise = _assignment(rng, variables), _assignment(rng, variables)
    return [f"if {name} {test}:", f"    {then}", "else:", f"    {otherwise}"]


def _assignment(rng: Random, variables: str) -> str:
    target, first, second = (rng.choice(variables) for _ in range(3))
    if rng.random() < 0.7:
        return f"{target} = ({first} * {rng.randint(2, 7)} {rng.choice('+-')} {second}) mod {rng.randint(11, 40)}"
    return f"{target} = {target} {rng.choice('+-')} {rng.choice((first, str(rng.randint(2, 9))))}"


def _off_by_one(program: Program) -> tuple[int, int]:
    """What is printed after one round less and one round more."""
    at = next(number for number, text in enumerate(program.listing) if text.startswith("repeat"))
    rounds = int(program.listing[at].split()[1])
    fewer, more = (
        Program((*program.listing[:at], f"repeat {count} times:", *program.listing[at + 1 :]))
        for count in (rounds - 1, rounds + 1)
    )
    return execute(fewer).printed, execute(more).printed


def _rounds_matter(program: Program) -> bool:
    return sum(text.startswith("repeat") for text in program.listing) == 1 and (
        execute(program).printed not in _off_by_one(program)
    )


def _parse(problem: str) -> Program | None:
    listing = _LISTING.search(problem)
    return Program(tuple(listing[1].split("\n"))) if listing else None

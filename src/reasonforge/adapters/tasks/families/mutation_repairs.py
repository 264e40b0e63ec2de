import re
from itertools import islice
from random import Random
from typing import Final

from attrs import evolve, frozen

from reasonforge.adapters.tasks.families.program_output import ProgramOutput
from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedLine, WorkedSolution, kept, recognised
from reasonforge.adapters.tasks.tiny_language import Program, execute, run_compiled
from reasonforge.domain.answers.wording import ChoiceAnswer
from reasonforge.domain.discipline import Discipline

Change = tuple[int, str]

_LISTING = re.compile(r"\n\n(.*)\n\n", re.DOTALL)
_NUMBERED = re.compile(r"[0-9]{1,2}: (.*)")
_WANTED = re.compile(r"\b(?:print|printed|prints) (-?[0-9]{1,31})\b")
_OPTION = re.compile(r"\b[A-D]: line ([0-9]{1,2}) becomes `([^`\n]{1,60})`")
_MEANING = "All values are integers, and x mod m is the remainder of x, from 0 to m - 1."
_WAYS = (
    (
        "This program should print {wanted}, but one of its lines was changed by mistake.\n\n{listing}\n\n{meaning} "
        "Which of these single changes repairs it? {options}. The final answer is one letter: A, B, C or D."
    ),
    (
        "Before the last edit, this program printed {wanted}. Now it does not.\n\n{listing}\n\n{meaning} Exactly one "
        "of the following replacements of one line brings that result back: {options}. Which one? The final answer "
        "is one letter: A, B, C or D."
    ),
    (
        "A test expects that the program prints {wanted}, and fails.\n\n{listing}\n\n{meaning} Only one of four "
        "proposed patches passes the test. {options}. Choose it. The final answer is one letter: A, B, C or D."
    ),
)


@frozen
class Bug:
    """A program, what it should print, and four changes of one line each (numbered from 1), of which one does it."""

    program: Program
    wanted: int
    options: tuple[Change, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.options) != 4 or len(set(self.options)) != 4:
            raise ValueError("there are four different changes")
        results = [execute(_changed(self.program, change)).printed for change in self.options]
        if results.count(self.wanted) != 1 or execute(self.program).printed == self.wanted:
            raise ValueError("exactly one change repairs a program that is wrong")


class MutationRepairs:
    """Which of four changes of a line makes a mutated program print what it should.

    Difficulty d: a program of `ProgramOutput` at d, one number or sign in one of its lines changed. Size: rounds times
    statements in the loop. Kept where exactly one of the four changes repairs it, and the others do
    not all print the same.
    """

    name: Final = "mutation_repairs"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Bug:
        def draw() -> Bug | None:
            original = ProgramOutput().generate(rng, difficulty)
            wanted = execute(original).printed
            mutants = (
                change for change in _mutations(original, rng) if _prints(original, change) not in (None, wanted)
            )
            at, text = next(mutants)
            broken = _changed(original, (at, text))
            repair = (at, original.listing[at - 1].strip())
            wrong = (change for change in _mutations(broken, rng) if _prints(broken, change) not in (None, wanted))
            options = [repair, *islice(wrong, 3)]
            rng.shuffle(options)
            try:
                return Bug(broken, wanted, tuple(options))
            except ValueError:
                return None

        return kept(draw, _results_differ)

    def state(self, instance: Bug, phrasing: int) -> str:
        numbered = enumerate(instance.program.listing, start=1)
        options = "; ".join(
            f"{letter}: line {at} becomes `{text}`" for letter, (at, text) in zip("ABCD", instance.options, strict=True)
        )
        listing = "\n".join(f"{number}: {text}" for number, text in numbered)
        return _WAYS[phrasing].format(wanted=instance.wanted, listing=listing, meaning=_MEANING, options=options)

    def answer(self, instance: Bug) -> ChoiceAnswer:
        return ChoiceAnswer(
            "ABCD"[_results(instance).index(instance.wanted)],
            tuple(f"line {at} becomes {text}" for at, text in instance.options),
        )

    def size(self, instance: Bug) -> int:
        return ProgramOutput().size(instance.program)

    def read(self, problem: str) -> Bug | None:
        return recognised(self, problem, _parse, _results_differ)

    def solve(self, instance: Bug) -> WorkedSolution:
        """Runs the program with each change."""
        lines = []
        for letter, change in zip("ABCD", instance.options, strict=True):
            run = execute(_changed(instance.program, change))
            lines.append(WorkedLine(_RUN, f"With {letter} (line {change[0]}), it prints {run.printed}."))
        return WorkedSolution(self.answer(instance).value, tuple(lines))

    def solve_again(self, instance: Bug) -> str:
        """Compiles the program with each change, and runs that."""
        programs = (_changed(instance.program, change) for change in instance.options)
        return " ".join(
            letter for letter, program in zip("ABCD", programs, strict=True) if run_compiled(program) == instance.wanted
        )

    def slip(self, instance: Bug, rng: Random) -> str:
        """Another letter."""
        return rng.choice([letter for letter in "ABCD" if letter != self.answer(instance).value])


_RUN = "Run the program with one line replaced and compare what it prints with what it should print."


def _changed(program: Program, change: Change) -> Program:
    """The program with a line replaced, as far in as the old one.

    Raises:
        ValueError: there is no such line, or the result is no program.
    """
    at, text = change
    if not 1 <= at <= len(program.listing):
        raise ValueError("there is no such line")
    old = program.listing[at - 1]
    indent = old[: len(old) - len(old.lstrip(" "))]
    return evolve(program, listing=(*program.listing[: at - 1], indent + text, *program.listing[at:]))


def _prints(program: Program, change: Change) -> int | None:
    """What the changed program prints; None where it is no program."""
    try:
        return execute(_changed(program, change)).printed
    except ValueError:
        return None


def _mutations(program: Program, rng: Random) -> list[Change]:
    """Every change of one number by one, or of one sign, outside the head of the loop; in random order."""
    changes = []
    for at, text in enumerate(program.listing, start=1):
        bare = text.strip()
        mutated = [bare.replace(" + ", " - ", 1), bare.replace(" - ", " + ", 1), bare.replace(" > ", " < ", 1)]
        for number in re.finditer(r"[0-9]+", bare):
            before, after = bare[: number.start()], bare[number.end() :]
            mutated += [f"{before}{value}{after}" for value in (int(number[0]) - 1, int(number[0]) + 1)]
        if not bare.startswith("repeat"):
            changes += [(at, one) for one in mutated if one != bare]
    rng.shuffle(changes)
    return changes


def _results(bug: Bug) -> list[int]:
    return [execute(_changed(bug.program, change)).printed for change in bug.options]


def _results_differ(bug: Bug) -> bool:
    return len(set(_results(bug))) >= 3


def _parse(problem: str) -> Bug | None:
    listing, wanted = _LISTING.search(problem), _WANTED.search(problem)
    if listing is None or wanted is None:
        return None
    numbered = [_NUMBERED.fullmatch(text) for text in listing[1].split("\n")[:61]]
    program = Program(tuple(text[1] for text in numbered if text))
    options = tuple((int(at), text) for at, text in _OPTION.findall(problem)[:5])
    return Bug(program, int(wanted[1]), options)

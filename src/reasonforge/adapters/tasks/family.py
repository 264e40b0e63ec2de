"""What a task family is: (name, version, seed, difficulty) → statement, exact answer, worked reasoning (7-tasks)."""

import hashlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any, Protocol, TypeVar, runtime_checkable

from attrs import field, frozen

from reasonforge.domain.answer import AnswerSpecification, ExactAnswer
from reasonforge.domain.arithmetic import ClaimFinding, check_claim
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.receive import CLAIM_CHARACTERS, CLAIMS_A_STEP
from reasonforge.domain.step_review import MAX_CLAIMS, derived_from, examine_distinct, goal_of, numbers_in
from reasonforge.domain.submission import DEFAULT_LIMITS, Claim

InstanceT = TypeVar("InstanceT")

EVERY_DIFFICULTY = tuple(range(1, 11))
LONGEST_STATEMENT = 20_000
"""Characters; no family states more, and `read` takes no longer text."""
_ATTEMPTS = 2_000


@frozen
class WorkedLine:
    """One line of a reference solution.

    Attributes:
        idea: what is done and why, one sentence; the same for many instances.
        facts: what is computed here, as text.
        claims: the line's arithmetic, each claim readable by `reasonforge.domain.arithmetic` and true.
    """

    idea: str
    facts: str
    claims: tuple[Claim, ...] = ()


@frozen
class WorkedSolution:
    """A reference solution.

    Where the answer is a number (or a list of numbers), the last claims have it (or its elements) as their value.

    Attributes:
        artifact: for each check that asks for an artefact, what it asks for, as JSON.
        code, proof: the source of a program or a formal proof; empty where the task asks for none.
    """

    final_answer: str
    lines: tuple[WorkedLine, ...]
    artifact: Mapping[str, Any] = field(factory=dict)
    code: str = ""
    proof: str = ""


class Family(Protocol[InstanceT]):
    """A generator of tasks that are all of one kind.

    Promises:
        - `generate` uses no randomness but `rng`, and gives only instances whose answer is unique and whose obvious
          shortcut (where there is one) gives another answer; on all of them both solvers agree;
        - `state` holds everything the solver needs, the answer's format included; the same instance can be stated in
          `phrasings` ways, and `read(state(instance, p)) == instance` for each of them;
        - `read` is total: any other text is None, in bounded time, and what it does read can be solved in bounded time;
        - no instance of a difficulty has a smaller `size` than any of the difficulty below;
        - for nearly all instances, `solve` fits into a submission: 50 lines, 20 claims a line, 200 in all.
    """

    @property
    def name(self) -> str:
        """Unique in the registry; lower case, digits and underscores."""
        ...

    @property
    def version(self) -> int:
        """Goes up whenever the same seed would give another statement or answer."""
        ...

    @property
    def discipline(self) -> Discipline: ...

    @property
    def difficulties(self) -> tuple[int, ...]:
        """Those it can be generated at, rising, within 1…10."""
        ...

    @property
    def phrasings(self) -> int:
        """In how many ways an instance can be stated; at least 2."""
        ...

    def generate(self, rng: Random, difficulty: int) -> InstanceT: ...

    def state(self, instance: InstanceT, phrasing: int) -> str:
        """The problem as it travels; 0 ≤ phrasing < phrasings."""
        ...

    def answer(self, instance: InstanceT) -> AnswerSpecification: ...

    def size(self, instance: InstanceT) -> int:
        """The measure of size and depth that the family's docstring states."""
        ...

    def read(self, problem: str) -> InstanceT | None:
        """The instance that a statement of this family states; None for every other text."""
        ...

    def solve(self, instance: InstanceT) -> WorkedSolution: ...

    def solve_again(self, instance: InstanceT) -> str:
        """The final answer by another method than `solve`'s."""
        ...

    def slip(self, instance: InstanceT, rng: Random) -> str:
        """A plausible wrong answer, well formed and never right."""
        ...


@runtime_checkable
class ArtefactFamily(Protocol):
    """A family whose tasks ask for artefacts, or whose checks are not just that of the final answer.

    Its `solve` gives the artefacts too.
    """

    def checks(self, instance: Any) -> tuple[str, ...]:
        """Which checks of its discipline's table (Eq. 11) the task uses; the answer's own among them."""
        ...

    def artefacts(self, instance: Any) -> tuple[ArtefactSpecification, ...]:
        """What those checks need beside the final answer."""
        ...

    def go_wrong(self, instance: Any, rng: Random) -> WorkedSolution:
        """A solution that is plausible and well formed, whose answer (`slip`'s) and every artefact are wrong."""
        ...


AnyFamily = Family[Any]


@frozen
class Posed:
    """One generated instance and the statement that poses it."""

    instance: Any
    statement: str


def pose(family: AnyFamily, seed: str, difficulty: int) -> Posed:
    """The instance and statement of a seed; the same in every process and on every platform.

    An instance is kept only if both solvers find the answer, and the worked arithmetic leads to it and is short enough
    for a submission.

    Raises:
        ValueError: the family has no such difficulty.
    """
    if difficulty not in family.difficulties:
        first, last = family.difficulties[0], family.difficulties[-1]
        message = f"{family.name} goes from difficulty {first} to {last}, and {difficulty} was asked"
        raise ValueError(message)
    name = f"{family.name}/{family.version}/{difficulty}/{seed}"
    rng = Random(int.from_bytes(hashlib.sha256(name.encode()).digest(), "big"))
    instance = kept(lambda: family.generate(rng, difficulty), lambda drawn: _holds(family, drawn))
    return Posed(instance, family.state(instance, rng.randrange(family.phrasings)))


def _holds(family: AnyFamily, instance: Any) -> bool:
    """Both solvers are right by the task's own checker, and the worked arithmetic leads to a numerical answer."""
    answer = family.answer(instance)
    worked = family.solve(instance)
    if not _fits(worked):
        return False
    again = family.solve_again(instance)
    if isinstance(answer, ExactAnswer):
        if any(answer.check(text).grade < 1.0 for text in (worked.final_answer, again)):
            return False
    elif again != worked.final_answer:
        return False
    goal = goal_of(worked.final_answer, answer.wire_format())
    checked = examine_distinct(claim for line in worked.lines for claim in line.claims)
    given = numbers_in(family.state(instance, 0))
    return not goal.numbers or goal.reached_by(derived_from(given, checked))


def _fits(worked: WorkedSolution) -> bool:
    """Whether a miner could hand it in, a step a line, and a validator would look at all of it."""
    counts = [len(line.claims) for line in worked.lines]
    texts = [side for line in worked.lines for claim in line.claims for side in (claim.lhs, claim.rhs)]
    return (
        len(counts) <= DEFAULT_LIMITS.steps
        and max(counts, default=0) <= CLAIMS_A_STEP
        and sum(counts) <= MAX_CLAIMS
        and max(map(len, texts), default=0) <= CLAIM_CHARACTERS
    )


def kept(draw: Callable[[], InstanceT | None], wanted: Callable[[InstanceT], bool]) -> InstanceT:
    """The first drawn instance that is wanted; None is a draw that came to nothing, as is one that its type refuses.

    Raises:
        ValidatorFault: none of 2,000 was, which is an error in the family and not bad luck.
    """
    for _ in range(_ATTEMPTS):
        try:
            instance = draw()
        except ValueError:  # of a value that cannot be: an unlucky draw must not stop an epoch
            continue
        if instance is not None and wanted(instance):
            return instance
    message = f"no usable instance in {_ATTEMPTS} attempts; report the family and its seed"
    raise ValidatorFault(message)


def recognised(
    family: Family[InstanceT],
    problem: str,
    parse: Callable[[str], InstanceT | None],
    wanted: Callable[[InstanceT], bool] = lambda _: True,
) -> InstanceT | None:
    """What `parse` makes of a statement, if stating it again gives that very text and the family would keep it.

    `parse` may be lenient, and both it and `wanted` may raise ValueError: what is no statement is None all the same.
    """
    if len(problem) > LONGEST_STATEMENT:
        return None
    try:
        instance = parse(problem)
        if instance is None or all(family.state(instance, way) != problem for way in range(family.phrasings)):
            return None
        return instance if wanted(instance) else None
    except ValueError:
        return None


def written(number: int | Fraction) -> str:
    """A number as it stands inside an arithmetic expression.

    >>> written(7), written(-7), written(Fraction(1, 3))
    ('7', '(-7)', '(1/3)')
    """
    return str(number) if number >= 0 and number.denominator == 1 else f"({number})"


def equals(computed: str, value: int | Fraction) -> Claim:
    """The claim that an arithmetic text has this value."""
    return Claim(computed, "=", str(value))


def nontrivial(*claims: Claim) -> tuple[Claim, ...]:
    """The claims in which something is computed."""
    return tuple(claim for claim in claims if check_claim(claim) is not ClaimFinding.VACUOUS)


def line(idea: str, facts: str, *claims: Claim) -> WorkedLine:
    """A line that tells its claims after its facts, without those in which nothing is computed."""
    useful = nontrivial(*claims)
    told = "; ".join(f"{claim.lhs} {claim.rel} {claim.rhs}" for claim in useful)
    return WorkedLine(idea, f"{': '.join(part for part in (facts, told) if part)}.", useful)

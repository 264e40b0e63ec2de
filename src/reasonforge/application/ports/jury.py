from collections.abc import Sequence
from random import Random
from typing import Protocol

from attrs import frozen

from reasonforge.domain.judgement import Judgement
from reasonforge.domain.likeness import Likeness
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Verdict


@frozen
class Exhibit:
    """One reply as it is laid before other validators: what was received, and what the asker measured.

    Attributes:
        variant: what this miner was asked, where it was not the task itself.
        agreement: where nobody knows the right answer, how far the replies agree: the check of the final answer.
    """

    submission: Submission
    elapsed_seconds: float
    likeness: Likeness
    variant: Task | None = None
    agreement: Verdict | None = None


class Jury(Protocol):
    """The other validators, where they can be asked (in one process; §1.8).

    Promises of `judge`: one tuple of judgements an exhibit, in order; the judges of an exhibit are drawn from all
    validators by `rng` alone, without repetition; a judge that could not check an exhibit is left out of its tuple.
    """

    async def judge(self, task: Task, exhibits: Sequence[Exhibit], rng: Random) -> Sequence[tuple[Judgement, ...]]: ...

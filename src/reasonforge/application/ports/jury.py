from collections.abc import Sequence
from random import Random
from typing import Protocol

from attrs import frozen

from reasonforge.domain.judgement import Judgement
from reasonforge.domain.likeness import Likeness
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task


@frozen
class Exhibit:
    """One reply as it is laid before other validators: what was received, and what the asker measured."""

    submission: Submission
    elapsed_seconds: float
    likeness: Likeness


class Jury(Protocol):
    """The other validators, where they can be asked (in one process; §1.8).

    Promises of `judge`: one tuple of judgements an exhibit, in order; the judges of an exhibit are drawn from all
    validators by `rng` alone, without repetition; a judge that could not check an exhibit is left out of its tuple.
    """

    async def judge(self, task: Task, exhibits: Sequence[Exhibit], rng: Random) -> Sequence[tuple[Judgement, ...]]: ...

"""Why a miner earns what it earns, out of what validators told it and what it did itself. Nothing is decided by it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum

from attrs import field, frozen

from reasonforge.application.ports.score_book import AskedQuestion, ToldScores
from reasonforge.application.ports.transport import TaskScore
from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.flag import FlagKind
from reasonforge.domain.identity import Hotkey, QueryId
from reasonforge.domain.numbers import mean
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.domain.reply import SilenceReason

SILENCE, FLAGS, NOT_CHECKED = "silence", "flags", "not checked"
"""What `TaskScore.checks` says beside the checks' outcomes (`validator.tell_miners`)."""
_LEAST_POINTS = 1e-9
_TRAPS_CERTAIN = 0.995
"""A trap penalty nearer to 1 than this may be rounding."""
_ANSWER_CHECKS = frozenset({*ANSWER_CHECK.values(), "proof"})


class Cause(StrEnum):
    """What takes marks away."""

    TIMEOUT = "answers that came too late"
    UNREACHABLE = "questions that did not reach this miner"
    REFUSED = "questions this miner refused"
    NOT_SERVED = "questions of disciplines it does not serve"
    NO_ANSWER = "questions it had no answer to"
    BROKEN_REPLY = "replies that could not be read"
    COPIED = "reasoning taken for a copy"
    WRONG = "wrong answers"
    TRAPS = "failed trap tasks, which cut the whole epoch"
    QUALITY = "reasoning short of full quality"
    ACCURACY = "answers short of full accuracy"
    NOVELTY = "reasoning much like others'"
    EFFICIENCY = "slow or long answers"


_DO: Mapping[Cause, str] = {
    Cause.TIMEOUT: "a faster model, fewer --miner.max_concurrent, or a better line",
    Cause.UNREACHABLE: "see `reasonforge doctor miner`: the published endpoint, the port, the firewall",
    Cause.REFUSED: "more --miner.max_concurrent, or a lower --miner.min_stake",
    Cause.NOT_SERVED: "more --miner.domains: each task counts in the mean, asked or not",
    Cause.NO_ANSWER: "see the reasons below; a backend without key or credit has none either",
    Cause.BROKEN_REPLY: "run the same version of reasonforge as the validators",
    Cause.COPIED: "let the model reason itself; the same text twice counts once",
    Cause.WRONG: "a stronger model, or --miner.domains without what it cannot do",
    Cause.TRAPS: "answer what was asked, and say so when there is no answer",
    Cause.QUALITY: "claims that can be checked, in a chain that leads to the answer",
    Cause.ACCURACY: "checks that were passed in part, see below",
    Cause.NOVELTY: "own wording and own ways",
    Cause.EFFICIENCY: "less time and fewer words for the same answer",
}
_OF_SILENCE: Mapping[str, Cause] = {
    SilenceReason.TIMEOUT: Cause.TIMEOUT,
    SilenceReason.UNREACHABLE: Cause.UNREACHABLE,
    SilenceReason.REFUSED: Cause.REFUSED,
    SilenceReason.NO_ANSWER: Cause.NO_ANSWER,
}


@frozen
class Loss:
    """A cause, the share of full marks in (0, 1] that it took, on how many tasks, and what to do."""

    cause: Cause
    share: float
    tasks: int

    @property
    def remedy(self) -> str:
        """What may mend it."""
        return _DO[self.cause]


@frozen
class TaskLine:
    """One told score beside the question that it is of; None where this miner's book does not have it.

    Attributes:
        checks: outcomes by name, without what follows.
        silence, flags: as told; empty when none.
        void: nothing could be checked: it counts neither for nor against.
    """

    score: TaskScore
    question: AskedQuestion | None
    checks: Mapping[str, str]
    silence: str
    flags: tuple[str, ...]

    @property
    def void(self) -> bool:
        return bool(self.checks) and not self.silence and all(word == NOT_CHECKED for word in self.checks.values())

    @property
    def discipline(self) -> Discipline | None:
        return None if self.question is None else self.question.discipline

    @property
    def not_checked(self) -> tuple[str, ...]:
        """The checks that the validator could not make."""
        return tuple(name for name, word in self.checks.items() if word == NOT_CHECKED)


@frozen
class Earnings:
    """Why it earns what it earns.

    Attributes:
        share: of full marks that it got, in [0, 1]; None when no scored task is known.
        losses: largest first; with `share` they make up the whole, but for breakthroughs.
        tasks, epochs: scored tasks, and told epochs, that this is about.
        not_checked: how many checks validators could not make; they cost nothing.
        silent_validators: who asked and told no scores.
    """

    share: float | None
    losses: tuple[Loss, ...]
    tasks: int
    epochs: int
    not_checked: int
    asked: int
    silent_validators: tuple[Hotkey, ...] = field(factory=tuple)

    @property
    def sentence(self) -> str:
        """All of it in a sentence or two."""
        if self.share is None and self.asked == 0:
            return (
                "It earns nothing: no validator has asked it anything. See `reasonforge doctor miner`: is it "
                "registered, is its published endpoint this machine's, can its port be reached?"
            )
        if self.share is None:
            return (
                f"It was asked {_many(self.asked, 'question')}, and no validator has told what a task earned: scores "
                "come when an epoch ends."
            )
        said = f"Over {_many(self.epochs, 'told epoch')} it got {self.share:.0%} of full marks on {self._tasks}."
        if self.losses:
            told = "; ".join(f"{loss.share:.1%} {loss.cause} ({_many(loss.tasks, 'task')})" for loss in self.losses)
            said += f" It lost, largest first: {told}."
        if self.not_checked:
            said += f" {_many(self.not_checked, 'check')} could not be made by the validators; that cost nothing."
        return said

    @property
    def _tasks(self) -> str:
        return _many(self.tasks, "scored task")


def explain(
    told: Sequence[ToldScores],
    asked: Sequence[AskedQuestion],
    parameters: MechanismParameters = DEFAULT_PARAMETERS,
) -> Earnings:
    """What these epochs lost, and to what.

    Full marks are a CMS of 1 on every task that counts, each with its difficulty's multiplier (Eq. 3; where the
    question is not known, 1). The trap penalty is not told, but for what it does: S_epoch is the mean without it, times
    it. A validator with other constants than the whitepaper's makes these shares less exact, and nothing else.
    """
    questions = {(one.validator, one.query_id): one for one in asked}
    points: defaultdict[Cause, float] = defaultdict(float)
    tasks: Counter[Cause] = Counter()
    full, scored, not_checked = 0.0, 0, 0
    for epoch in told:
        lines = lines_of(epoch, questions)
        not_checked += sum(len(line.not_checked) for line in lines)
        counted = [line for line in lines if not line.void]
        scored += len(counted)
        for line in counted:
            worth = _worth(line, parameters) / len(counted)
            full += worth
            for cause, share in _lost(line, parameters).items():
                points[cause] += share * worth
                tasks[cause] += 1
        trapped = _lost_to_traps(epoch, counted, parameters)
        if trapped:
            points[Cause.TRAPS] += trapped
            tasks[Cause.TRAPS] += len(counted)
    told_by = {epoch.validator for epoch in told}
    silent = dict.fromkeys(one.validator for one in asked if one.validator not in told_by)
    losses = [Loss(cause, points[cause] / full, tasks[cause]) for cause in points if points[cause] > _LEAST_POINTS]
    losses.sort(key=lambda loss: (-loss.share, loss.cause))
    return Earnings(
        share=max(0.0, 1.0 - sum(loss.share for loss in losses)) if full else None,
        losses=tuple(losses),
        tasks=scored,
        epochs=len(told),
        not_checked=not_checked,
        asked=len(asked),
        silent_validators=tuple(silent),
    )


def lines_of(told: ToldScores, questions: Mapping[tuple[Hotkey, QueryId], AskedQuestion]) -> list[TaskLine]:
    """An epoch's scores, each beside its question."""
    return [
        TaskLine(
            score=score,
            question=questions.get((told.validator, score.query_id)),
            checks={name: word for name, word in score.checks.items() if name not in {SILENCE, FLAGS}},
            silence=score.checks.get(SILENCE, ""),
            flags=tuple(flag for flag in score.checks.get(FLAGS, "").split(", ") if flag),
        )
        for score in told.scores
    ]


def _worth(line: TaskLine, parameters: MechanismParameters) -> float:
    return 1.0 if line.question is None else parameters.multiplier(line.question.difficulty)


def _lost(line: TaskLine, parameters: MechanismParameters) -> Mapping[Cause, float]:
    """What a task lost of its full marks, by cause; the shares sum to 1 − CMS."""
    lost = max(0.0, 1.0 - line.score.cms)
    if lost <= _LEAST_POINTS:
        return {}
    if line.silence:
        reason = line.silence.split(":")[0].strip()
        if reason == SilenceReason.REFUSED and "not serve" in line.silence:  # `score_task`, or `RouteByDiscipline`
            return {Cause.NOT_SERVED: lost}
        return {_OF_SILENCE.get(reason, Cause.BROKEN_REPLY): lost}
    if FlagKind.PLAGIARISM in line.flags:
        return {Cause.COPIED: lost}
    answers = [word for name, word in line.checks.items() if name in _ANSWER_CHECKS and word != NOT_CHECKED]
    if answers and all(word == "0" for word in answers):
        return {Cause.WRONG: lost}
    dimensions = line.score.dimensions
    short = {
        Cause.QUALITY: parameters.w_quality * (1 - dimensions.quality),
        Cause.ACCURACY: parameters.w_accuracy * (1 - dimensions.accuracy),
        Cause.NOVELTY: parameters.w_novelty * (1 - dimensions.novelty),
        Cause.EFFICIENCY: parameters.w_efficiency * (1 - dimensions.efficiency),
    }
    total = sum(short.values())
    if total <= _LEAST_POINTS:
        return {Cause.QUALITY: lost}
    return {cause: lost * part / total for cause, part in short.items() if part > _LEAST_POINTS}


def _lost_to_traps(told: ToldScores, counted: Sequence[TaskLine], parameters: MechanismParameters) -> float:
    """What Eq. 9 took from an epoch; 0 when a question is not known, and so neither is the mean without it."""
    if not counted or told.rank == 0 or any(line.question is None for line in counted):
        return 0.0
    without = mean([line.score.cms * _worth(line, parameters) for line in counted])
    return without - told.s_epoch if told.s_epoch < without * _TRAPS_CERTAIN else 0.0


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"

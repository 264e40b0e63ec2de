"""Ask one task of many miners and score every reply: sanitise, compare, check, weigh with the jury."""

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from reasonforge.application.ports.entropy import Entropy
from reasonforge.application.ports.jury import Exhibit, Jury
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.transport import Health, Request, Transport
from reasonforge.application.validator.compare_replies import CompareReplies, Comparison
from reasonforge.application.validator.draw_plan import Batch
from reasonforge.application.validator.judge_replies import Judged, JudgeReplies
from reasonforge.application.validator.recall_reasoning import RecallReasoning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.agreement import Voice, agree, voice_weight
from reasonforge.domain.anomaly import claimed_time, too_fast
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.judgement import Consensus, Judgement
from reasonforge.domain.receive import receive
from reasonforge.domain.reply import Reply, Silence, SilenceReason
from reasonforge.domain.report import ScoredReply, ScoredTask, Variant
from reasonforge.domain.similarity import BatchText, PastReasoning
from reasonforge.domain.standing import Standing
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from reasonforge.domain.user_answer import is_users, verdicts


@frozen
class Scoring:
    """A scored task, and what its replies add to the history of reasoning."""

    task: ScoredTask
    reasoning: tuple[PastReasoning, ...]


@frozen
class _HandedIn:
    """A submission that passed the sanitiser, and its round trip."""

    request: Request
    submission: Submission
    elapsed_seconds: float
    variant: Task | None


@frozen
class ScoreTask:
    """Replies are keyed by who was asked, never by what the reply says of itself.

    What must be read of the store is read before anybody is asked: where it cannot be, nobody answers in vain.
    """

    transport: Transport
    store: Store
    recall: RecallReasoning
    compare: CompareReplies
    judge: JudgeReplies
    jury: Jury | None
    entropy: Entropy
    rules: ValidatorRules

    async def __call__(self, epoch: Epoch, batch: Batch, health: Mapping[Hotkey, Health]) -> Scoring:
        past = await self.recall(batch.task.family, epoch.number)
        standing = await self.store.standing_before(epoch.number) if is_users(batch.task) else None
        replies = await self._ask(batch, health)
        received = [
            self._receive(request, reply, batch.variant_for(place))
            for place, (request, reply) in enumerate(zip(batch.requests, replies, strict=True))
        ]
        handed_in = [one for one in received if isinstance(one, _HandedIn)]
        comparison = await self._compare(epoch, batch, handed_in, past)
        exhibits = [
            Exhibit(one.submission, one.elapsed_seconds, likeness, one.variant)
            for one, likeness in zip(handed_in, comparison.likenesses, strict=True)
        ]
        if standing is not None:
            exhibits = _agreed(standing, handed_in, exhibits)
        judged = await self.judge(batch.task, exhibits)
        juries = await self._judgements(epoch, batch, exhibits)
        scored = iter(
            self._scored(batch.task, one.request, exhibit, own, judgements)
            for one, exhibit, own, judgements in zip(handed_in, exhibits, judged, juries, strict=True)
        )
        return Scoring(
            ScoredTask(
                index=batch.index,
                task=batch.task,
                replies=tuple(one if isinstance(one, ScoredReply) else next(scored) for one in received),
            ),
            comparison.reasoning,
        )

    async def _ask(self, batch: Batch, health: Mapping[Hotkey, Health]) -> list[Reply]:
        """Ask whoever serves the discipline. Who says it does not is spared the question and has not answered it:
        if that left the mean, a miner could serve only what it finds easy.
        """
        discipline = batch.task.discipline
        asked = [request for request in batch.requests if _serves(health.get(request.neuron.hotkey), discipline)]
        answers = dict(zip((r.question.query_id for r in asked), await self.transport.ask(asked), strict=True))
        unserved = Silence(SilenceReason.REFUSED, f"says it does not serve {discipline}")
        return [answers.get(request.question.query_id, unserved) for request in batch.requests]

    def _receive(self, request: Request, reply: Reply, variant: Task | None) -> "_HandedIn | ScoredReply":
        if isinstance(reply, Silence):
            return _silent(request, reply, variant)
        if reply.elapsed_seconds > request.question.timeout_seconds:
            late = Silence(SilenceReason.TIMEOUT, "answered past its deadline", reply.elapsed_seconds)
            return _silent(request, late, variant)
        received = receive(reply.fields, request.question.query_id, self.rules.limits)
        if isinstance(received, Silence):
            return _silent(request, evolve(received, elapsed_seconds=reply.elapsed_seconds), variant)
        return _HandedIn(request, received, reply.elapsed_seconds, variant)

    async def _compare(
        self, epoch: Epoch, batch: Batch, handed_in: Sequence["_HandedIn"], past: Sequence[PastReasoning]
    ) -> Comparison:
        task = batch.task
        return await self.compare(
            _shown(task),
            [
                BatchText(
                    one.request.neuron.hotkey,
                    one.submission.reasoning_texts(),
                    one.elapsed_seconds,
                    "" if one.variant is None else _shown(one.variant),
                )
                for one in handed_in
            ],
            past,
            epoch.number,
            self.entropy.rng_for(epoch.number, f"sample/{batch.index}"),
        )

    async def _judgements(
        self, epoch: Epoch, batch: Batch, exhibits: Sequence[Exhibit]
    ) -> Sequence[tuple[Judgement, ...]]:
        if self.jury is None:
            return [() for _ in exhibits]
        return await self.jury.judge(batch.task, exhibits, self.entropy.rng_for(epoch.number, f"jury/{batch.index}"))

    def _scored(
        self, task: Task, request: Request, exhibit: Exhibit, own: Judged, judgements: Sequence[Judgement]
    ) -> ScoredReply:
        seen = ScoredReply(
            query_id=request.question.query_id,
            uid=request.neuron.uid,
            hotkey=request.neuron.hotkey,
            elapsed_seconds=exhibit.elapsed_seconds,
            submission=exhibit.submission,
            checks=own.verification.checks,
            correctness=own.verification.correctness,
            likeness=exhibit.likeness,
            variant=_variant(exhibit.variant),
            own_cms=own.cms,
            flags=_oddities(task, request.neuron.hotkey, exhibit),
        )
        if own.dimensions is None:
            return evolve(seen, void=True)
        parameters = self.rules.parameters
        consensus = _consensus(judgements, parameters.consensus_trim_delta)
        dimensions = own.dimensions
        if consensus is not None and own.cms > 0:
            final = ScoringEngine.compute_final_score(own.cms, consensus.score, parameters)
            dimensions = dimensions.scaled(final / own.cms)
        cms = ScoringEngine.compute_cms(dimensions, parameters)
        rewarded = ScoringEngine.apply_breakthrough(cms, task.previously_unsolved, parameters)
        return evolve(seen, consensus=consensus, dimensions=dimensions, cms=rewarded, breakthrough=rewarded > cms)


def _agreed(standing: Standing, handed_in: Sequence["_HandedIn"], exhibits: Sequence[Exhibit]) -> list[Exhibit]:
    """With how far each reply agrees with the others', where nobody knows the right answer."""
    voices = [
        Voice(
            one.submission.final_answer,
            voice_weight(standing.of_miner(one.request.neuron.hotkey)),
            independent=not exhibit.likeness.penalised,
        )
        for one, exhibit in zip(handed_in, exhibits, strict=True)
    ]
    found = verdicts(agree(voices), len(voices))
    return [evolve(exhibit, agreement=verdict) for exhibit, verdict in zip(exhibits, found, strict=True)]


def _shown(task: Task) -> str:
    return f"{task.problem}\n{task.context}\n{task.constraints}"


def _variant(task: Task | None) -> Variant | None:
    """What is kept of a miner's own instance: enough to make it again, and to see what was right."""
    return None if task is None else Variant(task.seed, task.instance, task.problem, task.answer.truth())


def _serves(health: Health | None, discipline: Discipline) -> bool:
    return health is None or discipline in health.supported_disciplines


def _consensus(judgements: Sequence[Judgement], trim_delta: float) -> Consensus | None:
    """Eq. 12 over those with stake; None where nobody with stake judged."""
    voices = [(judgement.score, judgement.stake) for judgement in judgements if judgement.stake > 0]
    if not voices:
        return None
    return Consensus(tuple(judgements), ScoringEngine.compute_consensus_score(voices, trim_delta))


def _oddities(task: Task, hotkey: Hotkey, exhibit: Exhibit) -> tuple[str, ...]:
    found = (
        too_fast(hotkey, task.difficulty, exhibit.elapsed_seconds),
        claimed_time(hotkey, exhibit.submission.claimed_ms, exhibit.elapsed_seconds),
    )
    return tuple(flag.kind.value for flag in found if flag is not None)


def _silent(request: Request, silence: Silence, variant: Task | None) -> ScoredReply:
    return ScoredReply(
        query_id=request.question.query_id,
        uid=request.neuron.uid,
        hotkey=request.neuron.hotkey,
        elapsed_seconds=silence.elapsed_seconds,
        silence=silence,
        variant=_variant(variant),
    )

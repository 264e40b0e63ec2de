"""A validator's figures, as 5-operations §5.3 names them."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from reasonforge.adapters.telemetry.labels import ANSWER_BUCKETS, CHECK_BUCKETS, KNOWN_CHECKS, SCORE_BUCKETS, known
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.events import (
    BlockSeen,
    EpochClosed,
    EpochFailed,
    EpochStarted,
    Event,
    SubnetSeen,
    TaskScored,
    TextsForgotten,
    WeightsPublished,
)
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Hotkey, Uid
from reasonforge.domain.metagraph import Metagraph
from reasonforge.domain.numbers import mean
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.reply import SilenceReason
from reasonforge.domain.report import EpochReport, MinerResult, Publication, ScoredReply, ScoredTask
from reasonforge.domain.verdict import Unavailable
from reasonforge.domain.weights import WeightsCommitted, WeightsRefused, WeightsSet

PREFIX = "reasonforge_validator"
DIMENSIONS = ("quality", "accuracy", "novelty", "efficiency")


class ValidatorMetrics:
    """Telemetry of one validator; other validators' events in the same process are not its own.

    Series by uid are those of miners that were in a closed epoch and still are in the subnet: whoever left it, or whose
    uid has another hotkey now, is taken off at the next look at the subnet.

    Args:
        registry: the process's one registry.
        validator: whose events are counted.
        trap_threshold: Eq. 9's; a reply to a trap that is worth less has fallen for it.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        validator: Hotkey,
        trap_threshold: float = DEFAULT_PARAMETERS.trap_threshold,
    ) -> None:
        self._own = validator
        self._trap_threshold = trap_threshold
        self._shown: dict[Uid, Hotkey] = {}
        self._block: BlockNumber | None = None
        self._weights_block: BlockNumber | None = None
        self._count(registry)
        self._measure(registry)
        self._gauge(registry)
        self._start_at_zero()

    def _start_at_zero(self) -> None:
        """Every value of a bounded label is there from the start, so that its first rise is seen as one."""
        for domain in Discipline:
            self._latency.labels(domain)
            for difficulty in range(1, 11):
                self._tasks.labels(domain, difficulty)
        for reason in SilenceReason:
            self._rejected.labels(reason)
        for check in sorted(KNOWN_CHECKS):
            self._unavailable.labels(check)
            self._check_seconds.labels(check)

    def _count(self, registry: CollectorRegistry) -> None:
        def counter(name: str, says: str, labels: Iterable[str] = ()) -> Counter:
            return Counter(f"{PREFIX}_{name}", says, tuple(labels), registry=registry)

        self._tasks = counter("tasks_total", "Tasks asked, checked, scored and recorded.", ["domain", "difficulty"])
        self._epochs = counter("epochs_total", "Epochs closed.")
        self._epoch_failures = counter("epoch_failures_total", "Times that work on an epoch broke off.")
        self._traps = counter("traps_total", "Replies to trap tasks whose answer could be compared.")
        self._traps_caught = counter("traps_caught_total", "Those of them that fell for the trap.")
        self._breakthroughs = counter("breakthroughs_total", "Replies that solved what was unsolved before (Eq. 6).")
        self._plagiarism = counter("plagiarism_total", "Replies penalised as copies.")
        self._weights_set = counter("weights_set_total", "Epochs whose weights the chain set or took as a commitment.")
        self._weight_failures = counter("weight_failures_total", "Times that weights were refused or got no answer.")
        self._forgotten = counter("pruned_rows_total", "Rows of old tasks, replies and reasoning that were deleted.")
        self._prune_failures = counter("prune_failures_total", "Epochs after which nothing could be deleted.")
        self._rejected = counter("submissions_rejected_total", "Questions without a reply to score.", ["reason"])
        self._unavailable = counter("checks_unavailable_total", "Checks that could not be made.", ["check"])

    def _measure(self, registry: CollectorRegistry) -> None:
        def histogram(name: str, says: str, buckets: tuple[float, ...], labels: Iterable[str] = ()) -> Histogram:
            return Histogram(f"{PREFIX}_{name}", says, tuple(labels), registry=registry, buckets=buckets)

        self._latency = histogram(
            "task_latency_seconds", "From question to reply, as measured here.", ANSWER_BUCKETS, ["domain"]
        )
        self._cms = histogram("cms_score", "CMS of each reply that counts (Eq. 2); a silence is 0.", SCORE_BUCKETS)
        self._vas = histogram("vas_score", "VAS of each validator with a permit, an epoch (Eq. 7).", SCORE_BUCKETS)
        self._check_seconds = histogram(
            "check_duration_seconds", "What a check of a reply took, where a tool made it.", CHECK_BUCKETS, ["check"]
        )

    def _gauge(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, says: str, labels: Iterable[str] = ()) -> Gauge:
            return Gauge(f"{PREFIX}_{name}", says, tuple(labels), registry=registry)

        self._current_epoch = gauge("current_epoch", "The epoch being worked on, or worked on last.")
        self._tempo = gauge("tempo_blocks", "The subnet's tempo; an epoch is one block longer.")
        self._active = gauge("active_miners", "Miners that answered anything in the last closed epoch.")
        self._avg_cms = gauge("avg_cms", "Mean CMS of the last closed epoch's replies that count.")
        self._emission = gauge("total_emission_tao", "What the chain's last epoch paid all neurons of the subnet.")
        self._top = gauge("top_miner_score", "Greatest S_epoch of the last closed epoch.")
        self._weights_age = gauge("weights_age_blocks", "Blocks since the chain last took weights of ours.")
        self._by_uid = {
            name: gauge(f"miner_{name}", says, ["uid"])
            for name, says in {
                "s_epoch": "S_epoch of the last closed epoch with the miner (Eq. 3).",
                "peb": "Its persistence bonus (Eq. 4).",
                "streak": "Epochs in a row among the best.",
                "share": "Its share of the weights, 0 to 1.",
                "plagiarised": "Its replies of that epoch that were penalised as copies.",
                "emission_tao": "What the chain's last epoch paid it.",
            }.items()
        }
        self._dimension = gauge("miner_dimension", "Mean of a dimension in that epoch.", ["uid", "dimension"])

    def emit(self, event: Event) -> None:
        match event:
            case EpochStarted(validator=self._own):
                self._current_epoch.set(event.epoch.number)
            case TaskScored(validator=self._own):
                self._see_task(event.scored)
            case EpochClosed(report) if report.validator == self._own:
                self._see_report(report)
            case EpochFailed(validator=self._own):
                self._epoch_failures.inc()
            case TextsForgotten(validator=self._own):
                self._forgotten.inc(event.rows)
                self._prune_failures.inc(bool(event.fault))
            case WeightsPublished(self._own, publication):
                self._see_weights(publication)
            case SubnetSeen(observer=self._own):
                self._tempo.set(event.hyperparameters.tempo)
                self._see_subnet(event.metagraph)
            case BlockSeen(self._own, block, _):
                self._see_block(block)

    def _see_task(self, scored: ScoredTask) -> None:
        task = scored.task
        self._tasks.labels(known(task.discipline, list(Discipline)), str(task.difficulty)).inc()
        for reply in scored.replies:
            if reply.silence is not None:
                self._rejected.labels(known(reply.silence.reason, list(SilenceReason))).inc()
            else:
                self._latency.labels(known(task.discipline, list(Discipline))).observe(reply.elapsed_seconds)
            if not reply.void:
                self._cms.observe(reply.cms)
            if task.is_trap and reply.correctness is not None:
                self._traps.inc()
                self._traps_caught.inc(reply.correctness < self._trap_threshold)
            self._breakthroughs.inc(reply.breakthrough)
            self._plagiarism.inc(reply.likeness.penalised)
            self._see_checks(reply)

    def _see_checks(self, reply: ScoredReply) -> None:
        for name, verdict in reply.checks.items():
            check = known(name, KNOWN_CHECKS)
            if isinstance(verdict.outcome, Unavailable):
                self._unavailable.labels(check).inc()
            else:
                self._check_seconds.labels(check).observe(verdict.seconds)

    def _see_report(self, report: EpochReport) -> None:
        self._epochs.inc()
        self._current_epoch.set(report.epoch.number)
        self._active.set(sum(one.answered > 0 for one in report.miners))
        counted = [reply.cms for scored in report.tasks for reply in scored.replies if not reply.void]
        self._avg_cms.set(mean(counted) if counted else 0.0)
        self._top.set(max((one.s_epoch for one in report.miners), default=0.0))
        for judge in report.validators:
            if judge.vas is not None:
                self._vas.observe(judge.vas)
        for result in report.miners:
            self._see_miner(result)

    def _see_miner(self, result: MinerResult) -> None:
        self._shown[result.uid] = result.hotkey
        uid = str(result.uid)
        figures = {
            "s_epoch": result.s_epoch,
            "peb": result.peb,
            "streak": result.streak,
            "share": result.share,
            "plagiarised": result.plagiarised,
        }
        for name, figure in figures.items():
            self._by_uid[name].labels(uid).set(figure)
        for dimension in DIMENSIONS:
            self._dimension.labels(uid, dimension).set(getattr(result.dimensions, dimension))

    def _see_subnet(self, metagraph: Metagraph) -> None:
        self._emission.set(sum(neuron.emission for neuron in metagraph.neurons) / RAO_PER_TAO)
        own = metagraph.of(self._own)
        if own is not None:
            self._see_weights_block(own.last_update)
        self._see_block(metagraph.block)
        for uid, hotkey in tuple(self._shown.items()):
            neuron = metagraph.at(uid)
            if neuron is None or neuron.hotkey != hotkey:
                self._take_off(uid)
            else:
                self._by_uid["emission_tao"].labels(str(uid)).set(neuron.emission / RAO_PER_TAO)

    def _take_off(self, uid: Uid) -> None:
        del self._shown[uid]
        for gauge in (*self._by_uid.values(), self._dimension):
            gauge.remove_by_labels({"uid": str(uid)})

    def _see_weights(self, publication: Publication) -> None:
        match publication.outcome:
            case WeightsSet(block) | WeightsCommitted(block, _):
                self._weights_set.inc()
                self._see_weights_block(block)
            case WeightsRefused() | _:
                self._weight_failures.inc()

    def _see_weights_block(self, block: BlockNumber) -> None:
        self._weights_block = max(block, self._weights_block or block)
        self._show_age()

    def _see_block(self, block: BlockNumber) -> None:
        self._block = max(block, self._block or block)
        self._show_age()

    def _show_age(self) -> None:
        if self._block is not None and self._weights_block is not None:
            self._weights_age.set(max(0, self._block - self._weights_block))

"""A miner's figures: what it was asked and did, what that cost, and what validators told it that it earned."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from reasonforge.adapters.telemetry.labels import ANSWER_BUCKETS, SCORE_BUCKETS, known
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.events import Declined, Event, QuestionCame, QuestionSettled, ScoresTold, SubnetSeen
from reasonforge.domain.flag import FlagKind
from reasonforge.domain.identity import RAO_PER_TAO, Hotkey
from reasonforge.domain.metagraph import Metagraph

PREFIX = "reasonforge_miner"
DIMENSIONS = ("quality", "accuracy", "novelty", "efficiency")
MOST_VALIDATORS = 128
"""Whose word is shown; those who told longest ago go first."""


class MeteredUsage(Protocol):
    """What a paid model was used for so far."""

    @property
    def calls(self) -> int: ...
    @property
    def read(self) -> int: ...
    @property
    def written(self) -> int: ...
    @property
    def dollars(self) -> float | None: ...


class MinerMetrics:
    """Telemetry of one miner.

    Series by validator carry its hotkey: at most `MOST_VALIDATORS` that were admitted, and none of those that left.

    Args:
        registry: the process's one registry.
        usage: what the model was used for so far; None where it costs nothing.
    """

    def __init__(self, registry: CollectorRegistry, usage: Callable[[], MeteredUsage | None]) -> None:
        self._tellers: dict[Hotkey, int] = {}
        registry.register(_Usage(usage))

        def counter(name: str, says: str, labels: Iterable[str] = ()) -> Counter:
            return Counter(f"{PREFIX}_{name}", says, tuple(labels), registry=registry)

        def histogram(name: str, says: str, buckets: tuple[float, ...], labels: Iterable[str] = ()) -> Histogram:
            return Histogram(f"{PREFIX}_{name}", says, tuple(labels), registry=registry, buckets=buckets)

        def gauge(name: str, says: str, labels: Iterable[str] = ()) -> Gauge:
            return Gauge(f"{PREFIX}_{name}", says, tuple(labels), registry=registry)

        self._tasks = counter("tasks_total", "Questions admitted.", ["domain", "difficulty"])
        self._answered = counter("answered_total", "Questions answered.", ["domain"])
        self._rejected = counter("submissions_rejected_total", "Questions that got no answer of ours.", ["reason"])
        self._epochs = counter("epochs_total", "Epochs that a validator told scores of.")
        self._plagiarism = counter("plagiarism_total", "Answers that a validator says were taken for copies.")
        self._latency = histogram(
            "task_latency_seconds", "From a question's admission to our answer.", ANSWER_BUCKETS, ["domain"]
        )
        self._cms = histogram("cms_score", "CMS of each task, as validators tell it.", SCORE_BUCKETS)
        self._working = gauge("questions_in_hand", "Questions admitted and not settled.")
        self._current_epoch = gauge("current_epoch", "The newest epoch that a validator told of.")
        self._emission = gauge("emission_tao", "What the chain's last epoch paid this miner.")
        self._incentive = gauge("incentive", "Yuma's incentive of this miner in the chain's last epoch, 0 to 1.")
        self._told = {
            name: gauge(name, says, ["validator"])
            for name, says in {
                "s_epoch": "S_epoch of the newest epoch, as a validator tells it.",
                "rank": "Rank of the newest epoch, as a validator tells it; 1 is the best, 0 none.",
            }.items()
        }
        self._dimension = gauge(
            "dimension", "Mean of a dimension, as a validator tells it.", ["validator", "dimension"]
        )

        self._start_at_zero()

    def _start_at_zero(self) -> None:
        """Every value of a bounded label is there from the start, so that its first rise is seen as one."""
        for domain in Discipline:
            self._latency.labels(domain)
            self._answered.labels(domain)
            for difficulty in range(1, 11):
                self._tasks.labels(domain, difficulty)
        for reason in Declined:
            self._rejected.labels(reason)

    def emit(self, event: Event) -> None:
        match event:
            case QuestionCame():
                self._tasks.labels(known(event.discipline, list(Discipline)), str(event.difficulty)).inc()
                self._working.inc()
            case QuestionSettled():
                self._settle(event)
            case ScoresTold():
                self._hear(event)
            case SubnetSeen():
                self._see(event.observer, event.metagraph)

    def _settle(self, event: QuestionSettled) -> None:
        self._working.dec()
        domain = known(event.came.discipline, list(Discipline))
        if event.declined is None:
            self._answered.labels(domain).inc()
            self._latency.labels(domain).observe(event.seconds)
        else:
            self._rejected.labels(known(event.declined, list(Declined))).inc()

    def _hear(self, told: ScoresTold) -> None:
        self._epochs.inc()
        self._plagiarism.inc(sum(flag == FlagKind.PLAGIARISM for flag in told.flags))
        for cms in told.cms:
            self._cms.observe(cms)
        newest = self._tellers.pop(told.validator, told.epoch)
        self._tellers[told.validator] = max(newest, told.epoch)
        self._current_epoch.set(max(self._tellers.values()))
        while len(self._tellers) > MOST_VALIDATORS:
            self._take_off(next(iter(self._tellers)))
        if told.epoch < newest:
            return  # an old epoch told late
        self._told["s_epoch"].labels(told.validator).set(told.s_epoch)
        self._told["rank"].labels(told.validator).set(told.rank)
        for dimension in DIMENSIONS:
            self._dimension.labels(told.validator, dimension).set(getattr(told.dimensions, dimension))

    def _see(self, own: Hotkey, metagraph: Metagraph) -> None:
        neuron = metagraph.of(own)
        if neuron is not None:
            self._emission.set(neuron.emission / RAO_PER_TAO)
            self._incentive.set(neuron.incentive)
        for hotkey in tuple(self._tellers):
            if metagraph.of(hotkey) is None:
                self._take_off(hotkey)

    def _take_off(self, validator: Hotkey) -> None:
        del self._tellers[validator]
        for gauge in (*self._told.values(), self._dimension):
            gauge.remove_by_labels({"validator": validator})


class _Usage(Collector):
    """Reads the meter when it is asked, so that nothing has to be told."""

    def __init__(self, usage: Callable[[], MeteredUsage | None]) -> None:
        self._usage = usage

    def collect(self) -> Iterator[CounterMetricFamily]:
        used = self._usage()
        calls = CounterMetricFamily(f"{PREFIX}_model_calls", "Replies of the model whose tokens were counted.")
        tokens = CounterMetricFamily(f"{PREFIX}_tokens", "Tokens read and written by the model.", labels=["kind"])
        cost = CounterMetricFamily(f"{PREFIX}_cost_dollars", "What they cost by list prices; absent when not known.")
        calls.add_metric([], 0.0 if used is None else used.calls)
        tokens.add_metric(["read"], 0.0 if used is None else used.read)
        tokens.add_metric(["written"], 0.0 if used is None else used.written)
        if used is None or used.dollars is not None:
            cost.add_metric([], 0.0 if used is None or used.dollars is None else used.dollars)
        yield from (calls, tokens, cost)

"""A validator's figures are those of its own reports."""

import asyncio
from collections import Counter

import pytest
from attrs import evolve, frozen
from prometheus_client import CollectorRegistry

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.adapters.telemetry.labels import KNOWN_CHECKS
from reasonforge.adapters.telemetry.prometheus_validator import ValidatorMetrics
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.events import (
    BlockSeen,
    EpochClosed,
    EpochFailed,
    EpochStarted,
    SubnetSeen,
    TaskScored,
    WeightsPublished,
)
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Hotkey, Rao
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import Publication, ScoredReply
from reasonforge.domain.verdict import Unavailable, Verdict
from reasonforge.domain.weights import RefusalReason, WeightsRefused, WeightsSet, WeightsUnreachable
from tests.adapters.telemetry.scraped import Series, labelled, of, scraped

ME, OTHER = Hotkey("validator-01"), Hotkey("validator-02")
V = "reasonforge_validator_"
RULES = ValidatorRules(parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=4))


@frozen
class Watched:
    """Two epochs of two validators and sixteen miners, as one of the validators shows them."""

    registry: CollectorRegistry
    metrics: ValidatorMetrics
    events: MemoryTelemetry

    @property
    def series(self) -> Series:
        return scraped(self.registry)

    @property
    def closed(self) -> list[EpochClosed]:
        return [one for one in self.events.events if isinstance(one, EpochClosed) and one.report.validator == ME]

    @property
    def seen(self) -> SubnetSeen:
        return [one for one in self.events.events if isinstance(one, SubnetSeen) and one.observer == ME][-1]

    @property
    def replies(self) -> list[ScoredReply]:
        return [reply for one in self.closed for scored in one.report.tasks for reply in scored.replies]


def watched() -> Watched:
    registry, events = CollectorRegistry(), MemoryTelemetry()
    metrics = ValidatorMetrics(registry, ME)

    async def go() -> None:
        async with InProcessSubnet(2, 16, 3, rules=RULES) as subnet:
            subnet.watch(metrics)
            subnet.watch(events)
            await subnet.run_epochs(2)

    asyncio.run(go())
    return Watched(registry, metrics, events)


@pytest.fixture(scope="module")
def run() -> Watched:
    return watched()


def test_tasks_are_counted_by_domain_and_difficulty(run: Watched) -> None:
    """As the reports have them, and nothing of the other validator's."""
    expected = Counter(
        (("difficulty", str(scored.task.difficulty)), ("domain", scored.task.discipline.value))
        for one in run.closed
        for scored in one.report.tasks
    )
    found = {labels: value for labels, value in labelled(run.series, f"{V}tasks_total").items() if value}
    assert found == expected
    assert len(labelled(run.series, f"{V}tasks_total")) == 60, "every domain and difficulty, from the start"


def test_replies_are_counted_as_the_reports_have_them(run: Watched) -> None:
    """Silences by reason, CMS, copies, breakthroughs and traps."""
    silences = Counter(reply.silence.reason.value for reply in run.replies if reply.silence is not None)
    assert silences
    rejected = labelled(run.series, f"{V}submissions_rejected_total")
    assert {dict(labels)["reason"]: value for labels, value in rejected.items() if value} == silences
    counted = [reply.cms for reply in run.replies if not reply.void]
    assert of(run.series, f"{V}cms_score_count") == len(counted)
    assert of(run.series, f"{V}cms_score_sum") == pytest.approx(sum(counted))
    assert of(run.series, f"{V}plagiarism_total") == sum(reply.likeness.penalised for reply in run.replies) > 0
    assert of(run.series, f"{V}breakthroughs_total") == sum(reply.breakthrough for reply in run.replies)
    traps = [
        reply.correctness
        for one in run.closed
        for scored in one.report.tasks
        if scored.task.is_trap
        for reply in scored.replies
        if reply.correctness is not None
    ]
    assert of(run.series, f"{V}traps_total") == len(traps) > 0
    assert of(run.series, f"{V}traps_caught_total") == sum(one < 0.3 for one in traps)


def test_latency_and_checks_are_measured_where_there_was_a_reply(run: Watched) -> None:
    """One observation a reply and domain, one a check that could be made."""
    answered = [reply for reply in run.replies if reply.silence is None]
    latency = labelled(run.series, f"{V}task_latency_seconds_count")
    assert {dict(labels)["domain"] for labels in latency} == set(Discipline)
    assert sum(latency.values()) == len(answered)
    sums = labelled(run.series, f"{V}task_latency_seconds_sum")
    assert sum(sums.values()) == pytest.approx(sum(reply.elapsed_seconds for reply in answered))
    made = sum(not isinstance(v.outcome, Unavailable) for reply in answered for v in reply.checks.values())
    assert sum(labelled(run.series, f"{V}check_duration_seconds_count").values()) == made > 0


def test_the_last_epoch_is_shown_miner_by_miner(run: Watched) -> None:
    """S_epoch, PEB, streak, share, copies and the four dimensions of the last report, by uid."""
    last = run.closed[-1].report
    assert of(run.series, f"{V}current_epoch") == last.epoch.number
    assert of(run.series, f"{V}epochs_total") == 2
    assert of(run.series, f"{V}active_miners") == sum(one.answered > 0 for one in last.miners)
    assert of(run.series, f"{V}top_miner_score") == max(one.s_epoch for one in last.miners)
    for one in last.miners:
        uid = str(one.uid)
        shown = {
            name: of(run.series, f"{V}miner_{name}", uid=uid)
            for name in ("s_epoch", "peb", "streak", "share", "plagiarised")
        }
        assert shown == {
            "s_epoch": one.s_epoch,
            "peb": one.peb,
            "streak": one.streak,
            "share": one.share,
            "plagiarised": one.plagiarised,
        }
        dimensions = {
            name: of(run.series, f"{V}miner_dimension", uid=uid, dimension=name)
            for name in ("quality", "accuracy", "novelty", "efficiency")
        }
        assert dimensions == {name: getattr(one.dimensions, name) for name in dimensions}
    judged = [judge.vas for one in run.closed for judge in one.report.validators if judge.vas is not None]
    assert of(run.series, f"{V}vas_score_count") == len(judged) > 0


def test_emission_is_what_the_chain_paid(run: Watched) -> None:
    """In all and by miner, in TAO, as the last look at the subnet has it."""
    neurons = run.seen.metagraph.neurons
    assert of(run.series, f"{V}total_emission_tao") == sum(one.emission for one in neurons) / RAO_PER_TAO > 0
    for miner in run.closed[0].report.miners:
        neuron = run.seen.metagraph.of(miner.hotkey)
        assert neuron is not None
        assert of(run.series, f"{V}miner_emission_tao", uid=str(miner.uid)) == neuron.emission / RAO_PER_TAO


def test_who_left_the_subnet_is_shown_no_longer() -> None:
    """Series of a uid that is empty now, or another's, are removed at the next look; the others stay."""
    run = watched()
    gone, replaced, *stay = [one.uid for one in run.closed[-1].report.miners]
    graph = run.seen.metagraph
    neurons = tuple(
        evolve(one, hotkey=Hotkey("newcomer"), emission=Rao(5)) if one.uid == replaced else one
        for one in graph.neurons
        if one.uid != gone
    )
    run.metrics.emit(evolve(run.seen, metagraph=evolve(graph, neurons=neurons)))
    for name in ("s_epoch", "peb", "streak", "share", "plagiarised", "emission_tao"):
        shown = {dict(labels)["uid"] for labels in labelled(run.series, f"{V}miner_{name}")}
        assert shown == {str(uid) for uid in stay}, name
    assert len(labelled(run.series, f"{V}miner_dimension")) == 4 * len(stay)


def test_the_age_of_the_weights_is_counted_in_blocks(run: Watched) -> None:
    """From the last block in which the chain took them, whatever tells of it, to the newest that was seen."""
    registry = CollectorRegistry()
    metrics = ValidatorMetrics(registry, ME)
    own = run.seen.metagraph.of(ME)
    assert own is not None
    neurons = (evolve(own, last_update=BlockNumber(100)),)
    epoch = run.closed[0].report.epoch
    metrics.emit(evolve(run.seen, metagraph=evolve(run.seen.metagraph, neurons=neurons, block=BlockNumber(130))))
    assert of(scraped(registry), f"{V}weights_age_blocks") == 30
    metrics.emit(WeightsPublished(ME, Publication(epoch, WeightsSet(BlockNumber(140)))))
    metrics.emit(BlockSeen(ME, BlockNumber(145), at=1.0))
    metrics.emit(BlockSeen(ME, BlockNumber(144), at=2.0))  # a node that is a little behind
    assert of(scraped(registry), f"{V}weights_age_blocks") == 5


def test_weights_that_were_not_set_are_failures(run: Watched) -> None:
    """Refused or unreachable: one failure each time; set or committed: a success."""
    registry = CollectorRegistry()
    metrics = ValidatorMetrics(registry, ME)
    epoch = run.closed[0].report.epoch
    for outcome in (
        WeightsRefused(RefusalReason.NO_PERMIT, "no"),
        WeightsUnreachable("no answer"),
        WeightsSet(BlockNumber(1)),
    ):
        metrics.emit(WeightsPublished(ME, Publication(epoch, outcome)))
    metrics.emit(EpochFailed(ME, epoch, "the store broke"))
    found = scraped(registry)
    assert (of(found, f"{V}weight_failures_total"), of(found, f"{V}weights_set_total")) == (2, 1)
    assert of(found, f"{V}epoch_failures_total") == 1


def test_another_validators_events_are_not_ours(run: Watched) -> None:
    """Nothing moves by what another validator of this process does."""
    registry = CollectorRegistry()
    metrics = ValidatorMetrics(registry, Hotkey("nobody"))
    before = scraped(registry)
    for event in run.events.events:
        metrics.emit(event)
    assert scraped(registry) == before
    assert {type(one) for one in run.events.events} >= {EpochStarted, TaskScored, EpochClosed, SubnetSeen}


def test_an_unknown_check_is_other(run: Watched) -> None:
    """A label never takes a word that is not on our list, such as a check of somebody's task file."""
    registry = CollectorRegistry()
    metrics = ValidatorMetrics(registry, ME)
    scored = run.closed[0].report.tasks[0]
    answered = next(reply for reply in run.replies if reply.silence is None)
    verdicts = {"made up\n": Verdict(0.5, "", "t", 2.0), "also": Verdict(Unavailable("no tool"), "no tool", "none")}
    task = evolve(scored, replies=(evolve(answered, checks=verdicts),))
    metrics.emit(TaskScored(ME, run.closed[0].report.epoch, task, of=1))
    found = scraped(registry)
    assert of(found, f"{V}check_duration_seconds_sum", check="other") == 2.0
    assert of(found, f"{V}checks_unavailable_total", check="other") == 1
    shown = {dict(labels)["check"] for labels in labelled(found, f"{V}check_duration_seconds_count")}
    assert shown == KNOWN_CHECKS | {"other"}

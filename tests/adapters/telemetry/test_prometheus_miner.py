"""A miner's figures."""

from attrs import evolve, frozen
from prometheus_client import CollectorRegistry

from reasonforge.adapters.telemetry.prometheus_miner import MOST_VALIDATORS, MinerMetrics
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.events import Declined, QuestionCame, QuestionSettled, ScoresTold, SubnetSeen
from reasonforge.domain.identity import BlockNumber, Coldkey, EpochNumber, Hotkey, NetUid, QueryId, Rao, Uid
from reasonforge.domain.metagraph import Hyperparameters, Metagraph, Neuron
from reasonforge.domain.score import DimensionScores
from tests.adapters.telemetry.scraped import Series, labelled, of, scraped

M = "reasonforge_miner_"
ME, ALICE = Hotkey("me"), Hotkey("alice")
CAME = QuestionCame(ME, ALICE, QueryId("q1"), Discipline.CAUSAL, 7)
TOLD = ScoresTold(
    miner=ME,
    validator=ALICE,
    epoch=EpochNumber(4),
    s_epoch=0.8,
    rank=2,
    cms=(0.5, 1.0),
    dimensions=DimensionScores(0.1, 0.2, 0.3, 0.4),
    flags=("plagiarism", "too_fast", "plagiarism"),
    total_tao=3.0,
)


@frozen
class Used:
    calls: int = 3
    read: int = 100
    written: int = 20
    dollars: float | None = 0.25


def shown(*events: QuestionCame | QuestionSettled | ScoresTold | SubnetSeen, used: Used | None = None) -> Series:
    registry = CollectorRegistry()
    metrics = MinerMetrics(registry, lambda: used)
    for event in events:
        metrics.emit(event)
    return scraped(registry)


def subnet(*hotkeys: Hotkey) -> SubnetSeen:
    neurons = tuple(
        Neuron(Uid(number), hotkey, Coldkey("c"), 0.0, False, None, BlockNumber(0), emission=Rao(2_500_000_000))
        for number, hotkey in enumerate(hotkeys)
    )
    return SubnetSeen(ME, Metagraph(NetUid(1), BlockNumber(9), neurons), Hyperparameters())


def test_a_question_is_in_hand_until_it_is_settled() -> None:
    """Admitted, answered or declined with a reason; only answers have a latency."""
    other = evolve(CAME, query_id=QueryId("q2"), discipline=Discipline.CODE)
    found = shown(CAME, other, QuestionSettled(CAME, 2.0), QuestionSettled(other, 9.0, Declined.BUSY), other)
    assert of(found, f"{M}tasks_total", domain="causal", difficulty="7") == 1
    assert of(found, f"{M}tasks_total", domain="code", difficulty="7") == 2
    assert of(found, f"{M}answered_total", domain="causal") == 1
    assert of(found, f"{M}submissions_rejected_total", reason="busy") == 1
    assert of(found, f"{M}task_latency_seconds_sum", domain="causal") == 2.0
    assert of(found, f"{M}task_latency_seconds_count", domain="code") == 0
    assert of(found, f"{M}questions_in_hand") == 1


def test_told_scores_are_shown_by_validator() -> None:
    """The newest epoch's; an older one that is told late counts, and does not hide the newer."""
    late = evolve(TOLD, epoch=EpochNumber(3), s_epoch=0.1, rank=9, cms=(0.0,), flags=())
    found = shown(TOLD, late)
    assert of(found, f"{M}s_epoch", validator=ALICE) == 0.8
    assert of(found, f"{M}rank", validator=ALICE) == 2
    assert of(found, f"{M}dimension", validator=ALICE, dimension="novelty") == 0.3
    assert of(found, f"{M}current_epoch") == 4
    assert of(found, f"{M}epochs_total") == 2
    assert of(found, f"{M}cms_score_count") == 3
    assert of(found, f"{M}plagiarism_total") == 2


def test_validators_that_left_are_shown_no_longer() -> None:
    """At the next look at the subnet; what the chain paid us is of that look."""
    bob = Hotkey("bob")
    found = shown(TOLD, evolve(TOLD, validator=bob), subnet(ME, bob))
    assert {dict(labels)["validator"] for labels in labelled(found, f"{M}s_epoch")} == {bob}
    assert of(found, f"{M}emission_tao") == 2.5


def test_however_many_validators_tell_the_series_are_bounded() -> None:
    """Those who told longest ago go first."""
    crowd = [evolve(TOLD, validator=Hotkey(f"v{number}")) for number in range(MOST_VALIDATORS + 10)]
    found = shown(*crowd)
    told = {dict(labels)["validator"] for labels in labelled(found, f"{M}s_epoch")}
    assert told == {f"v{number}" for number in range(10, MOST_VALIDATORS + 10)}
    assert len(labelled(found, f"{M}dimension")) == 4 * MOST_VALIDATORS


def test_the_meter_is_read_at_every_scrape() -> None:
    """Calls, tokens and dollars; a model without a price has no cost, one that costs nothing has 0."""
    found = shown(used=Used())
    assert of(found, f"{M}tokens_total", kind="read") == 100
    assert of(found, f"{M}tokens_total", kind="written") == 20
    assert of(found, f"{M}model_calls_total") == 3
    assert of(found, f"{M}cost_dollars_total") == 0.25
    assert labelled(shown(used=Used(dollars=None)), f"{M}cost_dollars_total") == {}
    assert of(shown(), f"{M}cost_dollars_total") == 0

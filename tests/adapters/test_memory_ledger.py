import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.memory.emission import YumaSettings, split_to_the_rao
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.registration import BurnCost
from reasonforge.adapters.memory.snapshots import Snapshot, SnapshotLog
from reasonforge.adapters.memory.weight_rules import MOST_HIDDEN_ROWS
from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import GENESIS, RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Neuron
from reasonforge.domain.weight_rules import refuse_row
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsRefused,
    WeightsSet,
    weight_row,
)

BANK, MINE = Coldkey("bank"), Coldkey("mine")
RULES = Hyperparameters(tempo=9, weights_rate_limit=3, immunity_period=20, max_uids=4, max_validators=2)
EMISSION = Rao(1_000_000_007)
BOUNDARY = 8
"""The first epoch of netuid 1 at a tempo of 9 is run in block 8."""


def hotkey(name: object) -> Hotkey:
    return Hotkey(f"hotkey-{name}")


def tao(amount: int) -> Rao:
    return Rao(amount * RAO_PER_TAO)


def row(**weights: int) -> WeightRow:
    """`row(u2=5)`: 5 to uid 2."""
    return WeightRow(tuple(Uid(int(name[1:])) for name in weights), tuple(weights.values()))


def subnet(
    rules: Hyperparameters = RULES, stakes: tuple[int, ...] = (60, 40), miners: int = 2, **settings: Any
) -> MemoryLedger:
    """Validators with these stakes in TAO, then miners: uids in this order."""
    ledger = MemoryLedger(rules, emission_per_epoch=EMISSION, **settings)
    for number, stake in enumerate(stakes):
        ledger.add_founder(hotkey(number), BANK, tao(stake))
    for number in range(len(stakes), len(stakes) + miners):
        ledger.add_founder(hotkey(number), MINE)
    return ledger


def reason(outcome: object) -> RefusalReason:
    assert isinstance(outcome, WeightsRefused)
    return outcome.reason


def permits(ledger: MemoryLedger) -> list[bool]:
    return [neuron.validator_permit for neuron in ledger.neurons]


def shown_weights(ledger: MemoryLedger, block: int | None = None) -> dict[Uid, dict[Uid, float]]:
    weights = ledger.metagraph(None if block is None else BlockNumber(block), with_weights=True).weights
    assert weights is not None
    return {uid: dict(shares) for uid, shares in weights.items()}


def test_an_epoch_runs_where_the_tempo_says() -> None:
    """Epochs are run in the blocks where (block + netuid + 1) mod (tempo + 1) is 0, and in no other."""
    ledger = subnet()
    ledger.advance(40)
    assert [epoch.block for epoch in ledger.history] == [8, 18, 28, 38]
    assert all(ledger.tempo.ends_at(epoch.block) for epoch in ledger.history)


def test_one_long_way_equals_many_steps() -> None:
    """Advancing n blocks at once leaves what n single blocks leave."""
    one, many = subnet(), subnet()
    one.set_weights(hotkey(0), row(u2=1), 0)
    many.set_weights(hotkey(0), row(u2=1), 0)
    one.advance_to(BlockNumber(47))
    for _ in range(47):
        many.advance()
    assert one.history == many.history
    assert one.books == many.books
    for block in range(28, 48):
        assert one.metagraph(BlockNumber(block)) == many.metagraph(BlockNumber(block))


def test_time_does_not_go_back() -> None:
    """A block that has passed cannot be advanced to."""
    ledger = subnet()
    ledger.advance(3)
    with pytest.raises(ValueError, match="block 2 has passed: the newest is 3"):
        ledger.advance_to(BlockNumber(2))


def test_registration_burns_its_cost() -> None:
    """A newcomer takes the lowest free uid for the cost of the block, out of its coldkey's free balance."""
    ledger = subnet()
    ledger.advance(1)
    ledger.deregister(hotkey(1))
    before = ledger.books
    ledger.fund(MINE, tao(5))
    cost, balance = ledger.registration_cost, ledger.balance_of(MINE)
    assert ledger.register(hotkey("new"), MINE) == 1
    assert ledger.balance_of(MINE) == balance - cost
    assert ledger.books.burned == before.burned + cost
    newcomer = ledger.neurons[1]
    assert (newcomer.hotkey, newcomer.stake, newcomer.validator_permit) == (hotkey("new"), 0.0, False)
    assert (newcomer.registered_at, newcomer.last_update, newcomer.endpoint) == (1, 1, None)


def test_a_registration_that_cannot_be_paid() -> None:
    """A coldkey without the cost is refused, and keeps what it has."""
    ledger = subnet(miners=1)
    ledger.fund(Coldkey("poor"), Rao(RAO_PER_TAO - 1))
    with pytest.raises(ChainRefused, match="a registration costs 1000000000 Rao, and poor has 999999999 Rao free"):
        ledger.register(hotkey("new"), Coldkey("poor"))
    assert ledger.balance_of(Coldkey("poor")) == RAO_PER_TAO - 1
    assert ledger.uid_of(hotkey("new")) is None


def test_a_hotkey_registers_once() -> None:
    """A registered hotkey is refused, and so is one that belongs to another coldkey, even when it is gone."""
    ledger = subnet()
    ledger.fund(MINE, tao(9))
    with pytest.raises(ChainRefused, match="hotkey-0 is registered already, as uid 0"):
        ledger.register(hotkey(0), BANK)
    ledger.deregister(hotkey(0))
    with pytest.raises(ChainRefused, match="hotkey-0 belongs to another coldkey than mine"):
        ledger.register(hotkey(0), MINE)


def test_a_founder_refused_costs_nothing() -> None:
    """A founder that cannot join leaves no money behind, and after genesis there are no founders."""
    ledger = subnet()
    before = ledger.books
    for name, coldkey in ((0, BANK), ("fifth", BANK)):
        with pytest.raises(ChainRefused):
            ledger.add_founder(hotkey(name), coldkey, tao(1))
    ledger.advance(1)
    with pytest.raises(ChainRefused, match="founders join in block 0"):
        ledger.add_founder(hotkey("late"), BANK)
    assert ledger.books == before


def test_the_cost_rises_and_falls() -> None:
    """Each registration after genesis raises the next one's cost by 26 %; in 360 blocks it halves, to its floor."""
    ledger = subnet(evolve(RULES, max_uids=10))
    assert ledger.registration_cost == tao(1)
    ledger.advance(1)
    ledger.fund(MINE, tao(9))
    ledger.register(hotkey("a"), MINE)
    ledger.register(hotkey("b"), MINE)
    assert ledger.registration_cost == Rao(1_587_600_000)
    ledger.advance(360)
    assert ledger.registration_cost == tao(1)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 2000), max_size=8), st.integers(0, 5000))
def test_the_cost_never_rises_by_itself(floor: int, pauses: list[int], later: int) -> None:
    """Between registrations the cost only falls, never below its floor; a registration never lowers it."""
    block, cost = 1, BurnCost(Rao(floor))
    for pause in pauses:
        block += pause
        raised = cost.raised(BlockNumber(block))
        assert raised.at(BlockNumber(block)) >= cost.at(BlockNumber(block)) >= floor
        cost = raised
    now, then = BlockNumber(block), BlockNumber(block + later)
    assert floor <= cost.at(then) <= cost.at(now)


def test_a_full_subnet_prunes_the_least_paid() -> None:
    """Past the immunity period, the neuron that the last epoch paid least makes room; its uid is the newcomer's."""
    ledger = subnet()
    ledger.set_weights(hotkey(0), row(u2=3, u3=1), 0)
    ledger.set_weights(hotkey(1), row(u2=3, u3=1), 0)
    ledger.advance_to(BlockNumber(21))
    paid = {neuron.uid: neuron.emission for neuron in ledger.neurons}
    assert min(paid, key=lambda uid: paid[uid]) == 3
    ledger.fund(MINE, tao(5))
    assert ledger.register(hotkey("new"), MINE) == 3
    assert ledger.uid_of(hotkey(3)) is None


def test_of_equals_the_longest_there_is_pruned() -> None:
    """Equal emission: the earliest registration goes, then the lower uid; the subnet's owner never does."""
    ledger = subnet(stakes=(), miners=4, owner=hotkey(3))
    ledger.advance(5)
    ledger.deregister(hotkey(0))
    ledger.fund(MINE, tao(9))
    assert ledger.register(hotkey("late"), MINE) == 0
    ledger.advance(25)
    assert [ledger.register(hotkey(name), MINE) for name in ("x", "y", "z")] == [1, 2, 0]
    with pytest.raises(ChainRefused, match="all 4 slots are taken"):
        ledger.register(hotkey("more"), MINE)


def test_the_immune_are_not_pruned() -> None:
    """A full subnet whose neurons are all in their immunity period takes nobody."""
    ledger = subnet()
    ledger.advance(RULES.immunity_period - 1)
    ledger.fund(MINE, tao(5))
    with pytest.raises(ChainRefused, match="all 4 slots are taken and their neurons immune"):
        ledger.register(hotkey("new"), MINE)
    ledger.advance(1)
    assert ledger.register(hotkey("new"), MINE) == 2


def test_who_leaves_takes_everything_along() -> None:
    """Deregistered: stake back to the coldkey; no weight or bond from or to the uid, whose next holder has nothing."""
    ledger = subnet(evolve(RULES, immunity_period=0))
    ledger.serve(hotkey(0), Endpoint("203.0.113.1", 1))
    for validator in (0, 1):
        ledger.set_weights(hotkey(validator), row(u2=1, u3=1), 0)
    ledger.advance_to(BlockNumber(9))
    balance = ledger.balance_of(BANK)
    ledger.deregister(hotkey(0))
    ledger.deregister(hotkey(2))
    assert ledger.balance_of(BANK) == balance + tao(60)
    assert shown_weights(ledger) == {Uid(1): {Uid(3): 1.0}}
    assert ledger.register(hotkey("new"), BANK) == 0
    assert ledger.neurons[0] == Neuron(
        uid=Uid(0),
        hotkey=hotkey("new"),
        coldkey=BANK,
        stake=0.0,
        validator_permit=False,
        endpoint=None,
        last_update=BlockNumber(9),
        registered_at=BlockNumber(9),
    )
    ledger.advance_to(BlockNumber(18))
    assert ledger.history[-1].dividends == {Uid(0): 0.0, Uid(1): 1.0, Uid(3): 0.0}
    with pytest.raises(ChainRefused, match="hotkey-0 is not registered"):
        ledger.deregister(hotkey(0))


def test_bonds_to_a_miner_end_with_it() -> None:
    """A newcomer in a miner's uid owes nobody for that miner's past: who weighs it from the start shares alike."""
    ledger = subnet(stakes=(50, 50))
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.set_weights(hotkey(1), row(u3=1), 0)
    ledger.advance_to(BlockNumber(9))
    ledger.deregister(hotkey(2))
    ledger.fund(MINE, tao(1))
    assert ledger.register(hotkey("new"), MINE) == 2
    for validator in (0, 1):
        ledger.set_weights(hotkey(validator), row(u2=1), 0)
    ledger.advance_to(BlockNumber(18))
    assert ledger.history[-1].dividends == {Uid(0): 0.5, Uid(1): 0.5, Uid(2): 0.0, Uid(3): 0.0}


def test_a_hidden_row_leaves_with_its_validator() -> None:
    """What a validator committed is not revealed in the name of who holds its uid next."""
    ledger = subnet(evolve(RULES, commit_reveal=True, reveal_period=3))
    ledger.advance(1)
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.deregister(hotkey(0))
    assert ledger.register(hotkey("new"), BANK) == 0
    ledger.add_stake(hotkey("new"), tao(50))
    ledger.advance_to(BlockNumber(28))
    assert permits(ledger)[0]
    assert shown_weights(ledger) == {}


def test_a_founder_that_replaces_a_founder_may_set_weights_at_once() -> None:
    """Whether a uid's former holder has set weights does not bind its new one."""
    ledger = subnet(evolve(RULES, max_uids=5))
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.deregister(hotkey(0))
    assert ledger.add_founder(hotkey("new"), BANK, tao(70)) == 0
    assert ledger.set_weights(hotkey("new"), row(u2=1), 0) == WeightsSet(GENESIS)


def test_a_hidden_row_does_not_pay_a_newcomer() -> None:
    """A committed weight to a uid that changed hands is gone from the row; a row with none left lapses."""
    ledger = subnet(evolve(RULES, commit_reveal=True, immunity_period=0))
    ledger.advance(1)
    ledger.set_weights(hotkey(0), row(u2=1, u3=1), 0)
    ledger.set_weights(hotkey(1), row(u2=1), 0)
    ledger.deregister(hotkey(2))
    ledger.fund(MINE, tao(5))
    assert ledger.register(hotkey("new"), MINE) == 2
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert shown_weights(ledger) == {Uid(0): {Uid(3): 1.0}}


def test_stake_moves_between_balance_and_hotkey() -> None:
    """Staking takes from the coldkey's free balance, unstaking gives back, and TAO at the port is Rao inside."""
    ledger = subnet()
    ledger.fund(MINE, Rao(1_500_000_001))
    ledger.add_stake(hotkey(2), Rao(1_500_000_001))
    assert (ledger.stake_of(hotkey(2)), ledger.balance_of(MINE)) == (1_500_000_001, 0)
    assert ledger.neurons[2].stake == 1.500000001
    ledger.remove_stake(hotkey(2), Rao(500_000_001))
    assert (ledger.stake_of(hotkey(2)), ledger.balance_of(MINE)) == (tao(1), 500_000_001)


def test_stake_that_is_not_there() -> None:
    """Nobody stakes more than the free balance or takes off more than the stake, nor for a stranger."""
    ledger = subnet()
    before = ledger.books
    with pytest.raises(ChainRefused, match="the stake is 1 Rao, and mine has 0 Rao free"):
        ledger.add_stake(hotkey(2), Rao(1))
    with pytest.raises(ChainRefused, match="hotkey-0 has 60000000000 Rao of stake, less than"):
        ledger.remove_stake(hotkey(0), Rao(60 * RAO_PER_TAO + 1))
    for move in (ledger.add_stake, ledger.remove_stake):
        with pytest.raises(ChainRefused, match="stranger is not registered"):
            move(Hotkey("stranger"), Rao(1))
        with pytest.raises(ValueError, match="a whole number of Rao"):
            move(hotkey(0), Rao(-1))
    with pytest.raises(ValueError, match="a whole number of Rao"):
        ledger.fund(BANK, 0.5)  # type: ignore[arg-type]  # what a caller without a type checker may do
    assert ledger.books == before


def test_permits_at_genesis_follow_the_stakes() -> None:
    """In block 0 the greatest stakes have their permits at once; of equals the lower uid."""
    ledger = subnet(stakes=(10, 30, 30, 30), miners=0)
    assert permits(ledger) == [False, True, True, False]


def test_permits_later_change_at_the_epoch() -> None:
    """After genesis a stake brings or costs a permit at the end of the epoch, not before; none without stake."""
    ledger = subnet(stakes=(60, 40, 0), miners=0)
    ledger.advance(1)
    ledger.fund(BANK, tao(100))
    ledger.add_stake(hotkey(2), tao(50))
    ledger.remove_stake(hotkey(0), tao(60))
    assert permits(ledger) == [True, True, False]
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert permits(ledger) == [False, True, True]


def test_a_permit_asks_for_the_least_stake() -> None:
    """A stake below the subnet's minimum has no permit, and weights from one that fell below it are refused."""
    ledger = subnet(evolve(RULES, min_validator_stake=50.0))
    assert permits(ledger) == [True, False, False, False]
    ledger.advance(1)
    ledger.remove_stake(hotkey(0), tao(11))
    assert reason(ledger.set_weights(hotkey(0), row(u2=1), 0)) is RefusalReason.NOT_ENOUGH_STAKE


def test_a_validator_that_lost_its_permit_does_not_count() -> None:
    """Its row stays on show, and neither its weights nor its old bonds earn or pay anything."""
    ledger = subnet(evolve(RULES, max_validators=1, weights_rate_limit=0))
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.advance_to(BlockNumber(BOUNDARY))
    ledger.fund(BANK, tao(100))
    ledger.add_stake(hotkey(1), tao(100))
    ledger.advance_to(BlockNumber(18))
    assert permits(ledger) == [False, True, False, False]
    ledger.set_weights(hotkey(1), row(u2=1, u3=3), 0)
    ledger.advance_to(BlockNumber(28))
    assert shown_weights(ledger) == {Uid(0): {Uid(2): 1.0}, Uid(1): {Uid(2): 0.25, Uid(3): 0.75}}
    assert ledger.history[-1].incentive == {Uid(0): 0.0, Uid(1): 0.0, Uid(2): 0.25, Uid(3): 0.75}
    assert ledger.history[-1].dividends == {Uid(0): 0.0, Uid(1): 1.0, Uid(2): 0.0, Uid(3): 0.0}


@pytest.mark.parametrize("yuma3", [False, True])
def test_a_silent_validator_does_not_count(yuma3: bool) -> None:
    """A validator whose last update is older than the activity cutoff counts as one without permit."""
    ledger = subnet(evolve(RULES, activity_cutoff=12), yuma=YumaSettings(yuma3=yuma3))
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.advance(6)
    ledger.set_weights(hotkey(1), row(u3=1), 0)
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert ledger.history[-1].incentive[Uid(2)] == 1.0
    ledger.advance_to(BlockNumber(18))
    assert ledger.history[-1].incentive[Uid(3)] == 1.0
    assert ledger.history[-1].validator_trust[Uid(0)] == 0.0


@pytest.mark.parametrize(("yuma3", "share"), [(False, 0.45), (True, 0.0)])
def test_old_bonds_of_a_silent_validator(yuma3: bool, share: float) -> None:
    """Bonds outlive the activity cutoff: the original fades them out with its dividends, Yuma 3 stops paying."""
    ledger = subnet(evolve(RULES, activity_cutoff=12), stakes=(50, 50), yuma=YumaSettings(yuma3=yuma3))
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.advance(6)
    ledger.set_weights(hotkey(1), row(u2=1), 0)
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert ledger.history[-1].dividends[Uid(0)] == 0.5
    ledger.advance_to(BlockNumber(18))
    assert ledger.history[-1].dividends[Uid(0)] == pytest.approx(share)


def test_a_stake_below_the_minimum_is_none() -> None:
    """It does not even share what is paid when nobody set weights."""
    ledger = subnet(evolve(RULES, min_validator_stake=50.0), stakes=(60, 40))
    ledger.advance(1)
    ledger.remove_stake(hotkey(0), tao(11))
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert ledger.unallocated == EMISSION


def test_weights_in_the_last_block_count_for_the_next_epoch() -> None:
    """The epoch is run as its last block begins: what is set in that block is too late for it."""
    ledger = subnet()
    ledger.advance_to(BlockNumber(BOUNDARY))
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    assert not any(ledger.history[-1].incentive.values())
    ledger.advance_to(BlockNumber(18))
    assert ledger.history[-1].incentive[Uid(2)] == 1.0


def test_the_rate_limit_counts_from_registration_but_not_for_founders() -> None:
    """A founder sets its first weights at once; a later newcomer waits as if it had set some when it registered."""
    ledger = subnet(evolve(RULES, max_uids=5, max_validators=5, weights_rate_limit=15))
    assert ledger.set_weights(hotkey(0), row(u2=1), 0) == WeightsSet(GENESIS)
    assert reason(ledger.set_weights(hotkey(0), row(u2=1), 0)) is RefusalReason.RATE_LIMITED
    ledger.advance(7)
    assert isinstance(ledger.set_weights(hotkey(1), row(u2=1), 0), WeightsSet)
    ledger.fund(BANK, tao(100))
    ledger.register(hotkey("new"), BANK)
    ledger.add_stake(hotkey("new"), tao(50))
    ledger.advance(1)
    assert permits(ledger)[4]
    assert reason(ledger.set_weights(hotkey("new"), row(u2=1), 0)) is RefusalReason.RATE_LIMITED
    ledger.advance_to(BlockNumber(22))
    assert ledger.set_weights(hotkey("new"), row(u2=1), 0) == WeightsSet(BlockNumber(22))


def test_what_is_rate_limited_can_succeed_unchanged() -> None:
    """A row that is refused for another reason as well is never called rate limited."""
    ledger = subnet(evolve(RULES, weights_version=2))
    ledger.advance(1)
    ledger.set_weights(hotkey(0), row(u2=1), 2)
    assert reason(ledger.set_weights(hotkey(0), row(u2=1), 1)) is RefusalReason.VERSION_KEY_STALE
    assert reason(ledger.set_weights(hotkey(0), row(u9=1), 2)) is RefusalReason.UNKNOWN_UID
    assert reason(ledger.set_weights(hotkey(0), row(u2=1), 2)) is RefusalReason.RATE_LIMITED


@given(
    st.dictionaries(st.integers(0, 9).map(Uid), st.floats(0, 1e6), max_size=10),
    st.integers(1, 4),
    st.sampled_from([1.0, 0.9, 0.5, 0.34, 0.2]),
)
def test_the_rows_we_make_are_taken(scores: dict[Uid, float], least: int, limit: float) -> None:
    """Whatever `weight_row` makes for a subnet, the chain's rules take."""
    chain = Hyperparameters(min_allowed_weights=least, max_weight_limit=limit)
    made = weight_row(scores, chain)
    if isinstance(made, WeightRow):
        assert refuse_row(made, {Uid(uid) for uid in range(10)}, chain) is None
    else:
        assert made.reason in {
            RefusalReason.NOBODY_EARNED,
            RefusalReason.TOO_FEW_WEIGHTS,
            RefusalReason.ABOVE_MAX_WEIGHT,
        }


def test_a_commit_counts_from_its_reveal_block() -> None:
    """With a reveal period of n the row counts in the n-th epoch that is run from now, and in none before."""
    ledger = subnet(evolve(RULES, commit_reveal=True, reveal_period=2))
    ledger.advance(3)
    assert ledger.set_weights(hotkey(0), row(u2=1), 0) == WeightsCommitted(BlockNumber(3), BlockNumber(18))
    ledger.advance_to(BlockNumber(17))
    assert not any(ledger.history[-1].incentive.values())
    ledger.advance(1)
    assert ledger.history[-1].incentive[Uid(2)] == 1.0
    assert (shown_weights(ledger, 17), shown_weights(ledger, 18)) == ({}, {Uid(0): {Uid(2): 1.0}})


def test_a_commit_in_the_last_block_belongs_to_the_next_epoch() -> None:
    """As the last block's epoch has been run already, the count starts with the next one."""
    ledger = subnet(evolve(RULES, commit_reveal=True))
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert ledger.set_weights(hotkey(0), row(u2=1), 0) == WeightsCommitted(BlockNumber(8), BlockNumber(18))


def test_too_many_hidden_rows() -> None:
    """A validator has at most ten rows hidden at a time; once they are revealed there is room for more."""
    ledger = subnet(evolve(RULES, commit_reveal=True, weights_rate_limit=0))
    for _ in range(MOST_HIDDEN_ROWS):
        assert isinstance(ledger.set_weights(hotkey(0), row(u2=1), 0), WeightsCommitted)
    assert reason(ledger.set_weights(hotkey(0), row(u2=1), 0)) is RefusalReason.OTHER
    ledger.advance_to(BlockNumber(BOUNDARY))
    for _ in range(MOST_HIDDEN_ROWS):
        assert isinstance(ledger.set_weights(hotkey(0), row(u2=1), 0), WeightsCommitted)


def test_an_older_commit_does_not_undo_newer_weights() -> None:
    """When commit-reveal is switched off, weights set directly void what the validator still has hidden."""
    rules = evolve(RULES, commit_reveal=True, weights_rate_limit=0)
    ledger = subnet(rules)
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.adjust(evolve(rules, commit_reveal=False))
    ledger.set_weights(hotkey(0), row(u3=1), 0)
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert shown_weights(ledger) == {Uid(0): {Uid(3): 1.0}}


def test_a_commit_of_a_validator_that_lost_its_permit_lapses() -> None:
    """At its reveal a row needs the permit that it needed when it was committed."""
    ledger = subnet(evolve(RULES, commit_reveal=True, reveal_period=2, max_validators=1))
    ledger.advance(1)
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.remove_stake(hotkey(0), tao(60))
    ledger.advance_to(BlockNumber(18))
    assert shown_weights(ledger) == {}


def test_bonds_grow_over_epochs() -> None:
    """Bonds persist from epoch to epoch: a latecomer to a miner has a smaller dividend than its stake."""
    ledger = subnet(stakes=(50, 50))
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.set_weights(hotkey(1), row(u3=1), 0)
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert ledger.history[-1].dividends == {Uid(0): 0.5, Uid(1): 0.5, Uid(2): 0.0, Uid(3): 0.0}
    ledger.set_weights(hotkey(1), row(u2=1), 0)
    ledger.advance_to(BlockNumber(18))
    assert ledger.history[-1].dividends[Uid(1)] == pytest.approx(0.05)
    ledger.advance_to(BlockNumber(28))
    assert ledger.history[-1].dividends[Uid(1)] == pytest.approx(0.095)


def test_emission_is_conserved_and_shown() -> None:
    """Each epoch pays its emission to the Rao, and the metagraph shows the last epoch's figures."""
    ledger = subnet(stakes=(60, 41))
    ledger.set_weights(hotkey(0), row(u2=3, u3=4), 0)
    ledger.set_weights(hotkey(1), row(u2=3, u3=3), 0)
    ledger.advance_to(BlockNumber(BOUNDARY))
    (epoch,) = ledger.history
    assert sum(epoch.emission.values()) == EMISSION
    assert epoch.unallocated == 0
    for neuron in ledger.metagraph().neurons:
        uid = neuron.uid
        shown = (neuron.emission, neuron.incentive, neuron.consensus, neuron.dividends, neuron.validator_trust)
        figures = (epoch.incentive, epoch.consensus, epoch.dividends, epoch.validator_trust)
        assert shown == (epoch.emission[uid], *(figure[uid] for figure in figures))
    assert ledger.balance_of(MINE) == sum(ledger.neurons[uid].emission for uid in (2, 3))
    assert ledger.stake_of(hotkey(0)) == tao(60)


def test_emission_can_compound() -> None:
    """With `compound`, emission goes onto the stake of the hotkey that earned it, as on Bittensor."""
    ledger = subnet(compound=True)
    ledger.set_weights(hotkey(0), row(u2=1), 0)
    ledger.advance_to(BlockNumber(BOUNDARY))
    assert ledger.balance_of(MINE) == ledger.balance_of(BANK) == 0
    assert ledger.stake_of(hotkey(2)) == ledger.neurons[2].emission > 0
    assert ledger.neurons[2].stake == ledger.stake_of(hotkey(2)) / RAO_PER_TAO
    assert permits(ledger) == [True, True, False, False]


def test_nobody_earned() -> None:
    """Without any stake an epoch's emission stays unallocated, and is counted."""
    ledger = subnet(stakes=())
    ledger.advance_to(BlockNumber(18))
    assert ledger.unallocated == ledger.total_issued == 2 * EMISSION
    assert ledger.books.paid == 0


def test_the_owner_may_weigh_itself() -> None:
    """The subnet owner's weight on itself counts; nobody else's does."""
    for owner, incentive in ((hotkey(0), 1.0), (hotkey(1), 0.0)):
        ledger = subnet(owner=owner)
        ledger.set_weights(hotkey(0), row(u0=1), 0)
        ledger.advance_to(BlockNumber(BOUNDARY))
        assert ledger.history[-1].incentive[Uid(0)] == incentive


@given(st.integers(0, 10**18), st.dictionaries(st.integers(0, 300).map(Uid), st.floats(0, 1), max_size=40))
def test_the_split_is_exact_and_fair(total: int, shares: dict[Uid, float]) -> None:
    """The parts add up to the Rao, each is its due rounded up or down, and who has more gets no less."""
    paid = split_to_the_rao(Rao(total), shares)
    whole = sum(Fraction(share) for share in shares.values())
    assert sum(paid.values()) == (total if whole else 0)
    assert list(paid) == sorted(shares)
    for uid, amount in paid.items():
        due = total * Fraction(shares[uid]) / whole if whole else Fraction(0)
        assert math.floor(due) <= amount <= math.ceil(due)
    ranked = sorted(shares, key=lambda uid: shares[uid])
    assert all(paid[low] <= paid[high] for low, high in pairwise(ranked) if shares[low] < shares[high])


def test_past_blocks_are_kept_and_then_forgotten() -> None:
    """The last `keep_blocks` blocks can be read; an older one is refused with the oldest that is kept."""
    ledger = subnet(keep_blocks=5)
    ledger.advance(30)
    assert ledger.metagraph(BlockNumber(26)).block == 26
    with pytest.raises(ChainRefused, match="block 25 is no longer kept: the oldest kept is block 26"):
        ledger.metagraph(BlockNumber(25))
    with pytest.raises(ChainRefused, match="no block 31 yet: the newest is 30"):
        ledger.metagraph(BlockNumber(31))


def test_what_happens_after_the_first_read_shows_in_the_next_block() -> None:
    """A block that was read stays as it was read; its later changes show from the next block on."""
    ledger = subnet()
    ledger.advance(2)
    first = ledger.metagraph()
    ledger.serve(hotkey(2), Endpoint("203.0.113.1", 1))
    assert ledger.metagraph() == first
    ledger.advance(4)
    assert ledger.metagraph(BlockNumber(2)) == first
    for block in range(3, 7):
        assert ledger.metagraph(BlockNumber(block)).neurons[2].endpoint == Endpoint("203.0.113.1", 1)


def test_genesis_is_open_until_it_is_left() -> None:
    """Reads do not settle block 0: a subnet can be set up with its neurons looking on."""
    ledger = subnet()
    assert ledger.metagraph().neurons[2].endpoint is None
    ledger.serve(hotkey(2), Endpoint("203.0.113.1", 1))
    ledger.advance(3)
    assert ledger.metagraph(GENESIS).neurons[2].endpoint == Endpoint("203.0.113.1", 1)


def test_blocks_without_change_share_a_snapshot() -> None:
    """Memory grows with changes, not with blocks, and unchanged neurons are shared between snapshots."""
    log = SnapshotLog(keep=1000)
    ledger = subnet()
    for block in range(500):
        log.settle(BlockNumber(block), Snapshot(ledger.neurons, {}))
    assert len(log) == 1
    before = ledger.neurons
    ledger.recompute_permits()
    assert ledger.neurons is before
    ledger.serve(hotkey(2), Endpoint("203.0.113.1", 1))
    log.settle(BlockNumber(500), Snapshot(ledger.neurons, {}))
    assert len(log) == 2
    assert [one is other for one, other in zip(before, ledger.neurons, strict=True)] == [True, True, False, True]


def test_a_long_life_needs_bounded_memory() -> None:
    """After many epochs with changing weights, history and snapshots hold no more than they are told to."""
    ledger = subnet(keep_blocks=30, keep_epochs=7)
    for step in range(300):
        ledger.set_weights(hotkey(0), row(u2=1 + step, u3=1), 0)
        ledger.advance(4)
    assert len(ledger.history) == 7
    assert len(ledger._log) <= 31
    assert len(ledger._log._snapshots) == len(ledger._log)


def test_other_subnets_take_turns() -> None:
    """The netuid shifts the epochs."""
    ledger = MemoryLedger(RULES, NetUid(4))
    ledger.advance(12)
    assert [epoch.block for epoch in ledger.history] == [5]


@pytest.mark.parametrize(
    "change",
    [
        {"tempo": 0},
        {"max_uids": 0},
        {"reveal_period": 0},
        {"max_validators": -1},
        {"min_validator_stake": float("nan")},
        {"max_weight_limit": 0.0},
        {"max_weight_limit": 1.5},
    ],
)
def test_impossible_rules_are_refused(change: dict[str, Any]) -> None:
    """Hyperparameters no subnet could have are a ValueError that names them, at the start and later."""
    (name,) = change
    with pytest.raises(ValueError, match=name):
        MemoryLedger(evolve(RULES, **change))
    ledger = subnet()
    with pytest.raises(ValueError, match=name):
        ledger.adjust(evolve(RULES, **change))
    assert ledger.hyperparameters == RULES


def test_a_running_subnet_keeps_its_tempo() -> None:
    """Tempo and slots are fixed, as boundaries and uids hang on them; the rest can be adjusted."""
    ledger = subnet()
    with pytest.raises(ValueError, match="tempo and max_uids"):
        ledger.adjust(evolve(RULES, tempo=20))
    ledger.adjust(evolve(RULES, max_validators=1))
    assert permits(ledger) == [True, False, False, False]

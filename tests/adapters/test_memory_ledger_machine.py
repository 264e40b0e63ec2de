"""Whatever neurons and blocks may do to a `MemoryLedger`, against a model that knows the rules by hotkey."""

from typing import Any

from attrs import define, evolve, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.treasury import Books
from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph, Neuron
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
)

EMISSION = Rao(1_000_000_007)
RULES = Hyperparameters(
    tempo=4,
    weights_rate_limit=2,
    max_uids=5,
    max_validators=2,
    immunity_period=6,
    activity_cutoff=12,
    max_weight_limit=0.9,
    min_validator_stake=1.0,
    weights_version=2,
)
HOTKEYS = st.sampled_from([Hotkey(f"hotkey-{letter}") for letter in "abcdefg"])
COLDKEYS = st.sampled_from([Coldkey("bank"), Coldkey("mine")])
AMOUNTS = st.one_of(st.integers(0, 5 * RAO_PER_TAO), st.sampled_from([0, 1, RAO_PER_TAO, 10**15])).map(Rao)
ROWS = st.lists(
    st.tuples(st.integers(0, 5).map(Uid), st.one_of(st.integers(1, 65_535), st.sampled_from([0, -1, 65_536]))),
    max_size=4,
).map(lambda pairs: WeightRow(tuple(uid for uid, _ in pairs), tuple(value for _, value in pairs)))


@define
class Member:
    """What the model knows of one registered hotkey."""

    coldkey: Coldkey
    since: int
    stake: int = 0
    last_update: int = 0
    has_set: bool = False
    row: dict[Hotkey, int] = field(factory=dict)
    hidden: list[tuple[int, dict[Hotkey, int]]] = field(factory=list)


class LedgerMachine(RuleBasedStateMachine):
    @initialize(compound=st.booleans(), members=st.integers(0, 5))
    def found(self, compound: bool, members: int) -> None:
        """A subnet with some founders, the first of them with stake."""
        self.ledger = MemoryLedger(RULES, emission_per_epoch=EMISSION, compound=compound, keep_epochs=3, keep_blocks=6)
        self.compound = compound
        self.members: dict[Hotkey, Member] = {}
        self.owned: dict[Hotkey, Coldkey] = {}
        self.free: dict[Coldkey, int] = {}
        self.funded = self.burned = self.paid = self.unallocated = self.epochs = 0
        self.seen: dict[int, Metagraph] = {}
        for number in range(members):
            name, coldkey = Hotkey(f"hotkey-{'abcde'[number]}"), Coldkey("bank")
            stake = Rao((3 - number) * RAO_PER_TAO if number < 3 else 0)
            cost = self.ledger.registration_cost
            assert self.ledger.add_founder(name, coldkey, stake) == number
            self.funded += cost + stake
            self.burned += cost
            self.members[name] = Member(coldkey, since=0, stake=stake)
            self.owned[name] = coldkey

    def neuron(self, hotkey: Hotkey) -> Neuron:
        (neuron,) = [n for n in self.ledger.neurons if n.hotkey == hotkey]
        return neuron

    def is_refused(self, act: Any, *arguments: Any) -> bool:
        """Whether the ledger refuses; then it has changed nothing."""
        before = (self.ledger.neurons, self.ledger.books)
        try:
            act(*arguments)
        except ChainRefused:
            assert (self.ledger.neurons, self.ledger.books) == before
            return True
        return False

    def leave(self, hotkey: Hotkey) -> None:
        """In the model: stake back, every trace gone."""
        gone = self.members.pop(hotkey)
        self.free[gone.coldkey] = self.free.get(gone.coldkey, 0) + gone.stake
        for member in self.members.values():
            member.row.pop(hotkey, None)
            for _, row in member.hidden:
                row.pop(hotkey, None)

    @rule(coldkey=COLDKEYS, amount=AMOUNTS)
    def fund(self, coldkey: Coldkey, amount: Rao) -> None:
        self.ledger.fund(coldkey, amount)
        self.free[coldkey] = self.free.get(coldkey, 0) + amount
        self.funded += amount

    @rule(hotkey=HOTKEYS, coldkey=COLDKEYS)
    def register(self, hotkey: Hotkey, coldkey: Coldkey) -> None:
        block, cost = self.ledger.block, self.ledger.registration_cost
        full = len(self.members) == RULES.max_uids
        removable = [n for n in self.ledger.neurons if block - n.registered_at >= RULES.immunity_period]
        refused = (
            hotkey in self.members
            or self.owned.get(hotkey, coldkey) != coldkey
            or self.free.get(coldkey, 0) < cost
            or (full and not removable)
        )
        assert self.is_refused(self.ledger.register, hotkey, coldkey) == refused
        if refused:
            return
        self.free[coldkey] -= cost
        self.burned += cost
        if full:
            pruned = min(removable, key=lambda n: (n.emission, n.registered_at, n.uid))
            assert self.ledger.uid_of(pruned.hotkey) is None
            assert self.ledger.uid_of(hotkey) == pruned.uid
            self.leave(pruned.hotkey)
        self.members[hotkey] = Member(coldkey, since=block, last_update=block)
        self.owned[hotkey] = coldkey
        assert self.ledger.registration_cost >= cost

    @rule(hotkey=HOTKEYS)
    def deregister(self, hotkey: Hotkey) -> None:
        assert self.is_refused(self.ledger.deregister, hotkey) == (hotkey not in self.members)
        if hotkey in self.members:
            self.leave(hotkey)

    @rule(hotkey=HOTKEYS, amount=AMOUNTS)
    def add_stake(self, hotkey: Hotkey, amount: Rao) -> None:
        member = self.members.get(hotkey)
        refused = member is None or self.free.get(member.coldkey, 0) < amount
        assert self.is_refused(self.ledger.add_stake, hotkey, amount) == refused
        if member is not None and not refused:
            self.free[member.coldkey] = self.free.get(member.coldkey, 0) - amount
            member.stake += amount

    @rule(hotkey=HOTKEYS, amount=AMOUNTS)
    def remove_stake(self, hotkey: Hotkey, amount: Rao) -> None:
        member = self.members.get(hotkey)
        refused = member is None or member.stake < amount
        assert self.is_refused(self.ledger.remove_stake, hotkey, amount) == refused
        if member is not None and not refused:
            member.stake -= amount
            self.free[member.coldkey] = self.free.get(member.coldkey, 0) + amount

    @rule(hotkey=HOTKEYS, port=st.integers(1, 3))
    def serve(self, hotkey: Hotkey, port: int) -> None:
        endpoint = Endpoint("203.0.113.1", port)
        assert self.is_refused(self.ledger.serve, hotkey, endpoint) == (hotkey not in self.members)
        if hotkey in self.members:
            assert self.neuron(hotkey).endpoint == endpoint

    @rule(hidden=st.booleans(), validators=st.integers(0, 3))
    def adjust(self, hidden: bool, validators: int) -> None:
        """A subnet never gets fewer places for validators between two epochs, as their permits stay until then."""
        rules = self.ledger.hyperparameters
        self.ledger.adjust(evolve(rules, commit_reveal=hidden, max_validators=max(validators, rules.max_validators)))

    def expected_refusal(self, hotkey: Hotkey, row: WeightRow, version_key: int) -> RefusalReason | None:
        """Why these weights must be refused, by the documented rules in their order."""
        if hotkey not in self.members:
            return RefusalReason.NOT_REGISTERED
        if not row.uids:
            return RefusalReason.EMPTY
        if not all(0 <= value <= 65_535 for value in row.values):
            return RefusalReason.VALUE_OUT_OF_RANGE
        if sum(row.values) == 0:
            return RefusalReason.ALL_ZERO
        if any(row.uids.count(uid) > 1 for uid in row.uids):
            return RefusalReason.DUPLICATE_UIDS
        if not {neuron.uid for neuron in self.ledger.neurons}.issuperset(row.uids):
            return RefusalReason.UNKNOWN_UID
        if 10 * max(row.values) > 9 * sum(row.values):
            return RefusalReason.ABOVE_MAX_WEIGHT
        member, block = self.members[hotkey], self.ledger.block
        if not self.neuron(hotkey).validator_permit:
            return RefusalReason.NO_PERMIT
        if member.stake < RAO_PER_TAO:
            return RefusalReason.NOT_ENOUGH_STAKE
        if version_key < RULES.weights_version:
            return RefusalReason.VERSION_KEY_STALE
        if self.ledger.hyperparameters.commit_reveal and len(member.hidden) >= 10:
            return RefusalReason.OTHER
        first = member.since == 0 and not member.has_set
        if block - member.last_update < RULES.weights_rate_limit and not first:
            return RefusalReason.RATE_LIMITED
        return None

    @rule(hotkey=HOTKEYS, row=ROWS, version_key=st.sampled_from([2, 2, 3, 1]))
    def set_any_weights(self, hotkey: Hotkey, row: WeightRow, version_key: int) -> None:
        expected = self.expected_refusal(hotkey, row, version_key)
        before = (self.ledger.neurons, self.ledger.books)
        outcome = self.ledger.set_weights(hotkey, row, version_key)
        if expected is not None:
            assert isinstance(outcome, WeightsRefused)
            assert outcome.reason is expected
            assert (self.ledger.neurons, self.ledger.books) == before
        else:
            self.accept(hotkey, row, outcome)

    @precondition(lambda self: any(neuron.validator_permit for neuron in self.ledger.neurons))
    @rule(data=st.data())
    def set_good_weights(self, data: st.DataObject) -> None:
        """A validator weighs two or more of the neurons that are there."""
        neurons = self.ledger.neurons
        who = data.draw(st.sampled_from([n.hotkey for n in neurons if n.validator_permit]))
        some = data.draw(st.permutations([n.uid for n in neurons]))[: data.draw(st.integers(2, 5))]
        self.set_any_weights(who, WeightRow(tuple(some), tuple(range(65_535 - len(some), 65_535))), 2)

    def accept(self, hotkey: Hotkey, row: WeightRow, outcome: WeightsOutcome) -> None:
        block, member = self.ledger.block, self.members[hotkey]
        names = {neuron.uid: neuron.hotkey for neuron in self.ledger.neurons}
        values = {names[uid]: value for uid, value in zip(row.uids, row.values, strict=True) if value}
        member.last_update, member.has_set = block, True
        assert self.neuron(hotkey).last_update == block
        if self.ledger.hyperparameters.commit_reveal:
            end = next(b for b in range(block + 1, block + 6) if self.ledger.tempo.ends_at(BlockNumber(b)))
            assert outcome == WeightsCommitted(block, BlockNumber(end))
            member.hidden.append((end, values))
        else:
            assert outcome == WeightsSet(block)
            member.row, member.hidden = values, []

    @rule(blocks=st.integers(0, 12))
    def advance(self, blocks: int) -> None:
        target = self.ledger.block + blocks
        while self.ledger.block < target:
            before, block = {n.hotkey: n for n in self.ledger.neurons}, self.ledger.block
            while block < target:
                block = BlockNumber(block + 1)
                if self.ledger.tempo.ends_at(block):
                    break
            assert self.ledger.advance_to(block) == block
            if self.ledger.tempo.ends_at(block):
                self.check_epoch(before)
            else:
                assert {n.hotkey: n for n in self.ledger.neurons} == before

    def check_epoch(self, before: dict[Hotkey, Neuron]) -> None:
        """The epoch that has just been run, by what was true just before."""
        epoch, block = self.ledger.history[-1], self.ledger.block
        assert epoch.block == block
        self.epochs += 1
        for hotkey, member in self.members.items():
            entitled = before[hotkey].validator_permit and member.stake >= RAO_PER_TAO
            for end, row in member.hidden:
                if end <= block and entitled and row:
                    member.row = row
            member.hidden = [(end, row) for end, row in member.hidden if end > block]

        heard = {
            hotkey
            for hotkey, member in self.members.items()
            if before[hotkey].validator_permit
            and member.stake >= RAO_PER_TAO
            and block - member.last_update <= RULES.activity_cutoff
        }
        supported = {target for hotkey in heard for target in self.members[hotkey].row if target != hotkey}
        for uid, hotkey in epoch.hotkeys.items():
            assert before[hotkey].uid == uid
            assert epoch.incentive[uid] == 0.0 or hotkey in supported
            assert epoch.validator_trust[uid] == 0.0 or hotkey in heard
            assert epoch.dividends[uid] == 0.0 or before[hotkey].validator_permit
        for figures in (epoch.incentive, epoch.dividends):
            assert abs(sum(figures.values()) - (1.0 if any(figures.values()) else 0.0)) < 1e-9

        assert sum(epoch.emission.values()) + epoch.unallocated == EMISSION
        assert epoch.unallocated in {0, EMISSION}
        for uid, hotkey in epoch.hotkeys.items():
            member, amount = self.members[hotkey], epoch.emission[uid]
            assert self.neuron(hotkey).emission == amount
            self.paid += amount
            if self.compound:
                member.stake += amount
            else:
                self.free[member.coldkey] = self.free.get(member.coldkey, 0) + amount
        self.unallocated += epoch.unallocated

        ranked = sorted(self.ledger.neurons, key=lambda n: (-n.stake, n.uid))
        eligible = [neuron.uid for neuron in ranked if neuron.stake >= RULES.min_validator_stake]
        permitted = set(eligible[: self.ledger.hyperparameters.max_validators])
        assert {neuron.uid for neuron in self.ledger.neurons if neuron.validator_permit} == permitted

    @rule(back=st.integers(-1, 8))
    def read(self, back: int) -> None:
        """A read of any block is the same as the last read of it, or refused outside of what is kept."""
        newest, block = self.ledger.block, self.ledger.block - back
        if self.is_refused(self.ledger.metagraph, BlockNumber(block)):
            assert block > newest or block < max(0, newest - 5)
            return
        metagraph = self.ledger.metagraph(BlockNumber(block), with_weights=True)
        assert metagraph.block == block
        if newest > 0:
            assert self.seen.setdefault(block, metagraph) == metagraph

    @invariant()
    def every_rao_is_somewhere(self) -> None:
        assert self.ledger.books == Books(
            funded=Rao(self.funded),
            issued=Rao(self.epochs * EMISSION),
            paid=Rao(self.paid),
            unallocated=Rao(self.unallocated),
            burned=Rao(self.burned),
            free=Rao(sum(self.free.values())),
            staked=Rao(sum(member.stake for member in self.members.values())),
        )
        assert self.ledger.books.balanced()
        assert self.ledger.total_issued == self.paid + self.unallocated == self.epochs * EMISSION
        assert all(self.ledger.balance_of(coldkey) == amount >= 0 for coldkey, amount in self.free.items())

    @invariant()
    def neurons_are_as_the_model_has_them(self) -> None:
        neurons = self.ledger.neurons
        assert [n.uid for n in neurons] == sorted({n.uid for n in neurons})
        assert all(0 <= n.uid < RULES.max_uids for n in neurons)
        assert {n.hotkey for n in neurons} == set(self.members)
        assert len(neurons) == len(self.members)
        for neuron in neurons:
            member = self.members[neuron.hotkey]
            assert (neuron.coldkey, neuron.registered_at) == (member.coldkey, member.since)
            assert neuron.stake == member.stake / RAO_PER_TAO
            assert neuron.last_update == member.last_update <= self.ledger.block

    @invariant()
    def permits_are_few(self) -> None:
        permits = [neuron for neuron in self.ledger.neurons if neuron.validator_permit]
        assert len(permits) <= self.ledger.hyperparameters.max_validators

    @invariant()
    def weights_in_force_are_those_accepted_and_revealed(self) -> None:
        weights = self.ledger._weights.shares()  # a read through the metagraph would settle the block
        names = {neuron.uid: neuron.hotkey for neuron in self.ledger.neurons}
        shown = {names[uid]: {names[j]: share for j, share in row.items()} for uid, row in weights.items()}
        rows = {hotkey: member.row for hotkey, member in self.members.items() if member.row}
        assert shown == {
            hotkey: {target: value / sum(row.values()) for target, value in row.items()} for hotkey, row in rows.items()
        }

    @invariant()
    def memory_is_bounded(self) -> None:
        assert len(self.ledger.history) == min(self.epochs, 3)
        assert len(self.ledger._log) <= 7


LedgerMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestLedger = LedgerMachine.TestCase

"""The rules of a subnet chain, without a chain.

A block begins with what the chain does by itself: where `Tempo.ends_at`, due weights are revealed and the epoch is
run. What neurons do comes after, in the block that is open; so weights set in an epoch's last block count for the
next one, as on the chain.

What a block shows is settled by its first read or by its end, whichever is first, and what happens in it later shows
from the next block on: two reads of one block are equal. Genesis alone stays open until it is left, so that a subnet
can be set up; in it, permits follow the stakes at once (later: at each epoch) and registrations do not raise their
cost.
"""

from collections import deque
from collections.abc import Sequence

from attrs import evolve

from reasonforge.adapters.memory.bonds import BondBook
from reasonforge.adapters.memory.emission import ChainEpoch, YumaSettings, agree
from reasonforge.adapters.memory.registration import BurnCost, neuron_to_prune, permitted_uids
from reasonforge.adapters.memory.slots import Slots
from reasonforge.adapters.memory.snapshots import Snapshot, SnapshotLog
from reasonforge.adapters.memory.treasury import Books, Treasury, whole
from reasonforge.adapters.memory.weight_book import WeightBook
from reasonforge.adapters.memory.weight_rules import refuse_caller, vet
from reasonforge.domain.epoch import Tempo
from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import GENESIS, NOTHING, RAO_PER_TAO, BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph, Neuron
from reasonforge.domain.weight_rules import refuse_row
from reasonforge.domain.weights import (
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
)

EMISSION_PER_EPOCH = Rao(361 * RAO_PER_TAO)
"""1 TAO for each block of an ordinary epoch."""

REGISTRATION_COST = Rao(RAO_PER_TAO)
FIRST_NETUID = NetUid(1)
DEFAULT_HYPERPARAMETERS = Hyperparameters()
DEFAULT_YUMA = YumaSettings()


class MemoryLedger:
    """One subnet: its neurons, their money, their weights, its blocks.

    A refusal raises `ChainRefused` (weights: is a `WeightsRefused`) and changes nothing; an argument that no chain
    could read is a ValueError. Not for several threads.

    Args:
        hyperparameters: what the subnet asks; see `adjust`.
        netuid: its number, which also shifts its epochs.
        emission_per_epoch: what each epoch emits; a part that nobody earned is counted as unallocated.
        registration_cost: what a registration burns at least (registration.py says how it moves).
        yuma: parameters of Yuma Consensus.
        compound: pay emission onto the hotkey's stake, as Bittensor does; otherwise to the coldkey's free balance,
            so that stakes stay what an experiment made them.
        owner: the subnet owner's hotkey: its weight on itself counts, and it is never pruned.
        keep_blocks: how many blocks' metagraphs can be read; two epochs' when None.
        keep_epochs: how many epochs `history` holds.
    """

    def __init__(
        self,
        hyperparameters: Hyperparameters = DEFAULT_HYPERPARAMETERS,
        netuid: NetUid = FIRST_NETUID,
        *,
        emission_per_epoch: Rao = EMISSION_PER_EPOCH,
        registration_cost: Rao = REGISTRATION_COST,
        yuma: YumaSettings = DEFAULT_YUMA,
        compound: bool = False,
        owner: Hotkey | None = None,
        keep_blocks: int | None = None,
        keep_epochs: int = 100,
    ) -> None:
        self._hyperparameters = vet(hyperparameters)
        self._tempo = Tempo(hyperparameters.tempo, netuid)
        self._emission = whole(emission_per_epoch)
        self._burn = BurnCost(whole(registration_cost))
        self._yuma = yuma
        self._compound = compound
        self._owner = owner
        self._block = GENESIS
        self._slots = Slots()
        self._treasury = Treasury()
        self._weights = WeightBook()
        self._have_set: set[Uid] = set()
        self._bonds = BondBook()
        self._history: deque[ChainEpoch] = deque(maxlen=keep_epochs)
        self._log = SnapshotLog(2 * (hyperparameters.tempo + 1) if keep_blocks is None else keep_blocks)

    @property
    def netuid(self) -> NetUid:
        """The subnet's number."""
        return self._tempo.netuid

    @property
    def tempo(self) -> Tempo:
        """The subnet's rhythm."""
        return self._tempo

    @property
    def hyperparameters(self) -> Hyperparameters:
        """What the subnet asks now."""
        return self._hyperparameters

    @property
    def block(self) -> BlockNumber:
        """The newest block, which is open."""
        return self._block

    @property
    def history(self) -> tuple[ChainEpoch, ...]:
        """The last epochs, the oldest first."""
        return tuple(self._history)

    @property
    def books(self) -> Books:
        """Where all money came from and where it is."""
        return self._treasury.books()

    @property
    def total_issued(self) -> Rao:
        """Emission of all epochs so far: paid and unallocated."""
        return self.books.issued

    @property
    def unallocated(self) -> Rao:
        """The part of it that nobody earned."""
        return self.books.unallocated

    @property
    def registration_cost(self) -> Rao:
        """What a registration burns in this block."""
        return self._burn.at(self._block)

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """All neurons as they are at this moment, in the order of their uids."""
        return self._slots.neurons()

    def balance_of(self, coldkey: Coldkey) -> Rao:
        """What the coldkey has free."""
        return self._treasury.free(coldkey)

    def stake_of(self, hotkey: Hotkey) -> Rao:
        """What stands behind the hotkey."""
        return self._treasury.staked(hotkey)

    def uid_of(self, hotkey: Hotkey) -> Uid | None:
        """Its slot, or None when it is not registered."""
        neuron = self._slots.of(hotkey)
        return None if neuron is None else neuron.uid

    def adjust(self, hyperparameters: Hyperparameters) -> None:
        """The subnet owner changes what the subnet asks, from now on. Tempo and slots are fixed: ValueError."""
        now = self._hyperparameters
        if (hyperparameters.tempo, hyperparameters.max_uids) != (now.tempo, now.max_uids):
            message = "tempo and max_uids of a running subnet cannot change: make another ledger"
            raise ValueError(message)
        self._hyperparameters = vet(hyperparameters)
        self._settle_genesis()

    def fund(self, coldkey: Coldkey, amount: Rao) -> None:
        """Give a coldkey new money, ≥ 0."""
        self._treasury.fund(coldkey, amount)

    def add_founder(self, hotkey: Hotkey, coldkey: Coldkey, stake: Rao = NOTHING) -> Uid:
        """At genesis: fund exactly what registering and staking takes, and do both. Later: ChainRefused."""
        if self._block != GENESIS:
            message = f"founders join in block {GENESIS}, and this is block {self._block}: fund and register instead"
            raise ChainRefused(message)
        self._slots.admit(hotkey, coldkey)
        self._to_prune()
        self.fund(coldkey, Rao(self.registration_cost + whole(stake)))
        uid = self.register(hotkey, coldkey)
        self.add_stake(hotkey, stake)
        return uid

    def register(self, hotkey: Hotkey, coldkey: Coldkey) -> Uid:
        """Take a slot for what it costs, out of the coldkey's free balance; a full subnet prunes for it.

        Refused: a hotkey that is registered or another coldkey's, too little free, a full subnet of immune neurons.
        """
        self._slots.admit(hotkey, coldkey)
        pruned = self._to_prune()
        self._treasury.burn(coldkey, self.registration_cost)
        self._burn = self._burn.raised(self._block)
        if pruned is not None:
            self._remove(pruned)
        newcomer = self._slots.take(hotkey, coldkey, self._block)
        self._settle_genesis()
        return newcomer.uid

    def deregister(self, hotkey: Hotkey) -> None:
        """Give the slot back. The stake returns to the coldkey; weights and bonds from and to it are gone."""
        self._remove(self._slots.registered(hotkey))
        self._settle_genesis()

    def add_stake(self, hotkey: Hotkey, amount: Rao) -> None:
        """From its coldkey's free balance onto a registered hotkey."""
        neuron = self._slots.registered(hotkey)
        self._treasury.stake(neuron.coldkey, hotkey, amount)
        self._show_stake(neuron)
        self._settle_genesis()

    def remove_stake(self, hotkey: Hotkey, amount: Rao) -> None:
        """Back to its coldkey's free balance. A permit stays until the next epoch."""
        neuron = self._slots.registered(hotkey)
        self._treasury.unstake(neuron.coldkey, hotkey, amount)
        self._show_stake(neuron)
        self._settle_genesis()

    def serve(self, hotkey: Hotkey, endpoint: Endpoint) -> None:
        """Publish where a registered hotkey serves."""
        self._slots.put(evolve(self._slots.registered(hotkey), endpoint=endpoint))

    def set_weights(self, hotkey: Hotkey, row: WeightRow, version_key: int) -> WeightsOutcome:
        """Set a neuron's row, or commit it where commit-reveal is on; a refusal leaves everything as it was.

        Not modelled: the chain lets a neuron without permit weigh itself alone, which counts for nothing.
        """
        neuron = self._slots.of(hotkey)
        if neuron is None:
            return WeightsRefused(RefusalReason.NOT_REGISTERED, f"{hotkey} is not registered in this subnet")
        uid, chain = neuron.uid, self._hyperparameters
        refusal = refuse_row(row, self._slots, chain) or refuse_caller(
            neuron,
            version_key,
            self._block,
            chain,
            hidden_rows=self._weights.hidden(uid),
            has_set=uid in self._have_set,
        )
        if refusal is not None:
            return refusal
        self._have_set.add(uid)
        self._slots.put(evolve(neuron, last_update=self._block))
        if not chain.commit_reveal:
            self._weights.put(uid, row)
            return WeightsSet(self._block)
        reveals_at = self._reveal_block()
        self._weights.commit(uid, row, reveals_at)
        return WeightsCommitted(self._block, reveals_at)

    def recompute_permits(self) -> None:
        """Permits to the `max_validators` greatest stakes above 0 that reach `min_validator_stake`; ties: lower uid.

        Who has none keeps no bonds. Every epoch ends with it.
        """
        permitted = permitted_uids(self._slots, self._hyperparameters)
        for neuron in self._slots:
            self._slots.put(evolve(neuron, validator_permit=neuron.uid in permitted))
        self._bonds.keep_only(permitted)

    def advance(self, blocks: int = 1) -> BlockNumber:
        """Let `blocks` ≥ 0 blocks pass, with the epochs in them; the newest block."""
        return self.advance_to(BlockNumber(self._block + blocks))

    def advance_to(self, block: BlockNumber) -> BlockNumber:
        """Let blocks pass until `block` is the newest; ValueError when it has passed already."""
        if block < self._block:
            message = f"block {block} has passed: the newest is {self._block}"
            raise ValueError(message)
        while self._block < block:
            boundary = self._tempo.epoch_at(BlockNumber(self._block + 1)).last_block
            self._enter(min(boundary, block))
        return self._block

    def metagraph(self, at: BlockNumber | None = None, *, with_weights: bool = False) -> Metagraph:
        """What block `at` shows (the newest when None); ChainRefused when it is not there, or no longer kept."""
        block = self._block if at is None else at
        oldest = self._log.oldest(self._block)
        if block > self._block:
            message = f"there is no block {block} yet: the newest is {self._block}"
            raise ChainRefused(message)
        if block < oldest:
            message = f"the state of block {block} is no longer kept: the oldest kept is block {oldest}"
            raise ChainRefused(message)
        if self._block == GENESIS:
            snapshot = self._snapshot()
        else:
            self._log.settle(self._block, self._snapshot())
            snapshot = self._log.at(block)
        return Metagraph(self.netuid, block, snapshot.neurons, snapshot.weights if with_weights else None)

    def _enter(self, block: BlockNumber) -> None:
        """Close the open block and open `block`, with nothing happening in those between."""
        self._log.settle(self._block, self._snapshot())
        if block > self._block + 1:
            self._log.settle(BlockNumber(self._block + 1), self._snapshot())
        self._block = block
        if self._tempo.ends_at(block):
            self._run_epoch()

    def _run_epoch(self) -> None:
        """Reveal, agree, pay, and hand out permits anew."""
        chain, neurons = self._hyperparameters, self._slots.neurons()
        uids = [neuron.uid for neuron in neurons]
        entitled = {n.uid for n in neurons if n.validator_permit and n.stake >= chain.min_validator_stake}
        self._weights.reveal(self._block, entitled)
        heard = [n.uid in entitled and n.last_update + chain.activity_cutoff >= self._block for n in neurons]
        outcome = agree(
            neurons,
            heard,
            weights=self._weights.matrix(uids),
            bonds=self._bonds.over(uids),
            least_stake=chain.min_validator_stake,
            owner=self._owner,
            settings=self._yuma,
        )
        self._bonds.store(uids, outcome.bonds)
        self._pay(neurons, ChainEpoch.of(self._block, neurons, outcome, self._emission))
        self.recompute_permits()

    def _pay(self, neurons: Sequence[Neuron], epoch: ChainEpoch) -> None:
        for neuron in neurons:
            amount = epoch.emission[neuron.uid]
            self._treasury.pay(neuron.coldkey, neuron.hotkey, amount, as_stake=self._compound)
            self._show_stake(epoch.shown_by(neuron))
        self._treasury.withhold(epoch.unallocated)
        if not self.books.balanced():
            message = f"the books of block {self._block} do not balance: {self.books}"
            raise ArithmeticError(message)
        self._history.append(epoch)

    def _reveal_block(self) -> BlockNumber:
        """Where a row committed now is revealed: where the `reveal_period`-th epoch from now is run."""
        coming = self._tempo.epoch_at(BlockNumber(self._block + 1)).last_block
        return BlockNumber(coming + (self._hyperparameters.reveal_period - 1) * (self._tempo.tempo + 1))

    def _to_prune(self) -> Neuron | None:
        """Who makes room for a newcomer; None when there is room, ChainRefused when nobody can."""
        if len(self._slots) < self._hyperparameters.max_uids:
            return None
        candidates = (neuron for neuron in self._slots if neuron.hotkey != self._owner)
        pruned = neuron_to_prune(candidates, self._block, self._hyperparameters.immunity_period)
        if pruned is None:
            message = f"all {len(self._slots)} slots are taken and their neurons immune: try again later"
            raise ChainRefused(message)
        return pruned

    def _remove(self, neuron: Neuron) -> None:
        self._treasury.unstake(neuron.coldkey, neuron.hotkey, self.stake_of(neuron.hotkey))
        self._weights.forget(neuron.uid)
        self._bonds.forget(neuron.uid)
        self._have_set.discard(neuron.uid)
        self._slots.vacate(neuron)

    def _show_stake(self, neuron: Neuron) -> None:
        self._slots.put(evolve(neuron, stake=self.stake_of(neuron.hotkey) / RAO_PER_TAO))

    def _settle_genesis(self) -> None:
        if self._block == GENESIS:
            self.recompute_permits()

    def _snapshot(self) -> Snapshot:
        """The subnet as it is now."""
        return Snapshot(self._slots.neurons(), self._weights.shares())

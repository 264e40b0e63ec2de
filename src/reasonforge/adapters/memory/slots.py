"""The neurons of the in-memory subnet, by uid and by hotkey."""

from collections.abc import Iterator

from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, Uid
from reasonforge.domain.metagraph import Neuron


class Slots:
    """Who holds which uid. A hotkey holds at most one, and belongs for ever to the coldkey that first registered it."""

    def __init__(self) -> None:
        self._neurons: dict[Uid, Neuron] = {}
        self._uids: dict[Hotkey, Uid] = {}
        self._coldkeys: dict[Hotkey, Coldkey] = {}
        self._ordered: tuple[Neuron, ...] | None = None

    def __len__(self) -> int:
        return len(self._neurons)

    def __contains__(self, uid: object) -> bool:
        return uid in self._neurons

    def __iter__(self) -> Iterator[Neuron]:
        return iter(self.neurons())

    def neurons(self) -> tuple[Neuron, ...]:
        """All of them, in the order of their uids."""
        if self._ordered is None:
            self._ordered = tuple(self._neurons[uid] for uid in sorted(self._neurons))
        return self._ordered

    def of(self, hotkey: Hotkey) -> Neuron | None:
        """The neuron that signs with `hotkey`, or None."""
        uid = self._uids.get(hotkey)
        return None if uid is None else self._neurons[uid]

    def registered(self, hotkey: Hotkey) -> Neuron:
        """The neuron that signs with `hotkey`; ChainRefused when there is none."""
        neuron = self.of(hotkey)
        if neuron is None:
            message = f"{hotkey} is not registered in this subnet"
            raise ChainRefused(message)
        return neuron

    def admit(self, hotkey: Hotkey, coldkey: Coldkey) -> None:
        """ChainRefused when `hotkey` is registered already, or another coldkey's."""
        neuron = self.of(hotkey)
        if neuron is not None:
            message = f"{hotkey} is registered already, as uid {neuron.uid}"
            raise ChainRefused(message)
        if self._coldkeys.get(hotkey, coldkey) != coldkey:
            message = f"{hotkey} belongs to another coldkey than {coldkey}"
            raise ChainRefused(message)

    def take(self, hotkey: Hotkey, coldkey: Coldkey, block: BlockNumber) -> Neuron:
        """The lowest free uid to a newcomer, who has nothing yet."""
        uid = next(uid for uid in map(Uid, range(len(self) + 1)) if uid not in self)
        neuron = Neuron(
            uid=uid,
            hotkey=hotkey,
            coldkey=coldkey,
            stake=0.0,
            validator_permit=False,
            endpoint=None,
            last_update=block,
            registered_at=block,
        )
        self._coldkeys[hotkey] = coldkey
        self._uids[hotkey] = uid
        self.put(neuron)
        return neuron

    def put(self, neuron: Neuron) -> None:
        """What is true of its slot now. An equal neuron keeps its object, which snapshots share."""
        if self._neurons.get(neuron.uid) != neuron:
            self._neurons[neuron.uid] = neuron
            self._ordered = None

    def vacate(self, neuron: Neuron) -> None:
        """Its uid is free."""
        del self._uids[neuron.hotkey], self._neurons[neuron.uid]
        self._ordered = None

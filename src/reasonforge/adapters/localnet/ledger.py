"""What a server asks of the ledger that it offers; `MemoryLedger` is one."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from reasonforge.domain.epoch import Tempo
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, NetUid, Rao, Uid
from reasonforge.domain.metagraph import Endpoint, Hyperparameters, Metagraph
from reasonforge.domain.weights import WeightRow, WeightsOutcome


class EpochFigures(Protocol):
    """What an epoch agreed on and paid."""

    @property
    def block(self) -> BlockNumber: ...

    @property
    def hotkeys(self) -> Mapping[Uid, Hotkey]: ...

    @property
    def consensus(self) -> Mapping[Uid, float]: ...

    @property
    def validator_trust(self) -> Mapping[Uid, float]: ...

    @property
    def incentive(self) -> Mapping[Uid, float]: ...

    @property
    def dividends(self) -> Mapping[Uid, float]: ...

    @property
    def emission(self) -> Mapping[Uid, Rao]: ...

    @property
    def unallocated(self) -> Rao: ...


class BooksFigures(Protocol):
    """Where all money came from and where it is."""

    @property
    def funded(self) -> Rao: ...

    @property
    def issued(self) -> Rao: ...

    @property
    def paid(self) -> Rao: ...

    @property
    def unallocated(self) -> Rao: ...

    @property
    def burned(self) -> Rao: ...

    @property
    def free(self) -> Rao: ...

    @property
    def staked(self) -> Rao: ...


class Ledger(Protocol):
    """One subnet. A refusal raises `ChainRefused` (weights: is a `WeightsRefused`), an argument that no chain could
    read is a ValueError, and both change nothing.
    """

    @property
    def netuid(self) -> NetUid: ...

    @property
    def tempo(self) -> Tempo: ...

    @property
    def block(self) -> BlockNumber: ...

    @property
    def hyperparameters(self) -> Hyperparameters: ...

    @property
    def registration_cost(self) -> Rao: ...

    @property
    def history(self) -> Sequence[EpochFigures]: ...

    @property
    def books(self) -> BooksFigures: ...

    def metagraph(self, at: BlockNumber | None = None, *, with_weights: bool = False) -> Metagraph: ...

    def serve(self, hotkey: Hotkey, endpoint: Endpoint) -> None: ...

    def set_weights(self, hotkey: Hotkey, row: WeightRow, version_key: int) -> WeightsOutcome: ...

    def advance(self, blocks: int = 1) -> BlockNumber: ...

    def fund(self, coldkey: Coldkey, amount: Rao) -> None: ...

    def add_founder(self, hotkey: Hotkey, coldkey: Coldkey, stake: Rao) -> Uid: ...

    def register(self, hotkey: Hotkey, coldkey: Coldkey) -> Uid: ...

    def deregister(self, hotkey: Hotkey) -> None: ...

    def add_stake(self, hotkey: Hotkey, amount: Rao) -> None: ...

"""A node with rules: the in-memory ledger behind what the adapter asks of the SDK, in the SDK's own types."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from async_substrate_interface.async_substrate import AsyncExtrinsicReceipt
from async_substrate_interface.errors import BlockNotFound, StateDiscardedError
from attrs import define
from bittensor.core.chain_data import MetagraphInfo, SubnetHyperparameters
from bittensor.core.types import ExtrinsicResponse
from bittensor.utils import format_error_message
from bittensor.utils.weight_utils import convert_and_normalize_weights_and_uids

from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import RAO_PER_TAO, SECONDS_PER_BLOCK, BlockNumber, Hotkey, Uid
from reasonforge.domain.metagraph import Endpoint, Metagraph, Neuron
from reasonforge.domain.weights import (
    U16_MAX,
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
)

ERRORS = {
    RefusalReason.NOT_REGISTERED: "HotKeyNotRegisteredInSubNet",
    RefusalReason.NO_PERMIT: "NeuronNoValidatorPermit",
    RefusalReason.NOT_ENOUGH_STAKE: "NotEnoughStakeToSetWeights",
    RefusalReason.VERSION_KEY_STALE: "IncorrectWeightVersionKey",
    RefusalReason.RATE_LIMITED: "SettingWeightsTooFast",
    RefusalReason.DUPLICATE_UIDS: "DuplicateUids",
    RefusalReason.UNKNOWN_UID: "UidVecContainInvalidOne",
    RefusalReason.LENGTHS_DIFFER: "WeightVecNotEqualSize",
    RefusalReason.TOO_FEW_WEIGHTS: "WeightVecLengthIsLow",
    RefusalReason.ABOVE_MAX_WEIGHT: "MaxWeightExceeded",
    RefusalReason.OTHER: "TooManyUnrevealedCommits",
}


class LedgerClock:
    """A clock by which the ledger makes a block every twelve seconds, and that moves only when somebody waits."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._start = ledger.block
        self._seconds = 0.0

    def now(self) -> float:
        return self._seconds

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        self._seconds += seconds
        self._ledger.advance_to(BlockNumber(self._start + int(self._seconds // SECONDS_PER_BLOCK)))

    async def advance(self, blocks: int) -> None:
        await self.sleep(blocks * SECONDS_PER_BLOCK)


@define
class Weather:
    """What befalls the node's clients. Each is asked at every call."""

    frozen: bool = False
    frozen_writes: bool = False
    lost_answers: bool = False
    old_runtime: bool = False
    reads: int = 0
    dialled: int = 0
    closed: int = 0


class LedgerClient:
    """`SubtensorClient` for one hotkey.

    It keeps the SDK's own rules too: it holds the rate limit to be one block longer than the chain does, and then
    answers with neither message nor error.
    """

    def __init__(self, ledger: MemoryLedger, hotkey: Hotkey, weather: Weather) -> None:
        self._ledger = ledger
        self._hotkey = hotkey
        self._weather = weather

    async def open(self) -> None:
        self._weather.dialled += 1
        await self._pass(frozen=self._weather.frozen)

    async def close(self) -> None:
        self._weather.closed += 1
        await self._pass(frozen=self._weather.frozen)

    async def current_block(self) -> int:
        await self._read()
        return self._ledger.block

    async def metagraph_info(self, netuid: int, block: int) -> MetagraphInfo | None:
        await self._read()
        return metagraph_info(self._at(block)) if netuid == self._ledger.netuid else None

    async def subnet_hyperparameters(self, netuid: int, block: int) -> SubnetHyperparameters | None:
        await self._read()
        self._at(block)
        asked = self._ledger.hyperparameters
        named = {
            "tempo": {"U16": asked.tempo},
            "weights_rate_limit": {"U64": asked.weights_rate_limit},
            "min_allowed_weights": {"U16": asked.min_allowed_weights},
            "max_weights_limit": {"U16": round(asked.max_weight_limit * U16_MAX)},
            "weights_version": {"U64": asked.weights_version},
            "commit_reveal_weights_enabled": {"Bool": asked.commit_reveal},
            "commit_reveal_period": {"U64": asked.reveal_period},
            "max_validators": {"U16": asked.max_validators},
            "immunity_period": {"U16": asked.immunity_period},
            "activity_cutoff": {"U16": asked.activity_cutoff},
        }
        known = netuid == self._ledger.netuid
        return SubnetHyperparameters.from_any([{"name": n, "value": v} for n, v in named.items()]) if known else None

    async def storage(self, name: str, keys: Sequence[int], block: int) -> Any:
        await self._read()
        neurons = self._at(block).neurons
        asked = self._ledger.hyperparameters
        held: dict[tuple[str | int, ...], Any] = {
            ("ValidatorTrust", self._ledger.netuid): [u16(neuron.validator_trust) for neuron in neurons],
            ("MaxAllowedUids", self._ledger.netuid): asked.max_uids,
            ("Tempo", self._ledger.netuid): asked.tempo,
            ("StakeThreshold",): round(asked.min_validator_stake * RAO_PER_TAO),
        }
        return held.get((name, *keys), 0)  # a map's default, as for a subnet that is not there

    async def weights(self, netuid: int, block: int) -> Sequence[tuple[int, Sequence[tuple[int, int]]]]:
        await self._read()
        shown = self._at(block, with_weights=True).weights if netuid == self._ledger.netuid else {}
        return [(uid, stored(row)) for uid, row in (shown or {}).items()]

    async def next_epoch_start(self, netuid: int) -> int | None:
        await self._read()
        tempo = self._ledger.tempo
        if self._weather.old_runtime or netuid != tempo.netuid:
            return None
        return tempo.epoch_at(BlockNumber(self._ledger.block + 1)).last_block

    async def serve(self, netuid: int, host: str, port: int) -> ExtrinsicResponse:
        await self._write()
        if netuid != self._ledger.netuid:
            return module_error("HotKeyNotRegisteredInSubNet")
        try:
            self._ledger.serve(self._hotkey, Endpoint(host, port))
        except ChainRefused:
            return module_error("HotKeyNotRegisteredInSubNet")
        return await self._answer(included(self._ledger.block))

    async def set_weights(
        self, netuid: int, uids: Sequence[int], values: Sequence[int], version_key: int
    ) -> ExtrinsicResponse:
        await self._write()
        own = self._live()
        if own is None:
            return ExtrinsicResponse(False, f"Hotkey {self._hotkey} not registered in subnet {netuid}.")
        if self._ledger.block - own.last_update <= self._ledger.hyperparameters.weights_rate_limit:
            return ExtrinsicResponse(False)
        sent_uids, sent_values = convert_and_normalize_weights_and_uids(list(uids), list(values))
        row = WeightRow(tuple(Uid(uid) for uid in sent_uids), tuple(sent_values))
        return await self._answer(as_response(self._ledger.set_weights(self._hotkey, row, version_key)))

    def _live(self) -> Neuron | None:
        return next((neuron for neuron in self._ledger.neurons if neuron.hotkey == self._hotkey), None)

    def _at(self, block: int, *, with_weights: bool = False) -> Metagraph:
        if block > self._ledger.block:
            raise BlockNotFound(block)
        try:
            return self._ledger.metagraph(BlockNumber(block), with_weights=with_weights)
        except ChainRefused as error:
            raise StateDiscardedError(str(block)) from error

    async def _read(self) -> None:
        self._weather.reads += 1
        await self._pass(frozen=self._weather.frozen)

    async def _write(self) -> None:
        await self._pass(frozen=self._weather.frozen or self._weather.frozen_writes)

    async def _answer(self, response: ExtrinsicResponse) -> ExtrinsicResponse:
        """What was done stays done when its answer gets lost."""
        await self._pass(frozen=self._weather.lost_answers)
        return response

    @staticmethod
    async def _pass(*, frozen: bool) -> None:
        if frozen:
            await asyncio.Event().wait()


def metagraph_info(metagraph: Metagraph) -> MetagraphInfo:
    """As the SDK decodes it from the runtime's answer to a selective question: what was not asked is None."""
    neurons = metagraph.neurons
    decoded: dict[str, Any] = defaultdict(lambda: None)
    decoded |= {
        "netuid": metagraph.netuid,
        "num_uids": len(neurons),
        "hotkeys": [neuron.hotkey for neuron in neurons],
        "coldkeys": [neuron.coldkey for neuron in neurons],
        "axons": [axon(neuron.endpoint) for neuron in neurons],
        "validator_permit": [neuron.validator_permit for neuron in neurons],
        "last_update": [neuron.last_update for neuron in neurons],
        "emission": [neuron.emission for neuron in neurons],
        "dividends": [u16(neuron.dividends) for neuron in neurons],
        "incentives": [u16(neuron.incentive) for neuron in neurons],
        "consensus": [u16(neuron.consensus) for neuron in neurons],
        "block_at_registration": [neuron.registered_at for neuron in neurons],
        "total_stake": [round(neuron.stake * RAO_PER_TAO) for neuron in neurons],
    }
    return MetagraphInfo.from_dict(decoded)


def axon(endpoint: Endpoint | None) -> dict[str, int]:
    """AxonInfo as the runtime has it: the address as a number, all zeros for who never served."""
    if endpoint is None:
        return {"ip": 0, "port": 0, "ip_type": 0}
    first, second, third, fourth = (int(part) for part in endpoint.host.split("."))
    return {"ip": first << 24 | second << 16 | third << 8 | fourth, "port": endpoint.port, "ip_type": 4}


def stored(row: Any) -> list[tuple[int, int]]:
    """Shares as the chain keeps them: u16 with the largest at 65,535."""
    largest = max(row.values())
    return [(uid, round(share / largest * U16_MAX)) for uid, share in row.items()]


def u16(share: float) -> int:
    return round(share * U16_MAX)


def included(block: BlockNumber, data: dict[str, Any] | None = None) -> ExtrinsicResponse:
    nowhere = cast("Any", None)  # the receipt knows its block, so it asks no node
    receipt = AsyncExtrinsicReceipt(nowhere, extrinsic_hash="0x00", block_hash="0x00", block_number=block)
    return ExtrinsicResponse(True, "Success", extrinsic_receipt=receipt, data=data)


def module_error(name: str) -> ExtrinsicResponse:
    """The runtime's refusal of a transaction that came into a block."""
    error = {"type": "Module", "name": name, "docs": [f"It is {name}."]}
    return ExtrinsicResponse(False, format_error_message(error), error=cast("Any", error))


def as_response(outcome: WeightsOutcome) -> ExtrinsicResponse:
    """The ledger's outcome in the SDK's words."""
    match outcome:
        case WeightsSet(block):
            return included(block)
        case WeightsCommitted(block):
            return included(block, {"commit_for_reveal": b"\x01", "reveal_round": 42})
        case WeightsRefused(reason):
            return module_error(ERRORS[reason])
        case _:
            message = f"a ledger does not lose answers: {outcome}"
            raise AssertionError(message)

"""What a local chain does when it is called: one function a call, from its arguments to its answer.

Arguments are hostile: what is not of the right type is `Unreadable`, what the ledger will not do is its refusal.
No call takes longer than two epochs of the ledger.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from reasonforge.adapters.localnet.ledger import Ledger
from reasonforge.adapters.localnet.values import (
    books_fields,
    epoch_fields,
    hyperparameters_fields,
    metagraph_fields,
    outcome_fields,
)
from reasonforge.adapters.localnet.wire import Unreadable, flag, integer, numbers, optional_integer, text
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, Rao
from reasonforge.domain.metagraph import Endpoint
from reasonforge.domain.weights import WeightRow

Arguments = dict[str, Any]
Call = Callable[[Ledger, Arguments], Any]


def _block(ledger: Ledger, _: Arguments) -> Any:
    return ledger.block


def _hyperparameters(ledger: Ledger, _: Arguments) -> Any:
    return hyperparameters_fields(ledger.hyperparameters)


def _metagraph(ledger: Ledger, given: Arguments) -> Any:
    at = optional_integer(given, "at")
    block = None if at is None else BlockNumber(at)
    return metagraph_fields(ledger.metagraph(block, with_weights=flag(given, "with_weights")))


def _serve(ledger: Ledger, given: Arguments) -> Any:
    ledger.serve(Hotkey(text(given, "hotkey")), Endpoint(text(given, "host"), integer(given, "port")))


def _set_weights(ledger: Ledger, given: Arguments) -> Any:
    row = WeightRow(numbers(given, "uids"), numbers(given, "values"))
    return outcome_fields(ledger.set_weights(Hotkey(text(given, "hotkey")), row, integer(given, "version_key")))


def _advance(ledger: Ledger, given: Arguments) -> Any:
    """At most an epoch's length at a time, so that others get their turn; `left` blocks have not passed."""
    blocks = integer(given, "blocks")
    passed = min(blocks, ledger.tempo.tempo + 1)
    return {"block": ledger.advance(passed), "left": blocks - passed}


def _fund(ledger: Ledger, given: Arguments) -> Any:
    ledger.fund(Coldkey(text(given, "coldkey")), Rao(integer(given, "amount")))


def _found(ledger: Ledger, given: Arguments) -> Any:
    hotkey, coldkey = Hotkey(text(given, "hotkey")), Coldkey(text(given, "coldkey"))
    return ledger.add_founder(hotkey, coldkey, Rao(integer(given, "stake")))


def _register(ledger: Ledger, given: Arguments) -> Any:
    return ledger.register(Hotkey(text(given, "hotkey")), Coldkey(text(given, "coldkey")))


def _registration_cost(ledger: Ledger, _: Arguments) -> Any:
    return ledger.registration_cost


def _deregister(ledger: Ledger, given: Arguments) -> Any:
    ledger.deregister(Hotkey(text(given, "hotkey")))


def _add_stake(ledger: Ledger, given: Arguments) -> Any:
    ledger.add_stake(Hotkey(text(given, "hotkey")), Rao(integer(given, "amount")))


def _history(ledger: Ledger, given: Arguments) -> Any:
    """The last epochs, the oldest first; all that are kept when `last` is null."""
    last = optional_integer(given, "last")
    if last is not None and last < 0:
        raise Unreadable("last must not be negative")
    epochs = ledger.history
    kept = epochs if last is None else epochs[max(0, len(epochs) - last) :]
    return [epoch_fields(epoch) for epoch in kept]


def _books(ledger: Ledger, _: Arguments) -> Any:
    return books_fields(ledger.books)


CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "block": _block,
        "hyperparameters": _hyperparameters,
        "metagraph": _metagraph,
        "serve": _serve,
        "set_weights": _set_weights,
        "advance": _advance,
        "fund": _fund,
        "found": _found,
        "register": _register,
        "registration_cost": _registration_cost,
        "deregister": _deregister,
        "add_stake": _add_stake,
        "history": _history,
        "books": _books,
    }
)

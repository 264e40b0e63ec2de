"""What the SDK's responses to weights mean."""

import ast
from typing import Any, cast

import pytest
from async_substrate_interface.errors import MaxRetriesExceeded, SubstrateRequestException
from bittensor.core.errors import chain_error_from_substrate_exception
from bittensor.core.types import ExtrinsicResponse
from bittensor.utils import format_error_message
from bittensor.utils.weight_utils import convert_and_normalize_weights_and_uids
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosedError

from reasonforge.adapters.bittensor.weights import Accepted, TryLater, read_answer
from reasonforge.domain.identity import BlockNumber
from reasonforge.domain.weights import U16_MAX, RefusalReason, WeightsRefused, WeightsUnreachable
from tests.adapters.bittensor_chain.ledger_client import ERRORS, included, module_error


def pool_error(code: int, message: str, data: str) -> ExtrinsicResponse:
    """As AsyncSubtensor.sign_and_send_extrinsic makes it when the node does not take the transaction."""
    error = SubstrateRequestException(str({"error": {"code": code, "message": message, "data": data}}))
    typed = chain_error_from_substrate_exception(error)
    told: Exception = error if typed is None else typed
    return ExtrinsicResponse(False, format_error_message(told), error=told)


def test_a_response_is_true_even_when_it_failed() -> None:
    """The trap that `success` avoids: the SDK's response to a failure is true."""
    assert bool(ExtrinsicResponse(False))
    assert isinstance(read_answer(ExtrinsicResponse(False)), TryLater)


def test_neither_message_nor_error_is_too_soon() -> None:
    """A failure that says nothing is the SDK's own rate limit, which passes."""
    later = read_answer(ExtrinsicResponse(False))
    assert isinstance(later, TryLater)
    assert later.refusal.reason is RefusalReason.RATE_LIMITED


def test_what_is_accepted() -> None:
    """Success with a reveal round is a commit, without one it is set; the block is the receipt's, when it knows."""
    assert read_answer(included(BlockNumber(9))) == Accepted(BlockNumber(9), committed=False)
    assert read_answer(included(BlockNumber(9), {"reveal_round": 4})) == Accepted(BlockNumber(9), committed=True)
    assert read_answer(ExtrinsicResponse(True, "Success")) == Accepted(None, committed=False)


@pytest.mark.parametrize("reason", ERRORS)
def test_the_runtime_s_refusals(reason: RefusalReason) -> None:
    """Each error of the SubtensorModule has its reason; only the rate limit is worth another try."""
    answer = read_answer(module_error(ERRORS[reason]))
    refusal = answer.refusal if isinstance(answer, TryLater) else answer
    assert isinstance(refusal, WeightsRefused)
    assert refusal.reason is reason
    assert ERRORS[reason] in refusal.detail
    assert isinstance(answer, TryLater) == (reason is RefusalReason.RATE_LIMITED)


@pytest.mark.parametrize(
    ("code", "reason", "later"),
    [
        (1, RefusalReason.NOT_ENOUGH_STAKE, False),
        (4, RefusalReason.NOT_REGISTERED, False),
        (6, RefusalReason.RATE_LIMITED, True),
        (10, RefusalReason.NOT_REGISTERED, False),
        (16, RefusalReason.OTHER, False),
        (255, RefusalReason.OTHER, False),
    ],
)
def test_the_node_s_refusals(code: int, reason: RefusalReason, *, later: bool) -> None:
    """A transaction that comes into no block is refused for its custom error; 16 is not taken for 1 or 6."""
    answer = read_answer(pool_error(1010, "Invalid Transaction", f"Custom error: {code}"))
    refusal = answer.refusal if isinstance(answer, TryLater) else answer
    assert isinstance(refusal, WeightsRefused)
    assert (refusal.reason, isinstance(answer, TryLater)) == (reason, later)


def test_a_full_pool_passes() -> None:
    """A nonce that is taken by a transaction still on its way is worth another try."""
    taken = pool_error(1014, "Priority is too low: (1 vs 1)", "The transaction has too low priority to replace another")
    assert isinstance(read_answer(taken), TryLater)


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("Max retries exceeded."),
        ConnectionResetError(),
        ConnectionClosedError(None, None),
        MaxRetriesExceeded("gave up"),
        SubstrateRequestException("Unable to reconnect because there are currently open subscriptions."),
        KeyError("result"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_lost_connection_is_no_refusal(error: Exception) -> None:
    """What broke the SDK on the way says nothing about whether the weights were set."""
    answer = read_answer(ExtrinsicResponse(False, str(error), error=error))
    assert isinstance(answer, WeightsUnreachable)


def test_the_sdk_s_word_for_a_stranger() -> None:
    """It refuses an unregistered hotkey itself, in words of its own."""
    answer = read_answer(ExtrinsicResponse(False, "Hotkey 5F… not registered in subnet 1."))
    assert isinstance(answer, WeightsRefused)
    assert answer.reason is RefusalReason.NOT_REGISTERED


def test_a_locked_wallet_is_refused() -> None:
    """A failure with a message and no error never left this machine."""
    answer = read_answer(ExtrinsicResponse(False, "The password used to decrypt your Hotkey keyfile is invalid."))
    assert isinstance(answer, WeightsRefused)
    assert answer.reason is RefusalReason.OTHER


@given(st.text(max_size=200), st.none() | st.text(max_size=50) | st.dictionaries(st.text(), st.text(), max_size=3))
def test_any_failure_is_read(message: str, error: Any) -> None:
    """Whatever a failure says, it has one meaning, and none of them is success."""
    given_error = Exception(error) if isinstance(error, str) else error
    answer = read_answer(ExtrinsicResponse(False, message, error=cast("Any", given_error)))
    assert isinstance(answer, TryLater | WeightsRefused | WeightsUnreachable)


@given(st.dictionaries(st.integers(0, 65_535), st.integers(1, U16_MAX), max_size=64), st.integers(0, 65_535))
def test_the_sdk_leaves_a_row_as_it_is(row: dict[int, int], largest: int) -> None:
    """What the SDK does to weights before it sends them changes nothing in a row whose largest is 65,535."""
    row[largest] = U16_MAX
    uids, values = list(row), list(row.values())
    assert convert_and_normalize_weights_and_uids(uids, values) == (uids, values)


def test_the_pool_error_is_as_the_sdk_writes_it() -> None:
    """The helper above holds what the SDK parses: a dictionary's literal with an `error` in it."""
    response = pool_error(1010, "Invalid Transaction", "Custom error: 255")
    assert isinstance(response.error, SubstrateRequestException)
    assert ast.literal_eval(response.error.args[0])["error"]["data"] == "Custom error: 255"

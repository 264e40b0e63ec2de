"""Trying again within a deadline, and counting what it cost."""

import asyncio
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.llm.accounting import PRICES, Meter, Price, Usage
from reasonforge.adapters.llm.retrying import Patience, Setback, persist
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.application.ports.reasoner import NoAnswer

SETBACKS = st.builds(
    Setback, st.just("busy"), may_pass=st.booleans(), retry_after=st.none() | st.floats(0, 100, allow_nan=False)
)


@given(st.lists(SETBACKS, max_size=8), st.floats(0, 120), st.integers(0, 1000), st.floats(0, 5))
def test_it_never_passes_the_deadline(setbacks: list[Setback], budget: float, seed: int, work: float) -> None:
    """Whatever fails how often, it ends by the deadline, or with the attempt that was running then."""
    clock = MemoryClock()
    waiting = list(setbacks)
    started: list[float] = []

    async def attempt(_seconds: float) -> str | Setback:
        started.append(clock.monotonic())
        await clock.sleep(work)
        return waiting.pop(0) if waiting else "done"

    async def go() -> tuple[str | NoAnswer, float]:
        patience = Patience(attempts=5)
        return await persist(attempt, clock, Random(seed), budget, patience), clock.monotonic()

    found, end = asyncio.run(go())
    assert end <= budget + work + 1e-5
    assert all(moment < budget for moment in started)
    assert len(started) <= 5
    lasting = [not setback.may_pass for setback in setbacks]
    assert len(started) <= (lasting.index(True) + 1 if True in lasting else len(setbacks) + 1)
    assert isinstance(found, NoAnswer) or len(started) == len(setbacks) + 1


@given(st.integers(1, 40), st.integers(0, 100), st.none() | st.floats(0, 50))
def test_a_wait_is_bounded_and_at_least_what_was_asked(failures: int, seed: int, asked: float | None) -> None:
    """A wait lies between Retry-After and the greater of that and the longest."""
    patience = Patience()
    wait = patience.wait(failures, Setback("busy", may_pass=True, retry_after=asked), Random(seed))
    assert (asked or 0.0) <= wait <= max(asked or 0.0, min(patience.longest, 2.0 ** (failures - 1)))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=10))
def test_usage_adds_up(calls: list[tuple[int, int]]) -> None:
    """Tokens are summed, and dollars are the price of the sums."""
    meter = Meter("m", {"m": Price(2.0, 8.0)})
    for read, written in calls:
        meter.add(read, written)
    read, written = sum(call[0] for call in calls), sum(call[1] for call in calls)
    assert (meter.usage.calls, meter.usage.read, meter.usage.written) == (len(calls), read, written)
    assert meter.usage.dollars == pytest.approx((2 * read + 8 * written) / 1e6)


def test_a_model_without_a_price_is_counted_in_tokens() -> None:
    """Its dollars are unknown, not 0; what is no count counts as none."""
    meter = Meter("own-model")
    meter.add(100, "many")
    meter.add(None, True)
    assert meter.usage == Usage(2, 100, 0, None)


@pytest.mark.parametrize(
    ("model", "priced_as"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("gpt-4o-audio", None),
        ("claude-opus-5-9", None),
    ],
)
def test_a_dated_model_has_its_models_price(model: str, priced_as: str | None) -> None:
    """A date after the name is the same model; another word is another model."""
    meter = Meter(model)
    meter.add(10**6, 10**6)
    assert meter.usage.dollars == (PRICES[priced_as].of(10**6, 10**6) if priced_as else None)

"""What a service was asked and what that cost, for the operator's eyes."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve, frozen


@frozen
class Price:
    """US dollars for a million tokens, read and written."""

    read: float
    written: float

    def of(self, read: int, written: int) -> float:
        """What so many tokens cost, in US dollars.

        >>> Price(2.5, 10.0).of(read=2_000_000, written=100_000)
        6.0
        """
        return (self.read * read + self.written * written) / 1_000_000


_DATE = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2})$")

PRICES: Mapping[str, Price] = MappingProxyType(
    {
        "gpt-4o": Price(2.50, 10.00),
        "gpt-4o-mini": Price(0.15, 0.60),
        "gpt-4.1": Price(2.00, 8.00),
        "gpt-4.1-mini": Price(0.40, 1.60),
        "o3": Price(2.00, 8.00),
        "o4-mini": Price(1.10, 4.40),
        "gpt-5": Price(1.25, 10.00),
        "gpt-5-mini": Price(0.25, 2.00),
        "claude-opus-5-5": Price(4.00, 20.00),
        "claude-opus-5": Price(5.00, 25.00),
        "claude-sonnet-5-5": Price(2.00, 10.00),
        "claude-opus-4-5": Price(5.00, 25.00),
        "claude-sonnet-4-5": Price(3.00, 15.00),
        "claude-haiku-4-5": Price(1.00, 5.00),
    }
)
"""List prices as published when this was written; prices change, so an operator gives the ones of the day."""


@frozen
class Usage:
    """What was used so far.

    Attributes:
        calls: replies whose tokens the service counted, repairs included.
        read, written: tokens, as the service counts them.
        dollars: by the table of prices; None once a model without a price was used.
    """

    calls: int = 0
    read: int = 0
    written: int = 0
    dollars: float | None = 0.0


class Meter:
    """Adds up the usage of one model. A dated name (`gpt-4o-2024-08-06`) has the price of the model it is a date of."""

    def __init__(self, model: str, prices: Mapping[str, Price] = PRICES) -> None:
        self._price = _price_of(model, prices)
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        return self._usage

    def add(self, read: object, written: object) -> None:
        """Count one reply; what is no count of tokens counts as none."""
        tokens_read, tokens_written = _count(read), _count(written)
        before = self._usage
        dollars = None
        if self._price is not None and before.dollars is not None:
            dollars = before.dollars + self._price.of(tokens_read, tokens_written)
        self._usage = evolve(
            before,
            calls=before.calls + 1,
            read=before.read + tokens_read,
            written=before.written + tokens_written,
            dollars=dollars,
        )


def _price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    if model in prices:
        return prices[model]
    return prices.get(_DATE.sub("", model))


def _count(given: object) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**53 else 0

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen


@frozen
class Passage:
    """A piece of a source that an operator's retrieval service trusts.

    Attributes:
        source: what people would look it up by; never something a miner sent.
        text: at most 10,000 characters of it.
    """

    source: str
    text: str


class Retrieval(Protocol):
    """Finds passages about something in sources that the operator chose.

    Promises of `search`: at most `limit` passages, the best first, the same for the same query and sources; no passage
    for a query of which nothing is found; the query is a stranger's text, of any length and kind, and is searched for
    and nothing else: no address in it is ever opened.

    Raises:
        ValueError: `limit` < 1.
        ValidatorFault: the service cannot be reached or answered nonsense.
    """

    async def search(self, query: str, limit: int) -> Sequence[Passage]: ...

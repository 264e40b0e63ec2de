"""What every adapter of the Retrieval port keeps (application/ports/retrieval.py)."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping, Sequence

import pytest

from reasonforge.application.ports.retrieval import Passage, Retrieval

DOCUMENTS = {
    "atlas": "Mount Elbrus is the highest mountain of Europe. Its western summit stands at 5,642 metres.",
    "cookbook": "Simmer the lentils for 25 minutes. Salt them at the end, or their skins stay hard.",
    "almanac": "The longest day of the year has 16 hours of light in Paris. Lentils are sown in March.",
    "nothing": "",
}
HOSTILE = (
    "",
    " ",
    "?" * 10_000,
    "\ud800\udfff",
    "a" * 1_000_000,
    "lentils " * 200_000,
    "http://127.0.0.1:1/x",
    "\x00",
    "(a+)+$",
    "漢字",
)


class RetrievalContract:
    """Subclass it, name the class `Test…`, and give `retrieval` over `DOCUMENTS`."""

    @abstractmethod
    def retrieval(self, documents: Mapping[str, str]) -> Retrieval:
        """One over the given sources."""

    def search(self, query: str, limit: int = 3) -> Sequence[Passage]:
        return asyncio.run(self.retrieval(DOCUMENTS).search(query, limit))

    def test_best_first(self) -> None:
        """What answers the query comes before what only shares a word with it."""
        found = self.search("salt the lentils at the end")
        assert [passage.source for passage in found][:2] == ["cookbook", "almanac"]
        assert "Salt them at the end" in found[0].text

    def test_limit(self) -> None:
        """No more passages than asked for, and the first ones of a longer answer."""
        assert self.search("the lentils", 1) == self.search("the lentils", 3)[:1]
        assert len(self.search("the lentils", 1)) == 1

    @pytest.mark.parametrize("limit", [0, -1])
    def test_no_limit(self, limit: int) -> None:
        """Asking for no passage is the caller's mistake."""
        with pytest.raises(ValueError, match="at least one"):
            self.search("lentils", limit)

    def test_nothing_found(self) -> None:
        """A query of which nothing is found gives no passage, not the least bad one."""
        assert list(self.search("xylophone quartet")) == []

    def test_repeats(self) -> None:
        """The same query gives the same passages."""
        assert self.search("highest mountain") == self.search("highest mountain")

    @pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_queries(self, query: str) -> None:
        """Any text is a query, and what comes back is from the sources."""
        found = self.search(query, 2)
        assert len(found) <= 2
        assert all(passage.source in DOCUMENTS and passage.text in DOCUMENTS[passage.source] for passage in found)

    def test_long_sources(self) -> None:
        """Passages are at most 10,000 characters, and one from the middle of a long source is found."""
        long = " ".join(f"Paragraph {at} is about topic{at}." for at in range(5_000))
        found = asyncio.run(self.retrieval({"long": long}).search("paragraph about topic2500", 1))
        assert len(found[0].text) <= 10_000
        assert "topic2500." in found[0].text

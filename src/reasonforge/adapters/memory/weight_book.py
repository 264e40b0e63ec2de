"""The weights matrix: what counts, and what is still hidden."""

from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from reasonforge.domain.identity import BlockNumber, Uid
from reasonforge.domain.weights import WeightRow


@frozen
class _Row:
    """A row in force: its values above 0, and the same as shares of their sum."""

    values: Mapping[Uid, int]
    shares: Mapping[Uid, float]

    @classmethod
    def of(cls, values: Mapping[Uid, int]) -> "_Row":
        counted = {uid: value for uid, value in sorted(values.items()) if value > 0}
        total = sum(counted.values())
        shares = {uid: value / total for uid, value in counted.items()}
        return cls(MappingProxyType(counted), MappingProxyType(shares))


@frozen
class _Commit:
    """A hidden row of `uid`, to be revealed at `reveals_at`."""

    uid: Uid
    values: Mapping[Uid, int]
    reveals_at: BlockNumber


class WeightBook:
    """Rows in force and rows committed. A neuron that leaves takes its row with it, and its column out of all."""

    def __init__(self) -> None:
        self._rows: dict[Uid, _Row] = {}
        self._commits: list[_Commit] = []
        self._shares: Mapping[Uid, Mapping[Uid, float]] | None = None

    def put(self, uid: Uid, row: WeightRow) -> None:
        """In force at once; what `uid` still has hidden is older, and void."""
        self._commits = [commit for commit in self._commits if commit.uid != uid]
        self._rows[uid] = _Row.of(dict(zip(row.uids, row.values, strict=True)))
        self._shares = None

    def commit(self, uid: Uid, row: WeightRow, reveals_at: BlockNumber) -> None:
        """Hidden until `reveals_at`."""
        self._commits.append(_Commit(uid, dict(zip(row.uids, row.values, strict=True)), reveals_at))

    def hidden(self, uid: Uid) -> int:
        """How many rows of `uid` are hidden."""
        return sum(commit.uid == uid for commit in self._commits)

    def reveal(self, block: BlockNumber, entitled: Container[Uid]) -> None:
        """Put in force what is due, in the order of commitment.

        As on the chain, a row whose validator is no longer `entitled` lapses without a word, and so does one whose
        miners have all left.
        """
        self._shares = None
        due = [commit for commit in self._commits if commit.reveals_at <= block]
        self._commits = [commit for commit in self._commits if commit.reveals_at > block]
        for commit in due:
            if commit.uid in entitled and any(commit.values.values()):
                self._rows[commit.uid] = _Row.of(commit.values)

    def forget(self, uid: Uid) -> None:
        """`uid` changes hands: no weight from or to it remains, hidden ones included."""
        self._shares = None
        self._rows.pop(uid, None)
        for setter, row in list(self._rows.items()):
            if uid in row.values:
                self._rows[setter] = _Row.of(_without(row.values, uid))
            if not self._rows[setter].values:
                del self._rows[setter]
        self._commits = [
            evolve(commit, values=_without(commit.values, uid)) for commit in self._commits if commit.uid != uid
        ]

    def shares(self) -> Mapping[Uid, Mapping[Uid, float]]:
        """The rows in force, as shares of each."""
        if self._shares is None:
            self._shares = MappingProxyType({uid: self._rows[uid].shares for uid in sorted(self._rows)})
        return self._shares

    def matrix(self, uids: Sequence[Uid]) -> NDArray[np.float64]:
        """The rows in force over `uids`, in their order: n × n, in u16 units."""
        place = {uid: index for index, uid in enumerate(uids)}
        matrix = np.zeros((len(uids), len(uids)))
        for uid, row in self._rows.items():
            matrix[place[uid], [place[target] for target in row.values]] = list(row.values.values())
        return matrix


def _without(values: Mapping[Uid, int], uid: Uid) -> dict[Uid, int]:
    return {target: value for target, value in values.items() if target != uid}

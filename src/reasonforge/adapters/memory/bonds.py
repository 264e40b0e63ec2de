"""Bonds from one epoch to the next, while uids come, go and change hands."""

from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import NDArray

from reasonforge.domain.identity import Uid


class BondBook:
    """The bonds that the last epoch left, by uid."""

    def __init__(self) -> None:
        self._uids: tuple[Uid, ...] = ()
        self._bonds: NDArray[np.float64] = np.zeros((0, 0))

    def store(self, uids: Sequence[Uid], bonds: NDArray[np.float64]) -> None:
        """The n × n bonds between `uids`, in their order."""
        self._uids, self._bonds = tuple(uids), bonds.copy()

    def over(self, uids: Sequence[Uid]) -> NDArray[np.float64]:
        """The n × n bonds between `uids`, in their order; 0 from and to those that were not there."""
        before = {uid: index for index, uid in enumerate(self._uids)}
        now = [index for index, uid in enumerate(uids) if uid in before]
        then = [before[uid] for uid in uids if uid in before]
        bonds = np.zeros((len(uids), len(uids)))
        bonds[np.ix_(now, now)] = self._bonds[np.ix_(then, then)]
        return bonds

    def forget(self, uid: Uid) -> None:
        """`uid` changes hands: no bond from or to it remains."""
        if uid in self._uids:
            index = self._uids.index(uid)
            self._bonds[index, :] = 0.0
            self._bonds[:, index] = 0.0

    def keep_only(self, validators: Container[Uid]) -> None:
        """Nobody else has bonds."""
        for index, uid in enumerate(self._uids):
            if uid not in validators:
                self._bonds[index, :] = 0.0

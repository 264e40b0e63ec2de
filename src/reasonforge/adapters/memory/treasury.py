"""Who holds what on the in-memory chain, to the Rao."""

from attrs import frozen

from reasonforge.domain.errors import ChainRefused
from reasonforge.domain.identity import NOTHING, Coldkey, Hotkey, Rao


@frozen
class Books:
    """Where every Rao came from and where it is.

    What came in, `funded + issued`, is in exactly one place: `free + staked + burned + unallocated`.

    Attributes:
        funded: given by `fund`.
        issued: emitted by epochs, `paid + unallocated`.
        paid: the part of it that neurons earned.
        unallocated: the part that nobody earned.
        burned: the price of registrations.
        free: the balances of all coldkeys.
        staked: the stakes on all hotkeys.
    """

    funded: Rao
    issued: Rao
    paid: Rao
    unallocated: Rao
    burned: Rao
    free: Rao
    staked: Rao

    def balanced(self) -> bool:
        """Whether nothing was lost or made up."""
        return (
            self.issued == self.paid + self.unallocated
            and self.funded + self.issued == self.free + self.staked + self.burned + self.unallocated
        )


class Treasury:
    """Free balances by coldkey and stakes by hotkey. Amounts are whole Rao ≥ 0, anything else is a ValueError."""

    def __init__(self) -> None:
        self._free: dict[Coldkey, int] = {}
        self._staked: dict[Hotkey, int] = {}
        self._funded = 0
        self._issued = 0
        self._paid = 0
        self._unallocated = 0
        self._burned = 0

    def free(self, coldkey: Coldkey) -> Rao:
        """What the coldkey can spend."""
        return Rao(self._free.get(coldkey, 0))

    def staked(self, hotkey: Hotkey) -> Rao:
        """What stands behind the hotkey."""
        return Rao(self._staked.get(hotkey, 0))

    def books(self) -> Books:
        """The sums."""
        return Books(
            funded=Rao(self._funded),
            issued=Rao(self._issued),
            paid=Rao(self._paid),
            unallocated=Rao(self._unallocated),
            burned=Rao(self._burned),
            free=Rao(sum(self._free.values())),
            staked=Rao(sum(self._staked.values())),
        )

    def fund(self, coldkey: Coldkey, amount: Rao) -> None:
        """New money, from outside the chain."""
        self._funded += whole(amount)
        self._free[coldkey] = self.free(coldkey) + amount

    def burn(self, coldkey: Coldkey, amount: Rao) -> None:
        """Take `amount` out of the world."""
        self._spend(coldkey, amount, "a registration costs")
        self._burned += amount

    def stake(self, coldkey: Coldkey, hotkey: Hotkey, amount: Rao) -> None:
        """From the coldkey's free balance onto the hotkey."""
        self._spend(coldkey, amount, "the stake is")
        self._staked[hotkey] = self.staked(hotkey) + amount

    def unstake(self, coldkey: Coldkey, hotkey: Hotkey, amount: Rao) -> None:
        """From the hotkey back to the coldkey's free balance."""
        held = self.staked(hotkey)
        if whole(amount) > held:
            message = f"{hotkey} has {held} Rao of stake, less than the {amount} to be removed"
            raise ChainRefused(message)
        self._staked[hotkey] = held - amount
        if held == amount:
            del self._staked[hotkey]
        self._free[coldkey] = self.free(coldkey) + amount

    def pay(self, coldkey: Coldkey, hotkey: Hotkey, amount: Rao, *, as_stake: bool) -> None:
        """Emission to a neuron: onto its hotkey, or to its coldkey's free balance."""
        self._paid += whole(amount)
        self._issued += amount
        if amount == NOTHING:
            return
        if as_stake:
            self._staked[hotkey] = self.staked(hotkey) + amount
        else:
            self._free[coldkey] = self.free(coldkey) + amount

    def withhold(self, amount: Rao) -> None:
        """Emission that nobody earned."""
        self._unallocated += whole(amount)
        self._issued += amount

    def _spend(self, coldkey: Coldkey, amount: Rao, what: str) -> None:
        held = self.free(coldkey)
        if whole(amount) > held:
            message = f"{what} {amount} Rao, and {coldkey} has {held} Rao free: fund it first"
            raise ChainRefused(message)
        self._free[coldkey] = held - amount


def whole(amount: Rao) -> Rao:
    """`amount`, when it is a count of Rao."""
    if type(amount) is not int or amount < 0:
        message = f"an amount is a whole number of Rao, not negative, and is {amount!r}"
        raise ValueError(message)
    return amount

"""Messages that were taken once are not taken again."""

from collections import OrderedDict

from attrs import define, field

from reasonforge.domain.identity import Hotkey

_NANOSECONDS = 1_000_000_000


class ReplayedError(Exception):
    """A message that is too old, too new, or known."""


@define(eq=False)
class ReplayWindow:
    """Takes each (caller, dendrite, nonce) once, and only while it is fresh.

    The SDK's own check lets the sender's timeout header, which nobody signed, decide how old a nonce may be, and
    forgets everything with the process. Here the window is ours; a nonce from before `started_ns` is refused, because
    a process before this one may have taken it.

    Attributes:
        started_ns: when this process began to serve, in nanoseconds since 1970.
        seconds: how far a nonce may lie in the past (the message's way and the clocks' difference) or in the future.
        most: messages remembered; beyond it new ones are refused, never old ones forgotten.
    """

    started_ns: int
    seconds: float = 10.0
    most: int = 100_000
    _taken: OrderedDict[tuple[Hotkey, str, int], int] = field(factory=OrderedDict, init=False)

    def look(self, caller: Hotkey, dendrite: str, nonce: int, now_ns: int) -> None:
        """Raise the `ReplayedError` that taking the message would raise for its nonce, and take nothing."""
        width = int(self.seconds * _NANOSECONDS)
        if nonce < max(now_ns - width, self.started_ns):
            raise ReplayedError("the nonce is too old")
        if nonce > now_ns + width:
            raise ReplayedError("the nonce is from the future")
        if (caller, dendrite, nonce) in self._taken:
            raise ReplayedError("this message was taken before")

    def take(self, caller: Hotkey, dendrite: str, nonce: int, now_ns: int) -> None:
        """Take the message, or raise `ReplayedError`.

        >>> window = ReplayWindow(started_ns=0)
        >>> window.take(Hotkey("a"), "d", 5, now_ns=6)
        """
        self.look(caller, dendrite, nonce, now_ns)
        self._forget(now_ns)
        if len(self._taken) >= self.most:
            raise ReplayedError("too many messages at once")
        self._taken[caller, dendrite, nonce] = now_ns + 2 * int(self.seconds * _NANOSECONDS)

    def give_back(self, caller: Hotkey, dendrite: str, nonce: int) -> None:
        """Forget a message that came to nothing, so that strangers cannot fill the window."""
        self._taken.pop((caller, dendrite, nonce), None)

    def __len__(self) -> int:
        return len(self._taken)

    def _forget(self, now_ns: int) -> None:
        """Drop what is too old to be taken anyway. All stay equally long, so the oldest are in front."""
        while self._taken:
            message, until = next(iter(self._taken.items()))
            if until > now_ns:
                return
            del self._taken[message]

from collections import deque
from math import inf

from attrs import define, field
from attrs.validators import ge

from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.transport import Refusal
from reasonforge.domain.errors import ChainError
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Metagraph

METAGRAPH_BLOCKS = 5
FORESIGHT_SECONDS = 1.0
BLIND_SECONDS = 30.0


@define
class AdmitCaller:
    """We work for a caller that is registered, holds a validator permit and enough stake, and does not ask too often.

    Costs one look at a metagraph that is at most 5 blocks old. While the chain cannot be reached the last one known
    counts, and the chain is left alone for `BLIND_SECONDS`: a call that hangs until its deadline costs one caller's
    time, not everybody's. Before there is a metagraph, nobody is admitted.

    Attributes:
        least_stake: TAO that must stand behind a caller.
        calls, window_seconds: each hotkey's own rate: at most so many admitted calls in any such time. Refused calls do
            not count, so that a caller that waits is served again.
    """

    chain: Chain
    clock: Clock
    least_stake: float = field(default=0.0, validator=ge(0))
    calls: int = field(default=120, validator=ge(1))
    window_seconds: float = field(default=60.0, validator=ge(0))
    _known: Metagraph | None = field(default=None, init=False)
    _seen_at: float = field(default=0.0, init=False)
    _blind_until: float = field(default=-inf, init=False)
    _admitted: dict[Hotkey, deque[float]] = field(factory=dict, init=False)

    async def __call__(self, caller: Hotkey) -> Refusal | None:
        metagraph = await self._metagraph()
        if metagraph is None:
            return Refusal("the chain cannot be reached, so we cannot know you")
        return self._not_entitled(caller, metagraph) or self._too_often(caller)

    def foresee(self, caller: Hotkey) -> Refusal | None:
        """The refusal that this caller is certain to meet, as far as is known without asking anybody; None otherwise.

        It counts nothing, so that it may be asked of callers that nobody has verified: whoever signs as another spends
        nothing of that one's rate. It relies on what was seen of the chain at most `FORESIGHT_SECONDS` ago, and knows
        nothing beyond, so that a flood of strangers costs one real look in that time, and who was just registered is
        kept out no longer than that.
        """
        now = self.clock.monotonic()
        if self._known is None or not 0 <= now - self._seen_at <= FORESIGHT_SECONDS:
            return None
        return self._not_entitled(caller, self._known) or self._has_had_enough(caller, now)

    def stake_of(self, caller: Hotkey) -> float:
        """TAO behind a caller in the metagraph last looked at; 0 for one it does not hold."""
        neuron = self._known.of(caller) if self._known is not None else None
        return neuron.stake if neuron is not None else 0.0

    def _not_entitled(self, caller: Hotkey, metagraph: Metagraph) -> Refusal | None:
        neuron = metagraph.of(caller)
        if neuron is None:
            return Refusal("not registered on this subnet")
        if not neuron.validator_permit:
            return Refusal("no validator permit")
        if neuron.stake < self.least_stake:
            return Refusal(f"stake {neuron.stake:g} TAO is below our least of {self.least_stake:g}")
        return None

    def _too_often(self, caller: Hotkey) -> Refusal | None:
        now = self.clock.monotonic()
        refusal = self._has_had_enough(caller, now)
        if refusal is None:
            self._admitted.setdefault(caller, deque()).append(now)
        return refusal

    def _has_had_enough(self, caller: Hotkey, now: float) -> Refusal | None:
        times = self._admitted.get(caller, deque())
        while times and times[0] <= now - self.window_seconds:
            times.popleft()
        if len(times) >= self.calls:
            return Refusal(f"more than {self.calls} calls in {self.window_seconds:g} s")
        return None

    async def _metagraph(self) -> Metagraph | None:
        known = self._known
        if known is not None and self.clock.monotonic() < self._blind_until:
            return known
        try:
            if known is None or await self.chain.current_block() >= known.block + METAGRAPH_BLOCKS:
                self._know(await self.chain.metagraph())
            self._seen_at = self.clock.monotonic()
        except ChainError:
            self._blind_until = self.clock.monotonic() + BLIND_SECONDS
            return self._known
        return self._known

    def _know(self, metagraph: Metagraph) -> None:
        """Take over a newer view; who left the subnet is forgotten, so that what is kept stays bounded."""
        self._known = metagraph
        self._admitted = {hotkey: times for hotkey, times in self._admitted.items() if metagraph.of(hotkey)}

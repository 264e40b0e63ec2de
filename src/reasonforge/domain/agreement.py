"""What miners say to a question whose answer nobody knows: who says the same, and how much weight stands behind it."""

import unicodedata
from collections.abc import Sequence
from math import fsum

from attrs import frozen

from reasonforge.domain.answers.final_text import bare
from reasonforge.domain.answers.numeric import read_decimal, read_fraction, read_integer
from reasonforge.domain.standing import MinerStanding

LEAST_INDEPENDENT = 3
"""Independent replies below which an answer scores nobody."""
MAJORITY = 0.5
"""Of the standing of all who answered: a group that does not have more scores nobody either."""
STRANGERS_VOICE = 0.05
"""What a miner without any record weighs: enough for an answer in a subnet's first epoch, little beside a record."""


@frozen
class Voice:
    """One miner's answer.

    Attributes:
        weight: its miner's standing, ≥ 0.
        independent: false for a copy of another reply, which has no voice of its own.
    """

    answer: str
    weight: float
    independent: bool = True


@frozen
class Agreement:
    """Voices by what they say.

    Attributes:
        groups: places of the voices that say the same, the heaviest group first (then whose first voice is first);
            within a group in order. Copies stand in the group of what they say.
        shares: of the weight of all independent voices, one a group, in [0, 1].
        independent: how many of the voices with an answer are no copies.
    """

    groups: tuple[tuple[int, ...], ...]
    shares: tuple[float, ...]
    independent: int

    @property
    def confidence(self) -> float:
        """The heaviest group's share; 0 where nobody said anything."""
        return self.shares[0] if self.shares else 0.0

    @property
    def decides(self) -> bool:
        """Whether it may score anybody: enough independent voices, most of the weight behind one answer."""
        return self.independent >= LEAST_INDEPENDENT and self.confidence > MAJORITY

    def share_of(self, place: int) -> float:
        """The share of the group that a voice belongs to; 0 for one that said nothing."""
        return next((share for group, share in zip(self.groups, self.shares, strict=True) if place in group), 0.0)


def voice_weight(standing: MinerStanding) -> float:
    """What a miner's word weighs: what it was paid for in its last epoch, S·(1 + PEB), and a stranger's voice.

    >>> from reasonforge.domain.identity import Hotkey
    >>> voice_weight(MinerStanding(Hotkey("new"))), voice_weight(MinerStanding(Hotkey("old"), s_epoch=1.0, peb=0.2))
    (0.05, 1.25)
    """
    return STRANGERS_VOICE + standing.s_epoch * (1.0 + standing.peb)


def meaning(answer: str) -> str:
    r"""What an answer says, as far as plain reading tells: equal for answers that mean the same. Empty for none.

    Numbers by their value, everything else as text: NFKC, case folded, runs of white space as one space, without what
    is forgiven around a final answer.

    >>> [meaning(text) for text in (" $\\boxed{14/6}$. ", "7/3", "2.0", "0.333")]
    ['7/3', '7/3', '2', '333/1000']
    >>> meaning("The  Nash\tequilibrium.")
    'the nash equilibrium'
    """
    text = bare(unicodedata.normalize("NFKC", answer))
    for read in (read_integer, read_fraction, read_decimal):
        number = read(text)
        if number is not None:
            return f"{number}"
    return " ".join(text.casefold().split())


def agree(voices: Sequence[Voice]) -> Agreement:
    """Group the voices by meaning and weigh the groups. Where no voice has any weight, each independent one has 1."""
    said = [meaning(voice.answer) for voice in voices]
    own = [voice.weight if voice.independent and told else 0.0 for voice, told in zip(voices, said, strict=True)]
    if not any(own):
        own = [1.0 if voice.independent and told else 0.0 for voice, told in zip(voices, said, strict=True)]
    places: dict[str, list[int]] = {}
    for place, told in enumerate(said):
        if told:
            places.setdefault(told, []).append(place)
    total = fsum(own)
    weighed = [(tuple(group), fsum(own[place] for place in group)) for group in places.values()]
    weighed.sort(key=lambda item: (-item[1], item[0][0]))
    return Agreement(
        groups=tuple(group for group, _ in weighed),
        shares=tuple(min(1.0, weight / total) if total > 0 else 0.0 for _, weight in weighed),
        independent=sum(voice.independent and bool(told) for voice, told in zip(voices, said, strict=True)),
    )

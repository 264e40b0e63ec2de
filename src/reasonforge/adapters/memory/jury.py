"""A jury of the validators that live in this process."""

from collections.abc import Callable, Sequence
from random import Random

from attrs import frozen

from reasonforge.application.ports.jury import Exhibit
from reasonforge.application.validator.judge_replies import Judged, JudgeReplies
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.judgement import Judgement
from reasonforge.domain.task import Task


@frozen
class Juror:
    """A validator that can be asked: who, and how it judges."""

    hotkey: Hotkey
    judge: JudgeReplies


class MemoryJury:
    """Draws `size` jurors for every exhibit (all, when there are fewer), and lets each judge its own lot at once.

    `stake_of` is read when they judge, since stake moves between epochs.
    """

    def __init__(self, size: int, stake_of: Callable[[Hotkey], float]) -> None:
        self._size = size
        self._stake_of = stake_of
        self._jurors: dict[Hotkey, Juror] = {}

    def seat(self, juror: Juror) -> None:
        """Add a juror; the same hotkey again replaces it."""
        self._jurors[juror.hotkey] = juror

    async def judge(self, task: Task, exhibits: Sequence[Exhibit], rng: Random) -> Sequence[tuple[Judgement, ...]]:
        panel = sorted(self._jurors)
        drawn = [tuple(rng.sample(panel, min(self._size, len(panel)))) for _ in exhibits]
        views: dict[Hotkey, dict[int, Judged]] = {}
        for hotkey in panel:
            lot = [index for index, jurors in enumerate(drawn) if hotkey in jurors]
            judged = await self._jurors[hotkey].judge(task, [exhibits[index] for index in lot])
            views[hotkey] = dict(zip(lot, judged, strict=True))
        return [
            tuple(
                Judgement(hotkey, self._stake_of(hotkey), views[hotkey][index].cms)
                for hotkey in jurors
                if views[hotkey][index].dimensions is not None
            )
            for index, jurors in enumerate(drawn)
        ]

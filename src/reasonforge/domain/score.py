from collections.abc import Sequence

from attrs import field, frozen

from reasonforge.domain.numbers import mean, unit


@frozen
class DimensionScores:
    """The four dimensions a reply is scored in, each in [0, 1]; anything else, NaN included, is a ValueError."""

    quality: float = field(validator=unit)
    accuracy: float = field(validator=unit)
    novelty: float = field(validator=unit)
    efficiency: float = field(validator=unit)

    def scaled(self, factor: float) -> "DimensionScores":
        """Every dimension times `factor` (≥ 0), held within [0, 1].

        >>> DimensionScores(0.5, 0.5, 0.5, 0.9).scaled(1.2)
        DimensionScores(quality=0.6, accuracy=0.6, novelty=0.6, efficiency=1.0)
        """
        return DimensionScores(
            quality=min(1.0, self.quality * factor),
            accuracy=min(1.0, self.accuracy * factor),
            novelty=min(1.0, self.novelty * factor),
            efficiency=min(1.0, self.efficiency * factor),
        )


NO_SCORE = DimensionScores(0.0, 0.0, 0.0, 0.0)
"""What a silence earns."""


def mean_dimensions(scores: Sequence[DimensionScores]) -> DimensionScores:
    """The mean of each dimension; of none, what a silence earns."""
    if not scores:
        return NO_SCORE
    return DimensionScores(
        quality=mean(score.quality for score in scores),
        accuracy=mean(score.accuracy for score in scores),
        novelty=mean(score.novelty for score in scores),
        efficiency=mean(score.efficiency for score in scores),
    )

"""Every constant of the whitepaper, as one frozen value (1-mechanism §1.1)."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, fields, frozen

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.numbers import nonnegative, within_unit

_CHECK_WEIGHTS: Mapping[Discipline, Mapping[str, float]] = MappingProxyType(
    {
        Discipline.MATHEMATICS: MappingProxyType({"proof": 0.60, "steps": 0.25, "numerical": 0.15}),
        Discipline.CODE: MappingProxyType({"tests": 0.50, "static_analysis": 0.20, "formal": 0.30}),
        Discipline.SCIENTIFIC: MappingProxyType({"simulation": 0.40, "statistics": 0.35, "citations": 0.25}),
        Discipline.STRATEGIC: MappingProxyType({"solver": 0.50, "constraints": 0.30, "equilibrium": 0.20}),
        Discipline.CAUSAL: MappingProxyType({"docalculus": 0.40, "bootstrap": 0.35, "dag": 0.25}),
        Discipline.ETHICAL: MappingProxyType({"coverage": 0.30, "logic": 0.70}),
    }
)
_MULTIPLIERS: Mapping[int, float] = MappingProxyType(
    {1: 1.0, 2: 1.0, 3: 1.25, 4: 1.25, 5: 1.5, 6: 1.5, 7: 1.75, 8: 1.75, 9: 2.0, 10: 2.0}
)
_SHARES = (
    "w_quality", "w_accuracy", "w_novelty", "w_efficiency", "emission_miner_share", "emission_validator_share",
    "breakthrough_threshold", "trap_rate", "trap_threshold", "similarity_threshold", "similarity_penalty",
    "vas_slash_threshold", "vas_rep_threshold", "objective_weight", "consensus_weight", "consensus_trim_delta",
)  # fmt: skip
_POSITIVE_COUNTS = ("peb_k", "tasks_per_epoch", "validators_per_task")
_DURATIONS = ("micro_round_seconds", "epoch_hours")
_TABLES = ("difficulty_multipliers", "check_weights")
_DIFFICULTIES = range(1, 11)


def _frozen_multipliers(given: Mapping[int, float]) -> Mapping[int, float]:
    return MappingProxyType(dict(given))


def _frozen_check_weights(given: Mapping[Discipline, Mapping[str, float]]) -> Mapping[Discipline, Mapping[str, float]]:
    return MappingProxyType({name: MappingProxyType(dict(weights)) for name, weights in given.items()})


def _sums_to_one(values: Mapping[str, float], what: str) -> None:
    total = math.fsum(values.values())
    if not math.isclose(total, 1.0, abs_tol=1e-9):
        names = ", ".join(values)
        message = f"{what} must sum to 1, and {names} sum to {total:g}"
        raise ValueError(message)


@frozen
class MechanismParameters:
    """The mechanism's constants. One that cannot be right is refused when it is made, with the reason.

    Shares, rates and thresholds are in [0, 1]; `peb_k` and `peb_streak_cap` are counts; `micro_round_seconds` and
    `epoch_hours` are durations in their unit; `difficulty_multipliers` maps each difficulty 1…10 to Eq. 3's D ≥ 0;
    `check_weights` maps each discipline to its ω (Eq. 11), which sum to 1.

    >>> MechanismParameters(w_quality=0.5)
    Traceback (most recent call last):
    ValueError: the dimensions' weights must sum to 1, and w_quality, w_accuracy, w_novelty, w_efficiency sum to 1.1
    """

    w_quality: float = 0.40
    w_accuracy: float = 0.30
    w_novelty: float = 0.15
    w_efficiency: float = 0.15
    emission_miner_share: float = 0.90
    emission_validator_share: float = 0.10
    peb_alpha: float = 0.20
    peb_k: int = 10
    peb_streak_cap: int = 10
    breakthrough_multiplier: float = 2.0
    breakthrough_threshold: float = 0.8
    trap_rate: float = 0.15
    trap_threshold: float = 0.30
    similarity_threshold: float = 0.95
    similarity_penalty: float = 0.50
    vas_slash_threshold: float = 0.60
    vas_slash_gamma: float = 0.05
    vas_rep_threshold: float = 0.80
    vas_rep_max_multiplier: float = 1.50
    objective_weight: float = 0.60
    consensus_weight: float = 0.40
    consensus_trim_delta: float = 0.10
    tasks_per_epoch: int = 12
    validators_per_task: int = 3
    micro_round_seconds: float = 300.0
    epoch_hours: float = 24.0
    difficulty_multipliers: Mapping[int, float] = field(factory=lambda: _MULTIPLIERS, converter=_frozen_multipliers)
    check_weights: Mapping[Discipline, Mapping[str, float]] = field(
        factory=lambda: _CHECK_WEIGHTS, converter=_frozen_check_weights
    )

    def __attrs_post_init__(self) -> None:
        self._refuse_bad_numbers()
        if self.consensus_trim_delta >= 0.5:
            message = f"consensus_trim_delta must be below 0.5, or nothing is left, and is {self.consensus_trim_delta}"
            raise ValueError(message)
        for name in ("breakthrough_multiplier", "vas_rep_max_multiplier"):
            if getattr(self, name) < 1:
                message = f"{name} must be at least 1, and is {getattr(self, name)}"
                raise ValueError(message)
        _sums_to_one(self.dimension_weights, "the dimensions' weights")
        _sums_to_one(self._named("emission_miner_share", "emission_validator_share"), "the emission's shares")
        _sums_to_one(self._named("objective_weight", "consensus_weight"), "the final score's weights")
        self._refuse_bad_tables()

    def _refuse_bad_numbers(self) -> None:
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            if attribute.name in _SHARES:
                within_unit(value, attribute.name)
            elif attribute.name not in _TABLES:
                nonnegative(value, attribute.name)
        for name in (*_POSITIVE_COUNTS, "peb_streak_cap"):
            value, least = getattr(self, name), int(name in _POSITIVE_COUNTS)
            if not isinstance(value, int) or value < least:  # a bool was refused above
                message = f"{name} must be a whole number from {least} up, and is {value!r}"
                raise ValueError(message)
        for name in _DURATIONS:
            if getattr(self, name) == 0:
                message = f"{name} must be above 0"
                raise ValueError(message)

    def _refuse_bad_tables(self) -> None:
        missing = [d for d in _DIFFICULTIES if d not in self.difficulty_multipliers]
        if missing:
            message = f"every difficulty from 1 to 10 needs a multiplier, and {missing[0]} has none"
            raise ValueError(message)
        for difficulty, multiplier in self.difficulty_multipliers.items():
            if difficulty not in _DIFFICULTIES:
                message = f"difficulties go from 1 to 10, and a multiplier names {difficulty!r}"
                raise ValueError(message)
            nonnegative(multiplier, f"the multiplier of difficulty {difficulty}")
        for name, weights in self.check_weights.items():
            if name not in list(Discipline):
                message = f"{name!r} is no discipline: choose from {', '.join(Discipline)}"
                raise ValueError(message)
            for check, weight in weights.items():
                within_unit(weight, f"the weight of {name}'s {check}")
            _sums_to_one(weights, f"the check weights of {name}")
        absent = [name for name in Discipline if name not in self.check_weights]
        if absent:
            message = f"every discipline needs its check weights, and {absent[0]} has none"
            raise ValueError(message)

    def _named(self, *names: str) -> dict[str, float]:
        return {name: getattr(self, name) for name in names}

    @property
    def dimension_weights(self) -> dict[str, float]:
        """Eq. 2's weights by the name of their field."""
        return self._named("w_quality", "w_accuracy", "w_novelty", "w_efficiency")

    def multiplier(self, difficulty: int) -> float:
        """Eq. 3's D; a difficulty outside 1…10 is a ValueError."""
        try:
            return self.difficulty_multipliers[difficulty]
        except KeyError:
            message = f"difficulty goes from 1 to 10, and is {difficulty!r}"
            raise ValueError(message) from None


DEFAULT_PARAMETERS = MechanismParameters()

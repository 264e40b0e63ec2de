"""A `MechanismParameters` that cannot be right is refused when it is made, with a sentence that says why."""

import math
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.discipline import ANSWER_CHECK, Discipline
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters

NUMBERS = [
    attribute.name
    for attribute in fields(MechanismParameters)
    if isinstance(getattr(DEFAULT_PARAMETERS, attribute.name), int | float)
]
COUNTS = ["peb_k", "peb_streak_cap", "tasks_per_epoch", "validators_per_task"]
UNIT = [
    "w_quality", "w_accuracy", "w_novelty", "w_efficiency", "emission_miner_share", "emission_validator_share",
    "breakthrough_threshold", "trap_rate", "trap_threshold", "similarity_threshold", "similarity_penalty",
    "vas_slash_threshold", "vas_rep_threshold", "objective_weight", "consensus_weight", "consensus_trim_delta",
]  # fmt: skip


def refusal(**changes: Any) -> str:
    with pytest.raises(ValueError) as refused:
        evolve(DEFAULT_PARAMETERS, **changes)
    return str(refused.value)


def test_the_defaults_are_the_whitepapers() -> None:
    """The constants are those of 1-mechanism §1.1."""
    parameters = MechanismParameters()
    assert list(parameters.dimension_weights.values()) == [0.40, 0.30, 0.15, 0.15]
    assert (parameters.emission_miner_share, parameters.emission_validator_share) == (0.90, 0.10)
    assert (parameters.peb_alpha, parameters.peb_k, parameters.peb_streak_cap) == (0.20, 10, 10)
    assert (parameters.breakthrough_multiplier, parameters.breakthrough_threshold) == (2.0, 0.8)
    assert (parameters.trap_rate, parameters.trap_threshold) == (0.15, 0.30)
    assert (parameters.similarity_threshold, parameters.similarity_penalty) == (0.95, 0.50)
    assert (parameters.vas_slash_threshold, parameters.vas_slash_gamma) == (0.60, 0.05)
    assert (parameters.vas_rep_threshold, parameters.vas_rep_max_multiplier) == (0.80, 1.50)
    assert (parameters.objective_weight, parameters.consensus_weight) == (0.60, 0.40)
    assert parameters.consensus_trim_delta == 0.10
    assert (parameters.tasks_per_epoch, parameters.validators_per_task) == (12, 3)
    assert (parameters.micro_round_seconds, parameters.epoch_hours) == (300, 24)
    assert [parameters.multiplier(d) for d in range(1, 11)] == [1, 1, 1.25, 1.25, 1.5, 1.5, 1.75, 1.75, 2, 2]
    assert {name: dict(weights) for name, weights in parameters.check_weights.items()} == {
        "mathematics": {"proof": 0.60, "steps": 0.25, "numerical": 0.15},
        "code": {"tests": 0.50, "static_analysis": 0.20, "formal": 0.30},
        "scientific": {"simulation": 0.40, "statistics": 0.35, "citations": 0.25},
        "strategic": {"solver": 0.50, "constraints": 0.30, "equilibrium": 0.20},
        "causal": {"docalculus": 0.40, "bootstrap": 0.35, "dag": 0.25},
        "ethical": {"coverage": 0.30, "logic": 0.70},
    }


@pytest.mark.parametrize("discipline", Discipline)
def test_the_final_answer_counts_under_a_check_of_its_discipline(discipline: Discipline) -> None:
    """The check that the answer counts under has an ω."""
    assert DEFAULT_PARAMETERS.check_weights[discipline][ANSWER_CHECK[discipline]] > 0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -0.001, "0.5", True, None])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_constant_that_is_no_finite_number_from_zero_up_is_refused(name: str, bad: Any) -> None:
    """NaN, infinities, negative numbers, texts, booleans and None are refused by the constant's name."""
    assert name in refusal(**{name: bad})


@pytest.mark.parametrize("name", UNIT)
def test_a_share_or_threshold_above_one_is_refused(name: str) -> None:
    """Weights, shares, rates and thresholds lie in [0, 1]."""
    assert refusal(**{name: 1.01}) == f"{name} must lie in [0, 1], and is 1.01"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"w_quality": 0.5}, "the dimensions' weights must sum to 1"),
        ({"w_novelty": 0.0}, "the dimensions' weights must sum to 1"),
        ({"emission_miner_share": 0.8}, "the emission's shares must sum to 1"),
        ({"objective_weight": 0.7}, "the final score's weights must sum to 1"),
        ({"micro_round_seconds": 0.0}, "micro_round_seconds must be above 0"),
        ({"epoch_hours": 0}, "epoch_hours must be above 0"),
        ({"consensus_trim_delta": 0.5}, "consensus_trim_delta must be below 0.5"),
        ({"breakthrough_multiplier": 0.9}, "breakthrough_multiplier must be at least 1"),
        ({"vas_rep_max_multiplier": 0.9}, "vas_rep_max_multiplier must be at least 1"),
    ],
)
def test_constants_that_contradict_each_other_are_refused(changes: dict[str, Any], sentence: str) -> None:
    """Weights that do not sum to 1, no time, a trim that leaves nobody, a bonus that takes away."""
    assert sentence in refusal(**changes)


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("bad", [1.5, -1])
def test_a_count_that_is_no_whole_number_is_refused(name: str, bad: Any) -> None:
    """Counts are whole and not negative."""
    assert name in refusal(**{name: bad})


@pytest.mark.parametrize("name", ["peb_k", "tasks_per_epoch", "validators_per_task"])
def test_a_count_of_nobody_is_refused(name: str) -> None:
    """There is at least one bonus rank, one task an epoch and one validator a task."""
    assert name in refusal(**{name: 0})


@pytest.mark.parametrize("missing", range(1, 11))
def test_a_difficulty_without_a_multiplier_is_refused(missing: int) -> None:
    """Every difficulty from 1 to 10 has its D."""
    multipliers = {d: m for d, m in DEFAULT_PARAMETERS.difficulty_multipliers.items() if d != missing}
    assert refusal(difficulty_multipliers=multipliers) == (
        f"every difficulty from 1 to 10 needs a multiplier, and {missing} has none"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0, "2"])
def test_a_multiplier_that_is_no_number_is_refused(bad: Any) -> None:
    """D is finite and not negative."""
    multipliers = {**DEFAULT_PARAMETERS.difficulty_multipliers, 4: bad}
    assert "the multiplier of difficulty 4" in refusal(difficulty_multipliers=multipliers)


@pytest.mark.parametrize("stranger", [0, 11, 2.5])
def test_a_multiplier_for_no_difficulty_is_refused(stranger: Any) -> None:
    """A multiplier names a difficulty from 1 to 10."""
    multipliers = {**DEFAULT_PARAMETERS.difficulty_multipliers, stranger: 1.0}
    assert refusal(difficulty_multipliers=multipliers).startswith("difficulties go from 1 to 10")


def test_an_unknown_discipline_is_refused() -> None:
    """Check weights name one of the six disciplines."""
    weights = {**{str(name): table for name, table in DEFAULT_PARAMETERS.check_weights.items()}, "astrology": {}}
    assert refusal(check_weights=weights).startswith("'astrology' is no discipline")


@pytest.mark.parametrize("missing", Discipline)
def test_a_discipline_without_check_weights_is_refused(missing: Discipline) -> None:
    """Each of the six has its ω."""
    weights = {name: table for name, table in DEFAULT_PARAMETERS.check_weights.items() if name != missing}
    assert refusal(check_weights=weights) == f"every discipline needs its check weights, and {missing} has none"


@pytest.mark.parametrize(
    "table",
    [{"tests": 0.5, "formal": 0.4}, {}, {"tests": 1.5, "formal": -0.5}, {"tests": math.nan}, {"tests": "1"}],
)
def test_check_weights_that_are_no_weights_are_refused(table: dict[str, Any]) -> None:
    """The ω of a discipline lie in [0, 1] and sum to 1; the sentence says which discipline."""
    assert "code" in refusal(check_weights={**DEFAULT_PARAMETERS.check_weights, Discipline.CODE: table})


@pytest.mark.parametrize("difficulty", [0, 11, -1, "5"])
def test_there_is_no_multiplier_beyond_the_difficulties(difficulty: Any) -> None:
    """Asking for the D of what is no difficulty is a ValueError."""
    with pytest.raises(ValueError, match="difficulty goes from 1 to 10"):
        DEFAULT_PARAMETERS.multiplier(difficulty)


def test_the_tables_cannot_be_changed_from_outside() -> None:
    """Parameters keep their own frozen copy of the tables they were made from."""
    multipliers = dict(DEFAULT_PARAMETERS.difficulty_multipliers)
    weights = {name: dict(table) for name, table in DEFAULT_PARAMETERS.check_weights.items()}
    made = MechanismParameters(difficulty_multipliers=multipliers, check_weights=weights)
    multipliers[5] = 100.0
    weights[Discipline.CODE]["tests"] = 0.0
    assert made == DEFAULT_PARAMETERS
    with pytest.raises(TypeError):
        made.difficulty_multipliers[5] = 100.0  # type: ignore[index]  # the point of the test


@given(first=st.floats(0.0, 1.0), second=st.floats(0.0, 1.0))
def test_weights_that_sum_to_one_are_taken(first: float, second: float) -> None:
    """Any split of 1 into shares is accepted."""
    quality = first * second
    accuracy = first - quality
    rest = 1.0 - first
    made = MechanismParameters(w_quality=quality, w_accuracy=accuracy, w_novelty=rest, w_efficiency=0.0)
    assert math.fsum(made.dimension_weights.values()) == pytest.approx(1.0)

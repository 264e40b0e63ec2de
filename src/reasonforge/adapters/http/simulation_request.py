"""What a caller may ask of the simulator, bounded before anything is drawn."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from reasonforge.application.simulation.roster import DEFAULT_MINERS, DEFAULT_VALIDATORS, roster
from reasonforge.application.simulation.simulate import MOST_EMISSION, Simulation

MOST_EPOCHS = 1_000
MOST_MINERS = 1_024
MOST_VALIDATORS = 256
MOST_WORK = 2_500_000
"""Epochs × miners × validators of one run: under two seconds of one core, however many judge a reply."""
MOST_ROWS = 50_000
"""Rows of tasks, miners and validators in one answer: about ten megabytes of JSON."""
LARGEST_SEED = 2**53 - 1
"""JavaScript counts exactly so far, so that a browser gets the seed it asked for."""
_TASKS = 12


class SimulationRequest(BaseModel):
    """A run from its first epoch: the same values give the same figures, here and in `reasonforge simulate`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="Decides everything that chance decides.")] = 42
    emission: Annotated[
        float,
        Field(
            ge=0, le=MOST_EMISSION, allow_inf_nan=False, description="TAO an epoch, for miners and validators together."
        ),
    ] = 100.0
    miners: Annotated[int, Field(ge=1, le=MOST_MINERS, description="Past 12 with the same mix of tiers.")] = (
        DEFAULT_MINERS
    )
    validators: Annotated[int, Field(ge=1, le=MOST_VALIDATORS, description="Past 6 with the same mix of profiles.")] = (
        DEFAULT_VALIDATORS
    )
    adversaries: Annotated[
        bool, Field(description="Add a validator that inverts its scores and one that always says 1.0.")
    ] = False
    judges: Annotated[
        int | None, Field(ge=1, description="Validators that judge each reply; the mechanism's own number when absent.")
    ] = None
    epochs: Annotated[int, Field(ge=1, le=MOST_EPOCHS, description="How many epochs to run.")] = 10

    @field_validator("judges")
    @classmethod
    def _seated(cls, judges: int | None, so_far: ValidationInfo) -> int | None:
        if judges is not None and {"validators", "adversaries"} <= so_far.data.keys():
            validators = so_far.data["validators"] + 2 * so_far.data["adversaries"]
            if judges > validators:
                raise PydanticCustomError(
                    "too_many_judges", "a reply has from 1 to {most} judges here", {"most": validators}
                )
        return judges

    @field_validator("epochs")
    @classmethod
    def _bounded(cls, epochs: int, so_far: ValidationInfo) -> int:
        """Checked last, when the roster is known."""
        miners, validators = so_far.data.get("miners"), so_far.data.get("validators")
        if miners is None or validators is None:  # they are already refused themselves
            return epochs
        work = epochs * miners * (validators + 2 * bool(so_far.data.get("adversaries")))
        if work > MOST_WORK:
            raise PydanticCustomError(
                "too_much_work",
                "epochs × miners × validators may be {most} at most, and are {work}: ask for fewer epochs",
                {"most": MOST_WORK, "work": work},
            )
        return epochs

    def to_domain(self) -> Simulation:
        """The simulation that was asked for."""
        return Simulation(
            roster=roster(self.miners, self.validators, adversaries=self.adversaries),
            seed=self.seed,
            emission=self.emission,
            judges_per_reply=self.judges,
        )


class RunRequest(SimulationRequest):
    """A run answered at once."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    last: Annotated[
        int | None,
        Field(ge=1, le=MOST_EPOCHS, description="Give only so many of the last epochs in detail; all when absent."),
    ] = None

    @property
    def shown(self) -> int:
        """How many epochs are given in detail."""
        return self.epochs if self.last is None else min(self.last, self.epochs)

    @field_validator("last")
    @classmethod
    def _readable(cls, last: int | None, so_far: ValidationInfo) -> int | None:
        given = so_far.data
        if not {"epochs", "miners", "validators"} <= given.keys():
            return last
        shown = given["epochs"] if last is None else min(last, given["epochs"])
        rows = shown * (given["miners"] + given["validators"] + _TASKS)
        if rows > MOST_ROWS:
            raise PydanticCustomError(
                "too_many_rows",
                "{rows} rows are more than {most}: ask for the last few epochs only, or for a stream",
                {"rows": rows, "most": MOST_ROWS},
            )
        return last


class StreamRequest(SimulationRequest):
    """A run sent an epoch at a time."""

    after: Annotated[int, Field(ge=0, le=MOST_EPOCHS, description="Leave out so many epochs at the start.")] = 0
    pause: Annotated[
        float, Field(ge=0, le=10, allow_inf_nan=False, description="Seconds between an epoch and the next.")
    ] = 0.0

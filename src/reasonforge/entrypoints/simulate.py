"""`reasonforge simulate`: the mechanism offline, among statistical miners and validators."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from reasonforge.application.simulation.observe import Tally, closing_observations
from reasonforge.application.simulation.roster import PROFILES, TIERS, roster
from reasonforge.application.simulation.simulate import Simulation
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.entrypoints.replacement import ReplacementFile
from reasonforge.entrypoints.simulation_json import SimulationDocument
from reasonforge.entrypoints.simulation_screen import SimulationScreen
from reasonforge.entrypoints.terminal import Terminal


def simulate(
    *,
    epochs: Annotated[int, typer.Option(help="How many epochs of 24 hours, at least 1.")] = 10,
    emission: Annotated[
        float, typer.Option(help="TAO an epoch, shared by miners (90 %) and validators (10 %).")
    ] = 100.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run and the same bytes of JSON.")] = 42,
    miners: Annotated[int, typer.Option(help="How many miners, 1 to 65536; past 12 with the same mix of tiers.")] = 12,
    validators: Annotated[
        int, typer.Option(help="How many validators, 1 to 65536; past 6 with the same mix of stakes and profiles.")
    ] = 6,
    judges: Annotated[
        int | None,
        typer.Option(
            help="Validators that judge each reply, from 1 to all; "
            f"{DEFAULT_PARAMETERS.validators_per_task} when not given.",
            show_default=False,
        ),
    ] = None,
    miner_tiers: Annotated[
        str, typer.Option(help=f"Tiers of the first miners, comma-separated, of {', '.join(TIERS)}.")
    ] = "",
    validator_profiles: Annotated[
        str, typer.Option(help=f"Profiles of the first validators, comma-separated, of {', '.join(PROFILES)}.")
    ] = "",
    adversaries: Annotated[
        bool,
        typer.Option("--adversaries", help="Add an inverting and a constant validator of 1000 TAO stake each."),
    ] = False,
    output: Annotated[Path | None, typer.Option(help="Write the whole run to this file as JSON.")] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show every epoch, and every miner and validator in it.")
    ] = False,
) -> None:
    """Run the mechanism offline: statistical miners and validators, no network, nothing random but the seed.

    Tables of each of up to ten epochs (of all with --verbose), tables of the whole run, and what stood out.
    """
    if epochs < 1:
        raise OperatorError(f"--epochs must be at least 1, and is {epochs}")
    try:
        simulation = Simulation(
            roster=roster(
                miners,
                validators,
                miner_tiers=_listed(miner_tiers),
                validator_profiles=_listed(validator_profiles),
                adversaries=adversaries,
            ),
            seed=seed,
            emission=emission,
            judges_per_reply=judges,
        )
    except ValueError as error:
        raise OperatorError(str(error)) from error
    with ReplacementFile(output) if output is not None else nullcontext() as file:
        document = None if file is None else SimulationDocument(file, simulation)
        tally = Tally.empty(simulation.roster)
        with SimulationScreen(Terminal(), simulation, epochs, verbose=verbose) as screen:
            for result in simulation.run(epochs):
                tally = tally.plus(result)
                screen.add(result)
                if document is not None:
                    document.add(result)
        notes = closing_observations(simulation, tally)
        if document is not None:
            document.finish(epochs, tally, notes)
    screen.closing(tally, notes)
    if output is not None:
        screen.console.print(f"\nThe whole run as JSON: {output}", highlight=False, markup=False, soft_wrap=True)


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")] if names else []

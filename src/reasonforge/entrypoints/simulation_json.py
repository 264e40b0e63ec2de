"""A simulation as JSON, written while it runs: sorted keys, an epoch a line, amounts in TAO. Same run, same bytes."""

import json

from reasonforge.application.simulation.observe import Tally
from reasonforge.application.simulation.outcome import EpochResult
from reasonforge.application.simulation.simulate import Simulation
from reasonforge.application.simulation.tabulate import (
    epoch_row,
    parameter_table,
    roster_rows,
    run_settings,
    run_totals,
)
from reasonforge.entrypoints.replacement import ReplacementFile


class SimulationDocument:
    """Writes one object, `epochs` first, as they come, so that memory does not grow with their number."""

    def __init__(self, file: ReplacementFile, simulation: Simulation) -> None:
        self._file = file
        self._simulation = simulation
        self._separator = '{"epochs": [\n'

    def add(self, result: EpochResult) -> None:
        """Write one epoch."""
        self._file.write(self._separator + _text(epoch_row(self._simulation.roster, result)))
        self._separator = ",\n"

    def finish(self, epochs: int, tally: Tally, notes: tuple[str, ...]) -> None:
        """Write what belongs to the run as a whole; `epochs` is how many were asked for."""
        simulation = self._simulation
        rest = {
            "notes": list(notes),
            "parameters": parameter_table(simulation.parameters),
            "roster": roster_rows(simulation.roster),
            "settings": run_settings(simulation, epochs),
            "totals": run_totals(simulation.roster, tally),
        }
        lines = ",\n".join(f"{_text(key)}: {_text(rest[key])}" for key in sorted(rest))
        self._file.write(f"\n],\n{lines}}}\n")


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)

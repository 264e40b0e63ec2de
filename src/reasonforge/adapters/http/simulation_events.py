"""A simulation as JSON: whole, or as server-sent events."""

import json
from collections.abc import Callable, Iterator

from reasonforge.adapters.http.simulation_request import RunRequest, SimulationRequest
from reasonforge.application.simulation.observe import Tally, closing_observations
from reasonforge.application.simulation.simulate import Simulation
from reasonforge.application.simulation.tabulate import Json, epoch_row, roster_rows, run_settings, run_totals


def whole_run(asked: RunRequest, abandoned: Callable[[], bool]) -> bytes:
    """Settings, roster, the last epochs, totals and notes. Nothing, when it was abandoned between two epochs."""
    simulation = asked.to_domain()
    tally = Tally.empty(simulation.roster)
    rows: list[Json] = []
    for result in simulation.run(asked.epochs):
        if abandoned():
            return b""
        tally = tally.plus(result)
        if result.epoch > asked.epochs - asked.shown:
            rows.append(epoch_row(simulation.roster, result))
    return _encoded({**_setup(simulation, asked), "epochs": rows, **_closing(simulation, tally)})


def epoch_events(asked: SimulationRequest, after: int) -> Iterator[bytes]:
    """`setup`, an `epoch` for each one later than `after`, and `end`."""
    simulation = asked.to_domain()
    yield _event("setup", _setup(simulation, asked))
    tally = Tally.empty(simulation.roster)
    for result in simulation.run(asked.epochs):
        tally = tally.plus(result)
        if result.epoch > after:
            yield _event("epoch", epoch_row(simulation.roster, result), result.epoch)
    yield _event("end", _closing(simulation, tally))


def _setup(simulation: Simulation, asked: SimulationRequest) -> Json:
    return {"settings": run_settings(simulation, asked.epochs), "roster": roster_rows(simulation.roster)}


def _closing(simulation: Simulation, tally: Tally) -> Json:
    return {
        "totals": run_totals(simulation.roster, tally),
        "notes": list(closing_observations(simulation, tally)),
    }


def _event(kind: str, content: Json, number: int | None = None) -> bytes:
    name = b"event: " + kind.encode() + b"\n"
    identity = b"" if number is None else f"id: {number}\n".encode()
    return name + identity + b"data: " + _encoded(content) + b"\n\n"


def _encoded(content: Json) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()

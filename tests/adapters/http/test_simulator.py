"""The simulator over HTTP: the numbers of `reasonforge simulate`, within bounds."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from reasonforge.adapters.http.formulas import formulas
from reasonforge.adapters.http.simulation_request import MOST_ROWS, MOST_WORK, RunRequest
from reasonforge.adapters.http.simulator import Simulator, simulator_router
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters
from reasonforge.entrypoints.cli import main
from tests.serving import served


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(streams=2)


@pytest.fixture(scope="module")
def client(simulator: Simulator) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.include_router(simulator_router(simulator, "1.2.3"))
    with served(app) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


def events(text: str) -> list[tuple[str, str, Any]]:
    """(event, id, data) of each event in a stream's text."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields["event"], fields.get("id", ""), json.loads(fields["data"])))
    return found


def test_the_figures_are_those_of_the_command(client: httpx.Client, tmp_path: Path) -> None:
    """The same seed gives the same epochs, totals and notes as `reasonforge simulate --output`."""
    file = tmp_path / "run.json"
    arguments = ["--epochs", "4", "--seed", "9", "--miners", "30", "--validators", "8", "--adversaries"]
    assert main(["simulate", *arguments, "--output", str(file)]) == 0
    written = json.loads(file.read_bytes())
    asked = {"epochs": 4, "seed": 9, "miners": 30, "validators": 8, "adversaries": True}
    answered = client.post("/api/simulate", json=asked)
    assert answered.status_code == 200
    assert answered.json() == {key: value for key, value in written.items() if key != "parameters"}
    assert client.get("/api/constants").json() == written["parameters"]


def test_only_the_last_epochs_are_shown_when_asked(client: httpx.Client) -> None:
    """`last` shortens the detail and changes nothing else."""
    whole = client.post("/api/simulate", json={"epochs": 5}).json()
    short = client.post("/api/simulate", json={"epochs": 5, "last": 1}).json()
    assert short == {**whole, "epochs": whole["epochs"][-1:]}


def test_a_stream_sends_the_same_epochs_one_by_one(client: httpx.Client) -> None:
    """setup, epoch 1…n with its number as id, end: together what the run at once gives."""
    whole = client.post("/api/simulate", json={"epochs": 3, "seed": 5}).json()
    streamed = client.get("/api/simulate/stream", params={"epochs": 3, "seed": 5})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    told = events(streamed.text)
    assert [(kind, number) for kind, number, _ in told] == [
        ("setup", ""), ("epoch", "1"), ("epoch", "2"), ("epoch", "3"), ("end", ""),
    ]  # fmt: skip
    assert told[0][2] == {"settings": whole["settings"], "roster": whole["roster"]}
    assert [row for kind, _, row in told if kind == "epoch"] == whole["epochs"]
    assert told[-1][2] == {"totals": whole["totals"], "notes": whole["notes"]}


@pytest.mark.parametrize("seen", ["2", "x", "-1", "99999999", "²"])
def test_a_stream_goes_on_after_the_last_event_seen(client: httpx.Client, seen: str) -> None:
    """Last-Event-ID leaves out what was seen; one that is no number leaves out nothing."""
    streamed = client.get("/api/simulate/stream?epochs=3", headers={b"Last-Event-ID": seen.encode()})
    first = 3 if seen == "2" else 1
    assert [number for kind, number, _ in events(streamed.text) if kind == "epoch"] == [
        str(number) for number in range(first, 4)
    ]


def test_a_stream_ends_when_its_reader_goes(client: httpx.Client, simulator: Simulator) -> None:
    """The place is free again soon after the client has hung up; while all are taken the next is told when to come."""
    slow = "/api/simulate/stream?epochs=1000&pause=0.05"
    with client.stream("GET", slow) as one, client.stream("GET", slow) as two:
        reading = (one.iter_bytes(), two.iter_bytes())  # kept, since httpx hangs up with its iterator
        assert all(next(chunks) for chunks in reading)
        refused = client.get(slow)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert simulator.streams == 2
    end = time.monotonic() + 5
    while simulator.streams and time.monotonic() < end:
        time.sleep(0.02)
    assert simulator.streams == 0


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"epochs": 0}, ["body", "epochs"]),
        ({"epochs": 1000, "miners": 1024}, ["body", "epochs"]),
        ({"epochs": 1000, "miners": 100}, ["body", "last"]),
        ({"judges": 7}, ["body", "judges"]),
        ({"seed": -1}, ["body", "seed"]),
        ({"seed": 2**53}, ["body", "seed"]),
        ({"emission": "NaN"}, ["body", "emission"]),
        ({"validators": 0}, ["body", "validators"]),
        ({"miners": 1.5}, ["body", "miners"]),
        ({"nodes": 1}, ["body", "nodes"]),
    ],
)
def test_a_bad_request_names_its_field(client: httpx.Client, asked: dict[str, Any], where: list[str]) -> None:
    """422, with the field that is wrong and no other."""
    refused = client.post("/api/simulate", json=asked)
    assert (refused.status_code, [one["loc"] for one in refused.json()["detail"]]) == (422, [where])


def test_too_many_runs_at_once_are_told_to_come_back() -> None:
    """With every place taken a run is refused with 503 and Retry-After, and the health says so."""
    simulator = Simulator(at_once=1, waiting=0)
    simulator.running = 1
    app = FastAPI()
    app.include_router(simulator_router(simulator, "1.2.3"))
    with served(app) as server:
        refused = httpx.post(f"{server.url}/api/simulate", json={"epochs": 1})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert httpx.get(f"{server.url}/api/health").json()["running"] == 1


def test_the_constants_are_the_domain_s(client: httpx.Client) -> None:
    """Every field of `MechanismParameters`, by its name, and nothing else."""
    given = client.get("/api/constants").json()
    assert list(given) == [one.name for one in attrs.fields(MechanismParameters)]
    assert given["peb_alpha"] == DEFAULT_PARAMETERS.peb_alpha
    assert given["check_weights"]["code"] == {"tests": 0.5, "static_analysis": 0.2, "formal": 0.3}


def test_the_formulas_are_the_engine_s(client: httpx.Client) -> None:
    """Thirteen numbered equations in order and the reputation multiplier, each with an example that the engine has."""
    given = client.get("/api/formulas").json()
    assert [one["number"] for one in given] == [*range(1, 14), None]
    for one in given:
        method = getattr(ScoringEngine, one["method"])
        assert one["example"]["gives"] in (method.__doc__ or "")
        assert one["rule"]
        assert set(one["constants"]) <= {field.name for field in attrs.fields(MechanismParameters)}
    assert given == [one.model_dump() for one in formulas()]


@settings(max_examples=200)
@given(
    epochs=st.integers(-1, 1_100),
    miners=st.integers(-1, 1_100),
    validators=st.integers(-1, 300),
    adversaries=st.booleans(),
    judges=st.none() | st.integers(-1, 300),
    last=st.none() | st.integers(-1, 1_100),
)
def test_whatever_is_accepted_can_run_within_bounds(**asked: Any) -> None:
    """A request is refused, or makes a simulation whose work and answer are bounded."""
    try:
        request = RunRequest(**asked)
    except ValidationError:
        return
    roster = request.to_domain().roster
    assert request.epochs * len(roster.miners) * len(roster.validators) <= MOST_WORK
    assert request.shown * (len(roster.miners) + len(roster.validators)) <= MOST_ROWS

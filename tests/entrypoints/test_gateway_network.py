"""A user's task all the way: gateway, validator and miners as processes on one database, over real Axons."""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")
pytest.importorskip("fastapi", reason="the extra gateway is not installed")

from reasonforge.adapters.tasks.family import pose
from reasonforge.adapters.tasks.registry import ANYWHERE
from reasonforge.domain.answer import ExactAnswer
from tests.entrypoints.processes import Network, network, wallet
from tests.postgres import Cluster, postgres

__all__ = ["postgres"]
SECRET = "0123456789abcdef" * 4
SECONDS = 150.0


def ask(address: str, key: str, path: str, body: object = None) -> dict[str, object]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}{path}", data, headers)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        document = json.loads(answer.read())
    assert isinstance(document, dict)
    return document


def key_for(database: str, tier: str = "free") -> str:
    options = ("--json", "--tier", tier, "--state.db", database)
    command = [sys.executable, "-m", "reasonforge", "keys", "create", *options]
    made = subprocess.run(
        [*command, "--gateway.api_key_secret", SECRET], capture_output=True, text=True, check=True, timeout=60
    )
    return str(json.loads(made.stdout)["key"])


def answered(net: Network, database: str) -> dict[str, object]:
    """What becomes of a question that the miners can solve."""
    family = next(one for one in ANYWHERE if one.name == "congruences")
    posed = pose(family, "a user's", 2)
    key = key_for(database)
    net.environment["GATEWAY_API_KEY_SECRET"] = SECRET
    net.start(
        "gateway",
        "reasonforge.entrypoints.gateway",
        *("--state.db", database, "--gateway.port", "0", "--metrics.port", "0", "--logging.json"),
    )
    address = json.loads(net.wait_for("gateway", r'\{.*"event": "serving".*\}'))["address"]
    task = ask(address, key, "/v1/tasks", {"problem": posed.statement, "domain": "mathematics", "difficulty": 2})
    for name in ("m1", "m2", "m3", "m4"):
        net.neuron(name, "miner", "--miner.backend", "solver", "--miner.port", "0", "--miner.pace", "0.05")
    for name in ("m1", "m2", "m3", "m4"):
        net.wait_for(name, "served")
    net.neuron(
        "v",
        "validator",
        *("--validator.embedding_model", "hashing", "--validator.tasks_per_epoch", "4", "--validator.timeout", "20"),
        *("--state.db", database),
    )
    until = time.monotonic() + SECONDS
    while task["status"] not in {"completed", "failed"}:
        assert time.monotonic() < until, (task, net.log_of("v"), net.log_of("gateway"))
        time.sleep(0.5)
        task = ask(address, key, f"/v1/tasks/{task['task_id']}")
    truth = family.answer(posed.instance)
    assert isinstance(truth, ExactAnswer)
    assert truth.check(str(task["best_answer"])).grade == 1.0, task
    while not ask(address, key, "/v1/leaderboard")["miners"]:
        assert time.monotonic() < until, net.log_of("v")
        time.sleep(0.5)
    assert set(net.stop().values()) == {0}
    return task


@pytest.mark.slow
def test_a_users_task_is_asked_verified_and_answered(tmp_path: Path) -> None:
    """What is submitted at the gateway comes back with the miners' best answer, through one SQLite file."""
    names = ("v", "m1", "m2", "m3", "m4")
    hotkeys = {name: wallet(tmp_path / "w", name) for name in names}
    founders = [f"{hotkeys['v']}:1000", *(hotkeys[name] for name in names[1:])]
    with network(tmp_path, *founders) as net:
        task = answered(net, str(tmp_path / "state.db"))
    assert task["status"] == "completed"
    assert isinstance(task["confidence"], float)
    assert 0.5 < task["confidence"] <= 1.0
    assert task["reasoning_steps"]


@pytest.mark.slow
@pytest.mark.postgres
def test_a_users_task_comes_back_through_a_server_too(tmp_path: Path, postgres: Cluster) -> None:
    """The same through one PostgreSQL database."""
    names = ("v", "m1", "m2", "m3", "m4")
    hotkeys = {name: wallet(tmp_path / "w", name) for name in names}
    founders = [f"{hotkeys['v']}:1000", *(hotkeys[name] for name in names[1:])]
    with network(tmp_path, *founders) as net:
        assert answered(net, postgres.database())["status"] == "completed"

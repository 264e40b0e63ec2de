"""What the compose files promise, whether or not an engine with compose is here; where it is, it reads them too."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from reasonforge.entrypoints.settings import MinerSettings, ValidatorSettings, rows
from tests.infra.composition import COMPOSE, Service, services
from tests.requirement import require

ROOT = COMPOSE.parents[1]
MAIN, LOCAL, MONITORING, SOCKET = (f"compose{name}.yml" for name in ("", ".localnet", ".monitoring", ".docker-socket"))
ENVIRONMENT = {
    "NETUID": "7",
    "DOCKER_GID": "999",
    "WALLETS": "/srv/wallets",
    "MINER_EXTERNAL_IP": "192.0.2.1",
    "GATEWAY_API_KEY_SECRET": "only-to-read-the-file-with",
    "GRAFANA_PASSWORD": "only-to-read-the-file-with",
}


def everything() -> list[Any]:
    return [
        pytest.param(service, id=f"{file}-{name}")
        for file in (MAIN, LOCAL, MONITORING)
        for name, service in services(file, ENVIRONMENT).items()
        if "profiles" not in service
    ]


@pytest.mark.parametrize("service", everything())
def test_a_service_has_no_rights_it_does_not_need(service: Service) -> None:
    """Every container has a read-only root, no capability, and gains no privilege."""
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def mounts_engine(service: Service) -> bool:
    return any("docker.sock" in str(volume) for volume in service.get("volumes", []))


@pytest.mark.parametrize("file", [MAIN, LOCAL, MONITORING])
def test_nobody_but_the_runner_holds_the_engine(file: str) -> None:
    """The container engine's socket is mounted in the sandbox runner alone, and that has no network."""
    holders = {name: service for name, service in services(file, ENVIRONMENT).items() if mounts_engine(service)}
    assert set(holders) == ({"sandbox"} if file == MAIN else set())
    assert all(service["network_mode"] == "none" for service in holders.values())


def test_the_overlay_says_what_it_risks() -> None:
    """The validator holds the engine only with an overlay that nobody takes unawares, and that names the risk first."""
    text = (COMPOSE / SOCKET).read_text()
    comment = text[: text.index("services:")]
    assert comment.startswith("# OPT-IN")
    assert "RISK" in comment
    assert "root on its host" in comment
    assert [name for name, one in services(SOCKET, ENVIRONMENT).items() if mounts_engine(one)] == ["validator"]


def test_the_gateway_is_on_the_validators_store() -> None:
    """Validator and gateway have one state file in one volume; the miner has another of each."""
    found = services(MAIN, ENVIRONMENT)

    def state(name: str) -> tuple[str, str]:
        (volume,) = (one for one in found[name]["volumes"] if str(one).endswith(":/var/lib/reasonforge"))
        return volume, found[name]["environment"]["STATE_DB_PATH"]

    assert state("validator") == state("gateway")
    assert state("miner")[0] != state("validator")[0]
    assert state("miner")[1] != state("validator")[1]


@pytest.mark.parametrize("needed", sorted(ENVIRONMENT))
def test_what_has_no_default_is_asked_for(needed: str) -> None:
    """A variable without a default is refused by name, with what it is for."""
    with pytest.raises(KeyError, match=f"{needed}: .{{8,}}"):
        services(MAIN, {name: value for name, value in ENVIRONMENT.items() if name != needed})


@pytest.mark.parametrize(("name", "model"), [("validator", ValidatorSettings), ("miner", MinerSettings)])
@pytest.mark.parametrize("file", [MAIN, LOCAL])
def test_variables_are_settings(file: str, name: str, model: type[ValidatorSettings | MinerSettings]) -> None:
    """Each variable that a neuron's container is given is one of its settings, or the key of a service."""
    known = {variable for _, variables, _ in rows(model) for variable in variables}
    known |= {"OPENAI_API_KEY", "ANTHROPIC_API_KEY"}
    found = [one for service, one in services(file, ENVIRONMENT).items() if service.split("-")[0] == name]
    assert len(found) > 0
    for service in found:
        given = set(service["environment"])
        assert given <= known, given - known


def test_every_service_of_ours_is_built_from_its_image() -> None:
    """A service's Dockerfile is there, and takes the base that the operator gives."""
    found = services(MAIN, {**ENVIRONMENT, "BASE": "own-base"})
    built = {name: service["build"] for name, service in found.items() if "build" in service}
    assert set(built) == {"sandbox", "sandbox-image", "validator", "miner", "gateway"}
    for build in built.values():
        dockerfile = (COMPOSE / build["context"] / build.get("dockerfile", "Dockerfile")).resolve()
        assert "ARG BASE=" in dockerfile.read_text()
        assert "BASE" in build["args"]
    assert built["miner"]["args"]["BASE"] == "own-base"


@pytest.mark.parametrize("files", [(MAIN,), (LOCAL,), (MONITORING,), (MAIN, SOCKET)], ids="+".join)
def test_compose_reads_the_files(files: tuple[str, ...]) -> None:
    """`docker compose config` takes each file, and the overlay over the installation."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False) if _docker() else None
    require("compose", plugin is not None and plugin.returncode == 0, "the engine's client has no compose plugin")
    named = [word for file in files for word in ("--file", str(COMPOSE / file))]
    command = ["docker", "compose", *named, "config", "--quiet"]
    read = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **ENVIRONMENT})
    assert (read.returncode, read.stderr) == (0, "")


def _docker() -> bool:
    return any((Path(folder) / "docker").exists() for folder in os.environ.get("PATH", "").split(os.pathsep))


def _load(path: Path) -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load(path.read_text())
    return document


def test_the_least_machines_and_the_subnets_figures() -> None:
    """min_compute.yml says what the design says of machines and hyperparameters."""
    found = _load(ROOT / "min_compute.yml")
    spec = found["compute_spec"]
    machines = {
        name: {
            "cores": one["cpu"]["min_cores"],
            "memory": one["memory"]["min_ram"],
            "storage": one["storage"]["min_space"],
            "gpu": one["gpu"]["required"],
            "network": one["network"]["min_bandwidth"],
        }
        for name, one in spec.items()
    }
    assert machines == {
        "miner": {"cores": 4, "memory": 16, "storage": 50, "gpu": False, "network": 100},
        "validator": {"cores": 8, "memory": 32, "storage": 100, "gpu": False, "network": 200},
    }
    assert spec["validator"]["gpu"]["recommended"] is True
    assert found["subnet_hyperparameters"] == {
        "tempo": 360,
        "immunity_period": 7200,
        "max_miners": 192,
        "max_validators": 64,
        "min_validator_stake": 1000,
        "weights_rate_limit": 100,
        "weights_version_key": 1,
        "adjustment_alpha": 0.7,
        "difficulty": 10_000_000,
        "registration_cost": 0.1,
    }

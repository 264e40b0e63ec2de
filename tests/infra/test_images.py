"""The images as they are shipped, in containers of a real engine. `infra/test-images` builds them and runs this."""

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra.composition import Project, Service, services
from tests.requirement import require

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

OWN = ("miner", "validator", "gateway", "runner")
SOCKET = Path("/var/run/docker.sock")
EPOCH_SECONDS = 240.0
USER, RUNNER = 10001, 10002
MINERS = ("miner-1", "miner-2", "miner-3")
STATE = "/var/lib/reasonforge/validator.db"


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True, timeout=120).stdout.strip()


def inspected(name: str) -> Any:
    return json.loads(docker("inspect", name))[0]


def require_images(*names: str) -> None:
    there = shutil.which("docker") is not None
    found = docker("images", "--format", "{{.Repository}}").split() if there and SOCKET.exists() else []
    missing = [name for name in names if name not in found]
    require("images", not missing, f"the engine has no {', '.join(missing)} (infra/test-images builds them)")


@pytest.mark.parametrize("image", OWN)
def test_an_image_says_what_it_is_and_runs_as_nobody_of_note(image: str) -> None:
    """Each image has labels, a health check, a numeric user without rights, and no file that gives others' rights."""
    require_images(f"reasonforge-{image}")
    config = inspected(f"reasonforge-{image}")["Config"]
    assert config["User"] == f"{USER}:{USER}"
    assert config["Labels"]["org.opencontainers.image.title"] == f"reasonforge {image}"
    assert config["Healthcheck"]["Test"][:2] == ["CMD", "healthy"]
    found = docker(
        *("run", "--rm", "--network", "none", "--user", "0:0", "--entrypoint", "find", f"reasonforge-{image}"),
        *("/", "-xdev", "-perm", "/6000", "-type", "f"),
    )
    assert found == ""


@pytest.mark.parametrize(("image", "wants"), [("miner", "--netuid (NETUID)"), ("validator", "--netuid (NETUID)")])
def test_a_container_that_was_told_nothing_says_what_it_needs(image: str, wants: str) -> None:
    """Without settings, wallet or network a neuron's container ends with code 2 and a sentence, as on any machine."""
    require_images(f"reasonforge-{image}")
    words = ["docker", "run", "--rm", "--network", "none", "--read-only", f"reasonforge-{image}"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "wallet" in ended.stderr or wants in ended.stderr


class Containers:
    """One project's containers, started from the compose files."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.started: list[str] = []

    def run(self, name: str, service: Service, *, attached: bool = False) -> str:
        self.started.append(name)
        words = self.project.command(name, service, attached=attached)
        ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        assert ended.returncode == 0, f"{' '.join(words)}\n{ended.stdout}{ended.stderr}"
        return ended.stdout.strip()

    def log(self, name: str) -> str:
        words = ["docker", "logs", self.project.container(name)]
        ended = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
        return ended.stdout + ended.stderr

    def execute(self, name: str, *words: str) -> str:
        return docker("exec", self.project.container(name), *words)

    def wait_until(self, name: str, what: str, seconds: float, text: str = "") -> None:
        """Until the container is healthy, or its log has the text."""
        end = time.monotonic() + seconds
        while True:
            state = inspected(self.project.container(name))["State"]
            assert state["Running"], f"{name} ended\n{self.log(name)[-3000:]}"
            if text in self.log(name) if text else state["Health"]["Status"] == "healthy":
                return
            health = json.dumps(state.get("Health"), indent=1)[-2000:]
            assert time.monotonic() < end, f"{name} is not {what}\n{self.log(name)[-3000:]}\n{health}"
            time.sleep(0.5)

    def remove(self) -> None:
        for name in reversed(self.started):
            subprocess.run(
                ["docker", "rm", "--force", "--volumes", self.project.container(name)], capture_output=True, check=False
            )
        listed = docker("volume", "ls", "--quiet", "--filter", f"name={self.project.name}-").split()
        for volume in listed:
            subprocess.run(["docker", "volume", "rm", "--force", volume], capture_output=True, check=False)


@pytest.fixture(scope="module")
def network() -> Iterator[Containers]:
    """A network of its own that leads nowhere: chain, sandbox runner, three miners, and a validator in its second epoch
    or later. All but the chain are healthy before the next part of them is started, as compose would have it.
    """
    require_images(*(f"reasonforge-{name}" for name in OWN), "reasonforge-sandbox")
    made = Containers(Project(f"rf-{os.getpid()}-{secrets.token_hex(3)}"))
    local = services("compose.localnet.yml", {})
    validator = local["validator-1"]
    more = {"VALIDATOR_SANDBOX_ENABLED": "true", "VALIDATOR_TASKS_PER_EPOCH": "6", "STATE_DB_PATH": STATE}
    try:
        wallets = made.run("wallets", local["wallets"], attached=True)
        assert len(wallets.splitlines()) == 5
        made.run("chain", local["chain"])
        made.run("sandbox", services("compose.yml", INSTALLATION)["sandbox"])
        made.wait_until("chain", "healthy", 120)
        for name in MINERS:
            made.run(name, local[name])
        for name in (*MINERS, "sandbox"):
            made.wait_until(name, "healthy", 120)
        made.run(
            "validator-1",
            {
                **validator,
                "environment": {**validator["environment"], **more},
                "volumes": [*validator["volumes"], "runner:/run/reasonforge", "state:/var/lib/reasonforge"],
            },
        )
        made.wait_until("validator-1", "healthy", 120)
        made.wait_until("validator-1", "through an epoch", EPOCH_SECONDS, '"outcome": "set"')
        yield made
    finally:
        made.remove()


def test_an_epoch_runs_across_the_containers(network: Containers) -> None:
    """Validator, miners and sandbox runner, a container each and all healthy: an epoch closes, programs are run by the
    runner, and weights are set.
    """
    log = network.log("validator-1")
    assert "tool not used" not in log
    assert '"domain": "code"' in log
    told = network.execute("miner-1", "reasonforge", "status", "--state.db", "state/miner.db", "--json")
    assert json.loads(told)["miner"]["asked"] >= 6


def test_the_containers_can_do_little(network: Containers) -> None:
    """Each runs as a user without rights, capabilities or a root it can write; the engine is the runner's alone; the
    network they share has no interface but loopback.
    """
    for name in network.started[1:]:
        shown = inspected(network.project.container(name))
        uids = Path(f"/proc/{shown['State']['Pid']}/status").read_text().split("Uid:")[1].split()[:4]
        assert set(uids) == {str(RUNNER if name == "sandbox" else USER)}, name
        assert shown["HostConfig"]["ReadonlyRootfs"] is True, name
        assert shown["HostConfig"]["CapDrop"] == ["ALL"], name
        sockets = [mount for mount in shown["Mounts"] if mount["Destination"].endswith("docker.sock")]
        assert len(sockets) == (1 if name == "sandbox" else 0), name
    assert network.execute("validator-1", "ls", "/sys/class/net").split() == ["lo"]


def test_the_gateway_shows_what_the_validator_recorded(network: Containers) -> None:
    """The gateway, in a container on the validator's store, gets healthy and has the epoch's miners on its board."""
    words = ("run", "--rm", "--network", "none", "--entrypoint", "ls", "reasonforge-gateway", "/opt/reasonforge/bin")
    require("gateway", "reasonforge-gateway" in docker(*words).split(), "the package has no reasonforge-gateway yet")
    gateway = services("compose.yml", INSTALLATION)["gateway"]
    network.run("gateway", {**gateway, "network_mode": "service:chain"})
    network.wait_until("gateway", "healthy", 120)
    board = json.loads(network.execute("gateway", "python3", "-c", LEADERBOARD))
    assert len(board) > 0


def test_sigterm_ends_each_container_well(network: Containers) -> None:
    """Asked to stop, each part ends within its time with exit code 0. (The last test: it takes the network down.)"""
    order = [name for name in reversed(network.started) if name != "wallets"]
    codes = {name: _stopped(network, name) for name in order}
    told = {name: network.log(name)[-2000:] for name, code in codes.items() if code != 0}
    assert codes == dict.fromkeys(order, 0), told


def _stopped(containers: Containers, name: str) -> int:
    docker("stop", "--time", "30", containers.project.container(name))
    return int(inspected(containers.project.container(name))["State"]["ExitCode"])


INSTALLATION = {
    "NETUID": "1",
    "DOCKER_GID": str(SOCKET.stat().st_gid if SOCKET.exists() else 0),
    "DOCKER_SOCKET": str(SOCKET),
    "WALLETS": "/nonexistent",
    "MINER_EXTERNAL_IP": "127.0.0.1",
    "GATEWAY_API_KEY_SECRET": secrets.token_hex(32),
    "GRAFANA_PASSWORD": secrets.token_hex(16),
}
LEADERBOARD = (
    "import json, urllib.request as r; "
    "print(json.dumps(json.load(r.urlopen('http://127.0.0.1:8000/v1/leaderboard', timeout=10))))"
)

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


@pytest.fixture
def containers() -> Iterator[Containers]:
    require_images(*(f"reasonforge-{name}" for name in OWN), "reasonforge-sandbox")
    made = Containers(Project(f"rf-{os.getpid()}-{secrets.token_hex(3)}"))
    try:
        yield made
    finally:
        made.remove()


def test_an_epoch_runs_across_the_containers(containers: Containers) -> None:
    """Validator, miners, gateway and sandbox runner, each in a container as compose has it (no rights, read-only root,
    no way out of their own network), get healthy; an epoch closes, programs are run by the runner, weights are set,
    and the gateway shows it.
    """
    installation = services("compose.yml", INSTALLATION)
    local = services("compose.localnet.yml", {})
    runner = installation["sandbox"]
    wallets = containers.run("wallets", local["wallets"], attached=True)
    assert len(wallets.splitlines()) == 5
    containers.run("chain", local["chain"])
    containers.run("sandbox", runner)
    for name in ("miner-1", "miner-2", "miner-3"):
        containers.run(name, local[name])
    for name in ("miner-1", "miner-2", "miner-3"):
        containers.wait_until(name, "healthy", 120)
    containers.wait_until("sandbox", "healthy", 120)
    validator = local["validator-1"]
    with_sandbox = {
        **validator,
        "environment": {
            **validator["environment"],
            "VALIDATOR_SANDBOX_ENABLED": "true",
            "VALIDATOR_TASKS_PER_EPOCH": "6",
            "STATE_DB_PATH": "/var/lib/reasonforge/validator.db",
        },
        "volumes": [*validator["volumes"], "runner:/run/reasonforge", "state:/var/lib/reasonforge"],
    }
    containers.run("validator-1", with_sandbox)
    containers.wait_until("validator-1", "healthy", 120)
    gateway = {**installation["gateway"], "network_mode": "service:chain"}
    containers.run("gateway", gateway)
    containers.wait_until("gateway", "healthy", 120)
    containers.wait_until("validator-1", "past its first epoch", EPOCH_SECONDS, '"outcome": "set"')

    log = containers.log("validator-1")
    assert "tool not used" not in log
    assert '"domain": "code"' in log
    for name in containers.started[1:]:
        shown = inspected(containers.project.container(name))
        uids = Path(f"/proc/{shown['State']['Pid']}/status").read_text().split("Uid:")[1].split()[:4]
        assert set(uids) == {str(RUNNER if name == "sandbox" else USER)}, name
        assert shown["HostConfig"]["ReadonlyRootfs"] is True, name
        assert shown["HostConfig"]["CapDrop"] == ["ALL"], name
        sockets = [mount for mount in shown["Mounts"] if mount["Destination"].endswith("docker.sock")]
        assert len(sockets) == (1 if name == "sandbox" else 0), name
    interfaces = containers.execute("validator-1", "ls", "/sys/class/net").split()
    assert interfaces == ["lo"], "its network leads nowhere else"
    board = containers.execute("gateway", "python3", "-c", LEADERBOARD)
    assert len(json.loads(board)) > 0
    stopped = {name: _stopped(containers, name) for name in ("validator-1", "miner-1", "gateway", "sandbox", "chain")}
    assert stopped == dict.fromkeys(stopped, 0), "SIGTERM ends each with 0"


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

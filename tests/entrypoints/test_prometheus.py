"""A real Prometheus scrapes a real network and a demo: metrics move, dashboards answer, and what is killed is told.

Success criteria of the plan: Prometheus scrapes both neurons; the dashboards' queries answer.
"""

import json
import math
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from attrs import frozen

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")
pytest.importorskip("fastapi", reason="the extra gateway is not installed")

from tests.entrypoints.gateway_callers import Callers
from tests.entrypoints.observed_demo import ObservedDemo
from tests.entrypoints.processes import Network, free_port, network, wallet
from tests.entrypoints.scraping import RULES, SECONDS, Prometheus, expressions, prometheus
from tests.entrypoints.test_gateway_network import SECRET, key_for
from tests.requirement import require

pytestmark = [pytest.mark.prometheus, pytest.mark.slow]

STILL = {
    "reasonforge_validator_tempo_blocks": "the chain's own setting",
    "reasonforge_miner_plagiarism_total": "the solver copies from nobody",
    "reasonforge_miner_submissions_rejected_total": "the solver answers everything it is asked here",
    "reasonforge_miner_tokens_total": "the solver uses no model",
    "reasonforge_miner_cost_dollars_total": "the solver uses no model",
    "reasonforge_miner_store_writable": "no miner's store is lost here",
    "reasonforge_gateway_store_writable": "nor the gateway's, which is the first validator's",
}
"""What a dashboard or an alert names and does not move in this network, each with why; unit tests move them."""
IN_TROUBLE = {
    "reasonforge_validator_store_writable",
    "reasonforge_validator_sandbox_up",
    "reasonforge_validator_epoch_failures_total",
    "reasonforge_validator_weight_failures_total",
    "reasonforge_validator_checks_unavailable_total",
}
"""What moves only when something is killed."""


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def named() -> set[str]:
    """Every metric of ours that a dashboard or an alert names; a histogram by the name that it is made under."""
    text = "\n".join([*expressions().values(), *(rule["expr"] for rule in rules())])
    text = re.sub(
        r"reasonforge_\(([a-z|]+)\)_(\w+)",
        lambda found: " ".join(f"reasonforge_{kind}_{found[2]}" for kind in found[1].split("|")),
        text,
    )
    return set(re.findall(r"reasonforge_\w+", text))


@frozen
class Scene:
    """All that runs."""

    prometheus: Prometheus
    demo: ObservedDemo
    subnet: Network
    ports: Mapping[str, int]


def impatient() -> dict[str, Any]:
    """The shipped alerts without their patience: what they look for is as shipped."""
    document: dict[str, Any] = yaml.safe_load(RULES.read_text())
    for rule in document["groups"][0]["rules"]:
        rule["for"] = "0s"
        if rule["alert"] == "ChainAway":
            rule["expr"] = rule["expr"].replace("> 300", "> 8")
    return document


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A validator, two miners and a gateway with callers as processes, a demo of sixteen, and a Prometheus."""
    require("prometheus", available=shutil.which("prometheus") is not None, reason="prometheus is not installed")
    root = tmp_path_factory.mktemp("prometheus")
    names = ["v", "m0", "m1"]
    keys = {name: wallet(root / "w", name) for name in names}
    ports = {name: free_port() for name in (*names, "gateway")}
    state = str(root / "v.db")
    found = [f"{keys['v']}:1000", keys["m0"], keys["m1"]]
    with network(root, *found, block_seconds=0.4) as subnet, ObservedDemo(root).running() as demo:
        for name, skill in {"m0": "1.0", "m1": "0.3"}.items():
            subnet.neuron(
                *(name, "miner", "--miner.backend", "solver", "--miner.skill", skill, "--miner.pace", "0.02"),
                *("--miner.port", "0", "--metrics.port", str(ports[name])),
            )
        for name in ("m0", "m1"):
            subnet.wait_for(name, "served")
        subnet.neuron(
            *("v", "validator", "--validator.tasks_per_epoch", "3", "--validator.timeout", "20"),
            *("--validator.embedding_model", "hashing", "--metrics.port", str(ports["v"])),
        )
        key = key_for(state, "enterprise")
        subnet.environment["GATEWAY_API_KEY_SECRET"] = SECRET
        subnet.start(
            "gateway",
            "reasonforge.entrypoints.gateway",
            *("--state.db", state, "--gateway.port", "0", "--metrics.port", str(ports["gateway"]), "--logging.json"),
            *("--gateway.webhook_hosts", "127.0.0.1"),
        )
        address = json.loads(subnet.wait_for("gateway", r'\{.*"event": "serving".*\}'))["address"]
        targets = {
            "validator": [f"127.0.0.1:{ports['v']}", f"127.0.0.1:{demo.validator_port}"],
            "miner": [f"127.0.0.1:{ports[name]}" for name in ("m0", "m1")],
            "gateway": [f"127.0.0.1:{ports['gateway']}"],
        }
        with Callers(address, key, state).calling(), prometheus(root, targets, impatient()) as started:
            yield Scene(started, demo, subnet, ports)


def moved(prometheus: Prometheus, metric: str) -> bool:
    """Whether any series of it took two values, or two series differ."""
    changed = f"max_over_time({metric}[10m]) != min_over_time({metric}[10m])"
    return bool(prometheus.query(changed) or prometheus.query(f'count(count_values("value", {metric})) > 1'))


def test_what_is_named_moves_what_is_shown_answers_and_what_is_killed_is_told(scene: Scene) -> None:
    """Prometheus scrapes both neurons; every metric that a dashboard or an alert names exists and moves; every panel's
    query answers with figures; a healthy network fires no alert; killing a part fires its own.
    """
    prometheus, demo = scene.prometheus, scene.demo
    for instance in ("v", "m0", "m1", "gateway"):
        prometheus.wait_for(f'up{{instance="127.0.0.1:{scene.ports[instance]}"}} == 1')
    prometheus.wait_for(f'reasonforge_validator_weights_set_total{{instance="127.0.0.1:{scene.ports["v"]}"}} >= 2')
    prometheus.wait_for("reasonforge_miner_emission_tao > 0")
    prometheus.wait_for("reasonforge_validator_vas_score_count > 0")

    assert STILL.keys() | IN_TROUBLE <= named(), "an exception that nobody needs any more"
    end = time.monotonic() + SECONDS
    absent = named()
    while absent and time.monotonic() < end:  # a scrape that a busy machine missed is made again
        absent = {metric for metric in absent if not prometheus.query(metric)}
        time.sleep(0.5)
    assert absent == set()
    end = time.monotonic() + SECONDS
    still = named() - STILL.keys() - IN_TROUBLE
    while still and time.monotonic() < end:
        still = {metric for metric in still if not moved(prometheus, metric)}
        time.sleep(0.5)
    assert still == set()

    empty = {
        panel: query
        for panel, query in expressions().items()
        if all(math.isnan(value) for _, value in prometheus.query(query))
    }
    assert empty == {}
    # The time before the miners had published where they serve; and between epochs, which hours of patience span.
    allowed = {"NoActiveMiners", "UsersWait"}
    firing = prometheus.query('ALERTS{alertstate="firing"}')
    assert {metric["alertname"] for metric, _ in firing} <= allowed, firing

    demo.do(demo.fail_epoch())
    prometheus.wait_for_alert("EpochFailed", job="validator")
    demo.verifier.out_of_order = True
    prometheus.wait_for_alert("ChecksUnavailable")
    demo.do(demo.rest())
    demo.do(demo.lose_weights())
    prometheus.wait_for("reasonforge_validator_weight_failures_total > 0")
    demo.do(demo.pass_blocks(3 * 361 + 400))
    prometheus.wait_for_alert("WeightsOverdue", instance=f"127.0.0.1:{demo.validator_port}")
    demo.do(demo.lose_sandbox())
    prometheus.wait_for_alert("SandboxDown")
    demo.do(demo.lose_store())
    prometheus.wait_for_alert("StoreNotWritable")
    scene.subnet.running["gateway"].send_signal(signal.SIGKILL)
    prometheus.wait_for_alert("ProcessDown", job="gateway")
    for name in ("m0", "m1"):
        scene.subnet.running[name].send_signal(signal.SIGKILL)
    for name in ("m0", "m1"):
        prometheus.wait_for_alert("ProcessDown", job="miner", instance=f"127.0.0.1:{scene.ports[name]}")
    prometheus.wait_for_alert("NoActiveMiners", instance=f"127.0.0.1:{scene.ports['v']}")
    scene.subnet.running["chain"].send_signal(signal.SIGKILL)
    prometheus.wait_for_alert("ChainAway", instance=f"127.0.0.1:{scene.ports['v']}")
    assert {metric for metric in IN_TROUBLE if not moved(prometheus, metric)} == set()


@pytest.mark.parametrize("arguments", [["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"],
                                       ["test", "rules", "alerts_test.yml"]], ids=" ".join)  # fmt: skip
def test_promtool_agrees(arguments: list[str]) -> None:
    """Configuration and rules are valid, and every alert fires when its unit test says."""
    program = shutil.which("promtool")
    require("prometheus", available=program is not None, reason="promtool is not installed")
    done = subprocess.run(
        [str(program), *arguments], cwd=RULES.parent, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

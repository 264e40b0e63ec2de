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
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import frozen

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")

from tests.entrypoints.observed_demo import ObservedDemo
from tests.entrypoints.processes import Network, free_port, network, wallet
from tests.requirement import require

ROOT = Path(__file__).parents[2]
RULES, CONFIG = ROOT / "infra/prometheus/alerts.yml", ROOT / "infra/prometheus/prometheus.yml"
DASHBOARDS = sorted((ROOT / "infra/grafana/dashboards").glob("*.json"))
SECONDS = 90.0

pytestmark = [pytest.mark.prometheus, pytest.mark.slow]

STILL = {
    "reasonforge_validator_tempo_blocks": "the chain's own setting",
    "reasonforge_miner_plagiarism_total": "the solver copies from nobody",
    "reasonforge_miner_submissions_rejected_total": "the solver answers everything it is asked here",
    "reasonforge_miner_tokens_total": "the solver uses no model",
    "reasonforge_miner_cost_dollars_total": "the solver uses no model",
    "reasonforge_miner_store_writable": "no miner's store is lost here",
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


def expressions() -> dict[str, str]:
    """Every panel's query, by dashboard, title and letter, with Grafana's variables filled in."""
    found = {}
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", ()):
                query = target["expr"].replace("$__rate_interval", "1m").replace("$__range", "1h")
                query = re.sub(r"\$(validator|uid|miner)\b", ".*", query)
                found[f"{path.stem} / {panel['title']} / {target['refId']}"] = query
    return found


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def named() -> set[str]:
    """Every metric of ours that a dashboard or an alert names; a histogram by the name that it is made under."""
    text = "\n".join([*expressions().values(), *(rule["expr"] for rule in rules())])
    text = re.sub(r"reasonforge_\(validator\|miner\)_(\w+)", r"reasonforge_validator_\1 reasonforge_miner_\1", text)
    return set(re.findall(r"reasonforge_\w+", text))


@frozen
class Prometheus:
    """One that runs."""

    url: str

    def ask(self, path: str, **arguments: str) -> Any:
        query = urllib.parse.urlencode(arguments)
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=10) as answer:  # noqa: S310 - ours
            document = json.load(answer)
        assert document["status"] == "success", document
        return document["data"]

    def query(self, expression: str) -> list[tuple[Mapping[str, str], float]]:
        found = self.ask("query", query=expression)["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def wait_for(self, expression: str) -> None:
        end = time.monotonic() + SECONDS
        while not self.query(expression):
            assert time.monotonic() < end, f"{expression} never held; targets: {self.ask('targets')}"
            time.sleep(0.5)

    def wait_for_alert(self, name: str, **labels: str) -> None:
        match = "".join(f', {label}="{value}"' for label, value in labels.items())
        self.wait_for(f'ALERTS{{alertname="{name}", alertstate="firing"{match}}}')


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
    """A validator and two miners as processes, a demo of sixteen, a gateway's registry, and a Prometheus."""
    program = shutil.which("prometheus")
    require("prometheus", available=program is not None, reason="prometheus is not installed")
    root = tmp_path_factory.mktemp("prometheus")
    names = ["v", "m0", "m1"]
    keys = {name: wallet(root / "w", name) for name in names}
    ports = {name: free_port() for name in (*names, "prometheus")}
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
        config = yaml.safe_load(CONFIG.read_text())
        config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        targets = {
            "validator": [f"127.0.0.1:{ports['v']}", f"127.0.0.1:{demo.validator_port}"],
            "miner": [f"127.0.0.1:{ports[name]}" for name in ("m0", "m1")],
            "gateway": [f"127.0.0.1:{demo.gateway_port}"],
        }
        for job in config["scrape_configs"]:
            job["static_configs"] = [{"targets": targets[job["job_name"]]}]
        (root / "prometheus.yml").write_text(yaml.safe_dump(config))
        (root / "alerts.yml").write_text(yaml.safe_dump(impatient()))
        address = f"127.0.0.1:{ports['prometheus']}"
        with (root / "prometheus.log").open("w") as log:
            process = subprocess.Popen(
                [
                    str(program),
                    f"--config.file={root / 'prometheus.yml'}",
                    f"--storage.tsdb.path={root / 'tsdb'}",
                    f"--web.listen-address={address}",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            end = time.monotonic() + 30
            while "Server is ready" not in (root / "prometheus.log").read_text():
                assert process.poll() is None, (root / "prometheus.log").read_text()
                assert time.monotonic() < end
                time.sleep(0.1)
            yield Scene(Prometheus(f"http://{address}"), demo, subnet, ports)
        finally:
            process.terminate()
            process.wait(20)


def moved(prometheus: Prometheus, metric: str) -> bool:
    """Whether any series of it took two values, or two series differ."""
    changed = f"max_over_time({metric}[10m]) != min_over_time({metric}[10m])"
    return bool(prometheus.query(changed) or prometheus.query(f'count(count_values("value", {metric})) > 1'))


def test_what_is_named_moves_what_is_shown_answers_and_what_is_killed_is_told(scene: Scene) -> None:
    """Prometheus scrapes both neurons; every metric that a dashboard or an alert names exists and moves; every panel's
    query answers with figures; a healthy network fires no alert; killing a part fires its own.
    """
    prometheus, demo = scene.prometheus, scene.demo
    for instance in ("v", "m0", "m1"):
        prometheus.wait_for(f'up{{instance="127.0.0.1:{scene.ports[instance]}"}} == 1')
    prometheus.wait_for(f'reasonforge_validator_weights_set_total{{instance="127.0.0.1:{scene.ports["v"]}"}} >= 2')
    prometheus.wait_for("reasonforge_miner_emission_tao > 0")
    prometheus.wait_for("reasonforge_validator_vas_score_count > 0")

    assert STILL.keys() | IN_TROUBLE <= named(), "an exception that nobody needs any more"
    absent = [metric for metric in sorted(named()) if not prometheus.query(metric)]
    assert absent == []
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
    allowed = {"NoActiveMiners"}  # of the time before the miners had published where they serve
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
    demo.do(demo.lose_gateway())
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

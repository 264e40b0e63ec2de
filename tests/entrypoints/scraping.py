"""A Prometheus of its own for a test: what it scrapes, and what is asked of it."""

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from attrs import frozen

from tests.entrypoints.processes import free_port
from tests.requirement import require

ROOT = Path(__file__).parents[2]
RULES, CONFIG = ROOT / "infra/prometheus/alerts.yml", ROOT / "infra/prometheus/prometheus.yml"
DASHBOARDS = sorted((ROOT / "infra/grafana/dashboards").glob("*.json"))
SECONDS = 90.0


def expressions() -> dict[str, str]:
    """Every panel's query, by dashboard, title and letter, with Grafana's variables filled in."""
    found = {}
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", ()):
                query = target["expr"].replace("$__rate_interval", "1m").replace("$__range", "1h")
                query = re.sub(r"\$(validator|uid|miner|gateway)\b", ".*", query)
                found[f"{path.stem} / {panel['title']} / {target['refId']}"] = query
    return found


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


@contextmanager
def prometheus(root: Path, targets: Mapping[str, Sequence[str]], alerts: Mapping[str, Any]) -> Iterator[Prometheus]:
    """It runs in `root` on the shipped configuration, hurried to a second, with these targets by job, and rules."""
    program = shutil.which("prometheus")
    require("prometheus", available=program is not None, reason="prometheus is not installed")
    config = yaml.safe_load(CONFIG.read_text())
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    for job in config["scrape_configs"]:
        job["static_configs"] = [{"targets": list(targets.get(job["job_name"], ()))}]
    (root / "prometheus.yml").write_text(yaml.safe_dump(config))
    (root / "alerts.yml").write_text(yaml.safe_dump(dict(alerts)))
    address = f"127.0.0.1:{free_port()}"
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
        yield Prometheus(f"http://{address}")
    finally:
        process.terminate()
        process.wait(20)

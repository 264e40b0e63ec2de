"""What an operator sees of running neurons: pages, log, traces, systemd, and how they stop."""

import json
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")
pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra otlp is not installed")

from reasonforge.entrypoints import validator
from tests.adapters.telemetry.collector import collecting
from tests.entrypoints.processes import Network, free_port, network, wallet


def page(port: int, path: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def lines(subnet: Network, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in subnet.log_of(name).splitlines()]


@contextmanager
def service_manager(path: Path) -> Iterator[list[str]]:
    """What somebody who started the neurons hears, as it comes."""
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))

        def listen() -> None:
            while (said := line.recv(1000)) != b"enough":
                heard.append(said.decode())

        listening = threading.Thread(target=listen, daemon=True)
        listening.start()
        yield heard
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"enough", str(path))
        listening.join(5)


@pytest.mark.slow
def test_a_validator_and_a_miner_show_themselves_from_start_to_stop(tmp_path: Path) -> None:
    """Ready to systemd and on their pages, spans at the collector, its ids in the log, one JSON object a line; asked to
    stop with a client that reads nothing, they say so and end with 0.
    """
    v, m = wallet(tmp_path / "w", "v"), wallet(tmp_path / "w", "m")
    ports = {name: free_port() for name in ("v", "m", "health")}
    with (
        service_manager(tmp_path / "notify") as told,
        collecting() as collector,
        network(tmp_path, f"{v}:1000", m, block_seconds=0.4) as subnet,
    ):
        subnet.environment |= {
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": "3000000",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        }
        subnet.neuron(
            *("m", "miner", "--miner.backend", "solver", "--miner.pace", "0.02", "--miner.port", "0"),
            *("--metrics.port", str(ports["m"])),
        )
        subnet.wait_for("m", "served")
        subnet.neuron(
            *("v", "validator", "--validator.tasks_per_epoch", "2", "--validator.timeout", "20", "--logging.debug"),
            *("--validator.embedding_model", "hashing", "--metrics.port", str(ports["v"])),
            *("--validator.port", str(ports["health"])),
        )
        subnet.wait_for("v", '"outcome": "set"')
        time.sleep(1.5)
        for port in ports.values():
            for path in ("/livez", "/readyz", "/startupz"):
                status, document = page(port, path)
                assert (status, document["status"]) == (200, "ok"), document
        assert page(ports["health"], "/readyz")[1]["hotkey"] == v
        idle = [socket.create_connection(("127.0.0.1", port)) for port in ports.values()]
        began = time.monotonic()
        stopped = subnet.stop()
        assert stopped == {"chain": 0, "m": 0, "v": 0}
        assert time.monotonic() - began < 10
        for one in idle:
            one.close()
    assert told[-2:] == ["STOPPING=1"] * 2
    ready = sorted(one.split("\n")[1] for one in told if one.startswith("READY=1"))
    assert [one.split(" as ")[0] for one in ready] == ["STATUS=mining", "STATUS=validating"]
    assert told.count("WATCHDOG=1") > 2
    spans = Counter(span.name for span in collector.spans)
    assert {"epoch", "task", "miner", "check", "weights", "question"} <= spans.keys()
    assert collector.services == {"reasonforge-validator", "reasonforge-miner"}
    traces = {span.trace_id.hex() for span in collector.spans}
    scored = [line for line in lines(subnet, "v") if line["event"] == "task scored"]
    assert scored
    for line in scored:
        assert line["trace_id"] in traces
        assert (line["neuron_type"], line["uid"], line["level"]) == ("validator", 0, "info")
        assert isinstance(line["epoch"], int)
        assert re.fullmatch(r"[12]/2", line["task"])
    assert {line["event"] for line in lines(subnet, "v")} >= {"validating", "epoch started", "task asked", "weights"}
    assert {line["event"] for line in lines(subnet, "m")} >= {"mining", "served", "question answered", "scores told"}


class TestMistakes:
    """One sentence, code 2, no traceback."""

    @pytest.fixture(autouse=True)
    def nowhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        wallet(tmp_path / "w", "a")

    def refused(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
        common = ["--netuid", "1", "--subtensor.chain_endpoint", "memory://127.0.0.1:9", "--wallet.name", "a"]
        rest = ["--wallet.path", "w", "--validator.embedding_model", "hashing"]
        assert validator.main([*common, *rest, *arguments]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        return said

    @pytest.mark.parametrize("flag", ["--metrics.port", "--validator.port"])
    def test_a_port_that_is_taken(self, capsys: pytest.CaptureFixture[str], flag: str) -> None:
        """The port, its flag, and that 0 is none."""
        other = {"--metrics.port": "--validator.port", "--validator.port": "--metrics.port"}[flag]
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            said = self.refused(capsys, flag, str(port), other, "0")
        assert f"127.0.0.1:{port}" in said
        assert f"{flag} (" in said
        assert "0 for none" in said

    def test_a_host_that_is_none(self, capsys: pytest.CaptureFixture[str]) -> None:
        """An address that is not this machine's."""
        ports = ["--metrics.port", str(free_port()), "--validator.port", "0"]
        assert "--metrics.host" in self.refused(capsys, *ports, "--metrics.host", "192.0.2.1")

    def test_a_collector_that_is_none(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A collector's address is a URL."""
        ports = ["--metrics.port", "0", "--validator.port", "0"]
        assert "--otel.endpoint" in self.refused(capsys, *ports, "--otel.endpoint", "localhost:4318")

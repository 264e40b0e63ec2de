"""The units, read by systemd itself without being installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.requirement import require

UNITS = Path(__file__).parents[2] / "infra" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
MOST_EXPOSED = 2.0
"""Of systemd's own scale from 0 to 10; a service without hardening has 9.6."""


def found_in(unit: Path, pattern: str) -> list[str]:
    return re.findall(pattern, unit.read_text(), re.MULTILINE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A system's root in which the units are installed, with programs that can be executed."""
    require("systemd", shutil.which("systemd-analyze") is not None, "systemd-analyze is not installed")
    installed = tmp_path / "etc" / "systemd" / "system"
    installed.mkdir(parents=True)
    for unit in [*SERVICES, *UNITS.glob("*.timer")]:
        shutil.copy(unit, installed)
    programs = {program for unit in SERVICES for program in found_in(unit, r"^Exec\w+=-?(/\S+)")}
    assert len(programs) >= 5
    for program in programs:
        stand_in = tmp_path / program.lstrip("/")
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_text("#!/bin/sh\n")
        stand_in.chmod(0o755)
    return tmp_path


def analyze(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", f"--root={root}", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_systemd_finds_nothing_wrong(root: Path) -> None:
    """Every setting of every unit is one that systemd knows, with a value that it takes."""
    units = [str(path) for path in sorted((root / "etc" / "systemd" / "system").iterdir())]
    read = analyze(root, "--man=no", "--recursive-errors=no", "verify", *units)
    assert (read.returncode, read.stdout + read.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_a_service_may_do_little(root: Path, service: Path) -> None:
    """What a service that was taken over could do to its machine is little, by systemd's own measure."""
    judged = analyze(root, "security", "--offline=yes", service.name)
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", judged.stdout)
    assert found is not None, judged.stderr
    assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("name", ["validator", "miner", "gateway"])
def test_a_neuron_that_hangs_is_started_anew(name: str) -> None:
    """Each neuron is awaited until it works, watched, restarted when it fails, and given its time to stop."""
    text = (UNITS / f"reasonforge-{name}.service").read_text()
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert settings["Type"] == "notify"
    assert int(settings["WatchdogSec"]) > 0
    assert settings["Restart"] == "on-failure"
    assert int(settings["TimeoutStopSec"]) > 10


def test_only_the_runner_has_the_engines_group() -> None:
    """The container engine's group is the sandbox runner's alone."""
    with_engine = [unit.name for unit in SERVICES if "docker" in found_in(unit, r"^SupplementaryGroups=(.*)")]
    assert with_engine == ["reasonforge-sandbox.service"]

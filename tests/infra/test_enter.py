"""How a container's neuron starts: its database first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reasonforge.adapters.sqlalchemy.upkeep import version_at

ROOT = Path(__file__).parents[2]
ENTER = ROOT / "infra/images/enter"


def enter(place: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it with `echo` in the neuron's place, and the `reasonforge` of the running environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STATE_DB_")}
    return subprocess.run(
        [str(ENTER), "echo", *words],
        cwd=place,
        env={**kept, "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "variables", "made"),
    [
        ((), {"STATE_DB_PATH": "path.db"}, "path.db"),
        ((), {"STATE_DB_URL": "url.db"}, "url.db"),
        ((), {"STATE_DB_PATH": "path.db", "STATE_DB_URL": "url.db"}, "url.db"),
        ((), {"STATE_DB_PATH": "path.db", "STATE_DB_URL": ""}, "path.db"),
        (("--state.db", "flag.db"), {"STATE_DB_PATH": "path.db"}, "flag.db"),
        (("--state.db=flag.db", "--netuid", "1"), {}, "flag.db"),
        ((), {}, None),
        (("--help",), {"STATE_DB_PATH": "path.db"}, None),
        ((), {"STATE_DB_PATH": "path.db", "ENTER_UPGRADE": "no"}, None),
    ],
)
def test_the_neurons_own_database_is_brought_up_to_date(
    tmp_path: Path, words: tuple[str, ...], variables: dict[str, str], made: str | None
) -> None:
    """The database that the neuron will open gets its schema, no other; then the neuron runs with its arguments."""
    entered = enter(tmp_path, *words, **variables)
    assert entered.returncode == 0, entered.stderr
    assert entered.stdout == subprocess.run(["echo", *words], capture_output=True, text=True, check=True).stdout
    assert {path.name for path in tmp_path.glob("*.db")} == ({made} if made else set())
    assert made is None or version_at(str(tmp_path / made)) > 0


def test_a_neuron_does_not_start_on_what_is_no_database(tmp_path: Path) -> None:
    """Where the step fails, its sentence is shown and the neuron is not started."""
    (tmp_path / "state.db").write_text("not a database, and long enough to be taken for one " * 100)
    entered = enter(tmp_path, STATE_DB_PATH="state.db")
    assert entered.returncode == 2
    assert entered.stdout == ""
    assert "state.db" in entered.stderr


@pytest.mark.parametrize("name", ["validator", "miner"])
def test_neurons_start_through_it(name: str) -> None:
    """Image and unit of each neuron take the step before it; the gateway waits for the validator in its place."""
    dockerfile = (ROOT / f"infra/images/{name}/Dockerfile").read_text()
    assert f'ENTRYPOINT ["enter", "reasonforge-{name}"]' in dockerfile
    assert "infra/images/enter" in dockerfile
    assert "!infra/images/enter\n" in (ROOT / ".dockerignore").read_text()
    unit = (ROOT / f"infra/systemd/reasonforge-{name}.service").read_text()
    assert "ExecStartPre=/opt/reasonforge/bin/reasonforge db upgrade\n" in unit
    assert "reasonforge-validator.service" in (ROOT / "infra/systemd/reasonforge-gateway.service").read_text()

"""The built wheel in an environment of its own, away from the sources."""

import json
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.requirement import require

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "reasonforge"
COMMANDS = sorted(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the sources as `pip install` would, with the build backend that is installed here."""
    require("hatchling", find_spec("hatchling") is not None, "the build backend hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    built = subprocess.run(
        [*command, "--wheel-dir", str(folder), str(ROOT)], capture_output=True, text=True, check=False, timeout=120
    )
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("reasonforge-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it. What the package needs is lent by this one, the package itself is not."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    done = subprocess.run([*command, str(wheel)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (site,) = folder.glob("lib/python*/site-packages")
    lent = [path for path in sys.path if path.endswith("site-packages") and Path(path) != site]
    (site / "lent.pth").write_text("\n".join(lent or [sysconfig.get_paths()["purelib"]]) + "\n")
    return folder


def run(installed: Path, command: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{installed / 'bin'}:/usr/bin:/bin", "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [str(installed / "bin" / command), *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def test_the_wheel_holds_what_the_sources_hold(wheel: Path) -> None:
    """Every file of the package is in the wheel: code, profiles, proofs, pages and migrations; nothing else is."""
    expected = {
        f"reasonforge/{path.relative_to(PACKAGE)}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if not name.split("/")[0].endswith(".dist-info")} == expected
    assert "reasonforge/adapters/docker/seccomp.json" in expected


def test_the_package_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    """What is imported comes out of the environment, not out of the sources."""
    code = "import reasonforge, importlib.resources as r; print(reasonforge.__file__); "
    code += "print(len(r.files('reasonforge.adapters.docker').joinpath('seccomp.json').read_text()))"
    told = run(installed, "python", "-c", code, folder=tmp_path)
    assert told.returncode == 0, told.stderr
    where, length = told.stdout.split()
    assert Path(where).is_relative_to(installed)
    assert int(length) > 1000


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_there_and_helps(installed: Path, tmp_path: Path, command: str) -> None:
    """Each command of the wheel answers --help with 0."""
    if not (installed / "bin" / command).exists():
        pytest.fail(f"the wheel installs no command {command}")
    told = run(installed, command, "--help", folder=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert command in told.stdout


def test_the_demo_runs_out_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    """A whole subnet runs an epoch where there is no source tree."""
    figures = ["--validators", "1", "--miners", "6", "--epochs", "1", "--seed", "3", "--json", "report.json"]
    told = run(installed, "reasonforge", "demo", *figures, folder=tmp_path)
    assert told.returncode == 0, told.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert len(report["epochs"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]

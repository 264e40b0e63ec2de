"""What people type, and what they get for a mistake: one sentence, the right code, no traceback, nothing lost."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reasonforge import __version__
from reasonforge.entrypoints.cli import main

SMALL = ["--validators", "1", "--miners", "3", "--epochs", "1", "--tasks", "2"]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused with code 2 and one line on standard error; that line."""
    assert main(list(arguments)) == 2
    said = capsys.readouterr().err
    assert said.startswith("reasonforge: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["demo", "--miners", "0"], "miners"),
        (["demo", "--miners", "-1"], "miners"),
        (["demo", "--miners", "1000"], "miners"),
        (["demo", "--validators", "0"], "validators"),
        (["demo", "--validators", "65"], "validators"),
        (["demo", "--epochs", "0"], "--epochs"),
        (["demo", "--epochs", "two"], "--epochs"),
        (["demo", "--tasks", "0"], "--tasks"),
        (["demo", "--policy", "kind"], "'kind'"),
        (["demo", "--embedder", "word2vec"], "'word2vec'"),
        (["demo", "--validator-profiles", "honest,saintly"], "'saintly'"),
        (["demo", "--no-such-flag"], "--no-such-flag"),
        (["demo", "--json", "/no/such/folder/a.json"], "/no/such/folder"),
        (["demo", "--json", "/"], "/"),
        (["demo", "--db", "/proc/a.db"], "/proc/a.db"),
        (["demo", "--db", "/"], "/"),
        (["simulate", "--miners", "0"], "miner"),
        (["simulate", "--emission", "-1"], "emission"),
        (["simulate", "--emission", "nan"], "emission"),
        (["simulate", "--epochs", "0"], "epoch"),
        (["simulate", "--output", "/no/such/folder/a.json"], "/no/such/folder"),
        (["no-such-command"], "no-such-command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence_and_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Bad flags, counts, paths and names are refused with a sentence that names them."""
    assert said in refused(capsys, *arguments)


def test_a_demo_does_not_write_over_a_database(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file that exists is left as it was: its records belong to another chain."""
    kept = tmp_path / "kept.db"
    kept.write_text("precious")
    assert "exists already" in refused(capsys, "demo", *SMALL, "--db", str(kept))
    assert kept.read_text() == "precious"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints the version and stops."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"reasonforge {__version__}\n"


@pytest.mark.parametrize("command", [[], ["demo"], ["simulate"]], ids=["reasonforge", "demo", "simulate"])
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """Every command explains itself."""
    assert main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    assert "Usage: reasonforge" in said
    assert not command or "Example: reasonforge" in said


def test_the_demo_tells_where_everything_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A demo writes its report and its database, and says so."""
    report, database = tmp_path / "run.json", tmp_path / "run.db"
    assert main(["demo", *SMALL, "--json", str(report), "--db", str(database)]) == 0
    said = capsys.readouterr().out.replace("\n", "")
    assert str(report) in said
    assert str(database) in said
    assert json.loads(report.read_text())["seed"] == 7
    assert database.stat().st_size > 0
    assert sorted(path.name for path in tmp_path.glob("run.json*")) == ["run.json"]


def test_an_interrupted_demo_leaves_no_half_report(tmp_path: Path) -> None:
    """SIGINT in the middle ends with code 130, no traceback, and without the file."""
    report = tmp_path / "run.json"
    command = [sys.executable, "-m", "reasonforge", "demo", "--epochs", "500", "--json", str(report)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "right of" in line:
                break
        running.send_signal(signal.SIGINT)
        try:
            said = running.communicate(timeout=60)[1]
        finally:
            running.kill()
    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["demo --epochs 30", "simulate --epochs 10 --miners 200 --verbose"])
def test_a_reader_that_stops_reading_is_no_error(command: str) -> None:
    """`reasonforge … | head` ends quietly."""
    piped = f"set -o pipefail; {sys.executable} -m reasonforge {command} | head -n 1"
    finished = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, timeout=120, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_a_report_is_written_even_when_nobody_reads_along(tmp_path: Path) -> None:
    """With a report to write, a demo goes on to its end after its reader has gone."""
    report = tmp_path / "run.json"
    piped = f"{sys.executable} -m reasonforge demo --epochs 2 --json {report} | head -n 1"
    finished = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, timeout=120, check=False)
    assert finished.stderr == ""
    assert len(json.loads(report.read_text())["epochs"]) == 2

"""`reasonforge simulate`, driven as typer drives it."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from reasonforge.application.simulation.outcome import EpochResult
from reasonforge.application.simulation.simulate import Simulation
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.replacement import ReplacementFile
from reasonforge.entrypoints.simulate import simulate

app = typer.Typer()
app.command()(simulate)


def run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "120"}).invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def refusal(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert isinstance(result.exception, OperatorError)
    sentence = str(result.exception)
    assert "\n" not in sentence
    return sentence


def written(path: Path) -> Any:
    return json.loads(path.read_bytes())


def sorted_throughout(value: Any) -> bool:
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(sorted_throughout(entry) for entry in value.values())
    return not isinstance(value, list) or all(sorted_throughout(entry) for entry in value)


def test_a_run_shows_tables_and_what_stood_out() -> None:
    """Few epochs: each one's tables, then the run's, with ★ for the first three and ✓ for accurate validators."""
    shown = run("--epochs", "2", "--adversaries")
    for title in ("Epoch 1: miners", "Epoch 2: validators", "Miners by their total", "What stood out"):
        assert title in shown
    assert shown.count("★") == 3 * 3 + 1
    assert "✓ TruthGuard" in shown
    assert "✗ Inverter" in shown
    assert "⚠" in shown
    assert "Slashed: Inverter (inverting)" in shown


def test_many_epochs_show_only_the_run() -> None:
    """Past ten epochs only the run's tables are printed, and no bar where there is no terminal."""
    shown = run("--epochs", "11")
    assert "Epoch 1" not in shown
    assert "simulating" not in shown
    assert "Miners by their total, epochs: 11" in shown


def test_verbose_shows_every_epoch_and_everybody() -> None:
    """Twenty rows of an epoch are shown of a large roster, and all with --verbose."""
    assert "Weak-033" not in run("--epochs", "1", "--miners", "40").split("Miners by their total")[0]
    shown = run("--epochs", "11", "--miners", "40", "--verbose")
    assert "Epoch 11: miners" in shown
    assert "Weak-033" in shown.split("Miners by their total")[0]


def test_the_file_holds_the_whole_run(tmp_path: Path) -> None:
    """Settings, parameters, roster, every epoch's miners, validators and tasks, totals and notes; keys sorted."""
    path = tmp_path / "run.json"
    shown = run("--epochs", "12", "--seed", "7", "--emission", "50", "--output", str(path))
    assert str(path) in shown
    document = written(path)
    assert sorted_throughout(document)
    assert list(document) == ["epochs", "notes", "parameters", "roster", "settings", "totals"]
    assert document["settings"] == {
        "emission_tao": 50.0,
        "epochs": 12,
        "judges_per_reply": 3,
        "miners": 12,
        "seed": 7,
        "validators": 6,
    }
    assert document["parameters"]["difficulty_multipliers"]["9"] == 2.0
    assert document["roster"]["miners"][0]["name"] == "DeepReason-v3"
    assert [epoch["epoch"] for epoch in document["epochs"]] == list(range(1, 13))
    results: list[EpochResult] = list(Simulation(seed=7, emission=50.0).run(12))
    for epoch, result in zip(document["epochs"], results, strict=True):
        assert len(epoch["tasks"]) == 12
        assert [miner["earned_tao"] for miner in epoch["miners"]] == result.miner_earnings.tolist()
        assert [validator["stake_tao"] for validator in epoch["validators"]] == result.stakes.tolist()
        paid = math.fsum(member["earned_tao"] for member in (*epoch["miners"], *epoch["validators"]))
        assert paid + epoch["unallocated_tao"] == pytest.approx(50.0, rel=1e-12)
    assert [m["total_tao"] for m in document["totals"]["miners"]] == results[-1].miner_totals.tolist()
    assert document["totals"]["paid_tao"] == pytest.approx(600.0, rel=1e-12)
    assert document["notes"][0] in " ".join(shown.replace("\n", " ").split())


def test_a_validator_that_never_judged_is_null_in_the_file(tmp_path: Path) -> None:
    """No VAS is null, not a number that JSON does not have."""
    path = tmp_path / "run.json"
    run("--epochs", "1", "--miners", "1", "--validators", "60", "--judges", "1", "--output", str(path))
    document = written(path)
    assert None in [validator["vas"] for validator in document["epochs"][0]["validators"]]
    assert None in [validator["mean_vas"] for validator in document["totals"]["validators"]]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """200 epochs of the published roster: the same file whatever PYTHONHASHSEED is, another with another seed."""
    code = "import typer; from reasonforge.entrypoints.simulate import simulate; typer.run(simulate)"
    files = []
    for hashing in ("0", "1234"):
        path = tmp_path / f"{hashing}.json"
        subprocess.run(
            [sys.executable, "-c", code, "--epochs", "200", "--output", str(path)],
            env={**os.environ, "PYTHONHASHSEED": hashing},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        files.append(path.read_bytes())
    assert files[0] == files[1]
    run("--epochs", "200", "--seed", "43", "--output", str(tmp_path / "other.json"))
    assert (tmp_path / "other.json").read_bytes() != files[0]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--epochs", "0"], "--epochs must be at least 1, and is 0"),
        (["--emission", "-1"], "the emission must not be negative"),
        (["--emission", "nan"], "the emission must be a finite number"),
        (["--emission", "inf"], "the emission must be a finite number"),
        (["--miners", "0"], "from 1 to 65,536 miners, and 0"),
        (["--validators", "0"], "from 1 to 65,536 validators, and 0"),
        (["--judges", "7"], "from 1 to 6 judges"),
        (["--seed", "-5"], "the seed must not be negative"),
        (["--validator-profiles", "honest,saintly"], "'saintly' is no validator profile"),
        (["--miner-tiers", "super"], "'super' is no miner tier"),
    ],
)
def test_a_wrong_setting_is_one_sentence(arguments: list[str], complaint: str) -> None:
    """What cannot be simulated is refused before anything runs, in one sentence."""
    assert complaint in refusal(*arguments)


def test_profiles_can_be_chosen(tmp_path: Path) -> None:
    """--validator-profiles and --miner-tiers rename what the first participants are."""
    path = tmp_path / "run.json"
    run("--epochs", "1", "--validator-profiles", "lazy, constant", "--miner-tiers", "weak", "--output", str(path))
    members = written(path)["roster"]
    assert [v["profile"]["name"] for v in members["validators"]][:3] == ["lazy", "constant", "good"]
    assert [m["tier"] for m in members["miners"]][:2] == ["weak", "elite"]


def test_an_unwritable_path_is_refused_before_the_run(tmp_path: Path) -> None:
    """A folder, a missing folder, a file as a folder, a device, a name too long: refused, and nothing is printed."""
    (tmp_path / "file").write_text("mine")
    for path, complaint in (
        (str(tmp_path), "is a folder"),
        (str(tmp_path / "absent" / "run.json"), "there is no folder"),
        (str(tmp_path / "file" / "run.json"), "there is no folder"),
        ("/dev/null", "is no ordinary file"),
        (str(tmp_path / ("x" * 300)), "cannot be written"),
    ):
        result = CliRunner().invoke(app, ["--epochs", "1", "--output", path])
        assert isinstance(result.exception, OperatorError)
        assert complaint in str(result.exception)
        assert result.stdout == ""
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


def test_a_path_no_system_knows_is_refused() -> None:
    """A NUL in a path is refused like any path that cannot be written."""
    with pytest.raises(OperatorError, match="cannot be written: embedded null"):
        ReplacementFile(Path("nul\0.json"))


def test_an_interrupted_run_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle: what was there before is still there, whole, and nothing beside it."""
    path = tmp_path / "run.json"
    path.write_text("before")

    def interrupted(_self: Simulation, epochs: int) -> Iterator[EpochResult]:
        yield from whole(_self, epochs - 1)
        raise KeyboardInterrupt

    whole = Simulation.run
    monkeypatch.setattr(Simulation, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulate(epochs=3, output=path)
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_a_replacement_follows_a_link(tmp_path: Path) -> None:
    """Written through a symbolic link, the file it points to is replaced and the link stays."""
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    with ReplacementFile(tmp_path / "link.json") as file:
        file.write("new")
        assert (tmp_path / "real.json").read_text() == "old"
    assert (tmp_path / "real.json").read_text() == "new"
    assert (tmp_path / "link.json").is_symlink()


def test_a_full_disk_is_the_operators_to_mend(tmp_path: Path) -> None:
    """When writing fails during the run: an OperatorError that names the file, and no rest of it."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    file = ReplacementFile(tmp_path / "run.json")
    file._stream.close()
    file._stream = full.open("w", encoding="utf-8")
    with pytest.raises(OperatorError, match=r"run\.json cannot be written: No space left"), file:
        file.write("much" * 100_000)
    assert list(tmp_path.iterdir()) == []

"""The benchmark of the store still runs, on a small epoch: a schema that changed must not break it unnoticed."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks/speed/store.py"


def test_it_compares_with_the_plain_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It records, reads and prints each beside its baseline."""
    spec = importlib.util.spec_from_file_location("store_benchmark", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, benchmark)
    spec.loader.exec_module(benchmark)
    for name, small in {"TASKS": 2, "MINERS": 4, "ROUNDS": 1, "HISTORY": 100}.items():
        monkeypatch.setattr(benchmark, name, small)
    benchmark.main([])
    printed = capsys.readouterr().out
    for words in ("record an epoch of 2 × 4 replies, 4 commits", "ratio", "read 100 entries", "an epoch later"):
        assert words in printed

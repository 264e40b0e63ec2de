"""docs/metrics.md says what the registries have, no more and no less."""

import re
from pathlib import Path

from tests.architecture.metrics_table import tables

DOCUMENT = Path(__file__).parents[2] / "docs/metrics.md"
SECTION = r"^## {}\n(.*?)(?=^## |\Z)"
TITLES = {"validator": "A validator's", "miner": "A miner's", "gateway": "The gateway's"}


def test_every_metric_is_documented_as_it_is() -> None:
    """Name, kind, labels and meaning of each process's metrics are the table's, row by row."""
    text = DOCUMENT.read_text()
    for kind, rows in tables().items():
        section = re.search(SECTION.format(TITLES[kind]), text, re.MULTILINE | re.DOTALL)
        assert section is not None
        documented = [line for line in section[1].splitlines() if line.startswith("| `")]
        assert documented == [str(row) for row in rows], kind


def test_the_metrics_of_the_design_are_there() -> None:
    """Each one that 5-operations §5.3 names, under its prefix and with its labels."""
    rows = {row.name: row for table in tables().values() for row in table}
    design: dict[str, tuple[str, ...]] = {
        "tasks_total": ("domain", "difficulty"),
        **dict.fromkeys(
            ("epochs_total", "traps_total", "breakthroughs_total", "plagiarism_total", "weight_failures_total"), ()
        ),
        "submissions_rejected_total": ("reason",),
        "task_latency_seconds": ("domain",),
        **dict.fromkeys(("cms_score", "vas_score"), ()),
        "check_duration_seconds": ("check",),
        **dict.fromkeys(("current_epoch", "active_miners", "avg_cms", "total_emission_tao"), ()),
        **dict.fromkeys(("top_miner_score", "weights_age_blocks"), ()),
        **dict.fromkeys(("miner_s_epoch", "miner_peb", "miner_streak"), ("uid",)),
        "miner_dimension": ("uid", "dimension"),
    }
    assert {name: rows[f"reasonforge_validator_{name}"].labels for name in design} == design

"""docs/deployment.md says which settings there are."""

from pathlib import Path

from tests.architecture.settings_table import document, tables

DOCUMENT = Path(__file__).parents[2] / "docs/deployment.md"


def test_every_setting_is_documented_as_it_is() -> None:
    """Flag, variables, default and meaning of each setting are the table's, row by row, and no other is named."""
    text = DOCUMENT.read_text()
    section = text.split("## Settings\n")[1].split("\n## ")[0]
    assert document() in section
    documented = [line for line in section.splitlines() if line.startswith("| `--")]
    assert documented == [row for table in tables().values() for row in table]
    assert len(documented) > 40

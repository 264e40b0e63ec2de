"""What the documents say is run here."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(ROOT)}:{number}", found[2])
        for path in DOCUMENTS
        for number, found in enumerate(FENCE.finditer(path.read_text()), start=1)
        if found[1] == language
    ]


CODE = blocks("python")
COMMANDS = [
    (where, line)
    for where, block in blocks("console")
    for line in block.splitlines()
    if line.startswith("reasonforge ")
]


@pytest.mark.parametrize(("where", "code"), CODE, ids=[where for where, _ in CODE])
def test_the_code_in_a_document_runs(where: str, code: str, tmp_path: Path) -> None:
    """A python block runs as it stands; where it is a test, pytest runs it."""
    script = tmp_path / "test_block.py"
    script.write_text(code)
    runner = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if "def test_" in code else []
    command = [sys.executable, *runner, str(script)]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, f"{where}\n{finished.stdout}{finished.stderr}"


@pytest.mark.parametrize(("where", "line"), COMMANDS, ids=[where for where, _ in COMMANDS])
def test_a_command_in_a_document_runs(where: str, line: str, tmp_path: Path) -> None:
    """A `reasonforge …` line of a console block runs and exits with 0."""
    command = [sys.executable, "-m", *shlex.split(line.split("  #", maxsplit=1)[0])]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert finished.returncode == 0, f"{where}\n{finished.stderr}"


def test_there_is_something_to_run() -> None:
    """The documents hold code and commands; a broken pattern would find none."""
    assert len(CODE) >= 2
    assert len(COMMANDS) >= 2

"""docs/success-criteria.md names a test for every criterion of the plan, and no other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "success"
ROW = re.compile(r"^\| ([^|]+) \| `(\w+\.py)::(\w+)` \| [^|]+ \|$", re.MULTILINE)
CRITERIA = (
    "Formulas · Synapse round trip · dimension scores · Lean accepts a valid and rejects an invalid proof · "
    "sandbox runs code safely and returns results · similarity above 0.95 found · state saves and loads · "
    "invalid API keys rejected · oversized submissions truncated, not crashed · suspiciously fast replies flagged · "
    "Axon serves ReasoningTask · validator receives a valid response · full epoch tasks → scoring → weights · "
    "weights normalised and submitted · emission conserved · traps penalise · plagiarism within a batch · "
    "state across a restart · the best of several miners gets the highest weight · invalid hashes detected · "
    "one uid cannot flood · a miner refuses non-validators · the sandbox has no file system or network · "
    "Prometheus scrapes both neurons · dashboards' queries answer"
)
"""5-operations §5.6, word for word."""


def docstrings() -> dict[tuple[str, str], str]:
    """What each test of tests/success says, by file and name."""
    return {
        (path.name, node.name): ast.get_docstring(node) or ""
        for path in TESTS.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_criterion_has_a_test_with_its_words() -> None:
    """The table has the plan's criteria in order; each one's test is there and begins with its words."""
    rows = ROW.findall((ROOT / "docs" / "success-criteria.md").read_text())
    said = docstrings()
    assert [criterion for criterion, _, _ in rows] == CRITERIA.split(" · ")
    assert {(file, test) for _, file, test in rows} == set(said)
    for criterion, file, test in rows:
        assert said[file, test].lower().startswith(criterion.lower()), test

"""The examples of docs/protocol.md, made by the code that they document.

python -m tests.architecture.protocol_examples      writes them into the document, between its markers.
"""

import json
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from reasonforge.adapters.checks.worker import CHECKS
from reasonforge.domain.answers.reading import read_answer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.bootstrap import bootstrap_artefact
from reasonforge.domain.artefacts.citations import citations_artefact
from reasonforge.domain.artefacts.constraints import constraints_artefact
from reasonforge.domain.artefacts.coverage import coverage_artefact
from reasonforge.domain.artefacts.dag import dag_artefact
from reasonforge.domain.artefacts.docalculus import docalculus_artefact
from reasonforge.domain.artefacts.equilibrium import equilibrium_artefact
from reasonforge.domain.artefacts.logic import logic_artefact
from reasonforge.domain.artefacts.simulation import simulation_artefact
from reasonforge.domain.artefacts.solver import solver_artefact
from reasonforge.domain.artefacts.statistics import statistics_artefact
from reasonforge.domain.canonical import submission_hash
from reasonforge.domain.causal.graph import CausalGraph

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "protocol.md"

ANSWERS: Final[tuple[tuple[Mapping[str, Any], str], ...]] = (
    ({"format": "integer", "value": -12}, "-12"),
    ({"format": "fraction", "value": "7/3"}, "14/6"),
    ({"format": "decimal", "value": "3.14159", "abs_tol": 0.001, "rel_tol": 0.0, "digits": 4}, "3.1416"),
    ({"format": "quantity", "value": "12.5", "unit": "m/s", "abs_tol": 0.0, "rel_tol": 0.001}, "45 km/h"),
    (
        {"format": "expression", "value": "2*x*(x+1)", "variables": ["x"], "assumptions": {"x": "real"}},
        "2*x^2 + 2*x",
    ),
    ({"format": "expression", "value": "sqrt(2)/2", "variables": [], "latex": True}, "\\frac{1}{\\sqrt{2}}"),
    ({"format": "equation", "value": "y = 2*x + 1", "variables": ["x", "y"]}, "4*x - 2*y + 2 = 0"),
    ({"format": "interval", "value": "[0, 1) ∪ (2, oo)"}, "(2, oo) U [0, 1)"),
    ({"format": "set", "value": [1, 2, 3], "of": {"format": "integer"}}, "{3, 1, 2}"),
    ({"format": "multiset", "value": [1, 1, 2], "of": {"format": "integer"}}, "{1, 2, 1}"),
    ({"format": "list", "value": [3, 1, 2], "of": {"format": "integer"}}, "[3, 1, 2]"),
    ({"format": "tuple", "value": ["1/2", "2"], "of": {"format": "fraction"}}, "(1/2, 2)"),
    ({"format": "matrix", "value": [[1, 2], [3, 4]], "of": {"format": "integer"}}, "[[1, 2], [3, 4]]"),
    ({"format": "choice", "value": "B", "options": ["yes", "no"]}, "B"),
    ({"format": "text", "value": "red cedar", "any_of": ["Thuja plicata"], "case": False}, "Red  Cedar."),
    (
        {"format": "json", "value": {"route": ["A", "C"], "cost": 7}, "schema": {"type": "object"}},
        '{"cost": 7, "route": ["A", "C"]}',
    ),
    (
        {
            "format": "code",
            "language": "python",
            "entry": "double",
            "tests": [{"input": [2], "output": 4}],
            "reference": "def double(n):\n    return 2 * n\n",
            "seconds": 2.0,
            "memory_mb": 256,
        },
        "see code_artifact",
    ),
    (
        {
            "format": "proof",
            "system": "coq",
            "base": "coq-8.16",
            "statement": "Definition Goal_statement : Prop := forall n : nat, n + 0 = n.",
            "theorem": "goal",
            "allowed_axioms": [],
            "reference": "Theorem goal : Goal_statement. Proof. intro n. induction n; auto. Qed.",
            "seconds": 10.0,
            "memory_mb": 1024,
        },
        "see proof_artifact",
    ),
)
"""(an answer as the task database holds it, a right final answer); code and proofs are handed in as artefacts."""

REPLY: Final[Mapping[str, Any]] = {
    "task_id": "9f86d081884c7d65",
    "reasoning_steps": [
        {
            "step_id": 1,
            "reasoning": "Twice the first number, plus one.",
            "evidence": "",
            "confidence": 0.9,
            "formal_proof_fragment": "",
            "claims": [{"lhs": "2 * 20 + 2", "rel": "=", "rhs": "42", "assumptions": []}],
        }
    ],
    "final_answer": "42",
    "artifact": None,
    "proof_artifact": None,
    "code_artifact": None,
}
"""What is hashed of a reply, as it travels."""


def _of(check: str) -> Mapping[str, Any]:
    """The data of a check's own true example."""
    against, _, _ = import_module(CHECKS[check]).EXAMPLE
    return dict(against)


def right_artefact(check: str) -> Any:
    """An artefact that the check accepts."""
    return import_module(CHECKS[check]).EXAMPLE[1]


def _linear() -> ArtefactSpecification:
    task, right = _of("solver"), right_artefact("solver")
    return solver_artefact(**task, solution=right["x"], duals=right["duals"])


def _bootstrap() -> ArtefactSpecification:
    task, right = dict(_of("bootstrap")), right_artefact("bootstrap")
    graph = CausalGraph.read(task.pop("graph"))
    return bootstrap_artefact(graph, **task, adjustment=right["adjustment"])


def _citations() -> ArtefactSpecification:
    task = _of("citations")
    return citations_artefact(task["documents"], required=[(one["doc_id"], one["numbers"]) for one in task["required"]])


def _dag() -> ArtefactSpecification:
    task = _of("dag")
    asked = [(one["x"], one["y"], one["given"]) for one in task["asked"]]
    return dag_artefact(CausalGraph.read({"confounded": [], **task["reference"]}), asked)


def _docalculus() -> ArtefactSpecification:
    task = _of("docalculus")
    return docalculus_artefact(CausalGraph.read(task["graph"]), task["treatments"], task["outcomes"], seed=task["seed"])


SPECIFICATIONS: Final[Mapping[str, Callable[[], ArtefactSpecification]]] = {
    "simulation": lambda: simulation_artefact(**_of("simulation")),
    "statistics": lambda: statistics_artefact(**_of("statistics")),
    "citations": _citations,
    "solver": _linear,
    "constraints": lambda: constraints_artefact(**_of("constraints"), solution=right_artefact("constraints")["x"]),
    "equilibrium": lambda: equilibrium_artefact(
        **_of("equilibrium"), equilibrium=right_artefact("equilibrium")["strategies"]
    ),
    "docalculus": _docalculus,
    "bootstrap": _bootstrap,
    "dag": _dag,
    "coverage": lambda: coverage_artefact(**_of("coverage")),
    "logic": lambda: logic_artefact(**_of("logic")),
}
"""Check → the specification of its example, made as a task's author makes it."""


def answers_section() -> str:
    """One line a format: what travels, and an accepted final answer."""
    lines = ["| format | what travels as `answer_format` | an accepted `final_answer` |", "| --- | --- | --- |"]
    for answer, final in ANSWERS:
        travels = json.dumps(dict(read_answer(answer).wire_format()), ensure_ascii=False)
        lines.append(f"| {answer['format']} | `{travels}` | `{final}` |")
    return "\n".join(lines)


def artefacts_section() -> str:
    """A heading a check: the sentences and the schema that travel, and an accepted artefact."""
    parts = []
    for check, make in SPECIFICATIONS.items():
        asks = make().asks
        schema = json.dumps(asks["schema"], ensure_ascii=False, indent=1)
        artefact = json.dumps({check: right_artefact(check)}, ensure_ascii=False, indent=1)
        parts.append(
            f"### {check}\n\n> {asks['describe']}\n\nSchema:\n\n```json\n{schema}\n```\n\n"
            f"Accepted as `artifact`:\n\n```json\n{artefact}\n```"
        )
    return "\n\n".join(parts)


def hash_section() -> str:
    """A reply's hashed fields as they travel, and their digest."""
    return f"```json\n{json.dumps(REPLY, indent=1)}\n```\n\n`submission_hash`: `{submission_hash(REPLY)}`"


SECTIONS: Final[Mapping[str, Callable[[], str]]] = {
    "answers": answers_section,
    "artefacts": artefacts_section,
    "hash": hash_section,
}


def filled(document: str) -> str:
    """The document with every section as the code makes it now."""
    for name, make in SECTIONS.items():
        pattern = re.compile(rf"(<!-- made: {name} -->\n).*?(\n<!-- end: {name} -->)", re.DOTALL)
        made = make()
        document = pattern.sub(lambda found, made=made: f"{found[1]}{made}{found[2]}", document)  # type: ignore[misc]
    return document


if __name__ == "__main__":
    DOCUMENT.write_text(filled(DOCUMENT.read_text()))

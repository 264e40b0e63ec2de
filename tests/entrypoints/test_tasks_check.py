"""`reasonforge tasks check`: the shipped database is right, and a task that was edited to be wrong is named."""

import copy
import json
import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reasonforge.adapters.tasks.database import database_files, document_at
from reasonforge.adapters.tasks.examination import examine
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.adapters.tasks.topics import LEAST, TOPICS
from reasonforge.entrypoints.cli import main
from reasonforge.entrypoints.task_files import DATABASE, about_the_whole, found_in
from tests.requirement import require

Document = dict[str, Any]
Edit = Callable[[Document], object]


@cache
def shipped() -> dict[str, Document]:
    """The tasks of the shipped files by id."""
    files = sorted(DATABASE.rglob("*.json"))
    return {task["task_id"]: task for path in files for task in json.loads(path.read_text(encoding="utf-8"))}


def of_family(family: str, number: int = 0) -> Document:
    found = [task for task in shipped().values() if task["family"] == family]
    return copy.deepcopy(found[number])


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["tasks", "check", "--json", "--jobs", "1", *arguments])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, document


def test_the_shipped_files_are_what_the_generator_makes() -> None:
    """Every file, byte for byte, is what `tasks generate --database` writes."""
    for path, content in database_files().items():
        said = f"{path} is not what `make tasks-database` makes of it; run that, and commit what it writes"
        assert (DATABASE / path).read_bytes() == content.encode(), said


def test_the_shipped_database_is_large_and_even_enough() -> None:
    """At least 450 tasks and 68 traps, as many a discipline as 7-tasks §7.5 asks, spread over the difficulties."""
    found = found_in([DATABASE])
    assert [one.wrong for one in found.tasks if one.wrong] == []
    assert about_the_whole(found) == []
    assert len(found.tasks) >= 450
    assert sum(least.tasks for least in LEAST.values()) == 450
    assert sum(one.document["is_trap"] for one in found.tasks) >= 68
    assert {family for topic in TOPICS for family in topic.families} == set(BY_NAME)


def test_a_folder_that_has_too_little_is_named(tmp_path: Path) -> None:
    """Missing files, missing tasks, too few traps, an uneven spread and a task in another's folder are each said."""
    folder = tmp_path / "tasks"
    shutil.copytree(DATABASE, folder)
    (folder / "code" / "systems.json").unlink()
    kept = [task for task in json.loads((folder / "causal/inference.json").read_text()) if task["difficulty"] != 4]
    (folder / "causal/inference.json").write_text(json.dumps(kept))
    (folder / "ethical/dilemmas.json").rename(folder / "strategic/dilemmas.json")
    said = "\n".join(sentence for _, sentence in about_the_whole(found_in([folder])))
    assert "code has 70 tasks and needs 100" in said
    assert "code has 10 traps and needs 15" in said
    assert "code/systems.json is missing" in said
    assert "causal has 57 tasks and needs 60" in said
    assert "causal has 3 tasks of difficulty 4, where an even spread has 5.7" in said
    assert "causal/inference.json lacks 3 tasks, causal.inference.004 the first" in said
    assert "ethical.dilemmas.001 is of ethical, and belongs in" in said


def _digit(task: Document) -> None:
    at = next(at for at, letter in enumerate(task["problem"]) if letter.isdigit() and letter != "9")
    task["problem"] = task["problem"][:at] + "9" + task["problem"][at + 1 :]


def _replace(task: Document, old: str, new: str) -> None:
    assert old in task["problem"]
    task["problem"] = task["problem"].replace(old, new)


def _other_letter(task: Document) -> None:
    letter = "B" if task["answer"]["value"] == "A" else "A"
    task["answer"]["value"] = task["ground_truth"] = letter


def _other_reference(task: Document) -> None:
    task["answer"]["reference"] = task["ground_truth"] = task["ground_truth"] + "\n# faster\n"


EDITS: list[tuple[str, str, Edit, str]] = [
    ("another answer", "congruences", lambda task: task["answer"].update(value=1), "ground_truth"),
    (
        "another answer, truth and all",
        "congruences",
        lambda task: (task["answer"].update(value=1), task.update(ground_truth="1")),
        "answer is",
    ),
    ("the truth alone", "resistors", lambda task: task.update(ground_truth="1/7"), "is not the answer"),
    ("a number in the statement", "areas", _digit, "problem is"),
    ("a word in the statement", "voting", lambda task: _replace(task, "The final answer", "Your answer"), "problem is"),
    ("the difficulty", "knapsack", lambda task: task.update(difficulty=task["difficulty"] + 1), "difficulty is"),
    ("a difficulty there is not", "knapsack", lambda task: task.update(difficulty=11), "difficulty: input"),
    ("a difficulty that is a text", "knapsack", lambda task: task.update(difficulty="3"), "difficulty: input"),
    ("the trap's flag", "shapley", lambda task: task.update(is_trap=not task["is_trap"]), "is_trap is"),
    ("a flag that is a number", "shapley", lambda task: task.update(is_trap=1), "is_trap: input"),
    ("a field more", "max_flow", lambda task: task.update(hint="flow"), "no field 'hint'"),
    ("a field less", "max_flow", lambda task: task.pop("seed"), "seed is missing"),
    ("no author", "max_flow", lambda task: task.pop("author"), "author is missing"),
    ("a wider tolerance", "weak_acid", lambda task: task["answer"].update(rel_tol=0.9), "answer is"),
    ("options shuffled", "d_separation", lambda task: task["answer"]["options"].reverse(), "answer is"),
    ("another letter", "d_separation", _other_letter, "answer is"),
    ("tests removed", "list_pipelines", lambda task: task["answer"]["tests"].pop(), "answer is"),
    ("no tests", "list_pipelines", lambda task: task["answer"]["tests"].clear(), "test"),
    ("a test's output", "word_filters", lambda task: task["answer"]["tests"][0].update(output=["x"]), "answer is"),
    ("another reference", "cache_simulators", _other_reference, "answer is"),
    ("an axiom allowed", "formal_coq", lambda task: task["answer"].update(allowed_axioms=["classic"]), "answer is"),
    ("a check dropped", "intervention", lambda task: task.update(checks=["dag"]), "checks must be"),
    ("an artefact dropped", "intervention", lambda task: task["artefacts"].clear(), "artefacts is"),
    ("a looser artefact", "mechanics", lambda task: task["artefacts"][0]["against"].update(rel_tol=1), "artefacts is"),
    (
        "another discipline",
        "stable_matching",
        lambda task: task.update(domain="ethical", checks=["logic"]),
        "domain is ethical",
    ),
    ("no discipline", "stable_matching", lambda task: task.update(domain="poetry"), "domain must be one of"),
    ("another family", "translation", lambda task: task.update(family="pedigree"), "family is"),
    ("no such family", "translation", lambda task: task.update(family="poems"), "no family 'poems'"),
    ("an older version", "translation", lambda task: task.update(version=0), "make it again"),
    ("another seed", "simpson", lambda task: task.update(seed="x"), "problem is"),
    ("another public seed", "simpson", lambda task: task.update(seed="public-1/inference/001"), "task_id is"),
    ("a public seed too many", "simpson", lambda task: task.update(seed="public-1/inference/999"), "seed"),
    ("another element's format", "recurrences", lambda task: task["answer"].update(format="poem"), "format must be"),
    ("another format", "recurrences", lambda task: task["answer"].update(format="fraction"), "answer is"),
    ("no time at all", "triage", lambda task: task.update(timeout_seconds=0.0), "timeout_seconds"),
    ("another moment", "triage", lambda task: task.update(created_at="yesterday"), "created_at"),
    ("another id", "triage", lambda task: task.update(task_id="mine"), "task_id is"),
    ("made solvable for ever", "triage", lambda task: task.update(previously_unsolved=True), "previously_unsolved is"),
    ("hints in the context", "necessity", lambda task: task.update(context="It is 1/2."), "context is"),
]


def test_an_edited_task_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is edited, that task and none beside it is wrong, and the sentence says what is."""
    used: Counter[str] = Counter()
    tasks, expected = [], {}
    for what, family, edit, says in EDITS:
        task = of_family(family, used[family])
        used[family] += 1
        edit(task)
        tasks.append(task)
        expected[task["task_id"]] = (what, says)
    tasks += [
        of_family(family, used[family]) for family in ("voting", "triage", "areas", "weak_acid")
    ]  # and one of each that nobody touched
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    code, document = checked(capsys, "--sandbox", "none", str(path))
    assert code == 1
    said = {one["task"]: one["says"] for one in document["wrong"]}
    assert said.keys() == expected.keys()
    assert {what: said[name] for name, (what, says) in expected.items() if says not in said[name]} == {}


@pytest.mark.parametrize("name", ["task_id", "problem"])
def test_two_tasks_of_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The second task with an id, or with a statement, is wrong; in another file too."""
    first, second = of_family("voting", 0), of_family("voting", 1)
    second[name] = first[name]
    for at, task in enumerate((first, second)):
        (tmp_path / f"{at}.json").write_text(json.dumps(task), encoding="utf-8")
    code, document = checked(capsys, "--sandbox", "none", str(tmp_path / "0.json"), str(tmp_path / "1.json"))
    assert code == 1
    (wrong,) = document["wrong"]
    assert wrong["file"] == str(tmp_path / "1.json")
    assert wrong["task"] == second["task_id"]


def by_hand(number: int, answer: Document, truth: str, domain: str = "mathematics", **others: Any) -> Document:
    task = of_family("areas")
    task.update(task_id=f"mine.{number}", problem=f"Mine, the {number}th.", domain=domain, answer=answer)
    task.update(ground_truth=truth, family="", version=0, seed="", checks=None, author="me", tags=[], artefacts=[])
    return {**task, **others}


HAND_WRITTEN: list[tuple[Document, str]] = [
    ({"format": "integer", "value": 12}, "12"),
    ({"format": "fraction", "value": "7/3"}, "14/6"),
    ({"format": "decimal", "value": "3.1416", "rel_tol": 0.01}, "3.14"),
    ({"format": "quantity", "value": "12.5", "unit": "m/s", "rel_tol": 0.001}, "12.5 m/s"),
    ({"format": "expression", "value": "2*x*(x+1)", "variables": ["x"]}, "2*x**2 + 2*x"),
    ({"format": "equation", "value": "x = 2*y", "variables": ["x", "y"]}, "x = 2*y"),
    ({"format": "set", "value": [1, 2], "of": {"format": "integer"}}, "{2, 1}"),
    ({"format": "list", "value": [1, 2], "of": {"format": "integer"}}, "[1, 2]"),
    ({"format": "interval", "value": "[0, 1)"}, "[0, 1)"),
    ({"format": "matrix", "value": [[1, 2], [3, 4]], "of": {"format": "integer"}}, "[[1, 2], [3, 4]]"),
    ({"format": "choice", "value": "B", "options": ["yes", "no"]}, "B"),
    ({"format": "text", "value": "Paris"}, "paris"),
    ({"format": "json", "schema": {"type": "object"}, "value": {"a": 1}}, '{"a": 1}'),
]


def test_tasks_written_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every format: the reference passes, something wrong does not; they are counted, since nothing solves them."""
    path = tmp_path / "mine.json"
    path.write_text(json.dumps([by_hand(at, *both) for at, both in enumerate(HAND_WRITTEN)]), encoding="utf-8")
    code, document = checked(capsys, "--sandbox", "none", str(path))
    assert document["wrong"] == []
    assert document["not_checked"] == {}
    assert (code, document["by_hand"], document["proved"]) == (0, len(HAND_WRITTEN), len(HAND_WRITTEN))


def test_tasks_written_by_hand_and_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A truth that is not the answer, a tolerance that takes anything, a seed without a family, and artefacts."""
    artefact = {"check": "dag", "asks": {}, "against": {}}
    integer = {"format": "integer", "value": 12}
    tasks = [
        by_hand(1, integer, "13"),
        by_hand(2, integer, "12", seed="x"),
        by_hand(3, integer, "12", domain="causal", checks=["docalculus", "dag"], artefacts=[artefact]),
        by_hand(4, {"format": "text", "value": "yes", "any_of": ["none of what was asked"]}, "yes"),
    ]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    code, document = checked(capsys, "--sandbox", "none", str(path))
    said = [one["says"] for one in sorted(document["wrong"], key=lambda one: str(one["task"]))]
    assert code == 1
    assert "ground_truth '13' is not the answer '12'" in said[0]
    assert "version and seed belong to a family" in said[1]
    assert "artefacts can be checked only" in said[2]
    assert "a wrong reply passes the check numerical" in said[3]


def test_what_is_not_checked_here_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a sandbox programs and proofs are counted as not checked, which fails only where all is required."""
    path = tmp_path / "some.json"
    path.write_text(
        json.dumps([of_family(name) for name in ("list_pipelines", "formal_lean", "formal_coq", "voting")]),
        encoding="utf-8",
    )
    code, document = checked(capsys, "--sandbox", "none", str(path))
    assert (code, document["proved"], document["wrong"]) == (0, 1, [])
    assert sorted(document["not_checked"]) == [
        "no Coq, for --sandbox is none",
        "no Lean 4, for --sandbox is none",
        "no sandbox for programs, for --sandbox is none",
    ]
    assert main(["tasks", "check", "--sandbox", "none", "--require-all", str(path)]) == 1
    assert "not checked here: no Coq" in capsys.readouterr().out


@pytest.mark.bwrap
def test_a_program_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a sandbox a task of a program is proved whole; a wrong reference by hand is refused by running it."""
    require("bwrap", shutil.which("bwrap") is not None, "bubblewrap is not installed")
    code_answer = {"format": "code", "entry": "f", "tests": [{"input": [2], "output": 4}]}
    right, wrong = "def f(x):\n    return 2 * x\n", "def f(x):\n    return 3 * x\n"
    tasks = [
        of_family("list_pipelines"),
        by_hand(1, {**code_answer, "reference": right}, right, domain="code"),
        by_hand(2, {**code_answer, "reference": wrong}, wrong, domain="code"),
    ]
    path = tmp_path / "programs.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    code, document = checked(capsys, str(path))
    assert code == 1
    assert document["not_checked"] == {}
    (said,) = document["wrong"]
    assert said["task"] == "mine.2"
    assert "the reference reply earns 0 of the check tests" in said["says"]


@pytest.mark.slow
def test_the_whole_database_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    """Every shipped task is proved, or needs what is not installed here; nothing is wrong."""
    code, document = checked(capsys, "--jobs", "2")
    assert (code, document["wrong"]) == (0, [])
    assert document["proved"] + sum(map(len, document["not_checked"].values())) == document["tasks"] >= 450


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "/no/such/file.json"], "no file or folder"),
        (["check", "--jobs", "0"], "--jobs"),
        (["check", "--sandbox", "/no/such.sock", "benchmarks/tasks/code/systems.json"], "no sandbox runner"),
        (["check", "src/reasonforge/entrypoints/docs"], "no file or folder"),
        (["check", "README.md"], "is no JSON"),
        (["check", "docs"], "no file of tasks"),
        (["generate"], "--database, or --family"),
        (["generate", "--database", "--family", "voting"], "--database, or --family"),
        (["generate", "--family", "poems"], "'poems'"),
        (["generate", "--family", "voting", "--difficulty", "9"], "difficulty 1 to 8"),
        (["generate", "--family", "voting", "--difficulty", "11"], "--difficulty"),
        (["generate", "--family", "voting", "--seed", "public-1/x"], "begins like those"),
        (["generate", "--family", "voting", "--seed", "a\nb"], "printable"),
        (["generate", "--family", "voting", "--count", "0"], "--count"),
        (["generate", "--database", "--output", "/proc/tasks"], "/proc/tasks"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    """Files that are not there or are no tasks, and flags that contradict, are refused with exit code 2."""
    assert main(["tasks", *arguments]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_generating_tasks_of_a_family(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same seed gives the same file, whose tasks pass the check; another one others; none given, a secret one."""
    asked = ["tasks", "generate", "--family", "voting", "--difficulty", "3", "--count", "4"]
    path = tmp_path / "sub" / "mine.json"
    assert main([*asked, "--seed", "mine", "--output", str(path)]) == 0
    assert main([*asked, "--seed", "mine"]) == 0
    printed = capsys.readouterr().out
    assert printed == path.read_text(encoding="utf-8")
    texts = {printed}
    for more in (["--seed", "other"], [], []):
        assert main([*asked, *more]) == 0
        texts.add(capsys.readouterr().out)
    assert len(texts) == 4
    assert json.loads(printed)[0] == document_at(BY_NAME["voting"], "mine/1", 3)
    code, document = checked(capsys, "--sandbox", "none", str(path))
    assert (code, document["proved"]) == (0, 4)


def test_any_field_may_be_anything(tmp_path: Path) -> None:
    """Whatever JSON stands in a field's place, the task is right as before or is wrong in a sentence; no traceback."""
    strange: list[Any] = [None, True, 0, -1, 1.5, "", "x", [], [1], {}, {"format": "integer"}, "\ud800", 10**400]
    for family in ("voting", "list_pipelines", "weak_acid"):
        for field in of_family(family):
            for value in strange:
                task = {**of_family(family), field: value}
                path = tmp_path / "strange.json"
                path.write_text(json.dumps(task), encoding="utf-8")
                (found,) = found_in([path]).tasks
                if not found.wrong:
                    examined = examine(json.loads(json.dumps(task)))
                    assert examined.wrong or task == of_family(family) or value in {None, ""}, (field, value)

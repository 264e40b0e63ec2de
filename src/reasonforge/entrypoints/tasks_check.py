"""`reasonforge tasks check`: every task of a file or of the whole database, proved; the wrong ones by name."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from reasonforge.entrypoints.task_files import DATABASE, Found, about_the_whole, found_in
from reasonforge.entrypoints.task_proof import Proof, prove_all
from reasonforge.entrypoints.verification import BUBBLEWRAP, ToolSettings

PASSED, FAILED = 0, 1


def check(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES…]",
            help=f"Files of tasks, or the folder of a whole database, whose counts are checked too. [{DATABASE}]",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that work at once.", show_default="processors")
    ] = os.cpu_count() or 1,
    sandbox: Annotated[
        str, typer.Option(help="What runs programs and proofs: a runner's socket, 'bubblewrap' (weaker), or 'none'.")
    ] = BUBBLEWRAP,
    require_all: Annotated[
        bool, typer.Option("--require-all", help="What cannot be checked on this machine is a failure too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Prove tasks: the schema, one id each, the answer found again by two solvers, the reference reply accepted by the
    checker that validators use, a plausible wrong one refused; of a folder, counts and spread as well.

    Exit code 0: nothing failed; 1: something did, by name; 2: the files cannot be read.
    """
    found = found_in(files or [DATABASE])
    proofs = asyncio.run(
        prove_all([one for one in found.tasks if not one.wrong], jobs, ToolSettings(sandbox, workers=jobs))
    )
    document = document_of_check(found, proofs, require_all=require_all)
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(document)))
    return FAILED if document["wrong"] or (require_all and document["not_checked"]) else PASSED


def document_of_check(found: Found, proofs: Sequence[Proof], *, require_all: bool) -> dict[str, Any]:
    """What is said of the tasks, as one JSON object."""
    wrong = [{"task": one.name, "file": str(one.path), "says": one.wrong} for one in found.tasks if one.wrong]
    wrong += [
        {"task": proof.task.name, "file": str(proof.task.path), "says": says}
        for proof in proofs
        for says in proof.wrong
    ]
    wrong += [{"task": "", "file": str(path), "says": says} for path, says in about_the_whole(found)]
    unchecked: dict[str, list[str]] = {}
    for proof in proofs:
        for reason in proof.unchecked:
            unchecked.setdefault(reason, []).append(proof.task.name)
    by_hand = sum(one.document.get("family") == "" for one in found.tasks if not one.wrong)
    return {
        "tasks": len(found.tasks),
        "traps": sum(one.document.get("is_trap") is True for one in found.tasks),
        "proved": sum(not proof.wrong and not proof.unchecked for proof in proofs),
        "by_hand": by_hand,
        "wrong": wrong,
        "not_checked": unchecked,
        "require_all": require_all,
    }


def _lines(document: dict[str, Any]) -> list[str]:
    lines = [
        f"wrong: {one['file']}{', ' if one['task'] else ''}{one['task']}: {one['says']}" for one in document["wrong"]
    ]
    lines += [
        f"not checked here: {reason} ({len(names)} tasks, {names[0]} the first)"
        for reason, names in document["not_checked"].items()
    ]
    if document["by_hand"]:
        lines.append(f"{document['by_hand']} tasks are written by hand: there is no solver to find their answers again")
    partly = sum(map(len, document["not_checked"].values()))
    lines.append(
        f"{document['tasks']} tasks, {document['traps']} of them traps: {document['proved']} proved, "
        f"{len(document['wrong'])} mistakes, {partly} not wholly checked here"
    )
    return lines

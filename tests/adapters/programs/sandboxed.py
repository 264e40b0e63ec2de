"""The real sandbox in which the tests of programs run, and tasks and submissions for it."""

import asyncio
import atexit
import shutil
import sysconfig
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.toolchain import PATH, Toolchain, python_toolchain
from reasonforge.application.ports.checker import Checker
from reasonforge.domain.answers.program import CodeAnswer, CodeTest
from reasonforge.domain.artefacts.formal import formal_artefact
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.finding import Finding
from reasonforge.domain.identity import QueryId, TaskId
from reasonforge.domain.submission import Submission
from reasonforge.domain.task import Task
from tests.requirement import require


@cache
def _ruff() -> Toolchain:
    """Ruff in a directory of its own, outside those that the sandbox mounts over (/tmp, /work)."""
    found = shutil.which("ruff", path=f"{sysconfig.get_path('scripts')}:{PATH}")
    place = Path(tempfile.mkdtemp(prefix="reasonforge-ruff.", dir="/var/tmp"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    place.chmod(0o755)
    if found:
        shutil.copy(found, place / "ruff")
    binds = (*python_toolchain().binds, place)
    return Toolchain(binds, {"PATH": f"{place}:{PATH}"}, limits_address_space=False, program="ruff")


@cache
def sandbox() -> BubblewrapSandbox:
    """Skips where bubblewrap or a tool is missing."""
    made = BubblewrapSandbox(toolchains={"python": python_toolchain(), "ruff": _ruff()})
    offered = asyncio.run(made.toolchains())
    require("bwrap", {"python", "ruff"} <= offered, f"bubblewrap offers {', '.join(sorted(offered)) or 'nothing'} here")
    return made


def task(
    entry: str,
    tests: Sequence[tuple[Any, Any]],
    cases: Sequence[tuple[Sequence[Any], Any]] = (),
    relations: Sequence[dict[str, Any]] = (),
    seconds: float = 2.0,
) -> Task:
    """A task of the discipline code; with cases, also for the check `formal`."""
    return Task(
        task_id=TaskId("code.test"),
        problem="Write it.",
        discipline=Discipline.CODE,
        difficulty=1,
        answer=CodeAnswer(tuple(CodeTest(*test) for test in tests), reference="", entry=entry, seconds=seconds),
        checks=("tests", "static_analysis", "formal") if cases else ("tests", "static_analysis"),
        artefacts=(formal_artefact(cases, relations),) if cases else (),
    )


def handed_in(source: str | bytes | None) -> Submission:
    code = source.encode() if isinstance(source, str) else source
    return Submission(QueryId("query"), (), "see code_artifact", code_artifact=code)


def judged(checker: Checker, asked: Task, source: str | bytes | None) -> Finding:
    return asyncio.run(checker.check(asked, handed_in(source)))

"""The program inside a submission, and the sandboxed runs that it takes part in."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from reasonforge.application.ports.sandbox import MEBIBYTE, Program, RunLimits
from reasonforge.domain.answers.program import CodeAnswer
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.finding import Finding
from reasonforge.domain.submission import DEFAULT_LIMITS, Submission
from reasonforge.domain.task import Task

PYTHON: Final = ("python3", "-I", "-B", "-X", "utf8")
_HARNESS: Final = Path(__file__).with_name("harness.py").read_bytes()
_PROCESSES = 16
NO_RESULT: Final = {3: "the source defines no such function", 4: "the source cannot be loaded"}
"""Exit codes of the harness; a miner's code can use them too, so they are for people only."""


def code_answer(task: Task) -> CodeAnswer:
    """The task's answer.

    Raises:
        ValidatorFault: it is no program.
    """
    if not isinstance(task.answer, CodeAnswer):
        message = f"task {task.task_id} asks for an answer of format {task.answer.format}, not for a program"
        raise ValidatorFault(message)
    return task.answer


def source_of(submission: Submission) -> bytes | Finding:
    """The source, UTF-8 of bounded size and without NUL; what is no such thing is the finding."""
    source = submission.code_artifact
    if source is None or not source.strip():
        return Finding(0.0, "there is no program in code_artifact")
    if len(source) > DEFAULT_LIMITS.code_bytes:
        return Finding(0.0, f"the program has more than {DEFAULT_LIMITS.code_bytes:,} bytes")
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return Finding(0.0, "the program is not UTF-8 text")
    if b"\0" in source:
        return Finding(0.0, "the program has a NUL character in it")
    return source


def harnessed(answer: CodeAnswer, source: bytes, output_bytes: int, seconds: float) -> Program:
    """The source under our harness: as a function to be called, or as a script where the answer has no entry.

    `seconds` of processor time; of wall-clock time twice as many, since the machine has other work too.
    """
    return Program(
        toolchain="python",
        argv=(*PYTHON, "harness.py", *(("calls", answer.entry) if answer.entry else ("program",))),
        files={"harness.py": _HARNESS, "solution.py": source},
        limits=RunLimits(
            wall_seconds=2 * seconds,
            cpu_seconds=seconds,
            memory_bytes=answer.memory_mb * MEBIBYTE,
            output_bytes=output_bytes,
            file_bytes=MEBIBYTE,
            processes=_PROCESSES,
        ),
    )


def asked(argument_lists: Sequence[Any]) -> bytes:
    """Calls, as the harness reads them."""
    return json.dumps(list(argument_lists), allow_nan=False).encode()

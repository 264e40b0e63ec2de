"""A user's task and the subnet's events, for people and for programs."""

import json
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.status import Status

from reasonforge.domain.legible import legible
from reasonforge.entrypoints.terminal import Terminal

if TYPE_CHECKING:
    from reasonforge.client import Event, Task

_CODES = {"completed": 0, "failed": 1, "cancelled": 1}
NOT_YET = 3
_SAYS = {
    "queued": "queued for the next epoch",
    "processing": "miners are being asked",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}


class TaskScreen:
    """On a terminal a line that changes, in a log a line for each change; with `as_json` a JSON object a line."""

    def __init__(self, console: Terminal, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._said = ""
        self._line: Status | None = None
        if console.is_terminal and not as_json:
            self._line = console.status("asking the gateway …")

    @property
    def abandoned(self) -> bool:
        """Nobody reads any more."""
        return self._console.abandoned

    def __enter__(self) -> Self:
        if self._line is not None:
            self._line.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.stop()

    def submitted(self, task: "Task") -> None:
        """The id alone, so that a script can keep it."""
        self._print(task.task_id, task.model_dump(mode="json"))

    def progress(self, task: "Task") -> None:
        """How far it has come; the same twice is said once. A task that is done is `outcome`'s."""
        status = task.status.value
        if status == self._said or task.done:
            return
        self._said = status
        if self._line is not None:
            self._line.update(f"{_SAYS[status]} …")
        elif not self._as_json:
            self._print(f"{task.task_id}: {_SAYS[status]}", {})

    def outcome(self, task: "Task") -> int:
        """The answer with its reasoning, or why there is none; the exit code."""
        code = _CODES.get(task.status.value, NOT_YET)
        if self._as_json:
            self._print("", task.model_dump(mode="json"))
            return code
        if task.status.value != "completed":
            self._print(f"{task.task_id}: {_SAYS[task.status.value]}{f': {task.error}' if task.error else ''}", {})
            return code
        self._print(f"{task.best_answer or ''}", {})
        sure = "" if task.confidence is None else f"confidence {task.confidence:.2f}"
        took = "" if task.processing_time_ms is None else f"{task.processing_time_ms / 1000:.1f} s"
        if sure or took:
            self._print(f"\n({', '.join(part for part in (sure, took) if part)})", {})
        for number, step in enumerate(task.reasoning_steps, start=1):
            self._print(f"{number}. {step.reasoning}", {})
        return code

    def event(self, event: "Event") -> None:
        """One line."""
        self._print(f"{event.id} {event.type} {_figures(event.data)}", event.model_dump(mode="json"))

    def _print(self, text: str, document: Mapping[str, Any]) -> None:
        shown = json.dumps(document, sort_keys=True) if self._as_json else legible(text)
        self._console.print(shown, highlight=False, markup=False, soft_wrap=True)


def _figures(data: Mapping[str, Any]) -> str:
    plain = ((name, one) for name, one in data.items() if isinstance(one, str | int | float))
    return " ".join(f"{name}={one:.3g}" if isinstance(one, float) else f"{name}={one}" for name, one in plain)

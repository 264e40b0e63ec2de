"""`reasonforge submit`, `result` and `watch`: a gateway's user on the command line.

Exit codes: 0 answered (or submitted, without --wait), 1 failed, cancelled or out of reach, 2 the caller's mistake,
3 not done yet.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.gateway_client import GatewayOption, JsonOption, KeyFileOption, calling
from reasonforge.entrypoints.task_screen import NOT_YET, TaskScreen
from reasonforge.entrypoints.terminal import Terminal

if TYPE_CHECKING:
    from reasonforge.client import Client

MOST_BYTES = 40_000
"""Of a problem: 10,000 characters take no more."""
TaskArgument = Annotated[str, typer.Argument(metavar="TASK_ID", help="What `submit` printed.")]
WaitOption = Annotated[
    float | None, typer.Option("--for", min=0, help="Seconds to wait at most; for ever when not given.")
]


def submit(
    problem: Annotated[
        str, typer.Argument(help="The problem, 10 to 10,000 characters; - or nothing reads standard input.")
    ] = "-",
    *,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Read the problem from this file.")] = None,
    domain: Annotated[
        Discipline | None, typer.Option(help="Its discipline; the gateway finds it when not given.")
    ] = None,
    difficulty: Annotated[int | None, typer.Option(help="1 to 10; estimated when not given.", min=1, max=10)] = None,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds that each miner has, 30 to 600; 300 when not given.", min=30, max=600)
    ] = None,
    callback_url: Annotated[
        str | None, typer.Option(help="https:// address that is told when the task is done.")
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="The same key makes one task, however often it is submitted.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the answer and print it, as `watch` does.")] = False,
    for_seconds: WaitOption = None,
    gateway: GatewayOption = None,
    key_file: KeyFileOption = None,
    as_json: JsonOption = False,
) -> int:
    """Submit a problem to a gateway; prints the task's id, or with --wait its answer."""
    text = _problem(problem, file)
    with calling(gateway, key_file) as client:
        task = client.submit(
            text,
            domain=None if domain is None else domain.value,
            difficulty=difficulty,
            timeout_seconds=timeout,
            callback_url=callback_url,
            idempotency_key=idempotency_key,
        )
        if wait:
            return _watched(client, task.task_id, for_seconds, as_json=as_json)
        TaskScreen(Terminal(), as_json=as_json).submitted(task)
    return 0


def result(
    task_id: TaskArgument, *, gateway: GatewayOption = None, key_file: KeyFileOption = None, as_json: JsonOption = False
) -> int:
    """Show a task as it is now: its answer, its confidence and its reasoning when it is completed."""
    with calling(gateway, key_file) as client:
        try:
            task = client.task(task_id)
        except ValueError as error:
            raise OperatorError(str(error)) from error
        return TaskScreen(Terminal(), as_json=as_json).outcome(task)


def watch(
    task_id: Annotated[
        str | None, typer.Argument(metavar="[TASK_ID]", help="A task; without one, the whole subnet's events.")
    ] = None,
    *,
    for_seconds: WaitOption = None,
    events: Annotated[
        int | None, typer.Option(help="Without a task: stop after so many events.", min=1, show_default=False)
    ] = None,
    after: Annotated[
        int | None, typer.Option(help="Without a task: begin after the event of this id.", min=0, show_default=False)
    ] = None,
    gateway: GatewayOption = None,
    key_file: KeyFileOption = None,
    as_json: JsonOption = False,
) -> int:
    """Wait for a task and show its answer, or follow what happens on the subnet, an event a line."""
    with calling(gateway, key_file, needs_key=task_id is not None) as client:
        if task_id is not None:
            return _watched(client, task_id, for_seconds, as_json=as_json)
        screen = TaskScreen(Terminal(), as_json=as_json)
        for count, event in enumerate(client.stream(after), start=1):
            screen.event(event)
            if count == events or screen.abandoned:
                break
    return 0


def _watched(client: "Client", task_id: str, seconds: float | None, *, as_json: bool) -> int:
    from reasonforge.client import NotDoneInTime  # noqa: PLC0415 - an extra, which is there by now

    with TaskScreen(Terminal(), as_json=as_json) as screen:
        try:
            task = client.wait(task_id, seconds, screen.progress)
        except NotDoneInTime as error:
            typer.echo(f"reasonforge: {error}; it goes on: reasonforge watch '{task_id}'", err=True)
            return NOT_YET
        except ValueError as error:
            raise OperatorError(str(error)) from error
    return screen.outcome(task)


def _problem(argument: str, file: Path | None) -> str:
    if file is not None:
        if argument != "-":
            raise OperatorError("give the problem as an argument or by --file, not both")
        try:
            with file.open("rb") as opened:
                read = opened.read(MOST_BYTES + 1)
        except OSError as error:
            raise OperatorError(f"--file {file} cannot be read: {error.strerror}") from error
    elif argument != "-":
        return argument
    elif sys.stdin.isatty():
        raise OperatorError("no problem was given: write it as an argument, by --file, or to standard input")
    else:
        read = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(read) > MOST_BYTES:
        raise OperatorError("the problem is longer than the 10,000 characters that a gateway takes")
    try:
        return read.decode().strip()
    except UnicodeDecodeError as error:
        raise OperatorError(f"the problem is not UTF-8: byte {error.start} is wrong") from error

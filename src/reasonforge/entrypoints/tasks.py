"""`reasonforge tasks`: make, prove, import, list and weigh tasks. A module for each command; here they are a group."""

import typer

from reasonforge.entrypoints.tasks_check import check
from reasonforge.entrypoints.tasks_generate import generate
from reasonforge.entrypoints.tasks_import import import_tasks
from reasonforge.entrypoints.tasks_list import list_tasks
from reasonforge.entrypoints.tasks_replay import replay
from reasonforge.entrypoints.tasks_report import report

tasks = typer.Typer(
    name="tasks",
    help="Tasks: make, prove, import and list them, and see what the families give.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@tasks.callback()
def _group() -> None:
    """Tasks: make, prove, import and list them, and see what the families give."""


tasks.command(epilog="Example: reasonforge tasks generate --family congruences --difficulty 4 --count 3 --seed mine")(
    generate
)
tasks.command(epilog="Example: reasonforge tasks check benchmarks/tasks --jobs 2")(check)
tasks.command("import", epilog="Example: reasonforge tasks import mine.jsonl --state.db state/reasonforge.db")(
    import_tasks
)
tasks.command("list", epilog="Example: reasonforge tasks list --discipline causal")(list_tasks)
tasks.command(epilog="Example: reasonforge tasks report --family obligations --draws 1000")(report)
tasks.command(epilog="Example: reasonforge tasks replay --epoch 12 --state.db state/reasonforge.db")(replay)
